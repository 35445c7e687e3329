import FunnelModel
import FunnelStore
import FunnelText
import Glibc

@testable import FunnelIngest

/// A folder that is there for one test.
final class Workbench {
    let folder: String

    init() {
        var template = Array("/tmp/funnel-ingest-XXXXXX".utf8CString)
        folder = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    }

    deinit {
        guard let stream = opendir(folder) else { return }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { unlink(folder + "/" + name) }
        }
        closedir(stream)
        rmdir(folder)
    }

    @discardableResult
    func write(_ bytes: some Collection<UInt8>, as name: String = "data.csv") -> String {
        let path = folder + "/" + name
        let file = fopen(path, "w")!
        let bytes = Array(bytes)
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        return path
    }

    func read(_ name: String) -> String? {
        guard let file = fopen(folder + "/" + name, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    func request(_ role: TableRole, _ name: String = "data.csv", _ change: (inout LoadRequest) -> Void = { _ in }) -> LoadRequest {
        var request = LoadRequest(role: role, path: folder + "/" + name, displayName: name)
        change(&request)
        return request
    }
}

/// What came of a load.
struct Loaded {
    var table: Table
    var report: LoadReport

    func column(_ name: String) -> Column? { table.columns.first { $0.name == name } }
    func values(_ name: String) -> [String] {
        column(name).map { column in (0..<column.count).map { shown(column.value($0)) } } ?? []
    }
    func type(_ name: String) -> ColumnType? { column(name)?.type }
    func role(_ role: ColumnRole) -> String? { table.column(role)?.name }
}

func shown(_ value: Value) -> String {
    switch value {
    case .missing: "∅"
    case .exact(let exact): exact.text
    case .real(let real): "\(real)"
    case .text(let text): text
    case .yesNo(let yes): yes ? "yes" : "no"
    case .date(let day): Calendar.text(day)
    case .timestamp(let day, let time): Calendar.text(day) + " " + Calendar.text(timeOfDay: time)
    case .period(let period): period.label
    }
}

/// Loads a text as a file.
func load(
    _ text: String, as role: TableRole = .deals, chunkSize: Int = 1 << 20, threads: Int = 1,
    _ change: (inout LoadRequest) -> Void = { _ in }
) throws -> Loaded {
    try load(bytes: Array(text.utf8), as: role, chunkSize: chunkSize, threads: threads, change)
}

func load(
    bytes: [UInt8], as role: TableRole = .deals, chunkSize: Int = 1 << 20, threads: Int = 1,
    _ change: (inout LoadRequest) -> Void = { _ in }
) throws -> Loaded {
    let bench = Workbench()
    bench.write(bytes)
    var request = bench.request(role, "data.csv", change)
    request.threads = threads
    let (table, report) = try Loader.load(request, interrupt: Interrupt(), chunkSize: chunkSize)
    return Loaded(table: table, report: report)
}

/// The values of a column `x` of a file with the values given, quoted.
func column(_ values: [String], _ change: (inout LoadRequest) -> Void = { _ in }) throws -> Loaded {
    try load(columnText(values), change)
}

func columnText(_ values: [String], name: String = "x") -> String {
    "n,\(name)\n" + values.enumerated().map { "\($0.offset),\"\($0.element)\"\n" }.joined()
}

/// The diagnostics that a load stops with.
func problems(_ body: () throws -> Void) -> [Diagnostic] {
    do {
        try body()
        return []
    } catch let problem as Diagnostic {
        return [problem]
    } catch let problems as Diagnostics {
        return problems.items
    } catch {
        return []
    }
}

extension Diagnostic {
    /// What the caret stands under.
    var marked: String? {
        guard let source, let range else { return nil }
        return source.text(in: range)
    }
}

/// A generator whose numbers are the same everywhere.
struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
