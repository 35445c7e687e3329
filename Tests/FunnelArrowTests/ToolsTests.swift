import FunnelArrow
import FunnelModel
import FunnelStore
import Glibc
import FunnelTesting
import Testing

/// Arrow files as other tools read and write them. Where no Python with these tools is, the tests are skipped.
@Suite(.enabled(if: Tools.arePresent, "FUNNEL_PYTHON names no Python with pyarrow, Polars and DuckDB"))
struct ToolsTests {
    @Test("pyarrow, Polars and DuckDB read what was written", arguments: [0, 9, 5000])
    func read(rows: Int) throws {
        let columns = RandomColumns.make(rows: rows, seed: UInt64(rows) + 99)
        let path = Tools.temporaryFile("read-\(rows).arrow")
        defer { unlink(path) }
        try Tools.write(ArrowTable.bytes(columns, rowCount: rows), to: path)
        var expected: [String: String] = [:]
        for column in columns {
            expected[column.name] = (0..<rows).map { Tools.text(Tools.day(column.value($0))) }.joined(separator: "|")
            guard case .timestamp = column.values else { continue }
            expected[column.name + " time"] = (0..<rows).map { Tools.text(Tools.time(column.value($0))) }.joined(separator: "|")
        }
        let all = try Tools.run(["read", path])
        for tool in ["pyarrow", "Polars", "DuckDB"] {
            let lines = all.filter { $0[0] == tool.lowercased() }
            #expect(Set(lines.map { $0[1] }) == Set(expected.keys), "\(tool)")
            for line in lines where line[2] != expected[line[1]] { Issue.record("\(tool) reads \(line[1]) as \(line[2].prefix(200))") }
        }
    }

