import FunnelModel
import FunnelPlan

/// What PostgreSQL says differently.
struct PostgresRules: DialectRules {
    let name = "postgres"
    /// A list that does not fit into the memory of a worker is read again for every row.
    let asksInAggregates = false
    let countsInScans = true
    let sortsForPercentiles = true
    /// Sorts and hash tables that go to the disk are what a join for each step takes.
    let gathersTimes = true

    func type(_ type: SQLType) -> String {
        switch type {
        case .exact(scale: 0): "bigint"
        case .exact(let scale): "numeric(38, \(scale))"
        case .real: "double precision"
        case .text: "text"
        case .yesNo: "boolean"
        case .date: "date"
        case .timestamp: "timestamp"
        }
    }

    func microseconds(ofTimestamp value: String) -> String { "cast(round(date_part('epoch', \(value)) * 1000000) as bigint)" }
    func microseconds(from: String, to: String) -> String { "cast(round(date_part('epoch', \(to) - \(from)) * 1000000) as bigint)" }
    func realDays(from: String, to: String) -> String { "(date_part('epoch', \(to) - \(from)) / 86400)" }
    func isNoLonger(than microseconds: Int64, from: String, to: String) -> String { "\(to) <= \(from) + interval '\(Self.span(microseconds))'" }

    private static func span(_ microseconds: Int64) -> String {
        microseconds % microsecondsPerDay == 0 ? "\(microseconds / microsecondsPerDay) days" : "\(microseconds) microseconds"
    }

    func timestamp(ofMicroseconds value: String) -> String { "(timestamp '1970-01-01' + \(value) * interval '1 microsecond')" }
    /// A date is truncated as a time stamp: as one with a zone, the session's zone would play a part.
    func start(of grain: Grain, _ date: String) -> String {
        grain == .day ? date : "cast(date_trunc('\(grain.rawValue)', cast(\(date) as timestamp)) as date)"
    }
    func start(of grain: Grain, stored timestamp: String) -> String? {
        grain == .day ? nil : "cast(date_trunc('\(grain.rawValue)', \(timestamp)) as date)"
    }
    /// Rows are grouped by the time stamp at which a period begins: to make dates of time stamps takes a tenth of the time, and is done for groups.
    func numbered(_ grain: Grain, stored column: String) -> (number: String, start: (String) -> String)? {
        grain == .day ? nil : ("date_trunc('\(grain.rawValue)', cast(\(column) as timestamp))", { "cast(\($0) as date)" })
    }
    /// A backslash would be an escape.
    func like(_ text: String, _ pattern: String) -> String { "\(text) like \(literal(pattern)) escape ''" }
    func matches(_ text: String, _ pattern: String) -> String? { "\(text) ~ \(literal(pattern))" }
    /// The letters of all scripts have cases by ICU's rules; by those of a database's own locale they may not.
    func function(_ function: TextFunction, _ text: String) -> String? {
        switch function {
        case .lower, .upper: "\(function.rawValue)(\(text) collate \"und-x-icu\")"
        case .trim: "btrim(\(text), \(literal(Self.blanks)))"
        }
    }
    func same(_ a: String, _ b: String, _ type: SQLType) -> String { equation(a, b, type) }
    func byCodePoints(_ text: String) -> String { "\(text) collate \"C\"" }
    func percentile(_ value: String, _ thousandths: Int) -> String {
        "percentile_cont(\(Exact(Int128(thousandths), scale: 3).text)) within group (order by \(value))"
    }

    func series(_ name: String, _ grain: Grain, of keys: [String], bounds: String, where condition: String?) -> String {
        let step = grain == .quarter ? "3 months" : "1 \(grain.rawValue)"
        let all =
            grain.isCalendar
            ? "cast(generate_series(cast(first_period as timestamp), cast(last_period as timestamp), interval '\(step)') as date)"
            : "cast(generate_series(first_period, last_period) as bigint)"
        return Self.series(keys, all, bounds, condition)
    }
}
