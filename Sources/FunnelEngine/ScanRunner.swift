import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// The groups of one scan: for each its code over all keys, and the states of the scan's aggregates.
struct ScanResult {
    /// The combined code of each group; nil where a group's place is its code.
    var codes: [UInt64]?
    var accumulators: [Accumulator]
    /// How many of the scan's rows each condition kept that was to be counted besides.
    var counts: [Int]
}

/// Carries out one scan: one pass over a table, in morsels, over all threads.
struct ScanRunner {
    let scan: Scan
    let compiler: RowCompiler
    let spaces: [KeySpace]
    /// Which of the plan's scans it is: the spaces have a node for each.
    let index: Int

    /// Up to so many combinations of keys, each has its place in an array; beyond, groups are found by hashing.
    static let denseLimit = 1 << 20

    /// `conditions`: of the rows that the scan keeps, those for which each holds are counted besides; none where all aggregates
    /// share a condition, which is taken for one of the scan.
    func run(counting conditions: [RowCondition] = []) throws(Diagnostic) -> ScanResult {
        let scan = sharing(scan)
        var counted: [any BitsNode] = []
        for condition in conditions { counted.append(try compiler.bits(condition)) }
        let filter = try scan.filter.map { condition throws(Diagnostic) in try compiler.bits(condition) }
        var aggregates: [CompiledAggregate] = []
        for aggregate in scan.aggregates { aggregates.append(try CompiledAggregate(aggregate, compiler)) }
        let rows = compiler.store.rowCount(scan.table)
        let morsels = Workers.morsels(in: rows)
        let combinations = try Self.combinations(spaces)
        let isDense = Self.isDense(combinations, rows: rows)
        let threads = max(1, min(compiler.threads, morsels))
        let links = compiler.store.leads(of: scan.table)
        let cells =
            isDense && !spaces.isEmpty
            ? CellScan(scan, aggregates, keys: spaces.map { $0.nodes[index] }, spaces: spaces, strides: strides, rows: rows) : nil
        let workers = (0..<threads).map { _ in
            Worker(
                aggregates, groups: isDense ? Int(combinations) : 0, scan: self, isDense: isDense, filter: filter, counted: counted, cells: cells)
        }
        let finished = Workers.run(threads: threads, morsels: morsels, interrupt: compiler.interrupt) { worker, morsel in
            let range = Workers.rows(of: morsel, in: rows)
            workers[worker].add(range, links)
        }
        guard finished else { throw .interrupted }
        if workers.contains(where: { $0.scratch.overflowed }) { throw .numberTooLarge }
        let results = workers.map { $0.takeResult() }
        return Self.merged(results, aggregates, dense: isDense ? Int(combinations) : nil)
    }

    /// What a code of each key counts in the number of a group.
    fileprivate var strides: [Int] {
        var strides = [Int](repeating: 1, count: spaces.count)
        for key in spaces.indices.dropLast().reversed() {
            strides[key] = strides[key + 1].multipliedReportingOverflow(by: spaces[key + 1].count + 1).partialValue
        }
        return strides
    }

    /// A condition that all aggregates have is one of the scan: what is not kept need not be grouped.
    private func sharing(_ scan: Scan) -> Scan {
        guard let shared = scan.sharedFilter else { return scan }
        var narrowed = scan
        narrowed.filter = scan.filter.map { .and([$0, shared]) } ?? shared
        for index in narrowed.aggregates.indices { narrowed.aggregates[index].filter = nil }
        return narrowed
    }

    /// Whether groups have a place each in an array. A small table does not fill a large one.
    static func isDense(_ combinations: UInt64, rows: Int) -> Bool { combinations <= UInt64(min(denseLimit, max(65_536, rows * 4))) }

    /// How many combinations the keys have, each with its missing value.
    static func combinations(_ spaces: [KeySpace]) throws(Diagnostic) -> UInt64 {
        var product: UInt64 = 1
        for space in spaces {
            let (next, overflow) = product.multipliedReportingOverflow(by: UInt64(space.count + 1))
            if overflow { throw .tooManyGroups }
            product = next
        }
        return product
    }

