/// How coarsely time is grouped.
package enum Grain: String, CaseIterable, Sendable, Hashable {
    case day, week, month, quarter, year, weekday, hour

    /// Whether its periods follow one another in time (a weekday comes again each week).
    package var isCalendar: Bool { self != .weekday && self != .hour }
}

/// Where weeks and years begin.
package struct CalendarRules: Sendable, Hashable {
    /// Monday 1 … Sunday 7.
    package var weekStart: Int
    /// The month in which a year, and with it its first quarter, begins: 1…12. A fiscal year bears the number of the
    /// calendar year in which it ends.
    package var fiscalStart: Int

    package init(weekStart: Int = 1, fiscalStart: Int = 1) {
        self.weekStart = weekStart
        self.fiscalStart = fiscalStart
    }
}

/// One stretch of a grain: a month, a week, … `index` counts them, so that neighbours differ by one.
package struct Period: Sendable, Hashable {
    package var grain: Grain
    package var index: Int
    package var rules: CalendarRules

    package init(_ grain: Grain, index: Int, rules: CalendarRules = CalendarRules()) {
        self.grain = grain
        self.index = index
        self.rules = rules
    }

    /// The period of a calendar grain that holds a day. For weekdays, the day's own; hours have no day.
    package init(_ grain: Grain, holding day: Int, rules: CalendarRules = CalendarRules()) {
        self.init(grain, index: Self.index(of: grain, holding: day, rules: rules), rules: rules)
    }

    package static func index(of grain: Grain, holding day: Int, rules: CalendarRules) -> Int {
        switch grain {
        case .day: return day
        case .week: return Calendar.floorDivide(day + 4 - rules.weekStart, 7)
        case .weekday: return Calendar.floorModulo(Calendar.weekday(day) - rules.weekStart, 7)
        case .hour: return 0
        case .month:
            let date = Calendar.civil(day)
            return date.year * 12 + date.month - 1
        case .quarter: return Calendar.floorDivide(fiscalMonth(day, rules), 3)
        case .year: return Calendar.floorDivide(fiscalMonth(day, rules), 12)
        }
    }

    /// Months since the fiscal year 0 began.
    private static func fiscalMonth(_ day: Int, _ rules: CalendarRules) -> Int {
        let date = Calendar.civil(day)
        let month = date.year * 12 + date.month - 1
        return rules.fiscalStart == 1 ? month : month + 13 - rules.fiscalStart
    }

    private func firstDay(ofFiscalMonth month: Int) -> Int {
        let shifted = rules.fiscalStart == 1 ? month : month - 13 + rules.fiscalStart
        return Calendar.day(
            year: Calendar.floorDivide(shifted, 12), month: Calendar.floorModulo(shifted, 12) + 1, day: 1)
    }

    /// Its first day. Only calendar grains have one.
    package var start: Int {
        switch grain {
        case .day: index
        case .week: index * 7 - 4 + rules.weekStart
        case .month: Calendar.day(year: Calendar.floorDivide(index, 12), month: Calendar.floorModulo(index, 12) + 1, day: 1)
        case .quarter: firstDay(ofFiscalMonth: index * 3)
        case .year: firstDay(ofFiscalMonth: index * 12)
        case .weekday, .hour: 0
        }
    }

    /// The first day after it.
    package var end: Int { Period(grain, index: index + 1, rules: rules).start }

    /// `2018-03`, `2018-Q1`, `2018-W07`, `Monday`, `14:00`.
    package var label: String {
        switch grain {
        case .day: return Calendar.text(start)
        case .week:
            // A week bears the ISO number of its fourth day's week.
            let middle = start + 3
            let thursday = middle + 4 - Calendar.weekday(middle)
            let year = Calendar.civil(thursday).year
            let number = (thursday - Calendar.day(year: year, month: 1, day: 1)) / 7 + 1
            return "\(Calendar.padded(year, 4))-W\(Calendar.padded(number, 2))"
        case .month:
            return "\(Calendar.padded(Calendar.floorDivide(index, 12), 4))-\(Calendar.padded(Calendar.floorModulo(index, 12) + 1, 2))"
        case .quarter:
            return "\(Calendar.padded(Calendar.floorDivide(index, 4), 4))-Q\(Calendar.floorModulo(index, 4) + 1)"
        case .year: return Calendar.padded(index, 4)
        case .weekday: return Self.weekdays[(index + rules.weekStart - 1) % 7]
        case .hour: return "\(Calendar.padded(index, 2)):00"
        }
    }

    package static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
}
