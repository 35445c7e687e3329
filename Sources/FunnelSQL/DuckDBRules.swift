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

    func series(_ name: String, _ grain: Grain, bounds: String) -> String {
        guard grain.isCalendar else { return "select cast(unnest(generate_series(first_period, last_period)) as bigint) as period\nfrom \(bounds)" }
        return
            "select cast(unnest(generate_series(cast(first_period as timestamp), cast(last_period as timestamp), interval 1 \(grain.rawValue))) as date) as period\nfrom \(bounds)"
    }
}
