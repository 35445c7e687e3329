import FunnelText

/// Numbers, short durations and dates: everything that begins with a digit.
extension Lexer {
    mutating func readNumberOrDate() {
        let start = position
        if let (date, end) = date(at: position) {
            position = end
            return append(.date(date), from: start)
        }
        readNumber()
    }

    // MARK: - Numbers

    private mutating func readNumber() {
        let start = position
        var units: Int128 = 0
        var scale = 0
        var overflow = false
        var afterPoint = false
        scan: while true {
            if let (value, length) = digit(at: position) {
                let (product, a) = units.multipliedReportingOverflow(by: 10)
                let (sum, b) = product.addingReportingOverflow(Int128(value))
                overflow = overflow || a || b
                units = sum
                if afterPoint { scale += 1 }
                position += length
                continue
            }
            guard let (scalar, length) = scalar(at: position), digit(at: position + length) != nil else { break }
            switch scalar {
            case "_", "٬": position += length
            case ".", "٫":
                guard !afterPoint else { break scan }
                afterPoint = true
                position += length
            default: break scan
            }
        }
        if overflow || scale > 30 {
            report(.numberTooLong, from: start)
            units = 0
            scale = 0
        }
        readNumberSuffix(units: units, scale: scale, from: start)
    }

    private mutating func readNumberSuffix(units: Int128, scale: Int, from start: Int) {
        if let (scalar, length) = scalar(at: position), scalar == "%" || scalar == "٪" {
            position += length
            return append(.number(NumberLiteral(units: units, scale: scale + 2, isPercent: true)), from: start)
        }
        let end = wordEnd(from: position)
        guard end > position else { return append(.number(NumberLiteral(units: units, scale: scale)), from: start) }
        let suffix = String(decoding: bytes[position..<end], as: UTF8.self)
        position = end
        switch suffix {
        case "k", "K": append(multiplied(units, scale, by: 3, from: start), from: start)
        case "M": append(multiplied(units, scale, by: 6, from: start), from: start)
        case "B", "bn": append(multiplied(units, scale, by: 9, from: start), from: start)
        default:
            if let unit = DurationLiteral.Unit(short: suffix), scale == 0, let amount = Int(exactly: units) {
                return append(.duration(DurationLiteral(amount, unit)), from: start)
            }
            report(.unknownSuffix(suffix), from: start)
            append(.number(NumberLiteral(units: units, scale: scale)), from: start)
        }
    }

    private mutating func multiplied(_ units: Int128, _ scale: Int, by zeros: Int, from start: Int) -> Token.Kind {
        var units = units
        var scale = scale
        for _ in 0..<zeros {
            if scale > 0 {
                scale -= 1
                continue
            }
            let (product, overflow) = units.multipliedReportingOverflow(by: 10)
            if overflow {
                report(.numberTooLong, from: start)
                return .number(NumberLiteral(units: 0, scale: 0))
            }
            units = product
        }
        return .number(NumberLiteral(units: units, scale: scale))
    }

    // MARK: - Dates

    /// A date that begins at an offset: four digits, a hyphen, and what makes it one.
    private func date(at start: Int) -> (DateLiteral, Int)? {
        guard let (year, afterYear) = digits(4, at: start), hyphen(at: afterYear) else { return nil }
        let at = afterYear + 1
        if let letter = scalar(at: at)?.scalar, letter == "Q" || letter == "q" {
            guard let (quarter, end) = digits(1, at: at + 1), isEnd(end) else { return nil }
            return (.quarter(year: year, quarter: quarter), end)
        }
        if let letter = scalar(at: at)?.scalar, letter == "W" || letter == "w" {
            guard let (week, end) = digits(2, at: at + 1), isEnd(end) else { return nil }
            return (.week(year: year, week: week), end)
        }
        guard let (month, afterMonth) = digits(2, at: at) else { return nil }
        guard hyphen(at: afterMonth), let (day, afterDay) = digits(2, at: afterMonth + 1) else {
            return isEnd(afterMonth) ? (.month(year: year, month: month), afterMonth) : nil
        }
        if let letter = scalar(at: afterDay)?.scalar, letter == "T" || letter == "t",
            let (microseconds, end) = time(at: afterDay + 1), isEnd(end)
        {
            return (.time(year: year, month: month, day: day, microseconds: microseconds), end)
        }
        return isEnd(afterDay) ? (.day(year: year, month: month, day: day), afterDay) : nil
    }

    /// `14:30`, `14:30:05`, `14:30:05.250`.
    private func time(at start: Int) -> (Int64, Int)? {
        guard let (hour, afterHour) = digits(2, at: start), scalar(at: afterHour)?.scalar == ":",
            let (minute, afterMinute) = digits(2, at: afterHour + 1), hour < 24, minute < 60
        else { return nil }
        var total = Int64(hour * 3600 + minute * 60) * 1_000_000
        guard scalar(at: afterMinute)?.scalar == ":", let (second, afterSecond) = digits(2, at: afterMinute + 1), second < 60 else {
            return (total, afterMinute)
        }
        total += Int64(second) * 1_000_000
        var end = afterSecond
        guard scalar(at: end)?.scalar == ".", digit(at: end + 1) != nil else { return (total, end) }
        end += 1
        var unit: Int64 = 100_000
        while let (value, length) = digit(at: end) {
            total += Int64(value) * unit
            unit /= 10
            end += length
        }
        return (total, end)
    }

    private func digits(_ count: Int, at start: Int) -> (Int, Int)? {
        var value = 0
        var at = start
        for _ in 0..<count {
            guard let (digit, length) = digit(at: at) else { return nil }
            value = value * 10 + digit
            at += length
        }
        return (value, at)
    }

    private func hyphen(at offset: Int) -> Bool { offset < bytes.count && bytes[offset] == UInt8(ascii: "-") }

    private func isEnd(_ offset: Int) -> Bool {
        guard let (scalar, _) = scalar(at: offset) else { return true }
        return !Name.isWord(scalar)
    }
}
