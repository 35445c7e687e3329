import FunnelModel
import FunnelPlan

/// What SQLite says differently. It has neither decimals nor dates: exact numbers are whole numbers of their last digit, dates
/// are texts, and time stamps, once read, are microseconds since 1970-01-01.
struct SQLiteRules: DialectRules {
    let name = "sqlite"
    let countsInUnits = true
    let hasPercentile = false

    func type(_ type: SQLType) -> String {
        switch type {
        case .exact, .yesNo, .timestamp: "integer"
        case .real: "real"
        case .text, .date: "text"
        }
    }

    func literal(day: Int) -> String { "'\(Calendar.text(day))'" }
    func literal(_ instant: Instant) -> String { String(instant.total) }
    func greatest(_ a: String, _ b: String) -> String { "max(\(a), \(b))" }
    func least(_ a: String, _ b: String) -> String { "min(\(a), \(b))" }

    func read(_ column: String, _ type: RowType) -> String {
        switch type {
        case .timestamp:
            "(cast(strftime('%s', substr(\(column), 1, 19)) as integer) * 1000000 + cast(substr(substr(\(column), 21) || '000000', 1, 6) as integer))"
        case .exact(let scale) where scale > 0: "cast(round(\(column) * \(power10(scale))) as integer)"
        case .exact, .real, .duration, .text, .date, .yesNo, .unknown: column
        }
    }
    func day(ofTimestamp value: String) -> String { "date((\(value) - ((\(value)) % 86400000000 + 86400000000) % 86400000000) / 1000000, 'unixepoch')" }
    func day(ofColumn column: String, _ type: RowType) -> String { type == .date ? column : "substr(\(column), 1, 10)" }
    func timestamp(ofDate date: String) -> String { "(cast(strftime('%s', \(date)) as integer) * 1000000)" }
    func microseconds(ofTimestamp value: String) -> String { value }
    func timestamp(ofMicroseconds value: String) -> String { value }
    func days(from: String, to: String) -> String { "cast(julianday(\(to)) - julianday(\(from)) as integer)" }
    func adding(days: Int, to date: String) -> String { days == 0 ? date : "date(\(date), '\(days < 0 ? "" : "+")\(days) days')" }
    /// No later than the last day of its month.
    func adding(months: Int, to date: String) -> String {
        guard months != 0 else { return date }
        let first = "date(\(date), 'start of month', '\(months < 0 ? "" : "+")\(months) months')"
        return "min(date(\(first), '+1 month', '-1 day'), date(\(first), '+' || (strftime('%d', \(date)) - 1) || ' days'))"
    }
    func adding(months: Int, toTimestamp value: String) -> String {
        "(\(timestamp(ofDate: adding(months: months, to: day(ofTimestamp: value)))) + ((\(value)) % 86400000000 + 86400000000) % 86400000000)"
    }
    func start(of grain: Grain, _ date: String) -> String {
        switch grain {
        case .month: "date(\(date), 'start of month')"
        case .year: "date(\(date), 'start of year')"
        case .quarter: "date(\(date), 'start of month', '-' || ((strftime('%m', \(date)) + 2) % 3) || ' months')"
        case .week: "date(\(date), 'weekday 0', '-6 days')"
        case .day, .weekday, .hour: date
        }
    }
    func weekday(_ date: String) -> String { "((strftime('%w', \(date)) + 6) % 7 + 1)" }
    func part(_ part: DatePart, ofDate date: String) -> String {
        switch part {
        case .year: "cast(strftime('%Y', \(date)) as integer)"
        case .quarter: "((strftime('%m', \(date)) + 2) / 3)"
        case .month: "cast(strftime('%m', \(date)) as integer)"
        case .day: "cast(strftime('%d', \(date)) as integer)"
        case .weekday: weekday(date)
        case .hour: "0"
        }
    }
    func hour(ofTimestamp value: String) -> String { "(((\(value)) % 86400000000 + 86400000000) % 86400000000 / 3600000000)" }
    /// As texts: a time stamp without its last zeros stands before the same with them.
    func isDuring(column: String, _ type: RowType, from: Instant?, until: Instant?) -> String {
        func bound(_ instant: Instant) -> String { literal(instant.microseconds == 0 ? Calendar.text(instant.day) : Self.text(instant)) }
        return [from.map { "\(column) >= \(bound($0))" }, until.map { "\(column) < \(bound($0))" }].compactMap { $0 }.joined(separator: " and ")
    }

    func contains(_ text: String, _ part: String) -> String { "instr(\(text), \(literal(part))) > 0" }
    func starts(_ text: String, _ part: String) -> String { "substr(\(text), 1, \(part.unicodeScalars.count)) = \(literal(part))" }
    func ends(_ text: String, _ part: String) -> String { "substr(\(text), -\(part.unicodeScalars.count)) = \(literal(part))" }
    /// `like` would not tell capitals from small letters.
    func like(_ text: String, _ pattern: String) -> String {
        let glob = pattern.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "%": "*"
            case "_": "?"
            case "*", "?", "[": "[\(scalar)]"
            default: String(scalar)
            }
        }
        return "\(text) glob \(literal(glob.joined()))"
    }
    func matches(_ text: String, _ pattern: String) -> String? { nil }
    func function(_ function: TextFunction, _ text: String) -> String? {
        function == .trim ? "trim(\(text), \(literal(Self.blanks)))" : nil
    }
    func length(_ text: String) -> String { "length(\(text))" }
    func percentile(_ value: String, _ thousandths: Int) -> String { "null" }
    func same(_ a: String, _ b: String, _ type: SQLType) -> String { "\(a) is \(b)" }

    func output(_ value: String, _ type: SQLType) -> String {
        switch type {
        case .exact(scale: 0), .yesNo: "cast(\(value) as integer)"
        case .exact(let scale): "(\(value)) / \(power10(scale)).0"
        case .real: "cast(\(value) as real)"
        case .text, .date: value
        case .timestamp:
            "strftime('%Y-%m-%d %H:%M:%S', ((\(value)) - ((\(value)) % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch') || printf('.%06d', ((\(value)) % 1000000 + 1000000) % 1000000)"
        }
    }

    func series(_ name: String, _ grain: Grain, of keys: [String], bounds: String, where condition: String?) -> String {
        let step =
            switch grain {
            case .weekday, .hour: "period + 1"
            case .day: "date(period, '+1 day')"
            case .week: "date(period, '+7 days')"
            case .month: "date(period, '+1 month')"
            case .quarter: "date(period, '+3 months')"
            case .year: "date(period, '+1 year')"
            }
        return Self.series(keys + ["last_period"], "first_period", bounds, "first_period is not null", condition)
            + "\nunion all\n" + Layout.clause("select", keys + ["last_period", step]) + "\nfrom \(name)\nwhere period < last_period"
    }
}
