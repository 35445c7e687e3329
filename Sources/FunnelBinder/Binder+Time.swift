import FunnelModel
import FunnelPlan
import FunnelSyntax
import FunnelText

/// From one moment to another: `from ..< until`.
struct PeriodBounds {
    var from: Instant
    var until: Instant
}

/// Dates and periods as written.
extension Binder {
    /// The period that an expression names.
    func period(_ expression: Expression) throws(Diagnostic) -> PeriodBounds {
        switch expression {
        case .date(let date, let place): return try bounds(of: date, at: place.range)
        case .relative(let period, let place): return try bounds(of: period, at: place.range)
        case .number(let number, let place):
            guard let year = number.whole, (1000...9999).contains(year) else { throw error(.noPeriod, place.range) }
            return try bounds(ofYear: year)
        case .parameter(let name):
            let value = try parameter(name)
            var other = self
            other.source = value.source
            other.insideDepth += 1
            return try other.period(value.value)
        case .binary(let operation, let base, .duration(let duration, let place), _) where operation == .add || operation == .subtract:
            let moved = try period(base)
            let sign = operation == .add ? 1 : -1
            let from = try moving(moved.from, duration, sign, at: place.range)
            let until = try moving(moved.until, duration, sign, at: place.range)
            return PeriodBounds(from: from, until: until)
        default: throw error(.noPeriod, expression.range)
        }
    }

    /// The bounds of the other side of a comparison with a point in time, where it is written as a date; else nil.
    func bounds(_ expression: Expression, against value: TypedRow) throws(Diagnostic) -> PeriodBounds? {
        if isDate(expression) { return try period(expression) }
        switch expression {
        case .number where value.type == .date || value.type == .timestamp: return try period(expression)
        case .parameter(let name):
            let inner = try parameter(name)
            var other = self
            other.source = inner.source
            other.insideDepth += 1
            return try other.bounds(inner.value, against: value)
        default: return nil
        }
    }

    private func days(_ from: Int, _ until: Int) -> PeriodBounds { PeriodBounds(from: Instant(day: from), until: Instant(day: until)) }

    private func bounds(ofYear year: Int) throws(Diagnostic) -> PeriodBounds {
        if year < 1700 { return days(Calendar.day(jalaliYear: year, month: 1, day: 1), Calendar.day(jalaliYear: year + 1, month: 1, day: 1)) }
        let period = Period(.year, index: year, rules: context.rules)
        return days(period.start, period.end)
    }

    private func bounds(of date: DateLiteral, at range: TextRange) throws(Diagnostic) -> PeriodBounds {
        switch date {
        case .month(let year, let month):
            guard (1...12).contains(month) else { throw error(.noSuchDate("a year has 12 months"), range) }
            if year < 1700 {
                let start = Calendar.day(jalaliYear: year, month: month, day: 1)
                return days(start, start + Calendar.jalaliDaysIn(month: month, of: year))
            }
            let period = Period(.month, index: year * 12 + month - 1)
            return days(period.start, period.end)
        case .quarter(let year, let quarter):
            guard (1...4).contains(quarter) else { throw error(.noSuchDate("a year has 4 quarters"), range) }
            if year < 1700 {
                let last = quarter * 3
                return days(
                    Calendar.day(jalaliYear: year, month: last - 2, day: 1),
                    Calendar.day(jalaliYear: year, month: last, day: 1) + Calendar.jalaliDaysIn(month: last, of: year))
            }
            let period = Period(.quarter, index: year * 4 + quarter - 1, rules: context.rules)
            return days(period.start, period.end)
        case .week(let year, let week):
            guard year >= 1700 else { throw error(.noSuchDate("weeks are numbered in Gregorian years"), range) }
            // The week of the ISO year's fourth of January is its first.
            let first = Period(.week, holding: Calendar.day(year: year, month: 1, day: 4), rules: context.rules)
            let period = Period(.week, index: first.index + week - 1, rules: context.rules)
            guard week >= 1, period.label == Printer.text(date) else { throw error(.noSuchDate("\(year) has no week \(week)"), range) }
            return days(period.start, period.end)
        case .day(let year, let month, let day):
            let number = try dayNumber(year, month, day, at: range)
            return days(number, number + 1)
        case .time(let year, let month, let day, let microseconds):
            let number = try dayNumber(year, month, day, at: range)
            // A time is as fine as it is written: to the minute, the second, or less.
            let width: Int64 = microseconds % 1_000_000 != 0 ? 1 : microseconds % 60_000_000 != 0 ? 1_000_000 : 60_000_000
            let start = Instant(day: number, microseconds: microseconds)
            return PeriodBounds(from: start, until: Self.instant(start.total + width))
        }
    }

    private func dayNumber(_ year: Int, _ month: Int, _ day: Int, at range: TextRange) throws(Diagnostic) -> Int {
        guard (1...12).contains(month) else { throw error(.noSuchDate("a year has 12 months"), range) }
        let days = year < 1700 ? Calendar.jalaliDaysIn(month: month, of: year) : Calendar.daysIn(month: month, of: year)
        guard (1...days).contains(day) else { throw error(.noSuchDate("that month has \(days) days"), range) }
        return year < 1700 ? Calendar.day(jalaliYear: year, month: month, day: day) : Calendar.day(year: year, month: month, day: day)
    }

