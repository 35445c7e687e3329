/// How the dates of a column are read.
struct DateRule: Sendable, Equatable {
    /// What `03/04/2021` means: the 3rd of April, or March the 4th.
    enum Order: Sendable {
        case dayFirst, monthFirst
        /// Only dates are taken that are the same in either order: no other has been met.
        case either
    }

    var order = Order.dayFirst
    /// Whether `20210415` is a date; only where a role asks for one.
    var allowsCompact = false
    /// The pattern that a `dates` clause gives.
    var pattern: DatePattern?
    /// Minutes east of UTC to which times with a zone are brought.
    var zoneMinutes = 0
}

/// A date as it was written.
struct WrittenDate: Equatable {
    /// Days since 1970-01-01.
    var day: Int
    /// Microseconds since midnight.
    var time: Int64 = 0
    var hasTime = false
    /// Digits of the fraction of a second.
    var fraction = 0
}

/// Reads dates and times as people and programs write them. `PlainDate` knows the short way for the most common ones.
enum DateText {
    /// Any date, or nil where the cell is none.
    static func parse(_ cell: Cell, _ rule: DateRule) -> WrittenDate? {
        guard cell.count >= 6, cell.count <= 96 else { return nil }
        var scanner = DateScanner(cell)
        if let pattern = rule.pattern { return pattern.parse(&scanner, rule) }
        guard let day = day(&scanner, rule) else { return nil }
        return finish(&scanner, day: day, rule)
    }

    /// What may stand behind a date: nothing, or a time of day.
    static func finish(_ scanner: inout DateScanner, day: Int, _ rule: DateRule) -> WrittenDate? {
        var result = WrittenDate(day: day)
        if scanner.isAtEnd { return result }
        let isMarked = scanner.skip(UInt8(ascii: "T")) || scanner.skip(UInt8(ascii: "t"))
        if !isMarked {
            let before = scanner.at
            _ = scanner.skip(Byte.comma)
            scanner.skipBlanks()
            if scanner.isAtEnd { return result }
            if scanner.skipWord("at") { scanner.skipBlanks() }
            guard scanner.at > before else { return nil }
        }
        guard let time = TimeText.parse(&scanner) else { return nil }
        scanner.skipBlanks()
        result.time = time.microseconds
        result.fraction = time.fraction
        result.hasTime = true
        if !scanner.isAtEnd {
            guard let zone = TimeText.zone(&scanner), scanner.isAtEnd else { return nil }
            result.shift(minutes: rule.zoneMinutes - zone)
        }
        return result
    }

    private static func day(_ scanner: inout DateScanner, _ rule: DateRule) -> Int? {
        if let word = scanner.peekWord(), MonthNames.isWeekday(word) {
            scanner.at += word.count
            _ = scanner.skip(Byte.point)
            _ = scanner.skip(Byte.comma)
            scanner.skipBlanks()
        }
        if let word = scanner.peekWord() { return monthWordFirst(&scanner, word) }
        guard let first = scanner.number() else { return nil }
        if first.digits == 4 { return yearFirst(&scanner, first.value) }
        if first.digits == 8, rule.allowsCompact || scanner.peek == UInt8(ascii: "T") { return compact(&scanner, first.value) }
        if first.digits == 14, rule.allowsCompact { return compactWithTime(&scanner, first.value) }
        guard first.digits <= 2 else { return nil }
        return dayOrMonthFirst(&scanner, first.value, rule)
    }

    /// `2021-04-15`, `2021/4/15`, `2021-Apr-15`
    private static func yearFirst(_ scanner: inout DateScanner, _ year: Int) -> Int? {
        guard let separator = scanner.separator() else { return nil }
        if let word = scanner.peekWord() {
            guard let month = MonthNames.month(word) else { return nil }
            scanner.at += word.count
            guard scanner.separator() == separator, let day = scanner.number(), day.digits <= 2 else { return nil }
            return date(year, month, day.value)
        }
        guard separator != Byte.space, let month = scanner.number(), month.digits <= 2, scanner.skip(separator),
            let day = scanner.number(), day.digits <= 2
        else { return nil }
        return date(year, month.value, day.value)
    }

    /// `20210415`
    private static func compact(_ scanner: inout DateScanner, _ number: Int) -> Int? {
        date(number / 10_000, number / 100 % 100, number % 100)
    }

    /// `20210415000300`: the scanner goes back to where the time begins.
    private static func compactWithTime(_ scanner: inout DateScanner, _ number: Int) -> Int? {
        scanner.breakBefore(6)
        return compact(&scanner, number / 1_000_000)
    }

    /// `15/04/2021`, `15.4.21`, `15 Apr, 2021`, `15-Apr-21`
    private static func dayOrMonthFirst(_ scanner: inout DateScanner, _ first: Int, _ rule: DateRule) -> Int? {
        if let suffix = scanner.peekWord(), MonthNames.isOrdinal(suffix) { scanner.at += suffix.count }
        guard let separator = scanner.separator() else { return nil }
        if let word = scanner.peekWord() {
            guard let month = MonthNames.month(word) else { return nil }
            scanner.at += word.count
            _ = scanner.skip(Byte.point)
            _ = scanner.skip(Byte.comma)
            _ = scanner.separator()
            guard let year = scanner.number(), let full = fullYear(year) else { return nil }
            return date(full, month, first)
        }
        guard separator != Byte.space, let second = scanner.number(), second.digits <= 2, scanner.skip(separator),
            let year = scanner.number(), let full = fullYear(year)
        else { return nil }
        switch rule.order {
        case .dayFirst: return date(full, second.value, first)
        case .monthFirst: return date(full, first, second.value)
        case .either: return first == second.value ? date(full, first, first) : nil
        }
    }

    /// `April 15, 2021`, `Apr 15 2021`
    private static func monthWordFirst(_ scanner: inout DateScanner, _ word: ArraySlice<UInt8>) -> Int? {
        guard let month = MonthNames.month(word) else { return nil }
        scanner.at += word.count
        _ = scanner.skip(Byte.point)
        guard scanner.separator() != nil, let day = scanner.number(), day.digits <= 2 else { return nil }
        if let suffix = scanner.peekWord(), MonthNames.isOrdinal(suffix) { scanner.at += suffix.count }
        let hasComma = scanner.skip(Byte.comma)
        guard scanner.separator() != nil || hasComma, let year = scanner.number(), let full = fullYear(year) else { return nil }
        return date(full, month, day.value)
    }

    /// A year of two digits is 1969 to 2068, as POSIX has it.
    static func fullYear(_ year: (value: Int, digits: Int)) -> Int? {
        if year.digits == 4 { return year.value }
        return year.digits == 2 ? year.value + (year.value < 69 ? 2000 : 1900) : nil
    }

    /// A month above 12 is one of the Solar Hijri calendar, known by its name.
    static func date(_ year: Int, _ month: Int, _ day: Int) -> Int? {
        if month > MonthNames.jalali {
            return (1200...1599).contains(year)
                ? MonthBases.day(MonthBases.table, year: year, month: month - MonthNames.jalali, day: day) : nil
        }
        return MonthBases.day(MonthBases.table, year: year, month: month, day: day)
    }
}

extension WrittenDate {
    mutating func shift(minutes: Int) {
        let day: Int64 = 86_400_000_000
        var moved = time + Int64(minutes) * 60_000_000
        while moved < 0 {
            moved += day
            self.day -= 1
        }
        while moved >= day {
            moved -= day
            self.day += 1
        }
        time = moved
    }
}
