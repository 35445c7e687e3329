import FunnelModel

/// Dates by counting years and months one after the other: slow, and plain to see.
struct NaiveDate: Hashable {
    var year: Int
    var month: Int
    var day: Int

    static func isLeap(_ year: Int) -> Bool { year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) }
    static func days(in month: Int, of year: Int) -> Int { month == 2 && isLeap(year) ? 29 : [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] }

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// From a day number: days since 1970-01-01.
    init(_ number: Int) {
        var rest = number
        var year = 1970
        while rest < 0 {
            year -= 1
            rest += Self.isLeap(year) ? 366 : 365
        }
        while rest >= (Self.isLeap(year) ? 366 : 365) {
            rest -= Self.isLeap(year) ? 366 : 365
            year += 1
        }
        var month = 1
        while rest >= Self.days(in: month, of: year) {
            rest -= Self.days(in: month, of: year)
            month += 1
        }
        self.init(year: year, month: month, day: rest + 1)
    }

    var number: Int {
        var days = day - 1
        for month in 1..<max(1, month) { days += Self.days(in: month, of: year) }
        if year >= 1970 { for earlier in 1970..<year { days += Self.isLeap(earlier) ? 366 : 365 } }
        if year < 1970 { for later in year..<1970 { days -= Self.isLeap(later) ? 366 : 365 } }
        return days
    }

    /// The day of a point in time.
    static func day(of time: Int64) -> Int { Int((Double(time) / 86_400_000_000).rounded(.down)) }
}
