import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// An aggregate made ready for a store: what it adds up, and which rows count.
struct CompiledAggregate: Sendable {
    enum Argument: Sendable {
        case none
        case exact(any NumberNode<Int64>, unit: Unit)
        case real(any NumberNode<Double>)
        case text(any TextNode)
    }

    /// What a whole number of an argument stands for.
    enum Unit: Sendable {
        case decimal(scale: Int)
        case microseconds
        case date
        case timestamp
    }

    let function: AggregateFunction
    let slot: Int
    let argument: Argument
    let filter: (any BitsNode)?

    init(_ aggregate: PlanAggregate, _ compiler: RowCompiler) throws(Diagnostic) {
        function = aggregate.function
        slot = aggregate.slot
        filter = try aggregate.filter.map { condition throws(Diagnostic) in try compiler.bits(condition) }
        guard let value = aggregate.argument else {
            argument = .none
            return
        }
        switch try compiler.type(value) {
        case .exact(let scale): argument = .exact(try compiler.exact(value, scale: scale), unit: .decimal(scale: scale))
        case .duration: argument = .exact(try compiler.exact(value), unit: .microseconds)
        case .date: argument = .exact(try compiler.exact(value), unit: .date)
        case .timestamp: argument = .exact(try compiler.exact(value), unit: .timestamp)
        case .real: argument = .real(try compiler.real(value))
        case .text, .yesNo, .unknown: argument = .text(try compiler.text(value))
        }
    }
}

/// What one aggregate has seen so far, a state for each group: it can be merged with another's and grouped more coarsely,
/// so that totals and `other` come from the rows and not from the lines.
final class Accumulator {
    let aggregate: CompiledAggregate
    /// Rows that count, whether their argument is there or not: a group is shown if it has one.
    var rows: [Int64]
    /// Rows whose argument is there.
    private var counts: [Int64]
    private var sums: [Int128]
    private var extremes: [Int64]
    /// The other end, of a span.
    private var highest: [Int64] = []
    private var listGroups: [UInt32] = []
    private var listValues: [Int64] = []

    init(_ aggregate: CompiledAggregate, groups: Int) {
        self.aggregate = aggregate
        rows = Array(repeating: 0, count: groups)
        counts = []
        sums = []
        extremes = []
        grow(to: groups)
    }

    func grow(to groups: Int) {
        func extend<T>(_ array: inout [T], _ value: T) {
            if array.count < groups { array.append(contentsOf: repeatElement(value, count: groups - array.count)) }
        }
        extend(&rows, 0)
        switch aggregate.function {
        case .count: if case .none = aggregate.argument { break } else { extend(&counts, 0) }
        case .sum: extend(&sums, 0)
        case .mean:
            extend(&counts, 0)
            extend(&sums, 0)
        case .min: extend(&extremes, .max); extend(&counts, 0)
        case .max: extend(&extremes, .min); extend(&counts, 0)
        case .percentile, .distinct: break
        case .span:
            extend(&extremes, .max)
            extend(&highest, .min)
            extend(&counts, 0)
        }
    }

    /// Adds a morsel. `bits` are the rows that the scan keeps.
    func add(_ morsel: Morsel, _ bits: Kernels.Words, _ groups: UnsafePointer<UInt32>?, _ scratch: Scratch) {
        let mine = scratch.takeWords()
        defer { scratch.give(mine) }
        for word in 0..<Kernels.wordCount(morsel.count) { mine[word] = bits[word] }
        if let filter = aggregate.filter {
            let more = filter.evaluate(morsel, scratch)
            Kernels.and(mine, more, morsel.count)
            scratch.give(more)
        }
        rows.withUnsafeMutableBufferPointer { Kernels.count(mine, morsel.count, groups, $0.baseAddress!) }
        switch aggregate.argument {
        case .none: break
        case .exact(let node, _):
            let vector = node.evaluate(morsel, scratch)
            Kernels.and(mine, vector.valid, morsel.count)
            addExact(vector.values, mine, morsel.count, groups)
            vector.release(to: scratch)
        case .real(let node): addReal(node.evaluate(morsel, scratch), mine, morsel.count, groups, scratch)
        case .text(let node):
            let codes = node.evaluate(morsel, scratch)
            let present = scratch.takeWords()
            let values = scratch.takeIntegers()
            Kernels.present(codes, morsel.count, present)
            Kernels.and(mine, present, morsel.count)
            for row in 0..<morsel.count { values[row] = Int64(codes[row]) }
            addExact(values, mine, morsel.count, groups)
            scratch.give(values)
            scratch.give(present)
            scratch.give(codes)
        }
    }

