import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// What one aggregate has seen so far, a state for each group: it can be merged with another's and grouped more coarsely,
/// so that totals and `other` come from the rows and not from the lines.
final class Accumulator {
    let aggregate: CompiledAggregate
    /// Rows that count, whether their argument is there or not: a group is shown if it has one.
    var rows: [Int64]
    /// Rows counted by the codes of a text.
    private let counter = CodeCounter()
    /// What was counted beside it.
    private var partner: Accumulator?
    /// Whether every group has a row: what asks for no more need not be counted further.
    private var hasMetAll = false
    /// Rows whose argument is there.
    private var counts: [Int64]
    private var sums: [Int128]
    private var extremes: [Int64]
    /// The other end, of a span.
    private var highest: [Int64] = []
    /// The values themselves, for percentiles and distinct counts: lists, and for each of them the group of each series.
    private var lists: [(series: SeriesList, groups: [UInt32]?)] = []
    /// The texts of a small dictionary that were met, for a distinct count of them, in the place of lists.
    private let met: MetCodes?

    init(_ aggregate: CompiledAggregate, groups: Int) {
        self.aggregate = aggregate
        rows = Array(repeating: 0, count: groups)
        counts = []
        sums = []
        extremes = []
        if case .text(let node) = aggregate.argument, aggregate.function == .distinct, MetCodes.fits(node.dictionary.count) {
            met = MetCodes(size: node.dictionary.count)
        } else {
            met = nil
        }
        switch aggregate.function {
        case .percentile, .distinct: if met == nil { lists = [(SeriesList(), nil)] }
        case .count, .sum, .mean, .min, .max, .span: break
        }
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
        case .percentile, .distinct: if let met { met.grow(to: groups) } else { lists[0].series.grow(to: groups) }
        case .span:
            extend(&extremes, .max)
            extend(&highest, .min)
            extend(&counts, 0)
        }
    }

    /// Adds a morsel. `bits` are the rows that the scan keeps, nil for all; `groups` is nil where all rows are one.
    func add(_ morsel: Morsel, _ bits: Kernels.Words?, _ groups: MorselGroups?, _ scratch: Scratch) {
        guard let filter = aggregate.filter else { return take(morsel, bits, groups, scratch) }
        let mine = filter.evaluate(morsel, scratch)
        if let bits { Kernels.and(mine, bits, morsel.count) }
        take(morsel, mine, groups, scratch)
        scratch.give(mine)
    }

    /// Adds the rows with a bit, nil for all.
    private func take(_ morsel: Morsel, _ bits: Kernels.Words?, _ groups: MorselGroups?, _ scratch: Scratch) {
        count(morsel, bits, groups)
        switch aggregate.argument {
        case .none: break
        case .exact(let node, _):
            let presence = node.presence.map { $0.evaluate(morsel, scratch) }
            if let presence, let bits { Kernels.and(presence, bits, morsel.count) }
            let isThere = presence != nil
            if let presence, takeKnown(node, morsel, presence, groups, scratch) { return scratch.give(presence) }
            takeFew(morsel, presence ?? bits, groups, scratch) { takeExact(node, $0, $1, $2, isThere: isThere && $1 == nil, scratch) }
            presence.map(scratch.give)
        case .real(let node): takeFew(morsel, bits, groups, scratch) { addReal(node.evaluate($0, scratch), $1, $0.count, $2, scratch) }
        case .text(let node):
            if met?.hasMetAll == true { break }
            takeFew(morsel, bits, groups, scratch) { takeText(node, $0, $1, $2, scratch) }
        }
    }

    private func count(_ morsel: Morsel, _ bits: Kernels.Words?, _ groups: MorselGroups?) {
        if hasMetAll { return }
        rows.withUnsafeMutableBufferPointer { rows in
            let base = rows.baseAddress!
            guard case .codes(let key, let stride, let offset, let size)? = groups?.kind else {
                return Kernels.count(bits, morsel.count, groups?.all, size: rows.count, base + (groups?.first ?? 0))
            }
            if bits == nil, PairCounts.fits(key.codes, size: size, marks: false) {
                if !counter.isFor(stride, offset, size, marks: false) { fold(into: base) }
                counter.count(key.codes, morsel.rows, stride, offset, size)
                Kernels.moveMissing(key.validity, morsel.rows, nil, size: size, stride: stride, base + offset)
                guard !countsRows, size == rows.count, size <= Self.fewGroups else { return }
                fold(into: base)
                // There is no missing one where all rows have a value.
                hasMetAll = rows.dropLast(key.validity == nil ? 1 : 0).allSatisfy { $0 > 0 }
                return
            }
            if stride == 1 { return Kernels.count(key.codes, key.validity, morsel.rows, bits, size: size, base + offset) }
            withUnsafeTemporaryAllocation(of: Int64.self, capacity: size) { own in
                own.baseAddress!.update(repeating: 0, count: size)
                Kernels.count(key.codes, key.validity, morsel.rows, bits, size: size, own.baseAddress!)
                for code in 0..<size { base[offset + code * stride] += own[code] }
            }
        }
    }

    /// So few groups that a look at all of them costs nothing beside a morsel.
    private static let fewGroups = 64

    /// Adds all rows of a morsel by the codes of a text, and to `other` those that satisfy its condition: in one pass.
    func count(_ morsel: Morsel, by key: KeyCodes, stride: Int, offset: Int, size: Int, with other: Accumulator, _ scratch: Scratch) {
        guard let filter = other.aggregate.filter else { return }
        let own = filter.stored(morsel) == nil ? filter.evaluate(morsel, scratch) : nil
        guard let marks = own.map({ UnsafePointer($0) }) ?? filter.stored(morsel) else { return }
        if partner !== other || !counter.isFor(stride, offset, size, marks: true) { fold() }
        partner = other
        counter.count(key.codes, morsel.rows, stride, offset, size, marks: marks)
        rows.withUnsafeMutableBufferPointer { Kernels.moveMissing(key.validity, morsel.rows, nil, size: size, stride: stride, $0.baseAddress! + offset) }
        other.rows.withUnsafeMutableBufferPointer {
            Kernels.moveMissing(key.validity, morsel.rows, marks, size: size, stride: stride, $0.baseAddress! + offset)
        }
        own.map(scratch.give)
    }

    /// Brings what was counted by codes to `rows`, and to those of the accumulator that was counted beside it; to be called
    /// before they are read.
    func fold() { rows.withUnsafeMutableBufferPointer { fold(into: $0.baseAddress) } }

    private func fold(into mine: UnsafeMutablePointer<Int64>?) {
        guard let partner else { return counter.fold(into: mine, nil) }
        partner.rows.withUnsafeMutableBufferPointer { counter.fold(into: mine, $0.baseAddress) }
    }

    /// Whether it counts rows, whatever they hold.
    var countsRows: Bool { aggregate.argument.isNone }

    /// Takes the rows with a bit; where they are few, they are picked out of the columns.
    private func takeFew(
        _ morsel: Morsel, _ bits: Kernels.Words?, _ groups: MorselGroups?, _ scratch: Scratch,
        _ take: (Morsel, Kernels.Words?, RowGroups) -> Void
    ) {
        let kept = bits.map { Kernels.population($0, morsel.count) } ?? morsel.count
        guard let bits, kept * 4 < morsel.count else {
            return take(morsel, bits, RowGroups(numbers: groups?.all, first: groups?.first ?? 0))
        }
        guard kept > 0 else { return }
        let index = scratch.takeIndex()
        let picked = scratch.selecting(bits, kept, of: morsel, index)
        let own = groups.flatMap { $0.picked(bits) { picked } }
        take(picked, nil, RowGroups(numbers: own.map { UnsafePointer($0) }, first: groups?.first ?? 0))
        if let own { scratch.give(own) }
        scratch.give(index)
    }

    /// Takes the few rows with a bit, all of which have a value, where those are found without numbering the rows; returns whether that was so.
    private func takeKnown(_ node: any NumberNode<Int64>, _ morsel: Morsel, _ bits: Kernels.Words, _ groups: MorselGroups?, _ scratch: Scratch) -> Bool {
        let kept = Kernels.population(bits, morsel.count)
        guard kept > 0, kept * 4 < morsel.count, let values = node.picked(morsel, bits, scratch) else { return kept == 0 }
        let index = scratch.takeIndex()
        let own = groups.flatMap { $0.picked(bits) { scratch.selecting(bits, kept, of: morsel, index) } }
        addExact(values, nil, kept, RowGroups(numbers: own.map { UnsafePointer($0) }, first: groups?.first ?? 0), magnitude: node.magnitude)
        own.map(scratch.give)
        scratch.give(index)
        scratch.give(values)
        return true
    }

    private func takeText(_ node: any TextNode, _ morsel: Morsel, _ bits: Kernels.Words?, _ groups: RowGroups, _ scratch: Scratch) {
        let codes = node.evaluate(morsel, scratch)
        defer { scratch.give(codes) }
        if let met { return met.add(codes, morsel.count, bits, groups.numbers, first: groups.first) }
        let present = scratch.takeWords()
        let values = scratch.takeIntegers()
        Kernels.present(codes, morsel.count, present)
        Kernels.widen(codes, morsel.count, values)
        addExact(values, both(bits, present, morsel.count), morsel.count, groups, magnitude: UInt64(UInt32.max))
        scratch.give(values)
        scratch.give(present)
    }

    private func takeExact(
        _ node: any NumberNode<Int64>, _ morsel: Morsel, _ bits: Kernels.Words?, _ groups: RowGroups, isThere: Bool, _ scratch: Scratch
    ) {
        if isThere, let values = node.present(morsel, scratch) {
            addExact(values, nil, morsel.count, groups, magnitude: node.magnitude)
            return scratch.give(values)
        }
        let vector = node.evaluate(morsel, scratch)
        addExact(vector.values, both(bits, vector.valid, morsel.count), morsel.count, groups, magnitude: node.magnitude)
        vector.release(to: scratch)
    }

    /// The rows that have both bits, written to `valid`; nil where all have.
    private func both(_ bits: Kernels.Words?, _ valid: Kernels.Words, _ count: Int) -> Kernels.Words? {
        if let bits { Kernels.and(valid, bits, count) }
        return Kernels.population(valid, count) == count ? nil : valid
    }

    private func addExact(
        _ values: UnsafePointer<Int64>, _ bits: Kernels.Words?, _ count: Int, _ groups: RowGroups, magnitude: UInt64
    ) {
        func addCount() { counts.withUnsafeMutableBufferPointer { Kernels.count(bits, count, groups.numbers, size: $0.count, $0.baseAddress! + groups.first) } }
        func addSum() {
            sums.withUnsafeMutableBufferPointer {
                Kernels.sum(bits, count, groups.numbers, size: $0.count, values, magnitude: magnitude, $0.baseAddress! + groups.first)
            }
        }
        switch aggregate.function {
        case .count: addCount()
        case .sum: addSum()
        case .mean:
            addCount()
            addSum()
        case .min:
            addCount()
            extremes.withUnsafeMutableBufferPointer { Kernels.least(bits, count, groups.numbers, values, $0.baseAddress! + groups.first) }
        case .max:
            addCount()
            extremes.withUnsafeMutableBufferPointer { Kernels.greatest(bits, count, groups.numbers, values, $0.baseAddress! + groups.first) }
        case .span:
            addCount()
            extremes.withUnsafeMutableBufferPointer { Kernels.least(bits, count, groups.numbers, values, $0.baseAddress! + groups.first) }
            highest.withUnsafeMutableBufferPointer { Kernels.greatest(bits, count, groups.numbers, values, $0.baseAddress! + groups.first) }
        case .percentile, .distinct: Kernels.collect(bits, count, groups.numbers, first: groups.first, values, lists[0].series)
        }
    }

    private func addReal(_ vector: RealVector, _ bits: Kernels.Words?, _ count: Int, _ groups: RowGroups, _ scratch: Scratch) {
        let mine = both(bits, vector.valid, count)
        switch aggregate.function {
        case .sum, .mean:
            let fits = sums.withUnsafeMutableBufferPointer { Kernels.sum(mine, count, groups.numbers, vector.values, $0.baseAddress! + groups.first) }
            if !fits { scratch.overflowed = true }
            if aggregate.function == .mean {
                counts.withUnsafeMutableBufferPointer { Kernels.count(mine, count, groups.numbers, size: $0.count, $0.baseAddress! + groups.first) }
            }
        case .count, .min, .max, .percentile, .distinct, .span:
            let values = scratch.takeIntegers()
            Kernels.ordered(vector.values, count, values)
            addExact(values, mine, count, groups, magnitude: .max)
            scratch.give(values)
        }
        vector.release(to: scratch)
    }

    /// Adds rows that were counted elsewhere.
    func receive(rows: Int64, _ group: Int) { self.rows[group] += rows }

    /// Adds arguments that were added up elsewhere: how many, and their sum.
    func receive(count: Int64, sum: Int64, _ group: Int) {
        if !counts.isEmpty { counts[group] += count }
        if !sums.isEmpty { sums[group] += Int128(sum) }
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
        if let theirs = other.met { met?.merge(theirs, map: map) }
        // The values stay where they are; only what group they belong to is noted.
        for list in other.lists {
            let old = list.groups ?? (0..<UInt32(min(map.count, list.series.count))).map { $0 }
            lists.append((list.series, old.map { map[Int($0)] }))
        }
    }

    /// The result of each group.
    func results(threads: Int) -> [Value] {
        let groups = rows.count
        switch aggregate.function {
        case .count:
            return (counts.isEmpty ? rows : counts).map { .exact(Exact(Int128($0))) }
        case .sum: return sums.map(sum)
        case .mean: return (0..<groups).map { counts[$0] == 0 ? .missing : mean(sums[$0], counts[$0]) }
        case .min, .max: return (0..<groups).map { counts[$0] == 0 ? .missing : whole(extremes[$0]) }
        case .percentile(let thousandths): return percentiles(thousandths, groups, threads)
        case .distinct: return distincts(groups, threads)
        case .span:
            return (0..<groups).map { counts[$0] == 0 ? .missing : .real(Double(highest[$0] - extremes[$0]) / Double(microsecondsPerDay)) }
        }
    }

    // MARK: - Results

    private func sum(_ sum: Int128) -> Value {
        switch aggregate.argument {
        case .exact(_, .decimal(let scale)): .exact(Exact(sum, scale: scale))
        case .exact: .real(Double(rounding: sum) / Double(microsecondsPerDay))
        case .real: .real(Double(rounding: sum) / Kernels.fraction)
        case .none, .text: .missing
        }
    }

    private func mean(_ sum: Int128, _ count: Int64) -> Value {
        switch aggregate.argument {
        case .exact(_, .decimal(let scale)): .real(Double(rounding: sum) / Double(rounding: Int128(count) * Exact.power(scale)))
        case .exact: .real(Double(rounding: sum) / Double(rounding: Int128(count) * Int128(microsecondsPerDay)))
        case .real: .real(Double(rounding: sum) / Kernels.fraction / Double(count))
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

    /// The collected values of each group.
    private func grouped(_ groups: Int) -> [[SeriesList.Part]] {
        var parts = [[SeriesList.Part]](repeating: [], count: groups)
        for list in lists {
            for series in 0..<(list.groups?.count ?? list.series.count) where list.series[series].count > 0 {
                parts[Int(list.groups?[series] ?? UInt32(series))].append(list.series[series])
            }
        }
        return parts
    }

    private func percentiles(_ thousandths: Int, _ groups: Int, _ threads: Int) -> [Value] {
        let parts = grouped(groups)
        let sizes = parts.map { $0.reduce(0) { $0 + $1.count } }
        // The longest first, so that no thread is left with one in the end.
        let order = sizes.indices.filter { sizes[$0] > 0 }.sorted { sizes[$0] > sizes[$1] }
        let ranks = Workers.map(order.count, threads: threads) { place in
            Selection.percentiles(parts[order[place]].flatMap(\.pieces), thousandths: [thousandths])[0]
        }
        var values = [Value](repeating: .missing, count: groups)
        for (group, ranks) in zip(order, ranks) { values[group] = ranks.map(interpolated) ?? .missing }
        return values
    }

    private func distincts(_ groups: Int, _ threads: Int) -> [Value] {
        if let met { return (0..<groups).map { .exact(Exact(met.count(of: $0))) } }
        let parts = grouped(groups)
        let counts = Workers.map(groups, threads: threads) { group in Selection.distinct(parts[group].flatMap(\.pieces)) }
        return counts.map { .exact(Exact($0)) }
    }
}
