import FunnelModel

/// A cell that may be a number, its signs told apart from its digits: what the two readings, with a decimal point and
/// with a decimal comma, have in common.
struct NumberTokens {
    /// ASCII digits, `.`, `,`, and for marks of one meaning only `d` (a decimal mark), `t` (between thousands), `s` (a space).
    private var body: [UInt8] = []
    private var exponent: Int?
    private var exponentHasSign = false
    private var isNegative = false
    private var hasPlus = false
    private var isPercent = false
    private var isInParentheses = false
    private var currency: UInt64 = 0
    private var isRareCurrency = false

    private static let decimal = UInt8(ascii: "d")
    private static let thousands = UInt8(ascii: "t")
    private static let space = UInt8(ascii: "s")

    init?(_ cell: Cell) {
        body.reserveCapacity(cell.count)
        let scalars = Array(cell.text.unicodeScalars)
        var at = 0
        var hasSign = false
        var isClosed = false
        while at < scalars.count {
            let scalar = scalars[at]
            if isClosed, !Self.isBlank(scalar), !Self.isMark(scalar) { return nil }
            if let digit = Self.digit(scalar) {
                guard currency == 0 || !currencyFollows, !isPercent, exponent == nil else { return nil }
                body.append(Byte.zero + digit)
                at += 1
                continue
            }
            switch scalar {
            case ".", ",": body.append(UInt8(scalar.value))
            case "\u{066B}": body.append(Self.decimal)
            case "\u{066C}", "'", "\u{2019}", "\u{00A0}", "\u{2009}", "\u{202F}", "\u{2007}": body.append(Self.thousands)
            case _ where Self.isMark(scalar): break
            case " ", "\t": body.append(Self.space)
            case "-", "\u{2212}", "\u{2010}", "\u{2011}", "+":
                let isTrailing = !body.isEmpty && hasDigits
                guard !hasSign, !isInParentheses, !isTrailing || (at == scalars.count - 1 && scalar == "-") else { return nil }
                hasSign = true
                isNegative = scalar != "+"
                hasPlus = scalar == "+"
            case "(":
                guard !hasSign, !isInParentheses, !hasDigits else { return nil }
                isInParentheses = true
            case ")":
                guard isInParentheses, hasDigits else { return nil }
                isClosed = true
            case "%", "\u{066A}":
                guard hasDigits, !isPercent else { return nil }
                isPercent = true
            case "e", "E":
                if hasDigits, let (value, signed, next) = Self.exponent(scalars, at + 1) {
                    guard exponent == nil, currency == 0 else { return nil }
                    exponent = value
                    exponentHasSign = signed
                    at = next
                    continue
                }
                fallthrough
            default:
                guard currency == 0, let (name, next, isCommon) = CurrencyNames.match(scalars, at) else { return nil }
                currency = name
                isRareCurrency = !isCommon
                currencyFollows = hasDigits
                at = next
                continue
            }
            at += 1
        }
        guard hasDigits, isInParentheses == isClosed else { return nil }
        isNegative = isNegative || isInParentheses
        trimSeparators()
    }

    private var currencyFollows = false
    private var hasDigits: Bool { body.contains(where: Byte.isDigit) }

    /// Spaces beside a currency or a sign are no part of the number.
    private mutating func trimSeparators() {
        func isOuter(_ byte: UInt8) -> Bool { byte == Self.space || byte == Self.thousands }
        while let last = body.last, isOuter(last) { body.removeLast() }
        if let first = body.firstIndex(where: { !isOuter($0) }) { body.removeFirst(first) }
    }