    private func addExact(_ values: UnsafePointer<Int64>, _ bits: Kernels.Words, _ count: Int, _ groups: UnsafePointer<UInt32>?) {
        switch aggregate.function {
        case .count: counts.withUnsafeMutableBufferPointer { Kernels.count(bits, count, groups, $0.baseAddress!) }
        case .sum: sums.withUnsafeMutableBufferPointer { Kernels.sum(bits, count, groups, values, $0.baseAddress!) }
        case .mean:
            counts.withUnsafeMutableBufferPointer { Kernels.count(bits, count, groups, $0.baseAddress!) }
            sums.withUnsafeMutableBufferPointer { Kernels.sum(bits, count, groups, values, $0.baseAddress!) }
        case .min:
            counts.withUnsafeMutableBufferPointer { Kernels.count(bits, count, groups, $0.baseAddress!) }
            extremes.withUnsafeMutableBufferPointer { Kernels.least(bits, count, groups, values, $0.baseAddress!) }
        case .max:
            counts.withUnsafeMutableBufferPointer { Kernels.count(bits, count, groups, $0.baseAddress!) }
            extremes.withUnsafeMutableBufferPointer { Kernels.greatest(bits, count, groups, values, $0.baseAddress!) }
        case .span:
            counts.withUnsafeMutableBufferPointer { Kernels.count(bits, count, groups, $0.baseAddress!) }
            extremes.withUnsafeMutableBufferPointer { Kernels.least(bits, count, groups, values, $0.baseAddress!) }
            highest.withUnsafeMutableBufferPointer { Kernels.greatest(bits, count, groups, values, $0.baseAddress!) }
        case .percentile, .distinct: collect(values, bits, count, groups)
        }
    }

    private func addReal(_ vector: RealVector, _ bits: Kernels.Words, _ count: Int, _ groups: UnsafePointer<UInt32>?, _ scratch: Scratch) {
        Kernels.and(bits, vector.valid, count)
        switch aggregate.function {
        case .sum, .mean:
            let fits = sums.withUnsafeMutableBufferPointer { Kernels.sum(bits, count, groups, vector.values, $0.baseAddress!) }
            if !fits { scratch.overflowed = true }
            if aggregate.function == .mean { counts.withUnsafeMutableBufferPointer { Kernels.count(bits, count, groups, $0.baseAddress!) } }
        case .count, .min, .max, .percentile, .distinct, .span:
            let values = scratch.takeIntegers()
            Kernels.ordered(vector.values, count, values)
            addExact(values, bits, count, groups)
            scratch.give(values)
        }
        vector.release(to: scratch)
    }

    private func collect(_ values: UnsafePointer<Int64>, _ bits: Kernels.Words, _ count: Int, _ groups: UnsafePointer<UInt32>?) {
        let start = listValues.count
        let more = Kernels.population(bits, count)
        listValues.append(contentsOf: repeatElement(0, count: more))
        listGroups.append(contentsOf: repeatElement(0, count: more))
        listValues.withUnsafeMutableBufferPointer { values2 in
            listGroups.withUnsafeMutableBufferPointer { groups2 in
                guard more > 0 else { return }
                _ = Kernels.collect(bits, count, groups, values, groups2.baseAddress! + start, values2.baseAddress! + start)
            }
        }
    }

    /// Adds another's states; group `g` of it is group `map[g]` here.
    func merge(_ other: Accumulator, map: [UInt32]) {
        for (group, target) in map.enumerated() {
            let target = Int(target)
            rows[target] += other.rows[group]
            if !counts.isEmpty { counts[target] += other.counts[group] }
            if !sums.isEmpty { sums[target] += other.sums[group] }
            if !extremes.isEmpty {
                extremes[target] =
                    aggregate.function != .max ? min(extremes[target], other.extremes[group]) : max(extremes[target], other.extremes[group])
            }
        }
        if !highest.isEmpty {
            for (group, target) in map.enumerated() { highest[Int(target)] = max(highest[Int(target)], other.highest[group]) }
        }
        listValues.append(contentsOf: other.listValues)
        listGroups.append(contentsOf: other.listGroups.lazy.map { map[Int($0)] })
    }