    private static func merged(_ results: [ScanResult], _ aggregates: [CompiledAggregate], dense: Int?) -> ScanResult {
        if results.count == 1 { return results[0] }
        let counts = results[0].counts.indices.map { place in results.reduce(0) { $0 + $1.counts[place] } }
        if let dense {
            let identity = (0..<UInt32(dense)).map { $0 }
            for other in results.dropFirst() {
                for (mine, theirs) in zip(results[0].accumulators, other.accumulators) { mine.merge(theirs, map: identity) }
            }
            return ScanResult(codes: nil, accumulators: results[0].accumulators, counts: counts)
        }
        let codes = Set(results.flatMap { $0.codes ?? [] }).sorted()
        var places: [UInt64: UInt32] = [:]
        places.reserveCapacity(codes.count)
        for (place, code) in codes.enumerated() { places[code] = UInt32(place) }
        let accumulators = aggregates.map { Accumulator($0, groups: codes.count) }
        for result in results {
            let map = (result.codes ?? []).map { places[$0] ?? 0 }
            for (mine, theirs) in zip(accumulators, result.accumulators) { mine.merge(theirs, map: map) }
        }
        return ScanResult(codes: codes, accumulators: accumulators, counts: counts)
    }
}

/// One thread's part of a scan; no two threads ever hold the same one.
private final class Worker: @unchecked Sendable {
    let scratch = Scratch()
    private let filter: (any BitsNode)?
    /// What is counted besides of the rows that are kept, and how many were.
    private let counted: [any BitsNode]
    private var counts: [Int]
    private let isDense: Bool
    private let accumulators: [Accumulator]
    private let keys: [Key]
    /// Two aggregates that count rows, all of them and some: the parts of a ratio, counted in one pass where they can be.
    private let both: (all: Accumulator, some: Accumulator)?
    /// Whether anything is read of the rows but their keys and how many they are.
    private let readsValues: Bool
    private var places: [UInt64: UInt32] = [:]
    private var codes: [UInt64] = []
    /// Where the scan can be counted in cells.
    private let cells: (scan: CellScan, tallies: [CellTally])?

    /// One of the keys, for this worker.
    private struct Key {
        let node: any KeyNode
        /// How many codes there are, that of the missing key among them, and what one counts in the number of a group.
        let size: Int
        let stride: Int
        /// Its codes as they are stored, where it is a text of the rows themselves.
        let codes: KeyCodes?

        init(_ node: any KeyNode, count: Int, stride: Int) {
            self.node = node.lent
            size = count + 1
            self.stride = stride
            codes = node.storedText.flatMap { $0.fromLead ? nil : KeyCodes($0) }
        }
    }

    init(
        _ aggregates: [CompiledAggregate], groups: Int, scan: ScanRunner, isDense: Bool, filter: (any BitsNode)?, counted: [any BitsNode], cells: CellScan?
    ) {
        let aggregates = aggregates.map(\.lent)
        self.counted = counted.map(\.lent)
        counts = [Int](repeating: 0, count: counted.count)
        self.cells = cells.map { ($0.lent, $0.tallies()) }
        self.filter = filter?.lent
        self.isDense = isDense
        accumulators = aggregates.map { Accumulator($0, groups: groups) }
        keys = zip(scan.spaces, scan.strides).map { space, stride in Key(space.nodes[scan.index], count: space.count, stride: stride) }
        let counting = accumulators.filter(\.countsRows)
        let all = counting.first { $0.aggregate.filter == nil }
        both = all.flatMap { all in counting.first { $0.aggregate.filter != nil }.map { (all, $0) } }
        readsValues = aggregates.contains { !$0.argument.isNone }
    }

    /// What was added so far.
    func takeResult() -> ScanResult {
        for accumulator in accumulators { accumulator.fold() }
        if let cells { cells.scan.fold(cells.tallies, into: accumulators) }
        return result
    }

    private var result: ScanResult { ScanResult(codes: isDense ? nil : codes, accumulators: accumulators, counts: counts) }

    func add(_ rows: Range<Int>, _ links: LeadLinks?) {
        let morsel = scratch.morsel(rows, links)
        let bits = filter?.evaluate(morsel, scratch)
        for (place, condition) in counted.enumerated() {
            if let marks = condition.stored(morsel) {
                counts[place] += Kernels.population(marks, both: bits, morsel.count)
            } else {
                let marks = condition.evaluate(morsel, scratch)
                counts[place] += Kernels.population(marks, both: bits, morsel.count)
                scratch.give(marks)
            }
        }
        if let cells, cells.scan.suits(rows) {
            cells.scan.add(morsel, bits, to: cells.tallies, scratch)
            bits.map(scratch.give)
            return
        }
        let constants = keys.map { key in key.node.constant(rows).map { min($0, UInt32(key.size - 1)) } }
        guard let bits else { return add(morsel, nil, constants) }
        let kept = Kernels.population(bits, morsel.count)
        let readsRows = readsValues || constants.contains(nil) && !countsMarks(morsel, kept, kind(constants))
        if kept == morsel.count {
            add(morsel, nil, constants)
        } else if kept * 2 < morsel.count, readsRows {
            // The few rows that are kept are picked out of the columns.
            if kept > 0 {
                let index = scratch.takeIndex()
                add(scratch.selecting(bits, kept, of: morsel, index), nil, constants)
                scratch.give(index)
            }
        } else {
            add(morsel, bits, constants)
        }
        scratch.give(bits)
    }

