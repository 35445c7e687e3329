/// What in a column's numbers is the decimal mark.
enum DecimalMark: Sendable { case point, comma }

/// How the numbers of a column are read.
struct NumberRule: Sendable, Equatable {
    var mark = DecimalMark.point
    /// Whether the column must hold numbers: `0012`, `+49` and `1 234` then are numbers as well.
    var isDemanded = false
    /// Digits behind the point that every number is brought to; nil to take the largest scale met.
    var scale: Int?
}

/// A number as it was written: `units` ÷ 10^`scale`.
struct WrittenNumber: Equatable {
    var units: Int128
    var scale: Int
    /// Up to eight bytes of the currency that stands beside it; 0 where none does.
    var currency: UInt64 = 0
}

/// Reads numbers as people and programs write them.
enum NumberText {
    /// A plain number, `-12.50`, of at most 18 digits; nil where the long way has to be taken.
    @inline(__always)
    static func plain(_ cell: Cell, _ rule: NumberRule) -> (units: Int64, scale: Int)? {
        var at = 0
        let count = cell.count
        let isNegative = cell[0] == Byte.minus
        if isNegative { at = 1 }
        guard count &- at <= 19, count > at else { return nil }
        let first = at
        var units: Int64 = 0
        while at < count {
            let digit = cell[at] &- Byte.zero
            if digit > 9 { break }
            units = units &* 10 &+ Int64(digit)
            at &+= 1
        }
        let whole = at &- first
        // A zero before another digit is the long way's to judge.
        guard whole > 0, whole <= 18, cell[first] != Byte.zero || whole == 1 else { return nil }
        if at == count { return (isNegative ? 0 &- units : units, 0) }
        guard cell[at] == Byte.point, rule.mark == .point else { return nil }
        at &+= 1
        let fraction = at
        while at < count {
            let digit = cell[at] &- Byte.zero
            if digit > 9 { return nil }
            units = units &* 10 &+ Int64(digit)
            at &+= 1
        }
        let scale = count &- fraction
        guard scale > 0, scale &+ whole <= 18 else { return nil }
        return (isNegative ? 0 &- units : units, scale)
    }

    /// `1,234.50` or `$1,234` in ASCII, by the marks of the rule, of at most 18 digits; nil where the long way has to be taken.
    @inline(__always)
    static func grouped(_ cell: Cell, _ rule: NumberRule) -> (units: Int64, scale: Int, isDollars: Bool)? {
        let mark = rule.mark == .point ? Byte.point : Byte.comma
        let separator = rule.mark == .point ? Byte.comma : Byte.point
        var at = 0
        let count = cell.count
        guard count <= 26 else { return nil }
        let isNegative = cell[0] == Byte.minus
        if isNegative { at = 1 }
        let isDollars = at < count && cell[at] == UInt8(ascii: "$")
        if isDollars { at &+= 1 }
        guard at < count, cell[at] != Byte.zero || at &+ 1 == count || cell[at &+ 1] == mark else { return nil }
        var units: Int64 = 0
        var digits = 0
        var inGroup = 0
        var isFirst = true
        while at < count {
            let digit = cell[at] &- Byte.zero
            if digit < 10 {
                units = units &* 10 &+ Int64(digit)
                digits &+= 1
                inGroup &+= 1
            } else if cell[at] == separator {
                guard isFirst ? (1...3).contains(inGroup) : inGroup == 3 else { return nil }
                isFirst = false
                inGroup = 0
            } else {
                break
            }
            at &+= 1
        }
        guard isFirst ? inGroup > 0 : inGroup == 3, digits <= 18 else { return nil }
        guard at < count else { return (isNegative ? 0 &- units : units, 0, isDollars) }
        guard cell[at] == mark else { return nil }
        at &+= 1
        let fraction = at
        while at < count {
            let digit = cell[at] &- Byte.zero
            if digit > 9 { return nil }
            units = units &* 10 &+ Int64(digit)
            at &+= 1
        }
        guard count > fraction, digits &+ count &- fraction <= 18 else { return nil }
        return (isNegative ? 0 &- units : units, count &- fraction, isDollars)
    }

    /// Any number, or nil where the cell is none.
    static func parse(_ cell: Cell, _ rule: NumberRule) -> WrittenNumber? {
        guard cell.count > 0, cell.count <= 64 else { return nil }
        guard let tokens = NumberTokens(cell) else { return nil }
        return tokens.value(rule)
    }

    /// A whole number as a program writes it that holds it as a binary number: `17.0`. Columns of ids with gaps become such numbers there.
    static func pointedInteger(_ cell: Cell) -> Int64? {
        guard let (units, scale) = plain(cell, NumberRule()), scale == 1, units % 10 == 0, units != 0 || cell[0] != Byte.minus else { return nil }
        return units / 10
    }

    /// An integer just as a program writes it: `0`, `-17`, never `007` or `+1`.
    @inline(__always)
    static func canonicalInteger(_ cell: Cell) -> Int64? {
        var at = 0
        let count = cell.count
        let isNegative = count > 1 && cell[0] == Byte.minus
        if isNegative { at = 1 }
        guard count > at, count &- at <= 19 else { return nil }
        if cell[at] == Byte.zero { return count == 1 ? 0 : nil }
        if count &- at < 19 {
            var value: Int64 = 0
            while at < count {
                let digit = cell[at] &- Byte.zero
                if digit > 9 { return nil }
                value = value &* 10 &+ Int64(digit)
                at &+= 1
            }
            return isNegative ? 0 &- value : value
        }
        var value: Int64 = 0
        while at < count {
            let digit = cell[at] &- Byte.zero
            if digit > 9 { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) =
                isNegative
                ? scaled.subtractingReportingOverflow(Int64(digit)) : scaled.addingReportingOverflow(Int64(digit))
            if overflow || overflow2 { return nil }
            value = sum
            at &+= 1
        }
        return value
    }
}