    /// The result of each group.
    func results() -> [Value] {
        let groups = rows.count
        switch aggregate.function {
        case .count:
            return (counts.isEmpty ? rows : counts).map { .exact(Exact(Int128($0))) }
        case .sum: return sums.map(sum)
        case .mean: return (0..<groups).map { counts[$0] == 0 ? .missing : mean(sums[$0], counts[$0]) }
        case .min, .max: return (0..<groups).map { counts[$0] == 0 ? .missing : whole(extremes[$0]) }
        case .percentile(let thousandths): return percentiles(thousandths, groups)
        case .distinct: return distincts(groups)
        case .span:
            return (0..<groups).map { counts[$0] == 0 ? .missing : .real(Double(highest[$0] - extremes[$0]) / Double(microsecondsPerDay)) }
        }
    }

    // MARK: - Results

    private func sum(_ sum: Int128) -> Value {
        switch aggregate.argument {
        case .exact(_, .decimal(let scale)): .exact(Exact(sum, scale: scale))
        case .exact: .real(Double(sum) / Double(microsecondsPerDay))
        case .real: .real(Double(sum) / Kernels.fraction)
        case .none, .text: .missing
        }
    }

    private func mean(_ sum: Int128, _ count: Int64) -> Value {
        switch aggregate.argument {
        case .exact(_, .decimal(let scale)): .real(Double(sum) / Double(Int128(count) * Exact.power(scale)))
        case .exact: .real(Double(sum) / Double(Int128(count) * Int128(microsecondsPerDay)))
        case .real: .real(Double(sum) / Kernels.fraction / Double(count))
        case .none, .text: .missing
        }
    }

    private func whole(_ value: Int64) -> Value {
        switch aggregate.argument {
        case .exact(_, .decimal(let scale)): return .exact(Exact(Int128(value), scale: scale))
        case .exact(_, .microseconds): return .real(Double(value) / Double(microsecondsPerDay))
        case .exact(_, let unit):
            let day = Calendar.floorDivide(Int(value), Int(microsecondsPerDay))
            if case .date = unit { return .date(day) }
            return .timestamp(day: day, microseconds: value - Int64(day) * microsecondsPerDay)
        case .real: return .real(Kernels.unordered(value))
        case .none, .text: return .missing
        }
    }

    private func interpolated(_ ranks: Selection.Ranks) -> Value {
        switch aggregate.argument {
        case .exact(_, .decimal(let scale)):
            if ranks.low == ranks.high { return .exact(Exact(Int128(ranks.low), scale: scale)) }
            return .real(ranks.between / Double(Exact.power(scale)))
        case .exact: return .real(ranks.between / Double(microsecondsPerDay))
        case .real:
            let (a, b) = (Kernels.unordered(ranks.low), Kernels.unordered(ranks.high))
            return .real(a + (b - a) * ranks.fraction)
        case .none, .text: return .missing
        }
    }

    /// The collected values of each group, side by side, and where each group begins.
    private func grouped(_ groups: Int) -> (values: [Int64], starts: [Int]) {
        var starts = [Int](repeating: 0, count: groups + 1)
        for group in listGroups { starts[Int(group) + 1] += 1 }
        for group in 0..<groups { starts[group + 1] += starts[group] }
        var next = starts
        var values = [Int64](repeating: 0, count: listValues.count)
        for (group, value) in zip(listGroups, listValues) {
            values[next[Int(group)]] = value
            next[Int(group)] += 1
        }
        return (values, starts)
    }

    private func percentiles(_ thousandths: Int, _ groups: Int) -> [Value] {
        var (values, starts) = grouped(groups)
        return values.withUnsafeMutableBufferPointer { all in
            (0..<groups).map { group in
                let count = starts[group + 1] - starts[group]
                guard count > 0, let base = all.baseAddress else { return .missing }
                guard let ranks = Selection.percentile(base + starts[group], count, thousandths: thousandths) else { return .missing }
                return interpolated(ranks)
            }
        }
    }

    private func distincts(_ groups: Int) -> [Value] {
        var (values, starts) = grouped(groups)
        return (0..<groups).map { group in
            let range = starts[group]..<starts[group + 1]
            values[range].sort()
            var count = 0
            for at in range where at == range.lowerBound || values[at] != values[at - 1] { count += 1 }
            return .exact(Exact(count))
        }
    }
}