    /// Whether rows are only counted, by few codes as they are stored: then those that count are marked in their place.
    private func countsMarks(_ morsel: Morsel, _ kept: Int, _ kind: MorselGroups.Kind) -> Bool {
        guard !readsValues, case .codes(let key, _, _, let size) = kind, FewCounts.fits(key.codes, size: size, kept, of: morsel.count) else { return false }
        return accumulators.allSatisfy { $0.aggregate.filter.map { $0.stored(morsel) != nil } ?? true }
    }

    /// Adds the rows with a bit, nil for all. `constants` are the codes of keys that are the same for all rows of the morsel.
    private func add(_ morsel: Morsel, _ bits: Kernels.Words?, _ constants: [UInt32?]) {
        guard !keys.isEmpty else {
            for accumulator in accumulators { accumulator.add(morsel, bits, nil, scratch) }
            return
        }
        let groups = MorselGroups(morsel, scratch, kind: kind(constants), numbersSome: isDense) { [self] rows in
            isDense ? denseGroups(rows, constants) : hashedGroups(rows, bits)
        }
        // Groups that are found by hashing are met before anything is added to them.
        if !isDense { _ = groups.all }
        if bits == nil, let both, case .codes(let key, let stride, let offset, let size) = groups.kind,
            PairCounts.fits(key.codes, size: size, marks: true)
        {
            both.all.count(morsel, by: key, stride: stride, offset: offset, size: size, with: both.some, scratch)
            for accumulator in accumulators where accumulator !== both.all && accumulator !== both.some {
                accumulator.add(morsel, bits, groups, scratch)
            }
        } else {
            for accumulator in accumulators { accumulator.add(morsel, bits, groups, scratch) }
        }
        groups.release()
    }

    /// What need not be read of the rows of a morsel to tell their groups.
    private func kind(_ constants: [UInt32?]) -> MorselGroups.Kind {
        guard isDense else { return .numbered }
        var rest: Int?
        var offset = 0
        for (index, code) in constants.enumerated() {
            if let code {
                offset += Int(code) * keys[index].stride
            } else if rest == nil {
                rest = index
            } else {
                return .numbered
            }
        }
        guard let rest else { return .one(offset) }
        let key = keys[rest]
        return key.codes.map { .codes($0, stride: key.stride, offset: offset, size: key.size) } ?? .numbered
    }

    private func denseGroups(_ morsel: Morsel, _ constants: [UInt32?]) -> Scratch.Texts {
        let groups = scratch.takeTexts()
        for (index, key) in keys.enumerated() {
            let size = UInt32(key.size)
            if let code = constants[index] {
                if index == 0 { groups.update(repeating: code, count: morsel.count) } else { Kernels.extend(code, morsel.count, size: size, groups) }
                continue
            }
            let codes = key.node.evaluate(morsel, scratch)
            if index == 0 {
                Kernels.begin(codes, morsel.count, size: size, groups)
            } else {
                Kernels.extend(codes, morsel.count, size: size, groups)
            }
            scratch.give(codes)
        }
        return groups
    }

    /// Groups are numbered in the order in which they are met.
    private func hashedGroups(_ morsel: Morsel, _ bits: Kernels.Words?) -> Scratch.Texts {
        let groups = scratch.takeTexts()
        let combined = scratch.takeIntegers()
        for row in 0..<morsel.count { combined[row] = 0 }
        for key in keys {
            let codes = key.node.evaluate(morsel, scratch)
            let size = Int64(key.size)
            for row in 0..<morsel.count { combined[row] = combined[row] &* size &+ min(Int64(codes[row]), size - 1) }
            scratch.give(codes)
        }
        for row in 0..<morsel.count {
            if let bits, bits[row >> 6] >> UInt64(row & 63) & 1 == 0 {
                groups[row] = 0
                continue
            }
            let code = UInt64(bitPattern: combined[row])
            if let place = places[code] {
                groups[row] = place
            } else {
                let place = UInt32(codes.count)
                places[code] = place
                codes.append(code)
                groups[row] = place
            }
        }
        scratch.give(combined)
        for accumulator in accumulators { accumulator.grow(to: max(1, codes.count)) }
        return groups
    }
}
