import FunnelModel
import FunnelSQL
import FunnelStore
import FunnelTesting
import Glibc
import Testing

/// An engine that speaks SQL, reached through a Python that has its driver.
struct EngineUnderTest: CustomTestStringConvertible, Sendable {
    let dialect: SQLDialect
    var name: String { dialect.name }
    var testDescription: String { name }

    static let all = SQLDialect.all.map { EngineUnderTest(dialect: $0) }
    /// Those whose driver and server are here. In CI, where `FUNNEL_PYTHON` is set, all must be.
    private static let only = getenv("FUNNEL_ENGINE").map { String(cString: $0) }
    static let present = all.filter { engine in
        (only == nil || only == engine.name) && (isCI || Command.status("'\(python)' '\(script)' check \(engine.name) >/dev/null 2>&1") == 0)
    }

    private static let named = getenv("FUNNEL_PYTHON").map { String(cString: $0) }
    private static let isCI = getenv("FUNNEL_ENGINES").map { String(cString: $0) } == "all"
    private static let python = named ?? "python3"
    private static let script = TextFile.root() + "/Tests/FunnelSQLTests/engines.py"

    /// What an engine says where it fails to plan a query that is right: Sail takes what may be missing for what may not, and
    /// in a cluster hides what went wrong behind the attempt after it.
    func isKnownToFail(_ message: String) -> Bool {
        name == "spark"
            && (message.contains("Physical input schema should be the same as the one converted from logical input schema")
                || message.contains("a different attempt has already produced job output"))
    }

    /// What an engine gave for a query.
    enum Outcome: Sendable {
        case rows([[Value]])
        case failed(String)
    }

    /// Carries a script out: the outcome of each of its queries.
    func run(_ script: EngineScript) throws -> [Outcome] {
        let folder = TemporaryFolder()
        let (path, said) = (folder.path + "/script", folder.path + "/said")
        guard TextFile.write(script.text, path), let pipe = popen("'\(Self.python)' '\(Self.script)' run \(name) '\(path)' 2>'\(said)'", "r") else {
            throw EngineFailure(message: "no script could be run")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { bytes += buffer[0..<count] }
        guard pclose(pipe) == 0 else {
            throw EngineFailure(message: "the script of \(name) failed: …\((TextFile.read(said) ?? "").suffix(2000))")
        }
        var outcomes: [Outcome] = []
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)[...]
        while let line = lines.popFirst(), !line.isEmpty {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard parts[0] == "rows", let count = Int(parts[1]) else {
                outcomes.append(.failed(EngineScript.unescaped(String(parts.dropFirst().joined(separator: "\t")))))
                continue
            }
            outcomes.append(
                .rows(lines.prefix(count).map { $0.split(separator: "\t", omittingEmptySubsequences: false).map { EngineScript.value(String($0)) } }))
            lines = lines.dropFirst(count)
        }
        // What an engine fails at by itself is no answer of ours, but it must stay the exception.
        let known = outcomes.count { if case .failed(let message) = $0 { isKnownToFail(message) } else { false } }
        #expect(known <= max(3, outcomes.count / 20), "\(name) failed at \(known) of \(outcomes.count) by itself")
        return outcomes
    }
}

struct EngineFailure: Error {
    var message: String
}

/// Tables to be loaded and queries to be asked, in order.
struct EngineScript {
    private(set) var text = ""

    /// Loads the tables of a store in place of those before.
    mutating func load(_ store: Store) {
        for role in TableRole.allCases {
            guard let table = store.tables[role] else { continue }
            let columns = table.columns.map { "\(Self.escaped($0.name)):\(Self.type($0.type))" }
            text += "table\t\(role.rawValue)\t" + columns.joined(separator: "\t") + "\n"
            for row in 0..<table.rowCount { text += "row\t" + table.columns.map { Self.cell($0.value(row)) }.joined(separator: "\t") + "\n" }
        }
        text += "load\n"
    }

    mutating func ask(_ sql: String) { text += "query\t" + Self.escaped(sql) + "\n" }

    private static func type(_ type: ColumnType) -> String {
        switch type {
        case .text, .unknown: "text"
        case .integer: "integer"
        case .decimal(let scale): "decimal\(scale)"
        case .date: "date"
        case .timestamp: "timestamp"
        case .yesNo: "yesno"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { $0 += $1 == "\\" ? "\\\\" : $1 == "\n" ? "\\n" : $1 == "\t" ? "\\t" : String($1) }
    }

    static func unescaped(_ text: String) -> String {
        var result = ""
        var isEscaped = false
        for character in text {
            if isEscaped {
                result += character == "n" ? "\n" : character == "t" ? "\t" : "\\"
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
            }
        }
        return result
    }

    private static func cell(_ value: Value) -> String {
        switch value {
        case .missing, .period: "-"
        case .exact(let exact): (exact.scale == 0 ? "i" : "d") + exact.text
        case .real(let real): "f\(real)"
        case .text(let text): "t" + escaped(text)
        case .yesNo(let truth): truth ? "b1" : "b0"
        case .date(let day): "D" + Calendar.text(day)
        case .timestamp(let day, let microseconds): "T" + Calendar.text(day) + " " + padded(Calendar.text(timeOfDay: microseconds))
        }
    }

    /// Six digits of a fraction, which is how all engines read one.
    private static func padded(_ time: String) -> String {
        guard let point = time.firstIndex(of: ".") else { return time }
        return time + String(repeating: "0", count: max(0, 7 - time.distance(from: point, to: time.endIndex)))
    }

    /// A cell of what came back.
    static func value(_ cell: String) -> Value {
        let text = String(cell.dropFirst())
        switch cell.first {
        case "i": return Int128(text).map { .exact(Exact($0)) } ?? .missing
        case "d":
            let parts = text.split(separator: ".")
            let digits = parts.count > 1 ? parts[1].count : 0
            return Int128(parts.joined()).map { .exact(Exact($0, scale: digits)) } ?? .missing
        case "f": return Double(text).map { .real($0) } ?? .missing
        case "t": return .text(unescaped(text))
        case "b": return .yesNo(text == "1")
        case "D", "T":
            func number(_ from: Int, _ count: Int) -> Int { Int(text.dropFirst(from).prefix(count)) ?? 0 }
            let day = Calendar.day(year: number(0, 4), month: number(5, 2), day: number(8, 2))
            if cell.first == "D" { return .date(day) }
            let seconds = (number(11, 2) * 60 + number(14, 2)) * 60 + number(17, 2)
            return .timestamp(day: day, microseconds: Int64(seconds * 1_000_000 + number(20, 6)))
        default: return .missing
        }
    }
}
