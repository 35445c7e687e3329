/// The short way to read dates in the forms that programs write, each part at its fixed place:
/// `2021-04-15`, `15/04/2021`, both with `T00:03:00.250+03:30` behind them or parts of it.
enum PlainDate {
    /// Nil where the long way, `DateText`, has to be taken. For a rule with a pattern there is no short way.
    @inline(__always)
    static func parse(_ cell: Cell, _ rule: DateRule, _ bases: UnsafePointer<Int32>) -> WrittenDate? {
        guard cell.count >= 10, let day = isoDay(cell, bases) ?? orderedDay(cell, rule, bases) else { return nil }
        return cell.count == 10 ? WrittenDate(day: day) : clock(cell, day, rule)
    }

    /// `2021-04-15`
    @inline(__always)
    private static func isoDay(_ cell: Cell, _ bases: UnsafePointer<Int32>) -> Int? {
        // The eight bytes `yyyy-MM-` less `0000-00-` are digits and zeros.
        let head = word(cell, 0) ^ 0x2D30_302D_3030_3030
        guard isDigits(head, holes: 0xFF00_00FF_0000_0000), Byte.isDigit(cell[8]), Byte.isDigit(cell[9]) else { return nil }
        let year = digit(head, 0) &* 1000 &+ digit(head, 1) &* 100 &+ digit(head, 2) &* 10 &+ digit(head, 3)
        return MonthBases.day(bases, year: year, month: pair(head, 5), day: pair(cell, 8))
    }

    /// `15/04/2021` or `04/15/2021`, as the rule has it, with `/`, `-` or `.`
    @inline(__always)
    private static func orderedDay(_ cell: Cell, _ rule: DateRule, _ bases: UnsafePointer<Int32>) -> Int? {
        let separator = cell[2]
        guard separator == cell[5], separator == Byte.slash || separator == Byte.minus || separator == Byte.point,
            rule.order != .either
        else { return nil }
        let spread = UInt64(separator) << 16 | UInt64(separator) << 40
        let head = word(cell, 0) ^ (0x3030_0030_3000_3030 | spread)
        guard isDigits(head, holes: 0x0000_FF00_00FF_0000), Byte.isDigit(cell[8]), Byte.isDigit(cell[9]) else { return nil }
        let year = pair(head, 6) &* 100 &+ pair(cell, 8)
        let isDayFirst = rule.order == .dayFirst
        return MonthBases.day(
            bases, year: year, month: isDayFirst ? pair(head, 3) : pair(head, 0), day: isDayFirst ? pair(head, 0) : pair(head, 3))
    }

    /// ` 10:30`, `T10:30:05`, `T10:30:05.250Z`, `T10:30:05+03:30`, from the tenth byte on.
    @inline(__always)
    private static func clock(_ cell: Cell, _ day: Int, _ rule: DateRule) -> WrittenDate? {
        guard cell.count >= 16, cell[10] == Byte.space || cell[10] == UInt8(ascii: "T") else { return nil }
        guard cell[13] == Byte.colon, isPair(cell, 11), isPair(cell, 14) else { return nil }
        let hour = pair(cell, 11)
        let minute = pair(cell, 14)
        var second = 0
        var at = 16
        if cell.count >= 19, cell[16] == Byte.colon {
            guard isPair(cell, 17) else { return nil }
            second = pair(cell, 17)
            at = 19
        }
        guard hour < 24, minute < 60, second < 60 else { return nil }
        var date = WrittenDate(day: day, hasTime: true)
        date.time = Int64(hour &* 3600 &+ minute &* 60 &+ second) &* 1_000_000
        if at == cell.count { return date }
        return tail(cell, at, date, rule)
    }

    /// A fraction of the second and a zone.
    private static func tail(_ cell: Cell, _ start: Int, _ date: WrittenDate, _ rule: DateRule) -> WrittenDate? {
        var date = date
        var at = start
        if at == 19, cell[at] == Byte.point {
            at += 1
            var unit: Int64 = 100_000
            while at < cell.count, Byte.isDigit(cell[at]) {
                date.time += Int64(cell[at] - Byte.zero) * unit
                unit /= 10
                at += 1
            }
            date.fraction = at - 20
            guard date.fraction > 0 else { return nil }
        }
        if at == cell.count { return date }
        var zone = 0
        if cell[at] == UInt8(ascii: "Z"), at + 1 == cell.count {
            zone = 0
        } else {
            guard cell.count == at + 6, cell[at] == Byte.plus || cell[at] == Byte.minus, cell[at + 3] == Byte.colon,
                isPair(cell, at + 1), isPair(cell, at + 4), pair(cell, at + 1) < 18, pair(cell, at + 4) < 60
            else { return nil }
            zone = pair(cell, at + 1) * 60 + pair(cell, at + 4)
            if cell[at] == Byte.minus { zone = -zone }
        }
        date.shift(minutes: rule.zoneMinutes - zone)
        return date
    }

    @inline(__always) private static func word(_ cell: Cell, _ at: Int) -> UInt64 {
        UnsafeRawPointer(cell.start + at).loadUnaligned(as: UInt64.self)
    }

    @inline(__always) private static func digit(_ word: UInt64, _ at: UInt64) -> Int {
        Int(truncatingIfNeeded: word &>> (at &* 8) & 0xF)
    }

    @inline(__always) private static func pair(_ word: UInt64, _ at: UInt64) -> Int {
        digit(word, at) &* 10 &+ digit(word, at &+ 1)
    }

    @inline(__always) private static func pair(_ cell: Cell, _ at: Int) -> Int {
        Int(cell[at] &- Byte.zero) &* 10 &+ Int(cell[at &+ 1] &- Byte.zero)
    }

    @inline(__always) private static func isPair(_ cell: Cell, _ at: Int) -> Bool {
        Byte.isDigit(cell[at]) && Byte.isDigit(cell[at &+ 1])
    }

    /// Whether each byte is a digit's value, and each hole zero.
    @inline(__always) private static func isDigits(_ word: UInt64, holes: UInt64) -> Bool {
        let tooLarge = (word & 0x7F7F_7F7F_7F7F_7F7F &+ 0x7676_7676_7676_7676 | word) & 0x8080_8080_8080_8080
        return tooLarge == 0 && word & holes == 0
    }
}
