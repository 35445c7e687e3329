import FunnelModel
import FunnelPlan

/// What most dialects say alike.
extension DialectRules {
    var countsInUnits: Bool { false }
    var settings: String? { nil }
    var hasPercentile: Bool { true }
    var sortsForPercentiles: Bool { false }
    var gathersTimes: Bool { false }
    var repeatsParts: Bool { false }
    var numbersFirst: Bool { false }
    var asksInAggregates: Bool { true }
    var countsInScans: Bool { false }

    func quoted(_ name: String) -> String { "\"" + Self.doubled(name, "\"") + "\"" }
    var escapingMarks: Set<Unicode.Scalar> { [] }
    func literal(_ text: String) -> String { "'" + Self.doubled(text, "'") + "'" }
    func literal(_ exact: Exact) -> String { exact.text }
    func literal(day: Int) -> String { "date '\(Calendar.text(day))'" }
    func literal(_ instant: Instant) -> String { "timestamp '\(Self.text(instant))'" }

    func type(_ type: SQLType) -> String {
        switch type {
        case .exact(scale: 0): "bigint"
        case .exact(let scale): "decimal(38, \(scale))"
        case .real: "double"
        case .text: "text"
        case .yesNo: "boolean"
        case .date: "date"
        case .timestamp: "timestamp"
        }
    }

    func real(_ number: String) -> String { "cast(\(number) as \(type(.real)))" }
    func integer(_ count: String) -> String { count }
    func plainZero(_ number: String) -> String { number }
    func nullable(_ value: String) -> String { value }
    func truth(_ condition: String) -> String { "coalesce(\(condition), false)" }
    func greatest(_ a: String, _ b: String) -> String { "greatest(\(a), \(b))" }
    func least(_ a: String, _ b: String) -> String { "least(\(a), \(b))" }
    func power10(_ digits: Int) -> String { Exact(Exact.power(digits)).text }

    func read(_ column: String, _ type: RowType) -> String { column }
    func day(ofTimestamp value: String) -> String { "cast(\(value) as date)" }
    func day(ofColumn column: String, _ type: RowType) -> String { type == .date ? column : day(ofTimestamp: column) }
    func timestamp(ofDate date: String) -> String { "cast(\(date) as timestamp)" }
    func days(from: String, to: String) -> String { "(\(to) - \(from))" }
    func microseconds(from: String, to: String) -> String { "(\(microseconds(ofTimestamp: to)) - \(microseconds(ofTimestamp: from)))" }
    func realDays(from: String, to: String) -> String { "(\(real(microseconds(from: from, to: to))) / 86400000000)" }
    func isNoLonger(than microseconds: Int64, from: String, to: String) -> String { "\(self.microseconds(from: from, to: to)) <= \(microseconds)" }
    func adding(days: Int, to date: String) -> String { days == 0 ? date : "(\(date) \(days < 0 ? "-" : "+") \(abs(days)))" }
    func adding(months: Int, to date: String) -> String {
        months == 0 ? date : "cast(\(date) \(months < 0 ? "-" : "+") interval '\(abs(months)) months' as date)"
    }
    func adding(months: Int, toTimestamp value: String) -> String { "(\(value) \(months < 0 ? "-" : "+") interval '\(abs(months)) months')" }
    func start(of grain: Grain, _ date: String) -> String {
        grain == .day ? date : "cast(date_trunc('\(grain.rawValue)', \(date)) as date)"
    }
    func start(of grain: Grain, stored timestamp: String) -> String? { nil }
    func numbered(_ grain: Grain, stored column: String) -> (number: String, start: (String) -> String)? { nil }
    func weekday(_ date: String) -> String { "extract(isodow from \(date))" }
    func part(_ part: DatePart, ofDate date: String) -> String {
        part == .weekday ? "cast(\(weekday(date)) as bigint)" : "cast(extract(\(part.rawValue) from \(date)) as bigint)"
    }
    func hour(ofTimestamp value: String) -> String { "cast(extract(hour from \(value)) as bigint)" }
    func isDuring(column: String, _ type: RowType, from: Instant?, until: Instant?) -> String {
        func bound(_ instant: Instant) -> String { instant.microseconds == 0 && type == .date ? literal(day: instant.day) : literal(instant) }
        return [from.map { "\(column) >= \(bound($0))" }, until.map { "\(column) < \(bound($0))" }].compactMap { $0 }.joined(separator: " and ")
    }

