import FunnelModel
import FunnelPlan
import FunnelText

/// What rows are grouped by.
extension RowWriter {
    /// The column that a key is: of a period its first day, of a weekday or an hour its number.
    func key(_ key: ScanKey, _ shape: KeyShape, _ rules: CalendarRules) throws(Diagnostic) -> String {
        switch key {
        case .period(let grain, let value, let shift): return try period(grain, value, shift, rules)
        case .value(let value):
            switch shape {
            case .text: return try text(value)
            case .yesNo: return Layout.bare(try truth(value))
            case .time(let type): return try time(value, as: type)
            case .exact(let scale): return try exact(value, scale: scale)
            case .real: return draft.rules.plainZero(try real(value))
            case .period(let grain): return try period(grain, value, .none, rules)
            }
        }
    }

    /// A number that stands for a key while rows are grouped, and the key of it; nil where the key itself is as fast.
    func numbered(_ key: ScanKey, _ calendar: CalendarRules) throws(Diagnostic) -> (number: String, key: (String) -> String)? {
        guard case .period(let grain, let value, .periods(let count)) = key, rules.isPlain(grain, calendar),
            try [.date, .timestamp].contains(type(value)), let column = try stored(value), let numbered = rules.numbered(grain, stored: column)
        else { return nil }
        let rules = rules
        return (numbered.number, { rules.adding(periods: count, of: grain, to: numbered.start($0)) })
    }

    private func period(_ grain: Grain, _ value: RowValue, _ shift: PeriodShift, _ calendar: CalendarRules) throws(Diagnostic) -> String {
        if grain == .hour { return try part(.hour, of: value) }
        var day = try day(value)
        if case .months(let months) = shift { day = rules.adding(months: months, to: day) }
        if grain == .weekday {
            let number = rules.weekday(day)
            return "cast(" + (calendar.weekStart == 1 ? "\(number) - 1" : "(\(number) + \(7 - calendar.weekStart)) % 7")
                + " as \(rules.type(.exact(scale: 0))))"
        }
        var start = rules.start(of: grain, day, calendar)
        guard case .periods(let count) = shift else { return start }
        if rules.isPlain(grain, calendar), try type(value) == .timestamp, let column = try stored(value), let direct = rules.start(of: grain, stored: column) {
            start = direct
        }
        guard count != 0 else { return start }
        return rules.adding(periods: count, of: grain, to: start)
    }
}

extension DialectRules {
    /// Whether a grain's periods are those that engines know: weeks from Monday on, and years from January on.
    func isPlain(_ grain: Grain, _ calendar: CalendarRules) -> Bool {
        switch grain {
        case .week: calendar.weekStart == 1
        case .quarter, .year: calendar.fiscalStart == 1
        case .day, .month: true
        case .weekday, .hour: false
        }
    }

    /// The first day of the period that holds a date, by the rules of weeks and fiscal years.
    func start(of grain: Grain, _ date: String, _ calendar: CalendarRules) -> String {
        let (week, fiscal) = (calendar.weekStart - 1, calendar.fiscalStart - 1)
        switch grain {
        case .week where week > 0: return adding(days: week, to: start(of: .week, adding(days: -week, to: date)))
        case .quarter where fiscal > 0, .year where fiscal > 0:
            return adding(months: fiscal, to: start(of: grain, adding(months: -fiscal, to: start(of: .month, date))))
        default: return start(of: grain, date)
        }
    }

    /// How many periods there are from the first to the last, both counted; a column of each.
    func periods(of grain: Grain, from first: String, to last: String) -> String {
        func months() -> String {
            let (years, rest) = (DatePart.year, DatePart.month)
            return "(\(part(years, ofDate: last)) - \(part(years, ofDate: first))) * 12 + \(part(rest, ofDate: last)) - \(part(rest, ofDate: first))"
        }
        switch grain {
        case .day: return "(\(days(from: first, to: last)) + 1)"
        case .week: return "(\(days(from: first, to: last)) / 7 + 1)"
        case .month: return "(\(months()) + 1)"
        case .quarter: return "((\(months())) / 3 + 1)"
        case .year: return "((\(months())) / 12 + 1)"
        case .weekday, .hour: return "(\(last) - \(first) + 1)"
        }
    }

    /// A number of a period, which grows by `step` from one to the next: of days, of months, or the period's own.
    func number(of grain: Grain, _ period: String) -> (text: String, step: Int) {
        let months = "(\(part(.year, ofDate: period)) * 12 + \(part(.month, ofDate: period)))"
        switch grain {
        case .day: return (days(from: literal(day: 0), to: period), 1)
        case .week: return (days(from: literal(day: 0), to: period), 7)
        case .month: return (months, 1)
        case .quarter: return (months, 3)
        case .year: return (months, 12)
        case .weekday, .hour: return (period, 1)
        }
    }

    func adding(periods count: Int, of grain: Grain, to date: String) -> String {
        switch grain {
        case .day: adding(days: count, to: date)
        case .week: adding(days: count * 7, to: date)
        case .month: adding(months: count, to: date)
        case .quarter: adding(months: count * 3, to: date)
        case .year: adding(months: count * 12, to: date)
        case .weekday, .hour: date
        }
    }
}

/// What a key is as a column.
enum KeyShape: Hashable {
    case period(Grain)
    case text
    case yesNo
    /// A date or a time stamp.
    case time(RowType)
    case exact(Int)
    /// A binary number, or a length of time in days.
    case real

    var type: SQLType {
        switch self {
        case .period(let grain): grain.isCalendar ? .date : .exact(scale: 0)
        case .text: .text
        case .yesNo: .yesNo
        case .time(let type): type == .date ? .date : .timestamp
        case .exact(let scale): .exact(scale: scale)
        case .real: .real
        }
    }

    /// Over all scans: what holds the values of each.
    init(_ kind: PlanKey.Kind, _ types: [RowType]) {
        switch kind {
        case .period(let grain): self = .period(grain)
        case .text: self = .text
        case .yesNo: self = .yesNo
        case .date: self = .time(types.allSatisfy { $0 == .date } ? .date : .timestamp)
        case .number:
            let scales = types.compactMap { type -> Int? in if case .exact(let scale) = type { scale } else { nil } }
            self = scales.count == types.count ? .exact(scales.max() ?? 0) : .real
        }
    }
}
