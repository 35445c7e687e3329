import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// What computes the code of a key for each row; `Kernels.missingCode` where the key is missing.
protocol KeyNode: Sendable {
    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Scratch.Texts
    /// The column whose codes are those of the key, where there is one.
    var storedText: StoredText? { get }
    /// What it is computed from, where that stands in a column.
    var stored: StoredKey? { get }
    /// The code that all rows of a morsel have, where that is known without reading them.
    func constant(_ rows: Range<Int>) -> UInt32?
    /// The same, for one worker, which need not wait for the others to count references.
    var lent: any KeyNode { get }
}

extension KeyNode {
    // What holds it is made anew.
    var lent: any KeyNode { self }
    var storedText: StoredText? { nil }
    var stored: StoredKey? { nil }
    func constant(_ rows: Range<Int>) -> UInt32? { nil }
}

/// The values of one key of the answer, over all scans: each has a code below `count`.
struct KeySpace: Sendable {
    let count: Int
    /// The value of a code.
    let value: @Sendable (Int) -> Value
    /// The key of each scan.
    let nodes: [any KeyNode]
    /// Whether neighbouring codes are neighbouring periods, so that gaps can be filled.
    let isTime: Bool
}

extension KeySpace {
    /// The space of the plan's key at `index`.
    init(_ index: Int, of plan: Plan, compilers: [RowCompiler]) throws(Diagnostic) {
        let keys = plan.scans.map { $0.keys[index] }
        switch plan.keys[index].kind {
        case .period(let grain): self = try Self.periods(grain, keys, compilers, plan.rules)
        case .date: self = try Self.instants(keys, compilers, plan.rules)
        case .number: self = try Self.numbers(keys, compilers)
        case .text, .yesNo: self = try Self.texts(keys, compilers, isYesNo: plan.keys[index].kind == .yesNo)
        }
    }

    private static func value(_ key: ScanKey) -> RowValue {
        switch key {
        case .value(let value), .period(_, let value, _): value
        }
    }

    // MARK: - Texts

    private static func texts(_ keys: [ScanKey], _ compilers: [RowCompiler], isYesNo: Bool) throws(Diagnostic) -> KeySpace {
        var entries: [String] = []
        var codes: [Spelling: UInt32] = [:]
        var nodes: [any KeyNode] = []
        for (key, compiler) in zip(keys, compilers) {
            let node = try compiler.text(value(key))
            nodes.append(TextKey(text: keys.count == 1 ? node : TranslatedText(node, into: &entries, &codes)))
            if keys.count == 1 { entries = node.dictionary }
        }
        let texts = entries
        return KeySpace(
            count: texts.count, value: { code in isYesNo ? .yesNo(texts[code] == "yes") : .text(texts[code]) }, nodes: nodes, isTime: false)
    }

    // MARK: - Periods

    private static func periods(
        _ grain: Grain, _ keys: [ScanKey], _ compilers: [RowCompiler], _ rules: CalendarRules
    ) throws(Diagnostic) -> KeySpace {
        var tables: [(node: any NumberNode<Int64>, low: Int64, indices: [Int])] = []
        for (key, compiler) in zip(keys, compilers) {
            let node = try grain == .hour ? compiler.hours(value(key)) : compiler.days(value(key))
            let range: (low: Int64, high: Int64) = try grain == .hour ? (0, 23) : compiler.range(ofDays: value(key), node) ?? (0, 0)
            tables.append((node, range.low, PeriodIndices.of(grain, range.low...range.high, shift(key), rules)))
        }
        let all = tables.flatMap { [$0.indices.min() ?? 0, $0.indices.max() ?? 0] }
        let first = grain.isCalendar ? all.min() ?? 0 : 0
        let last = grain.isCalendar ? all.max() ?? 0 : grain == .hour ? 23 : 6
        return KeySpace(
            count: last - first + 1, value: { .period(Period(grain, index: first + $0, rules: rules)) },
            nodes: tables.map { TableKey(value: $0.node, low: $0.low, table: Buffer($0.indices.map { UInt32($0 - first) })) }, isTime: true)
    }

    private static func shift(_ key: ScanKey) -> PeriodShift {
        if case .period(_, _, let shift) = key { shift } else { .none }
    }

    /// Days, where all keys are dates; else the instants themselves.
    private static func instants(_ keys: [ScanKey], _ compilers: [RowCompiler], _ rules: CalendarRules) throws(Diagnostic) -> KeySpace {
        var areDates = true
        for (key, compiler) in zip(keys, compilers) where try compiler.type(value(key)) != .date { areDates = false }
        if areDates {
            let space = try periods(.day, keys, compilers, rules)
            return KeySpace(
                count: space.count,
                value: { code in
                    guard case .period(let period) = space.value(code) else { return .missing }
                    return .date(period.start)
                }, nodes: space.nodes, isTime: false)
        }
        let space = try numbers(keys, compilers)
        return KeySpace(
            count: space.count,
            value: { code in
                guard case .exact(let exact) = space.value(code) else { return .missing }
                let day = Calendar.floorDivide(Int(exact.units), Int(microsecondsPerDay))
                return .timestamp(day: day, microseconds: Int64(exact.units) - Int64(day) * microsecondsPerDay)
            }, nodes: space.nodes, isTime: false)
    }

    // MARK: - Numbers

