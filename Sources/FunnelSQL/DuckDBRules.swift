import FunnelModel
import FunnelPlan

/// What DuckDB says differently.
struct DuckDBRules: DialectRules {
    let name = "duckdb"

    func microseconds(ofTimestamp value: String) -> String { "epoch_us(\(value))" }
    func isNoLonger(than microseconds: Int64, from: String, to: String) -> String {
        microseconds % microsecondsPerDay == 0
            ? "\(to) <= \(from) + interval \(microseconds / microsecondsPerDay) day" : "\(to) <= \(from) + to_microseconds(\(microseconds))"
    }
    func timestamp(ofMicroseconds value: String) -> String { "make_timestamp(cast(\(value) as bigint))" }
    /// The day need not be taken of each row before.
    func start(of grain: Grain, stored timestamp: String) -> String? {
        grain == .day ? nil : "cast(date_trunc('\(grain.rawValue)', \(timestamp)) as date)"
    }
    func contains(_ text: String, _ part: String) -> String { "contains(\(text), \(literal(part)))" }
    func ends(_ text: String, _ part: String) -> String { "ends_with(\(text), \(literal(part)))" }
    func matches(_ text: String, _ pattern: String) -> String? { "regexp_matches(\(text), \(literal(pattern)))" }
    func function(_ function: TextFunction, _ text: String) -> String? {
        switch function {
        case .lower, .upper: "\(function.rawValue)(\(text))"
        case .trim: "trim(\(text), \(literal(Self.blanks)))"
        }
    }
    func percentile(_ value: String, _ thousandths: Int) -> String { "quantile_cont(\(value), \(Exact(Int128(thousandths), scale: 3).text))" }

    func series(_ name: String, _ grain: Grain, of keys: [String], bounds: String, where condition: String?) -> String {
        let all =
            grain.isCalendar
            ? "cast(unnest(generate_series(cast(first_period as timestamp), cast(last_period as timestamp), interval 1 \(grain.rawValue))) as date)"
            : "cast(unnest(generate_series(first_period, last_period)) as bigint)"
        return Self.series(keys, all, bounds, condition)
    }
    /// Of two first days the boundaries between them are as many as the periods from the one to the other.
    func periods(of grain: Grain, from first: String, to last: String) -> String {
        grain.isCalendar ? "(date_diff('\(grain.rawValue)', \(first), \(last)) + 1)" : "(\(last) - \(first) + 1)"
    }
    /// To truncate a time takes five times as long as to take its year and its month, which are looked up by its day.
    func numbered(_ grain: Grain, stored column: String) -> (number: String, start: (String) -> String)? {
        let months = "extract(year from \(column)) * 12 + extract(month from \(column)) - 1"
        switch grain {
        case .month: return (months, { "make_date(\($0) // 12, \($0) % 12 + 1, 1)" })
        case .quarter: return ("(\(months)) // 3", { "make_date(\($0) // 4, \($0) % 4 * 3 + 1, 1)" })
        case .year: return ("extract(year from \(column))", { "make_date(\($0), 1, 1)" })
        case .day, .week, .weekday, .hour: return nil
        }
    }
}
