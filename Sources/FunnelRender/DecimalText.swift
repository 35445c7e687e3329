import FunnelModel

/// A decimal number as its digits, so that it is rounded and written as people do it by hand: 0.145 to two digits is
/// 0.15, though the binary number nearest to it is a little smaller.
struct DecimalText {
    private var isNegative: Bool
    /// From the first digit that is not zero to the last that is not: the number is 0.d₁d₂d₃… × 10^`point`.
    private var digits: [UInt8]
    private var point: Int

    private init(isNegative: Bool, digits: [UInt8], point: Int) {
        let leading = digits.prefix { $0 == 0 }.count
        let trailing = digits.dropFirst(leading).reversed().prefix { $0 == 0 }.count
        self.digits = Array(digits.dropFirst(leading).dropLast(trailing))
        self.point = self.digits.isEmpty ? 0 : point - leading
        self.isNegative = isNegative && !self.digits.isEmpty
    }

    init(_ exact: Exact) {
        let digits = String(exact.units.magnitude).utf8.map { $0 - UInt8(ascii: "0") }
        self.init(isNegative: exact.units < 0, digits: digits, point: digits.count - exact.scale)
    }

    /// The shortest digits that read back as the same binary number; nil for what is no number.
    init?(_ real: Double) {
        guard real.isFinite else { return nil }
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        var rest = Substring(real.magnitude.description).utf8
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "."): point = digits.count
            case UInt8(ascii: "e"):
                exponent = Int(Substring(rest)) ?? 0
                rest = rest.dropFirst(rest.count)
            default: digits.append(byte - UInt8(ascii: "0"))
            }
        }
        self.init(isNegative: real < 0, digits: digits, point: (point ?? digits.count) + exponent)
    }

    /// The number in a value, if it holds one.
    init?(_ value: Value) {
        switch value {
        case .exact(let exact): self.init(exact)
        case .real(let real): self.init(real)
        case .missing, .text, .yesNo, .date, .timestamp, .period: return nil
        }
    }

    /// The number × 10^`places`.
    func shifted(by places: Int) -> DecimalText {
        DecimalText(isNegative: isNegative, digits: digits, point: point + places)
    }

    /// How many digits stand behind the point when it is written in full.
    var decimals: Int { max(0, digits.count - point) }

    /// The power of ten of its first digit: 0 for 1…9.99, -1 for 0.1…0.99; nil for zero.
    var magnitude: Int? { digits.isEmpty ? nil : point - 1 }

    /// Rounded to so many digits behind the point, halves away from zero; with `,` between thousands if asked.
    func fixed(_ decimals: Int, grouped: Bool) -> String {
        let rounded = self.rounded(to: decimals)
        return rounded.written(decimals: decimals, grouped: grouped)
    }

    /// In full, without exponent and with at least `atLeast` digits behind the point.
    func full(atLeast: Int = 0) -> String { written(decimals: max(atLeast, decimals), grouped: false) }

    private func rounded(to decimals: Int) -> DecimalText {
        let keep = point + decimals
        guard keep < digits.count else { return self }
        guard keep >= 0 else { return DecimalText(isNegative: false, digits: [], point: 0) }
        var kept = [0] + digits.prefix(keep)
        if digits[keep] >= 5 {
            var place = kept.count - 1
            while kept[place] == 9 {
                kept[place] = 0
                place -= 1
            }
            kept[place] += 1
        }
        return DecimalText(isNegative: isNegative, digits: kept, point: point + 1)
    }

    private func written(decimals: Int, grouped: Bool) -> String {
        var bytes: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        let whole = max(1, point)
        for place in 0..<whole {
            if grouped && place > 0 && (whole - place) % 3 == 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(digit(at: point > 0 ? place : -1))
        }
        if decimals > 0 {
            bytes.append(UInt8(ascii: "."))
            for place in 0..<decimals { bytes.append(digit(at: point + place)) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func digit(at place: Int) -> UInt8 {
        UInt8(ascii: "0") + (digits.indices.contains(place) ? digits[place] : 0)
    }
}