    static func instant(_ total: Int64) -> Instant {
        let day = Calendar.floorDivide(Int(total), Int(microsecondsPerDay))
        return Instant(day: day, microseconds: total - Int64(day) * microsecondsPerDay)
    }

    // MARK: - Relative periods

    private func bounds(of period: RelativePeriod, at range: TextRange) throws(Diagnostic) -> PeriodBounds {
        let today = context.now.day
        switch period {
        case .now: return PeriodBounds(from: context.now, until: Self.instant(context.now.total + 1))
        case .today: return days(today, today + 1)
        case .yesterday: return days(today - 1, today)
        case .this(let unit): return try whole(unit, shifted: 0, count: 1, at: range)
        case .last(let unit): return try whole(unit, shifted: -1, count: 1, at: range)
        case .past(let duration):
            guard duration.amount > 0 else { throw error(.emptyPeriod, range) }
            switch duration.unit {
            case .minute, .hour:
                let span = try fixedSpan(duration, range)
                return PeriodBounds(from: Self.instant(context.now.total - span), until: context.now)
            case .day, .week, .month, .quarter, .year: return try whole(duration.unit, shifted: -duration.amount, count: duration.amount, at: range)
            }
        }
    }

    /// So many whole units, beginning so many before the one that holds today.
    private func whole(_ unit: DurationLiteral.Unit, shifted: Int, count: Int, at range: TextRange) throws(Diagnostic) -> PeriodBounds {
        let grain: Grain
        switch unit {
        case .day: grain = .day
        case .week: grain = .week
        case .month: grain = .month
        case .quarter: grain = .quarter
        case .year: grain = .year
        case .minute, .hour: throw error(.noPeriod, range)
        }
        guard count < 100_000 else { throw error(.noSuchDate("that is too long ago"), range) }
        let first = Period.index(of: grain, holding: context.now.day, rules: context.rules) + shifted
        return days(Period(grain, index: first, rules: context.rules).start, Period(grain, index: first + count, rules: context.rules).start)
    }

    // MARK: - Durations

    /// A length of time that is the same everywhere; months are not.
    func fixedSpan(_ duration: DurationLiteral, _ range: TextRange) throws(Diagnostic) -> Int64 {
        guard case .microseconds(let microseconds) = try span(duration, range) else { throw error(.monthsVary, range) }
        return microseconds
    }

    func span(_ duration: DurationLiteral, _ range: TextRange) throws(Diagnostic) -> TimeSpan {
        guard duration.amount <= 1_000_000 else { throw error(.tooLongATime, range) }
        let amount = Int64(duration.amount)
        return switch duration.unit {
        case .minute: .microseconds(amount * 60_000_000)
        case .hour: .microseconds(amount * 3_600_000_000)
        case .day: .microseconds(amount * microsecondsPerDay)
        case .week: .microseconds(amount * 7 * microsecondsPerDay)
        case .month: .months(duration.amount)
        case .quarter: .months(duration.amount * 3)
        case .year: .months(duration.amount * 12)
        }
    }

    private func moving(_ instant: Instant, _ duration: DurationLiteral, _ sign: Int, at range: TextRange) throws(Diagnostic) -> Instant {
        switch try span(duration, range) {
        case .microseconds(let microseconds): Self.instant(instant.total + Int64(sign) * microseconds)
        case .months(let months): Instant(day: Calendar.adding(months: sign * months, to: instant.day), microseconds: instant.microseconds)
        }
    }

    /// The bounds of `during`: one period, or all from the first to the last.
    func bounds(of range: PeriodRange) throws(Diagnostic) -> PeriodBounds {
        let first = try period(range.first)
        guard let last = range.last else { return first }
        let bounds = PeriodBounds(from: first.from, until: try period(last).until)
        guard bounds.from < bounds.until else { throw error(.periodIsBackwards, range.place.range) }
        return bounds
    }

    /// The date that places the rows of a table in time.
    mutating func axis(of table: TableRole, at range: TextRange) throws(Diagnostic) -> (value: RowValue, type: RowType, name: String) {
        let schema = try schema(table, at: range)
        let role: ColumnRole
        switch table {
        case .leads: role = .created
        case .stages: role = .entered
        case .costs: role = .date
        case .deals:
            guard schema.roles[.closed] != nil || schema.roles[.created] != nil else { throw error(.noAxis(table), range) }
            let types = [schema.column(.closed)?.type, schema.column(.created)?.type].compactMap { $0 }
            let type: RowType = types.contains(.timestamp) || types.contains(.unknown) ? .timestamp : .date
            let column = ColumnReference(path: .own, table: .deals, index: .derived(.dealAxis), type: type, name: "dated")
            return (.column(column), type, "closed, of open ones created")
        }
        guard let index = schema.roles[role] else { throw error(.noAxis(table), range) }
        let type = RowType(schema.columns[index].type)
        let column = ColumnReference(path: .own, table: table, index: .file(index), type: type, name: role.rawValue)
        return (.column(column), type, role.rawValue)
    }
}
