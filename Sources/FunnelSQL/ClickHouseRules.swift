import FunnelModel
import FunnelPlan

/// What ClickHouse says differently.
struct ClickHouseRules: DialectRules {
    let name = "clickhouse"
    let asksInAggregates = false
    let repeatsParts = true
    /// A join that finds nothing would give zeros; and an alias would stand for the column of its name.
    let settings: String? = "settings join_use_nulls = 1, prefer_column_name_to_alias = 1, aggregate_functions_null_for_empty = 0"

    let escapingMarks: Set<Unicode.Scalar> = ["'", "\""]
    func quoted(_ name: String) -> String {
        "\"" + name.unicodeScalars.reduce(into: "") { $0 += $1 == "\\" ? "\\\\" : $1 == "\"" ? "\\\"" : String($1) } + "\""
    }
    func literal(_ text: String) -> String {
        "'" + Self.escaped(text) + "'"
    }
    func literal(_ exact: Exact) -> String { exact.scale == 0 ? "toInt64(\(exact.text))" : "toDecimal128('\(exact.text)', \(exact.scale))" }
    func literal(day: Int) -> String { "toDate32('\(Calendar.text(day))')" }
    func literal(_ instant: Instant) -> String { "toDateTime64('\(Self.text(instant))', 6, 'UTC')" }

    func type(_ type: SQLType) -> String {
        switch type {
        case .exact(scale: 0): "Nullable(Int64)"
        case .exact(let scale): "Nullable(Decimal(38, \(scale)))"
        case .real: "Nullable(Float64)"
        case .text: "Nullable(String)"
        case .yesNo: "Nullable(Bool)"
        case .date: "Nullable(Date32)"
        case .timestamp: "Nullable(DateTime64(6, 'UTC'))"
        }
    }

    func integer(_ count: String) -> String { "toInt64(\(count))" }
    func plainZero(_ number: String) -> String { "(\(number) + 0.0)" }
    func nullable(_ value: String) -> String { "toNullable(\(value))" }
    func day(ofTimestamp value: String) -> String { "toDate32(\(value))" }
    func timestamp(ofDate date: String) -> String { "toDateTime64(\(date), 6, 'UTC')" }
    func microseconds(ofTimestamp value: String) -> String { "toUnixTimestamp64Micro(toDateTime64(\(value), 6, 'UTC'))" }
    func timestamp(ofMicroseconds value: String) -> String { "fromUnixTimestamp64Micro(\(value), 'UTC')" }
    func days(from: String, to: String) -> String { "toInt64(dateDiff('day', \(from), \(to)))" }
    func adding(days: Int, to date: String) -> String { days == 0 ? date : "addDays(\(date), \(days))" }
    func adding(months: Int, to date: String) -> String { months == 0 ? date : "addMonths(\(date), \(months))" }
    func adding(months: Int, toTimestamp value: String) -> String { "addMonths(\(value), \(months))" }
    func start(of grain: Grain, _ date: String) -> String {
        switch grain {
        case .week: "toDate32(subtractDays(\(date), toDayOfWeek(\(date)) - 1))"
        case .month: "toDate32(subtractDays(\(date), toDayOfMonth(\(date)) - 1))"
        case .quarter: "toDate32(addMonths(subtractDays(\(date), toDayOfMonth(\(date)) - 1), -((toMonth(\(date)) - 1) % 3)))"
        case .year: "toDate32(addMonths(subtractDays(\(date), toDayOfMonth(\(date)) - 1), -(toMonth(\(date)) - 1)))"
        case .day, .weekday, .hour: date
        }
    }
    func weekday(_ date: String) -> String { "toInt64(toDayOfWeek(\(date)))" }
    func part(_ part: DatePart, ofDate date: String) -> String {
        switch part {
        case .year: "toInt64(toYear(\(date)))"
        case .quarter: "toInt64(toQuarter(\(date)))"
        case .month: "toInt64(toMonth(\(date)))"
        case .day: "toInt64(toDayOfMonth(\(date)))"
        case .weekday: weekday(date)
        case .hour: "toInt64(0)"
        }
    }
    func hour(ofTimestamp value: String) -> String { "toInt64(toHour(\(value)))" }
    func contains(_ text: String, _ part: String) -> String { "position(\(text), \(literal(part))) > 0" }
    func starts(_ text: String, _ part: String) -> String { "startsWith(\(text), \(literal(part)))" }
    func ends(_ text: String, _ part: String) -> String { "endsWith(\(text), \(literal(part)))" }
    func like(_ text: String, _ pattern: String) -> String { "\(text) like \(literal(Self.plainBackslashes(pattern)))" }
    func matches(_ text: String, _ pattern: String) -> String? { "match(\(text), \(literal(pattern)))" }
    func function(_ function: TextFunction, _ text: String) -> String? {
        switch function {
        case .lower: "lowerUTF8(\(text))"
        case .upper: "upperUTF8(\(text))"
        case .trim: "trim(both \(literal(Self.blanks)) from \(text))"
        }
    }
    func length(_ text: String) -> String { "toInt64(lengthUTF8(\(text)))" }
    func percentile(_ value: String, _ thousandths: Int) -> String { "quantileExactInclusiveOrNull(\(Exact(Int128(thousandths), scale: 3).text))(\(value))" }
    func same(_ a: String, _ b: String, _ type: SQLType) -> String { "isNotDistinctFrom(\(a), \(b))" }

    func series(_ name: String, _ grain: Grain, of keys: [String], bounds: String, where condition: String?) -> String {
        let (unit, size, add) =
            switch grain {
            case .day: ("day", 1, "addDays")
            case .week: ("day", 7, "addWeeks")
            case .month: ("month", 1, "addMonths")
            case .quarter: ("month", 3, "addQuarters")
            case .year: ("month", 12, "addYears")
            case .weekday, .hour: ("", 1, "")
            }
        let (first, last) = ("assumeNotNull(first_period)", "assumeNotNull(last_period)")
        let count = "toUInt64(intDiv(dateDiff('\(unit)', \(first), \(last)), \(size)) + 1)"
        let all =
            grain.isCalendar
            ? "cast(arrayJoin(arrayMap(n -> \(add)(\(first), n), range(\(count)))) as Nullable(Date32))"
            : "cast(arrayJoin(range(\(first), \(last) + 1)) as Nullable(Int64))"
        return Self.series(keys, all, bounds, "first_period is not null", condition)
    }
}
