/// Days and dates of the Gregorian and the Solar Hijri (Jalali) calendar. A day is a number: days since 1970-01-01.
package enum Calendar {
    /// The day number of a Gregorian date (proleptic), after Howard Hinnant's `days_from_civil`.
    package static func day(year: Int, month: Int, day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = floorDivide(y, 400)
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The Gregorian date of a day number.
    package static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let z = day + 719_468
        let era = floorDivide(z, 146_097)
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    package static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    package static func daysIn(month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Monday 1 … Sunday 7.
    package static func weekday(_ day: Int) -> Int { floorModulo(day + 3, 7) + 1 }

    /// The day `months` calendar months later; the last day of the month where that month is too short.
    package static func adding(months: Int, to day: Int) -> Int {
        let date = civil(day)
        let month = date.year * 12 + date.month - 1 + months
        let year = floorDivide(month, 12)
        let inYear = floorModulo(month, 12) + 1
        return Calendar.day(year: year, month: inYear, day: min(date.day, daysIn(month: inYear, of: year)))
    }

    package static func floorDivide(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : (a + 1) / b - 1 }
    package static func floorModulo(_ a: Int, _ b: Int) -> Int { a - floorDivide(a, b) * b }

    /// `2018-03-01`.
    package static func text(_ day: Int) -> String {
        let date = civil(day)
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    }

    /// `14:30:00`, with a fraction where there is one.
    package static func text(timeOfDay microseconds: Int64) -> String {
        let seconds = Int(microseconds / 1_000_000)
        let fraction = Int(microseconds % 1_000_000)
        let time = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        guard fraction != 0 else { return time }
        return time + "." + (fraction % 1000 == 0 ? padded(fraction / 1000, 3) : padded(fraction, 6))
    }

    package static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    // MARK: - Solar Hijri

    /// The years at which the 33-year cycle of leap years breaks, after Borkowski (1996); valid for -61 to 3177.
    private static let breaks = [
        -61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181, 1210, 1635, 2060, 2097, 2192, 2262, 2324, 2394, 2456, 3178,
    ]

    /// For a Jalali year: how many years ago the last leap year was (0 = it is one), and the day in March on which it begins.
    private static func jalali(_ year: Int) -> (sinceLeap: Int, march: Int) {
        let gregorian = year + 621
        var leaps = -14
        var start = breaks[0]
        var jump = 0
        for next in breaks.dropFirst() {
            jump = next - start
            if year < next { break }
            leaps += jump / 33 * 8 + jump % 33 / 4
            start = next
        }
        var n = year - start
        leaps += n / 33 * 8 + (n % 33 + 3) / 4
        if jump % 33 == 4 && jump - n == 4 { leaps += 1 }
        let gregorianLeaps = gregorian / 4 - (gregorian / 100 + 1) * 3 / 4 - 150
        let march = 20 + leaps - gregorianLeaps
        if jump - n < 6 { n = n - jump + (jump + 4) / 33 * 33 }
        var since = ((n + 1) % 33 - 1) % 4
        if since == -1 { since = 4 }
        return (since, march)
    }

    package static func jalaliDaysIn(month: Int, of year: Int) -> Int {
        month <= 6 ? 31 : month <= 11 ? 30 : jalali(year).sinceLeap == 0 ? 30 : 29
    }

    /// The day number of a Jalali date.
    package static func day(jalaliYear year: Int, month: Int, day: Int) -> Int {
        let new = Calendar.day(year: year + 621, month: 3, day: jalali(year).march)
        return new + (month - 1) * 31 - month / 7 * (month - 7) + day - 1
    }

    /// The Jalali date of a day number.
    package static func jalaliDate(_ day: Int) -> (year: Int, month: Int, day: Int) {
        var year = civil(day).year - 621
        var offset = day - Calendar.day(jalaliYear: year, month: 1, day: 1)
        if offset < 0 {
            year -= 1
            offset = day - Calendar.day(jalaliYear: year, month: 1, day: 1)
        }
        return offset < 186 ? (year, offset / 31 + 1, offset % 31 + 1) : (year, (offset - 186) / 30 + 7, (offset - 186) % 30 + 1)
    }
}
