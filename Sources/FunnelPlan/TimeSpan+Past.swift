import FunnelModel

extension TimeSpan {
    /// When a moment was that lies at least so long before `now`, which is that much later no later than `now`: from `from`,
    /// without one from the beginning of time, up to `until`, which is not included. The stretches follow one another.
    ///
    /// Months later is the same day at the same time of day or, where the month is too short, its last day. So several days may
    /// have the same day in common: of 28 to 31 January it is 28 February, and on that day at noon, of each of the four only
    /// the morning lies a month back.
    package func past(at now: Instant) -> [(from: Instant?, until: Instant)] {
        switch self {
        case .microseconds(let microseconds):
            let total = now.total - microseconds + 1
            let day = Calendar.floorDivide(Int(total), Int(microsecondsPerDay))
            return [(nil, Instant(day: day, microseconds: total - Int64(day) * microsecondsPerDay))]
        case .months(let months):
            let today = Calendar.civil(now.day)
            let month = today.year * 12 + today.month - 1 - months
            let (year, inYear) = (Calendar.floorDivide(month, 12), Calendar.floorModulo(month, 12) + 1)
            let first = Calendar.day(year: year, month: inYear, day: 1)
            let length = Calendar.daysIn(month: inYear, of: year)
            // No day of a shorter month comes to be today: all of it lies behind, and nothing of the next.
            guard today.day <= length else { return [(nil, Instant(day: first + length))] }
            let isLast = today.day == Calendar.daysIn(month: today.month, of: today.year)
            let last = isLast ? length : today.day
            var stretches: [(from: Instant?, until: Instant)] = []
            for day in today.day...last {
                let midnight = first + day - 1
                let until =
                    now.microseconds + 1 == microsecondsPerDay
                    ? Instant(day: midnight + 1) : Instant(day: midnight, microseconds: now.microseconds + 1)
                if let before = stretches.last, before.until == Instant(day: midnight) {
                    stretches[stretches.count - 1].until = until
                } else {
                    stretches.append((stretches.isEmpty ? nil : Instant(day: midnight), until))
                }
            }
            return stretches
        }
    }
}

extension RowCondition {
    /// Whether a point in time lies at least so long before another.
    package static func isPast(_ value: RowValue, by span: TimeSpan, at now: Instant) -> RowCondition {
        let stretches = span.past(at: now).map { RowCondition.during(value, from: $0.from, until: $0.until) }
        return stretches.count == 1 ? stretches[0] : .or(stretches)
    }
}