    @Test("pyarrow, Polars and DuckDB read the tables of a saved store")
    func saved() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/crm.store"
        let store = SmallStore.make(seed: 21)
        _ = try StoreWriter(store, to: path, ledger: DamageLedger(), interrupt: nil).save()
        for (role, table) in store.tables {
            let all = try Tools.run(["read", "\(path)/\(role.rawValue).arrow"])
            for tool in ["pyarrow", "polars", "duckdb"] {
                var read: [String: String] = [:]
                for line in all where line[0] == tool { read[line[1]] = line[2] }
                for column in table.columns {
                    let rows = 0..<table.rowCount
                    #expect(read[column.name] == rows.map { Tools.text(Tools.day(column.value($0))) }.joined(separator: "|"), "\(tool): \(role) \(column.name)")
                    guard case .timestamp = column.values else { continue }
                    #expect(read[column.name + " time"] == rows.map { Tools.text(Tools.time(column.value($0))) }.joined(separator: "|"))
                }
            }
        }
    }

    @Test("pyarrow, Polars and DuckDB read answers")
    func answers() throws {
        let path = Tools.temporaryFile("answer.arrow")
        defer { unlink(path) }
        let columns = [
            AnswerColumn("source", .key(nil)), AnswerColumn("month", .key(.month)), AnswerColumn("leads", .measure(.count)),
            AnswerColumn("revenue", .measure(.money)),
            AnswerColumn("conversion", .measure(.percent)), AnswerColumn("won", .key(nil)), AnswerColumn("day", .key(nil)),
            AnswerColumn("at", .field(.timestamp)),
            AnswerColumn("nothing", .measure(.percent)), AnswerColumn("leads", .measure(.count)),
        ]
        let rules = CalendarRules()
        let rows: [[Value]] = [
            [
                .text("ads, \"é\""), .period(Period(.month, holding: 19_800, rules: rules)), .exact(Exact(3)), .exact(Exact(123_456, scale: 2)), .real(0.1),
                .yesNo(true), .date(-5), .timestamp(day: -1, microseconds: 1), .missing, .exact(Exact(7)),
            ],
            [
                .missing, .period(Period(.month, holding: 19_840, rules: rules)), .exact(Exact(-3)), .exact(Exact(5, scale: 1)), .real(.nan), .yesNo(false),
                .missing,
                .timestamp(day: 19_800, microseconds: 3_600_000_000), .missing, .missing,
            ],
        ]
        let total: [Value] = [
            .missing, .missing, .exact(Exact(0)), .exact(Exact(123_506, scale: 2)), .real(-2.5), .missing, .missing, .missing, .missing, .missing,
        ]
        try Tools.write(ArrowAnswer.bytes(Answer(columns: columns, rows: rows, total: total)), to: path)
        let expected = [
            "source": "ads, \"é\"|-|-", "month": "2024-03|2024-04|-", "leads": "3|-3|0", "revenue": "1234.56|0.50|1235.06", "won": "yes|no|-",
            "day": "-5|-|-", "at": "-86399999999|1710723600000000|-", "nothing": "-|-|-", "leads 2": "7|-|-", "conversion": "0.1|-|-2.5",
        ]
        let lines = try Tools.run(["read", path])
        #expect(lines.count == 3 * expected.count)
        for line in lines { #expect(line[2] == expected[line[1]], "\(line[0]): \(line[1])") }
    }

    @Test("what pyarrow and Polars write is read")
    func written() throws {
        let folder = Tools.folder
        let lines = try Tools.written.get()
        #expect(lines.count >= 250)
        var files: [String: ArrowFile] = [:]
        for line in lines {
            let (name, column) = (line[0], line[1])
            if files[name] == nil { files[name] = try ArrowFile(try #require(MappedFile(path: "\(folder)/\(name)"))) }
            let file = try #require(files[name])
            let index = try #require(file.fields.firstIndex { $0.name == column })
            let values = try RoundTripTests.values(file, index).map(Tools.text)
            #expect(values.joined(separator: "|") == line[2], "\(name): \(column)")
        }
    }

    @Test(
        "what has no place in a table is refused, with the column named",
        arguments: [
            ("binary", "`bad` is binary data"), ("list", "`bad` is a list"), ("struct", "`bad` is a struct"), ("decimal256", "`bad` is a decimal of 256 bits"),
            ("duration", "`bad` is a duration"), ("run ends", "`bad` is run-end encoded"),
        ])
    func refused(name: String, message: String) throws {
        _ = try Tools.written.get()
        let file = try #require(MappedFile(path: "\(Tools.folder)/refused \(name).arrow"))
        let error = #expect(throws: ArrowError.self) { _ = try ArrowFile(file) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
}

/// Other tools that read and write Arrow files, through `tools.py`.
enum Tools {
    static let python = getenv("FUNNEL_PYTHON").map { String(cString: $0) } ?? "python3"
    private static let script = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/tools.py"

    static let arePresent = Command.status("'\(python)' -c 'import pyarrow, polars, duckdb' 2>/dev/null") == 0

    static let folder = temporaryFile("written")
    /// What the other tools wrote, once for all tests.
    static let written = Result {
        atexit { TemporaryFolder.remove(Tools.folder) }
        return try run(["write", folder])
    }

    static func temporaryFile(_ name: String) -> String { "/tmp/funnel-arrow-\(getpid())-\(name)" }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try #require(fopen(path, "wb"))
        defer { fclose(file) }
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }

    /// The lines that the script prints, by their parts.
    static func run(_ arguments: [String]) throws -> [[String]] {
        let command = ([python, script] + arguments).map { "'\($0)'" }.joined(separator: " ")
        let pipe = try #require(popen(command, "r"))
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, pipe)
            if count == 0 { break }
            bytes += buffer[0..<count]
        }
        #expect(pclose(pipe) == 0, "\(command)")
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// A time stamp's date.
    static func day(_ value: Value) -> Value {
        if case .timestamp(let day, _) = value { .date(day) } else { value }
    }

    /// A time stamp's time of day.
    static func time(_ value: Value) -> Value {
        if case .timestamp(_, let microseconds) = value { .exact(Exact(Int128(microseconds))) } else { value }
    }

    /// A value as the script prints it.
    static func text(_ value: Value) -> String {
        switch value {
        case .missing: "-"
        case .exact(let exact): exact.text
        case .real(let real): "\(real)"
        case .text(let text): text
        case .yesNo(let truth): truth ? "yes" : "no"
        case .date(let day): "\(day)"
        case .timestamp(let day, let microseconds): "\(Int64(day) * microsecondsPerDay + microseconds)"
        case .period(let period): period.label
        }
    }
}
