/// An exact decimal number: `units` ÷ 10^`scale`. Counts, money and sums of money are such numbers.
package struct Exact: Sendable, Hashable {
    package var units: Int128
    package var scale: Int

    package init(_ units: Int128, scale: Int = 0) {
        self.units = units
        self.scale = scale
    }

    package init(_ count: Int) { self.init(Int128(count)) }

    /// 10^n for n in 0…38.
    package static func power(_ n: Int) -> Int128 {
        var result: Int128 = 1
        for _ in 0..<n { result *= 10 }
        return result
    }

    /// The same number with more digits behind the point, or nil where it does not fit.
    package func scaled(to target: Int) -> Exact? {
        guard target >= scale, target - scale <= 38 else { return target == scale ? self : nil }
        let (units, overflow) = units.multipliedReportingOverflow(by: Self.power(target - scale))
        return overflow ? nil : Exact(units, scale: target)
    }

    private static func aligned(_ a: Exact, _ b: Exact) -> (Int128, Int128, Int)? {
        let scale = max(a.scale, b.scale)
        guard let a = a.scaled(to: scale), let b = b.scaled(to: scale) else { return nil }
        return (a.units, b.units, scale)
    }

    /// The sum, or nil where it does not fit 128 bits.
    package static func adding(_ a: Exact, _ b: Exact) -> Exact? {
        guard let (x, y, scale) = aligned(a, b) else { return nil }
        let (sum, overflow) = x.addingReportingOverflow(y)
        return overflow ? nil : Exact(sum, scale: scale)
    }

    package static func subtracting(_ a: Exact, _ b: Exact) -> Exact? {
        guard let (x, y, scale) = aligned(a, b) else { return nil }
        let (difference, overflow) = x.subtractingReportingOverflow(y)
        return overflow ? nil : Exact(difference, scale: scale)
    }

    package static func multiplying(_ a: Exact, _ b: Exact) -> Exact? {
        let (product, overflow) = a.units.multipliedReportingOverflow(by: b.units)
        guard !overflow, a.scale + b.scale <= 30 else { return nil }
        return Exact(product, scale: a.scale + b.scale)
    }

    /// The quotient as a binary number, rounded once where both sides fit 53 bits; nil for a divisor of zero.
    package static func dividing(_ a: Exact, _ b: Exact) -> Double? {
        guard b.units != 0 else { return nil }
        guard let (x, y, _) = aligned(a, b) else { return a.double / b.double }
        return Double(rounding: x) / Double(rounding: y)
    }

    package var double: Double { scale == 0 ? Double(rounding: units) : Double(rounding: units) / Double(rounding: Self.power(min(scale, 38))) }

    /// The number in full: `61784006.0` for 617840060 at scale 1.
    package var text: String {
        guard scale > 0 else { return String(units) }
        var digits = String(units.magnitude)
        if digits.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.count) + digits }
        let point = digits.index(digits.endIndex, offsetBy: -scale)
        return (units < 0 ? "-" : "") + digits[..<point] + "." + digits[point...]
    }

    package static func == (a: Exact, b: Exact) -> Bool { compare(a, b) == 0 }

    /// -1, 0 or 1.
    package static func compare(_ a: Exact, _ b: Exact) -> Int {
        if a.scale == b.scale { return a.units < b.units ? -1 : a.units > b.units ? 1 : 0 }
        guard let (x, y, _) = aligned(a, b) else { return a.double < b.double ? -1 : a.double > b.double ? 1 : 0 }
        return x < y ? -1 : x > y ? 1 : 0
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(double) }
}

extension Double {
    /// The nearest binary number. The processor rounds what fits 64 bits; the standard library takes a hundred times as long for 128.
    package init(rounding units: Int128) {
        if let narrow = Int64(exactly: units) { self.init(narrow) } else { self.init(units) }
    }
}
