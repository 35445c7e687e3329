/// Reads times of day and the zones behind them.
enum TimeText {
    /// `14:30`, `14:30:05.250`, `3:05 PM`; without colons (`143005`) too. A time of 24:00 or a 60th second is none.
    static func parse(_ scanner: inout DateScanner) -> (microseconds: Int64, fraction: Int)? {
        guard let first = scanner.number(most: 6) else { return nil }
        var hour = first.value
        var minute = 0
        var second = 0
        var fraction: (microseconds: Int64, digits: Int) = (0, 0)
        if first.digits == 6 {
            (hour, minute, second) = (first.value / 10_000, first.value / 100 % 100, first.value % 100)
        } else if first.digits == 4 {
            (hour, minute) = (first.value / 100, first.value % 100)
        } else {
            guard first.digits <= 2 else { return nil }
            if scanner.skip(Byte.colon) {
                guard let minutes = scanner.number(most: 2), minutes.digits == 2 else { return nil }
                minute = minutes.value
                if scanner.skip(Byte.colon) {
                    guard let seconds = scanner.number(most: 2), seconds.digits == 2 else { return nil }
                    second = seconds.value
                }
            } else {
                // A bare hour only counts with its half of the day: `3 PM`.
                guard hasHalf(&scanner) else { return nil }
            }
        }
        if scanner.peek == Byte.point || scanner.peek == Byte.comma {
            let mark = scanner.at
            scanner.at += 1
            if let found = Self.fraction(&scanner) { fraction = found } else { scanner.at = mark }
        }
        if let isAfternoon = half(&scanner) {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (isAfternoon ? 12 : 0)
        }
        guard hour < 24, minute < 60, second < 60 else { return nil }
        return (Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + fraction.microseconds, fraction.digits)
    }

    /// The digits behind the second's point: microseconds, and how many digits there were.
    static func fraction(_ scanner: inout DateScanner) -> (microseconds: Int64, digits: Int)? {
        var value: Int64 = 0
        var digits = 0
        while let byte = scanner.peek, Byte.isDigit(byte) {
            if digits < 6 { value = value * 10 + Int64(byte - Byte.zero) }
            digits += 1
            scanner.at += 1
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 6)..<6 { value *= 10 }
        return (value, digits)
    }

    /// `AM`, `pm`, `a.m.`, `ق.ظ`, `ب.ظ`: whether it is the afternoon.
    static func half(_ scanner: inout DateScanner) -> Bool? {
        let start = scanner.at
        scanner.skipBlanks()
        for (spelling, isAfternoon) in halves
        where scanner.bytes[scanner.at...].starts(with: spelling, by: { $0 | 0x20 == $1 | 0x20 }) {
            scanner.at += spelling.count
            return isAfternoon
        }
        scanner.at = start
        return nil
    }

    private static func hasHalf(_ scanner: inout DateScanner) -> Bool {
        let start = scanner.at
        defer { scanner.at = start }
        return half(&scanner) != nil
    }

    private static let halves: [([UInt8], Bool)] = [
        ("am", false), ("pm", true), ("a.m.", false), ("p.m.", true), ("ق.ظ", false), ("ب.ظ", true),
        ("قبل‌ازظهر", false), ("بعدازظهر", true),
    ].map { (Array($0.0.utf8), $0.1) }

    /// `Z`, `UTC`, `GMT+0330`, `+03:30`: minutes east of UTC.
    static func zone(_ scanner: inout DateScanner) -> Int? {
        var isNamed = false
        for name in ["UTC", "GMT", "Z"] where scanner.skipWord(name) {
            isNamed = true
            break
        }
        defer { skipComment(&scanner) }
        guard let sign = scanner.peek, sign == Byte.plus || sign == Byte.minus else { return isNamed ? 0 : nil }
        scanner.at += 1
        guard let first = scanner.number(most: 4), first.digits != 3 else { return nil }
        var minutes = first.digits == 4 ? first.value / 100 * 60 + first.value % 100 : first.value * 60
        if first.digits <= 2, scanner.skip(Byte.colon) {
            guard let rest = scanner.number(most: 2), rest.digits == 2, rest.value < 60 else { return nil }
            minutes += rest.value
        }
        guard minutes <= 18 * 60 else { return nil }
        return sign == Byte.minus ? -minutes : minutes
    }

    /// ` (Iran Standard Time)` behind a zone.
    private static func skipComment(_ scanner: inout DateScanner) {
        let start = scanner.at
        scanner.skipBlanks()
        let isComment = scanner.peek == UInt8(ascii: "(") && scanner.bytes.last == UInt8(ascii: ")")
        scanner.at = isComment ? scanner.bytes.count : start
    }
}