    private static func digit(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar.value {
        case 0x30...0x39: UInt8(scalar.value - 0x30)
        case 0x660...0x669: UInt8(scalar.value - 0x660)
        case 0x6F0...0x6F9: UInt8(scalar.value - 0x6F0)
        default: nil
        }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "\u{00A0}", "\u{2009}", "\u{202F}", "\u{2007}": true
        default: false
        }
    }

    /// Marks that only steer the direction of writing.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200B...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x061C, 0xFEFF: true
        default: false
        }
    }

    private static func exponent(_ scalars: [Unicode.Scalar], _ start: Int) -> (value: Int, signed: Bool, next: Int)? {
        var at = start
        var sign = 1
        var signed = false
        if at < scalars.count, scalars[at] == "+" || scalars[at] == "-" {
            sign = scalars[at] == "-" ? -1 : 1
            signed = true
            at += 1
        }
        var value = 0
        var digits = 0
        while at < scalars.count, let digit = digit(scalars[at]) {
            value = value * 10 + Int(digit)
            digits += 1
            at += 1
            if digits > 3 { return nil }
        }
        return digits == 0 ? nil : (sign * value, signed, at)
    }

    // MARK: - Reading

    /// The number under a rule, or nil where the rule does not allow it.
    func value(_ rule: NumberRule) -> WrittenNumber? {
        let mark = rule.mark == .point ? Byte.point : Byte.comma
        let marks = body.indices.filter { body[$0] == mark || body[$0] == Self.decimal }
        guard marks.count <= 1 else { return nil }
        let whole = body[..<(marks.first ?? body.count)]
        let fraction = marks.first.map { body[($0 + 1)...] } ?? []
        guard fraction.allSatisfy(Byte.isDigit), !(whole.isEmpty && fraction.isEmpty) else { return nil }
        guard let digits = Self.ungrouped(whole, mark: rule.mark) else { return nil }
        if !rule.isDemanded, !isPlausible(digits, hasMark: !marks.isEmpty) { return nil }

        var units: Int128 = 0
        for digit in digits + Array(fraction) {
            let (scaled, overflow) = units.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) = scaled.addingReportingOverflow(Int128(digit - Byte.zero))
            if overflow || overflow2 { return nil }
            units = sum
        }
        var scale = fraction.count + (isPercent ? 2 : 0) - (exponent ?? 0)
        if scale < 0 {
            guard units != 0 else { return WrittenNumber(units: 0, scale: 0, currency: currency) }
            guard scale >= -38 else { return nil }
            let (scaled, overflow) = units.multipliedReportingOverflow(by: Exact.power(-scale))
            if overflow { return nil }
            units = scaled
            scale = 0
        }
        while scale > 38, units % 10 == 0 {
            units /= 10
            scale -= 1
            if units == 0 { scale = 0 }
        }
        guard scale <= 38 else { return nil }
        return WrittenNumber(units: isNegative ? -units : units, scale: scale, currency: currency)
    }

    /// Whether a number that no role asks for is meant as one: article numbers, phones and codes are not.
    private func isPlausible(_ digits: [UInt8], hasMark: Bool) -> Bool {
        if digits.count > 1, digits[0] == Byte.zero { return false }
        if hasPlus, !hasMark, !isPercent, currency == 0 { return false }
        if body.contains(Self.space), !hasMark, currency == 0 { return false }
        if exponent != nil, !hasMark, !exponentHasSign { return false }
        if isRareCurrency { return false }
        if isInParentheses, !hasMark, currency == 0, body.allSatisfy(Byte.isDigit) { return false }
        return true
    }

    /// The digits before the mark, what stands between their groups taken out; nil where the groups are not groups of
    /// three (or, with commas, of two before the last three, as in India).
    private static func ungrouped(_ whole: ArraySlice<UInt8>, mark: DecimalMark) -> [UInt8]? {
        guard let separator = whole.first(where: { !Byte.isDigit($0) }) else { return Array(whole) }
        guard whole.allSatisfy({ Byte.isDigit($0) || $0 == separator }) else { return nil }
        let groups = whole.split(separator: separator, omittingEmptySubsequences: false)
        guard let first = groups.first, let last = groups.last, last.count == 3, first.first != Byte.zero else { return nil }
        let middle = groups.dropFirst().dropLast()
        let isWestern = (1...3).contains(first.count) && middle.allSatisfy { $0.count == 3 }
        let isIndian =
            separator == Byte.comma && mark == .point && (1...2).contains(first.count) && !middle.isEmpty
            && middle.allSatisfy { $0.count == 2 }
        guard isWestern || isIndian else { return nil }
        return whole.filter(Byte.isDigit)
    }
}
