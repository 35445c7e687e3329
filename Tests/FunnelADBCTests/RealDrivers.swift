import FunnelADBC
import FunnelModel
import Glibc

/// The engines that the machine has for the tests: drivers of the Python that FUNNEL_PYTHON names, and a server.
enum RealDrivers {
    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    static let python = variable("FUNNEL_PYTHON")
    static let postgres = variable("FUNNEL_POSTGRES")
    static let spark = variable("FUNNEL_SPARK")
    static let arePresent = python != nil

    /// Looks in the environment of that Python, and nowhere else.
    static var search: DriverSearch {
        let prefix = python.map { $0.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } }
        return DriverSearch { name in name == "VIRTUAL_ENV" ? prefix : nil }
    }

    static func connect(_ kind: EngineKind, _ options: [(key: String, value: String)]) throws -> Connection {
        try Connection.open(try Driver.load(try search.find(kind)), options: options)
    }

    static func duckdb() throws -> Connection { try connect(.duckdb, [("path", ":memory:")]) }
    static func sqlite() throws -> Connection { try connect(.sqlite, [("uri", ":memory:")]) }

    /// A value as the tests write it.
    static func text(_ value: Value) -> String {
        switch value {
        case .missing: "-"
        case .exact(let exact): exact.text
        case .real(let real): "\(real)"
        case .text(let text): "'\(text)'"
        case .yesNo(let truth): truth ? "yes" : "no"
        case .date(let day): Calendar.text(day)
        case .timestamp(let day, let microseconds): Calendar.text(day) + "T" + Calendar.text(timeOfDay: microseconds)
        case .period(let period): period.label
        }
    }

    static func rows(_ connection: Connection, _ sql: String) throws -> [String] {
        try connection.query(sql).rows().map { $0.map(text).joined(separator: " ") }
    }
}
