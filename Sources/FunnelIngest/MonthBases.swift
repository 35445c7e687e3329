import FunnelModel

/// The day number before the first of each month of 1600 to 2399, so that a date is one look-up and one addition.
enum MonthBases {
    static let firstYear = 1600
    static let lastYear = 2399

    /// One entry a month, and one behind the last.
    nonisolated(unsafe) static let table: UnsafePointer<Int32> = {
        let months = (lastYear - firstYear + 1) * 12
        let table = UnsafeMutablePointer<Int32>.allocate(capacity: months + 1)
        for month in 0...months {
            table[month] = Int32(Calendar.day(year: firstYear + month / 12, month: month % 12 + 1, day: 1) - 1)
        }
        return UnsafePointer(table)
    }()

    /// The day of a date, or nil where there is no such date. Years 1200…1599 are Solar Hijri.
    @inline(__always)
    static func day(_ table: UnsafePointer<Int32>, year: Int, month: Int, day: Int) -> Int? {
        guard month >= 1, month <= 12, day >= 1 else { return nil }
        guard year >= firstYear, year <= lastYear else { return unusual(year, month, day) }
        let index = (year &- firstYear) &* 12 &+ month &- 1
        let result = Int(table[index]) &+ day
        return result <= Int(table[index &+ 1]) ? result : nil
    }

    private static func unusual(_ year: Int, _ month: Int, _ day: Int) -> Int? {
        if (1200...1599).contains(year) {
            guard day <= Calendar.jalaliDaysIn(month: month, of: year) else { return nil }
            return Calendar.day(jalaliYear: year, month: month, day: day)
        }
        guard (lastYear + 1...9999).contains(year), day <= Calendar.daysIn(month: month, of: year) else { return nil }
        return Calendar.day(year: year, month: month, day: day)
    }
}
