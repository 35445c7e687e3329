import FunnelModel
import Testing

/// The calendars, against a second way to count.
struct CalendarLaws {
    /// Every day from 1900 to 2099, counted one by one.
    private static let days: [NaiveDate] = {
        var days: [NaiveDate] = []
        for year in 1900...2099 {
            for month in 1...12 { for day in 1...NaiveDate.days(in: month, of: year) { days.append(NaiveDate(year: year, month: month, day: day)) } }
        }
        return days
    }()

    @Test("a day's number, its date, its weekday and its text, for 1900 to 2099")
    func gregorian() {
        // 1900-01-01 was a Monday, 25,567 days before 1970-01-01.
        for (offset, date) in Self.days.enumerated() {
            let number = offset - 25_567
            let civil = Calendar.civil(number)
            let isRight =
                Calendar.day(year: date.year, month: date.month, day: date.day) == number && civil.year == date.year && civil.month == date.month
                && civil.day == date.day && Calendar.weekday(number) == offset % 7 + 1
            if !isRight { Issue.record("\(date)"); return }
        }
        #expect(Calendar.text(0) == "1970-01-01" && Calendar.weekday(0) == 4)
        #expect((1900...2099).allSatisfy { Calendar.isLeap($0) == (NaiveDate.days(in: 2, of: $0) == 29) })
    }

    @Test("periods hold their days: each begins where the one before ends", arguments: [(1, 1), (7, 1), (1, 4), (6, 10), (3, 12)])
    func periods(_ weekStart: Int, _ fiscalStart: Int) {
        let rules = CalendarRules(weekStart: weekStart, fiscalStart: fiscalStart)
        for grain in Grain.allCases where grain.isCalendar {
            var previous: Period?
            for day in stride(from: -25_567, through: 47_000, by: 1) {
                let period = Period(grain, holding: day, rules: rules)
                guard period.start <= day, day < period.end else { Issue.record("\(grain) of \(day): \(period.start)..<\(period.end)"); return }
                if let previous, previous != period, period.index != previous.index + 1 || period.start != day || previous.end != day {
                    Issue.record("\(grain) does not go on at \(Calendar.text(day))")
                    return
                }
                previous = period
            }
        }
        // A week begins on its day, a fiscal year in its month.
        let week = Period(.week, holding: 20_000, rules: rules)
        #expect(Calendar.weekday(week.start) == weekStart)
        let year = Period(.year, index: 2024, rules: rules)
        #expect(Calendar.civil(year.start).month == fiscalStart && Calendar.civil(year.end - 1).year == 2024)
    }

    @Test("ISO weeks: numbers at the turn of years that are known")
    func weeks() {
        for (date, label) in [
            ((2018, 12, 31), "2019-W01"), ((2016, 1, 3), "2015-W53"), ((2021, 1, 3), "2020-W53"), ((2021, 1, 4), "2021-W01"), ((2024, 12, 30), "2025-W01"),
        ] {
            #expect(Period(.week, holding: Calendar.day(year: date.0, month: date.1, day: date.2)).label == label)
        }
    }

    @Test("months are added as a person counts them")
    func months() {
        for number in stride(from: -20_000, to: 40_000, by: 37) {
            let date = NaiveDate(number)
            for months in [-25, -12, -1, 0, 1, 2, 11, 12, 13, 120] {
                let moved = Calendar.civil(Calendar.adding(months: months, to: number))
                let total = date.year * 12 + date.month - 1 + months
                let (year, month) = (total / 12, total % 12 + 1)
                #expect(moved.year == year && moved.month == month && moved.day == min(date.day, NaiveDate.days(in: month, of: year)))
            }
        }
    }

    @Test("Jalali years begin, and are leap, where it is known")
    func jalali() {
        for (year, gregorian) in [
            (1348, (1969, 3, 21)), (1354, (1975, 3, 21)), (1357, (1978, 3, 21)), (1375, (1996, 3, 20)), (1379, (2000, 3, 20)), (1395, (2016, 3, 20)),
            (1399, (2020, 3, 20)), (1400, (2021, 3, 21)), (1402, (2023, 3, 21)), (1403, (2024, 3, 20)), (1404, (2025, 3, 21)), (1408, (2029, 3, 20)),
        ] {
            #expect(Calendar.day(jalaliYear: year, month: 1, day: 1) == Calendar.day(year: gregorian.0, month: gregorian.1, day: gregorian.2), "\(year)")
        }
        #expect([1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408].allSatisfy { Calendar.jalaliDaysIn(month: 12, of: $0) == 30 })
        #expect([1400, 1401, 1402, 1404, 1405, 1406, 1407].allSatisfy { Calendar.jalaliDaysIn(month: 12, of: $0) == 29 })
        let lastOf1403 = Calendar.jalaliDate(Calendar.day(year: 2025, month: 3, day: 20))
        #expect(lastOf1403 == (1403, 12, 30))
    }

    @Test("every day from 1900 to 2099 has one Jalali date, a day after the one before")
    func jalaliDays() {
        var before: (year: Int, month: Int, day: Int)?
        for number in -25_567..<47_482 {
            let date = Calendar.jalaliDate(number)
            guard Calendar.day(jalaliYear: date.year, month: date.month, day: date.day) == number else { Issue.record("\(number) is \(date)"); return }
            if let before {
                let isLast = before.day == Calendar.jalaliDaysIn(month: before.month, of: before.year)
                let next =
                    !isLast
                    ? (before.year, before.month, before.day + 1) : before.month == 12 ? (before.year + 1, 1, 1) : (before.year, before.month + 1, 1)
                guard next == (date.year, date.month, date.day) else { Issue.record("\(before) is followed by \(date)"); return }
            }
            before = date
        }
    }
}
