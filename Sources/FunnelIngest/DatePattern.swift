/// A date pattern such as `dd-MM-yyyy HH:mm`, as the `dates` clause gives it.
///
/// `yyyy yy MM M MMM MMMM dd d HH H hh h mm ss SSS a Z` stand for parts; other letters must be quoted; all else stands
/// for itself. A pattern without a time of day lets one follow.
struct DatePattern: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case year(digits: Int), month(isWord: Bool, digits: Int), day(digits: Int)
        case hour(isTwelve: Bool, digits: Int), minute(digits: Int), second(digits: Int), fraction
        case half, zone
        case literal(UInt8)
    }

    private(set) var parts: [Part] = []
    /// Whether it says where the time of day stands.
    private(set) var hasTime = false

    /// Nil where the text has a letter that means nothing, or does not say year, month and day.
    init?(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        var at = 0
        var has = (year: false, month: false, day: false)
        while at < scalars.count {
            let scalar = scalars[at]
            var end = at + 1
            if scalar == "'" {
                while end < scalars.count, scalars[end] != "'" { end += 1 }
                guard end < scalars.count else { return nil }
                parts += String(String.UnicodeScalarView(scalars[(at + 1)..<end])).utf8.map(Part.literal)
                at = end + 1
                continue
            }
            while end < scalars.count, scalars[end] == scalar, scalar.properties.isAlphabetic { end += 1 }
            let count = end - at
            switch (scalar, count) {
            case ("y", 4), ("y", 2):
                parts.append(.year(digits: count))
                has.year = true
            case ("M", 1...4):
                parts.append(.month(isWord: count > 2, digits: count))
                has.month = true
            case ("d", 1...2):
                parts.append(.day(digits: count))
                has.day = true
            case ("H", 1...2), ("h", 1...2):
                parts.append(.hour(isTwelve: scalar == "h", digits: count))
                hasTime = true
            case ("m", 1...2): parts.append(.minute(digits: count))
            case ("s", 1...2): parts.append(.second(digits: count))
            case ("S", 1...9): parts.append(.fraction)
            case ("a", 1): parts.append(.half)
            case ("Z", 1): parts.append(.zone)
            default:
                guard !scalar.properties.isAlphabetic else { return nil }
                parts += String(scalar).utf8.map(Part.literal)
            }
            at = end
        }
        guard has == (true, true, true) else { return nil }
    }

    /// The date that a cell holds under the pattern, or nil where it does not fit.
    func parse(_ scanner: inout DateScanner, _ rule: DateRule) -> WrittenDate? {
        var (year, month, day) = (0, 0, 0)
        var (hour, minute, second) = (0, 0, 0)
        var fraction: (microseconds: Int64, digits: Int) = (0, 0)
        var isAfternoon: Bool?
        var zone: Int?
        for (index, part) in parts.enumerated() {
            switch part {
            case .year(let digits):
                guard let found = scanner.number(most: digits), found.digits == digits, let full = DateText.fullYear(found)
                else { return nil }
                year = full
            case .month(true, _):
                guard let word = scanner.peekWord(), let found = MonthNames.month(word) else { return nil }
                scanner.at += word.count
                month = found
            case .month(false, let digits):
                guard let found = number(&scanner, digits, index) else { return nil }
                month = found
            case .day(let digits):
                guard let found = number(&scanner, digits, index) else { return nil }
                day = found
            case .hour(let isTwelve, let digits):
                guard let found = number(&scanner, digits, index), !isTwelve || (1...12).contains(found) else { return nil }
                hour = found
            case .minute(let digits):
                guard let found = number(&scanner, digits, index) else { return nil }
                minute = found
            case .second(let digits):
                guard let found = number(&scanner, digits, index) else { return nil }
                second = found
            case .fraction:
                guard let found = TimeText.fraction(&scanner) else { return nil }
                fraction = found
            case .half:
                guard let found = TimeText.half(&scanner) else { return nil }
                isAfternoon = found
            case .zone:
                guard let found = TimeText.zone(&scanner) else { return nil }
                zone = found
            case .literal(Byte.space):
                guard scanner.peek.map(Byte.isBlank) == true else { return nil }
                scanner.skipBlanks()
            case .literal(let byte):
                guard scanner.skip(byte) else { return nil }
            }
        }
        guard let date = DateText.date(year, month, day) else { return nil }
        guard hasTime else { return DateText.finish(&scanner, day: date, rule) }
        if let isAfternoon {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (isAfternoon ? 12 : 0)
        }
        guard hour < 24, minute < 60, second < 60 else { return nil }
        var result = WrittenDate(day: date, hasTime: true, fraction: fraction.digits)
        result.time = Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + fraction.microseconds
        scanner.skipBlanks()
        if zone == nil, !scanner.isAtEnd { zone = TimeText.zone(&scanner) }
        guard scanner.isAtEnd else { return nil }
        if let zone { result.shift(minutes: rule.zoneMinutes - zone) }
        return result
    }

    /// A number of one or two digits; of just two where another number follows without anything between.
    private func number(_ scanner: inout DateScanner, _ digits: Int, _ index: Int) -> Int? {
        guard let found = scanner.number(most: 2) else { return nil }
        if index + 1 < parts.count, digits == 2 {
            switch parts[index + 1] {
            case .literal, .half, .zone, .month(true, _): break
            default: guard found.digits == 2 else { return nil }
            }
        }
        return found.value
    }
}