    private static func numbers(_ keys: [ScanKey], _ compilers: [RowCompiler]) throws(Diagnostic) -> KeySpace {
        var scale = 0
        var isReal = false
        var isDuration = true
        for (key, compiler) in zip(keys, compilers) {
            let type = try compiler.type(value(key))
            if case .exact(let digits) = type { scale = max(scale, digits) }
            if type == .real { isReal = true }
            if type != .duration { isDuration = false }
        }
        var nodes: [any NumberNode<Int64>] = []
        var distinct: Set<Int64> = []
        for (key, compiler) in zip(keys, compilers) {
            let node: any NumberNode<Int64> = isReal ? OrderedReal(real: try compiler.real(value(key))) : try compiler.exact(value(key), scale: scale)
            nodes.append(node)
            distinct.formUnion(try compiler.distinct(of: node))
        }
        let values = distinct.sorted()
        let digits = scale
        let (areReal, areDurations) = (isReal, isDuration)
        return KeySpace(
            count: values.count,
            value: { code in
                if areReal { return .real(Kernels.unordered(values[code])) }
                if areDurations { return .real(Double(values[code]) / Double(microsecondsPerDay)) }
                return .exact(Exact(Int128(values[code]), scale: digits))
            }, nodes: nodes.map { NumberKey(value: $0, codes: NumberCodes(values)) }, isTime: false)
    }
}

private struct TextKey: KeyNode {
    let text: any TextNode
    var storedText: StoredText? { text as? StoredText }
    var stored: StoredKey? {
        if let storedText { return .text(storedText, translation: nil) }
        guard let translated = text as? TranslatedText, let inner = translated.inner as? StoredText else { return nil }
        return .text(inner, translation: translated.table)
    }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Scratch.Texts { text.evaluate(morsel, scratch) }
}

/// The period of each day, or of each hour, of a range.
private enum PeriodIndices {
    static func of(_ grain: Grain, _ range: ClosedRange<Int64>, _ shift: PeriodShift, _ rules: CalendarRules) -> [Int] {
        switch shift {
        case .periods(let count) where grain.isCalendar:
            // One period after the other, not day by day.
            var indices: [Int] = []
            indices.reserveCapacity(range.count)
            while indices.count < range.count {
                let day = Int(range.lowerBound) + indices.count
                let index = Period.index(of: grain, holding: day, rules: rules)
                let days = Period(grain, index: index, rules: rules).end - day
                indices.append(contentsOf: repeatElement(index + count, count: min(days, range.count - indices.count)))
            }
            return indices
        case .periods:
            return range.map { value in grain == .hour ? Int(value) : Period.index(of: grain, holding: Int(value), rules: rules) }
        case .months(let months):
            return range.map { value in
                grain == .hour ? Int(value) : Period.index(of: grain, holding: Calendar.adding(months: months, to: Int(value)), rules: rules)
            }
        }
    }
}

/// Codes by a table over days or hours.
private struct TableKey: KeyNode {
    let value: any NumberNode<Int64>
    let low: Int64
    let table: Buffer<UInt32>

    var stored: StoredKey? { (value as? StoredExact).map { .days($0, low: low, periods: table) } }

    func constant(_ rows: Range<Int>) -> UInt32? {
        guard let zone = (value as? StoredExact)?.zones?.zone(of: rows), zone.isWhole, zone.low >= low, zone.high < low + Int64(table.count) else { return nil }
        let code = table[Int(zone.low - low)]
        return (zone.low...zone.high).allSatisfy { table.base[Int($0 - low)] == code } ? code : nil
    }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Scratch.Texts {
        if let stored = value as? StoredExact, stored.validity == nil, !stored.fromLead {
            let codes = scratch.takeTexts()
            if let index = morsel.index {
                Kernels.look(stored.values, index, morsel.count, low: low, table: table.base, size: table.count, codes)
            } else {
                Kernels.look(stored.values, morsel.rows, low: low, table: table.base, size: table.count, codes)
            }
            return codes
        }
        let vector = value.evaluate(morsel, scratch)
        let codes = scratch.takeTexts()
        Kernels.look(vector.values, morsel.count, low: low, table: table.base, size: table.count, valid: vector.valid, codes)
        vector.release(to: scratch)
        return codes
    }
}

/// The codes of a set of whole numbers.
private struct NumberCodes: Sendable {
    private let codes: [Int64: UInt32]

    init(_ values: [Int64]) {
        codes = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, UInt32($0)) })
    }

    func code(_ value: Int64) -> UInt32 { codes[value] ?? Kernels.missingCode }
}

private struct NumberKey: KeyNode {
    let value: any NumberNode<Int64>
    let codes: NumberCodes

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Scratch.Texts {
        let vector = value.evaluate(morsel, scratch)
        let out = scratch.takeTexts()
        for row in 0..<morsel.count {
            out[row] = vector.valid[row >> 6] >> UInt64(row & 63) & 1 == 1 ? codes.code(vector.values[row]) : Kernels.missingCode
        }
        vector.release(to: scratch)
        return out
    }
}

/// Binary numbers as whole ones of the same order.
struct OrderedReal: NumberNode {
    let real: any NumberNode<Double>

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        let vector = real.evaluate(morsel, scratch)
        let out = scratch.takeIntegers()
        Kernels.ordered(vector.values, morsel.count, out)
        scratch.give(vector.values)
        return ExactVector(values: out, valid: vector.valid)
    }
}
