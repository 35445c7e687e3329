import FunnelModel
import FunnelPlan
import Testing

/// How long ago something was, where months have different lengths.
struct PastLaws {
    private static let noon: Int64 = 43_200_000_000

    private static func instant(_ year: Int, _ month: Int, _ day: Int, _ time: Int64 = 0) -> Instant {
        Instant(day: Calendar.day(year: year, month: month, day: day), microseconds: time)
    }

    private static func lies(_ moment: Instant, _ span: TimeSpan, before now: Instant) -> Bool {
        span.past(at: now).contains { stretch in (stretch.from.map { $0 <= moment } ?? true) && moment < stretch.until }
    }

    @Test("what lies so many months back comes no later than now, that much later: at every day of years with and without a leap day")
    func months() {
        let times: [Int64] = [0, Self.noon - 1, Self.noon, Self.noon + 1, microsecondsPerDay - 1]
        for day in Calendar.day(year: 2023, month: 11, day: 1)...Calendar.day(year: 2025, month: 4, day: 2) {
            for months in [0, 1, 2, 3, 11, 12, 13, 48] {
                for now in [Instant(day: day), Instant(day: day, microseconds: Self.noon), Instant(day: day, microseconds: microsecondsPerDay - 1)] {
                    let near = Calendar.adding(months: -months, to: day)
                    for other in near - 4...near + 5 {
                        for time in times {
                            let moment = Instant(day: other, microseconds: time)
                            var date = NaiveDate(other)
                            date.month += months
                            (date.year, date.month) = (date.year + (date.month - 1) / 12, (date.month - 1) % 12 + 1)
                            let last = min(date.day, NaiveDate.days(in: date.month, of: date.year))
                            let later = Self.instant(date.year, date.month, last, time)
                            if Self.lies(moment, .months(months), before: now) != (later <= now) {
                                Issue.record("\(moment), \(months) months before \(now)")
                                return
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("the stretches are in order, apart, and one where all hours of today are over")
    func stretches() {
        for day in Calendar.day(year: 2024, month: 1, day: 1)...Calendar.day(year: 2024, month: 12, day: 31) {
            for months in 1...13 {
                let all = TimeSpan.months(months).past(at: Instant(day: day, microseconds: Self.noon))
                #expect(all[0].from == nil && all.dropFirst().allSatisfy { $0.from! < $0.until })
                #expect(zip(all, all.dropFirst()).allSatisfy { $0.until < $1.from! })
                #expect(TimeSpan.months(months).past(at: Instant(day: day, microseconds: microsecondsPerDay - 1)).count == 1)
            }
        }
    }

    @Test("the ends of months, by hand")
    func byHand() {
        let month = TimeSpan.months(1)
        // Of four days in January it is 28 February a month later.
        let noon = Self.instant(2025, 2, 28, Self.noon)
        for day in 28...31 {
            #expect(Self.lies(Self.instant(2025, 1, day, Self.noon), month, before: noon))
            #expect(!Self.lies(Self.instant(2025, 1, day, Self.noon + 1), month, before: noon))
        }
        #expect(!Self.lies(Self.instant(2025, 2, 1), month, before: noon))
        // In a leap year of three of them, and the 28th is the 28th.
        #expect(Self.lies(Self.instant(2024, 1, 28, Self.noon + 1), month, before: Self.instant(2024, 2, 29)))
        #expect(Self.lies(Self.instant(2024, 1, 31), month, before: Self.instant(2024, 2, 29)))
        #expect(!Self.lies(Self.instant(2024, 1, 29), month, before: Self.instant(2024, 2, 28, Self.noon)))
        // No day of February comes to be 30 or 31 March.
        #expect(Self.lies(Self.instant(2025, 2, 28, microsecondsPerDay - 1), month, before: Self.instant(2025, 3, 30)))
        #expect(!Self.lies(Self.instant(2025, 3, 1), month, before: Self.instant(2025, 3, 31, Self.noon)))
        // A year after a leap day.
        #expect(Self.lies(Self.instant(2024, 2, 29), .months(12), before: Self.instant(2025, 2, 28)))
        #expect(!Self.lies(Self.instant(2024, 2, 29, 1), .months(12), before: Self.instant(2025, 2, 28)))
        #expect(TimeSpan.microseconds(1).past(at: Self.instant(2025, 3, 1)).map(\.until) == [Self.instant(2025, 3, 1)])
    }
}