    /// Some columns of `bounds` and, as `period`, what is made of each row.
    static func series(_ keys: [String], _ periods: String, _ bounds: String, _ conditions: String?...) -> String {
        let conditions = conditions.compactMap { $0 }
        return Layout.clause("select", keys + ["\(periods) as period"]) + "\nfrom \(bounds)"
            + (conditions.isEmpty ? "" : "\nwhere " + conditions.joined(separator: " and "))
    }

    func contains(_ text: String, _ part: String) -> String { "position(\(literal(part)) in \(text)) > 0" }
    func starts(_ text: String, _ part: String) -> String { "starts_with(\(text), \(literal(part)))" }
    func ends(_ text: String, _ part: String) -> String { "right(\(text), \(part.unicodeScalars.count)) = \(literal(part))" }
    func like(_ text: String, _ pattern: String) -> String { "\(text) like \(literal(pattern))" }
    func function(_ function: TextFunction, _ text: String) -> String? {
        switch function {
        case .lower: "lower(\(text))"
        case .upper: "upper(\(text))"
        case .trim: "trim(both \(literal(Self.blanks)) from \(text))"
        }
    }
    func length(_ text: String) -> String { "char_length(\(text))" }
    func byCodePoints(_ text: String) -> String { text }

    func filtered(_ aggregate: String, _ condition: String?) -> String { condition.map { "\(aggregate) filter (where \($0))" } ?? aggregate }
    func list(_ value: String) -> String { "array_agg(\(value))" }
    func earliest(_ name: String, of list: String, _ comparison: String, in part: String) -> String {
        "select *\nfrom \(part)\ncross join lateral (select min(t) as \(name) from unnest(\(list)) as t where t \(comparison)) as \(name)s"
    }
    func same(_ a: String, _ b: String, _ type: SQLType) -> String { "\(a) is not distinct from \(b)" }

    /// The same as an equation, by which engines join that would try all pairs.
    func equation(_ a: String, _ b: String, _ type: SQLType) -> String {
        let stand =
            switch type {
            case .exact: "0"
            case .real: real("0")
            case .text: "''"
            case .yesNo: "false"
            case .date: literal(day: 0)
            case .timestamp: literal(Instant(day: 0))
            }
        return "coalesce(\(a), \(stand)) = coalesce(\(b), \(stand)) and (\(a) is null) = (\(b) is null)"
    }
    func output(_ value: String, _ type: SQLType) -> String { "cast(\(value) as \(self.type(type)))" }

    /// A name or a text with each of its marks twice.
    ///
    /// By scalars: a mark with an accent on it is one character, and a mark all the same.
    static func doubled(_ text: String, _ mark: Unicode.Scalar) -> String {
        text.unicodeScalars.reduce(into: "") { $0 += $1 == mark ? "\(mark)\(mark)" : String($1) }
    }

    /// A text with a backslash before each backslash and each quote, and line breaks as `\n`.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { $0 += $1 == "\\" ? "\\\\" : $1 == "'" ? "\\'" : $1 == "\n" ? "\\n" : String($1) }
    }

    /// A pattern in which a backslash is one.
    static func plainBackslashes(_ pattern: String) -> String { doubled(pattern, "\\") }

    static func text(_ instant: Instant) -> String { Calendar.text(instant.day) + " " + Calendar.text(timeOfDay: instant.microseconds) }

    /// What counts as blank at the ends of a text.
    static var blanks: String {
        "\t\n\u{B}\u{C}\r \u{85}\u{A0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}"
    }
}
