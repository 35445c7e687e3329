import FunnelModel
import FunnelPlan

/// What Spark says differently.
struct SparkRules: DialectRules {
    let name = "spark"
    let asksInAggregates = false
    let numbersFirst = true

    func quoted(_ name: String) -> String { "`" + Self.doubled(name, "`") + "`" }
    let escapingMarks: Set<Unicode.Scalar> = ["'"]
    func literal(_ text: String) -> String { "'" + Self.escaped(text) + "'" }
    func literal(_ instant: Instant) -> String { "timestamp_ntz '\(Self.text(instant))'" }
    func literal(_ exact: Exact) -> String { exact.scale == 0 ? exact.text : "\(exact.text)BD" }

    func type(_ type: SQLType) -> String {
        switch type {
        case .exact(scale: 0): "bigint"
        case .exact(let scale): "decimal(38, \(scale))"
        case .real: "double"
        case .text: "string"
        case .yesNo: "boolean"
        case .date: "date"
        case .timestamp: "timestamp_ntz"
        }
    }

    /// Some of its engines take a `coalesce` for what may be missing.
    func truth(_ condition: String) -> String { "case when \(condition) then true else false end" }
    func plainZero(_ number: String) -> String { "(\(number) + 0.0D)" }
    func timestamp(ofDate date: String) -> String { "cast(\(date) as timestamp_ntz)" }
    func microseconds(ofTimestamp value: String) -> String { "unix_micros(cast(\(value) as timestamp))" }
    func timestamp(ofMicroseconds value: String) -> String { "cast(timestamp_micros(\(value)) as timestamp_ntz)" }
    func days(from: String, to: String) -> String { "cast(datediff(\(to), \(from)) as bigint)" }
    func adding(days: Int, to date: String) -> String { days == 0 ? date : "date_add(\(date), \(days))" }
    func adding(months: Int, to date: String) -> String { months == 0 ? date : "add_months(\(date), \(months))" }
    func adding(months: Int, toTimestamp value: String) -> String { "(\(value) \(months < 0 ? "-" : "+") interval '\(abs(months))' month)" }
    func start(of grain: Grain, _ date: String) -> String { grain == .day ? date : "cast(date_trunc('\(grain.rawValue)', \(date)) as date)" }
    func weekday(_ date: String) -> String { "((dayofweek(\(date)) + 5) % 7 + 1)" }
    func contains(_ text: String, _ part: String) -> String { "contains(\(text), \(literal(part)))" }
    func starts(_ text: String, _ part: String) -> String { "startswith(\(text), \(literal(part)))" }
    func ends(_ text: String, _ part: String) -> String { "endswith(\(text), \(literal(part)))" }
    /// A backslash is an escape of the pattern as well.
    func like(_ text: String, _ pattern: String) -> String { "\(text) like \(literal(Self.plainBackslashes(pattern)))" }
    func matches(_ text: String, _ pattern: String) -> String? { "\(text) rlike \(literal(pattern))" }
    func percentile(_ value: String, _ thousandths: Int) -> String { "percentile(\(value), \(Exact(Int128(thousandths), scale: 3).text))" }
    func same(_ a: String, _ b: String, _ type: SQLType) -> String { equation(a, b, type) }

    func series(_ name: String, _ grain: Grain, of keys: [String], bounds: String, where condition: String?) -> String {
        let step = grain == .quarter ? ", interval 3 month" : grain.isCalendar ? ", interval 1 \(grain.rawValue)" : ""
        return Self.series(keys, "explode(sequence(first_period, last_period\(step)))", bounds, "first_period is not null", condition)
    }
}
