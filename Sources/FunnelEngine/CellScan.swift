import FunnelModel
import FunnelPlan
import FunnelStore

/// A key as it stands in a column: what its codes or days belong to can be asked when all rows are in.
enum StoredKey {
    /// Codes, and what code of the key each of them is where they are not the same.
    case text(StoredText, translation: Buffer<UInt32>?)
    /// Days, and the code of the key of each from `low` on.
    case days(StoredExact, low: Int64, periods: Buffer<UInt32>)
}

/// A scan that counts rows and adds up short numbers, by the day of a date, the code of a text, or both: done in one pass from the columns as they
/// are stored, without writing down what group a row is of.
struct CellScan: Sendable {
    /// Rows that are counted in the same cells.
    struct Pass: Sendable {
        let filter: (any BitsNode)?
        let values: CellTally.Values?
        /// Which rows have a value.
        let presence: Bitmap?
        /// The aggregates that take from it how many rows there are, and those that take the values.
        var rowsOf: [Int]
        var valuesOf: [Int]
    }

    private let days: CellTally.Days?
    private let texts: CellTally.Texts?
    /// What each day, and each code, counts in the number of a group; behind the last what a missing one counts.
    private let dayPlaces: [Int]
    private let textPlaces: [Int]
    /// Which of the keys is by days, and what is known of their column's morsels.
    let dayKey: Int?
    private let zones: Zones?
    private(set) var passes: [Pass] = []

    /// Nil where it can't be done so, or another way is faster.
    init?(_ scan: Scan, _ aggregates: [CompiledAggregate], keys: [any KeyNode], spaces: [KeySpace], strides: [Int], rows: Int) {
        var (days, texts): (CellTally.Days?, CellTally.Texts?) = (nil, nil)
        var (dayPlaces, textPlaces) = ([0], [0])
        var dayKey: Int?
        var zones: Zones?
        for (index, key) in keys.enumerated() {
            let (stride, missing) = (strides[index], spaces[index].count)
            switch key.stored {
            case .days(let column, let low, let table)? where days == nil && !column.fromLead && table.count > 0:
                days = CellTally.Days(column.values, column.validity, range: Int(low)...Int(low) + table.count - 1)
                if days == nil { return nil }
                (dayKey, zones) = (index, column.zones)
                dayPlaces = (0..<table.count).map { min(Int(table[$0]), missing) * stride } + [missing * stride]
            case .text(let column, let table)? where texts == nil && !column.fromLead:
                texts = CellTally.Texts(column.codes, column.validity, count: column.dictionary.count)
                if texts == nil { return nil }
                textPlaces = column.dictionary.indices.map { code in (table.map { Int($0[code]) } ?? code) * stride } + [missing * stride]
            default: return nil
            }
        }
        let size = CellTally.size(days, texts)
        guard size <= min(CellTally.most, max(Self.fewCells, rows / 4)) else { return nil }
        (self.days, self.texts, self.dayPlaces, self.textPlaces, self.dayKey, self.zones) = (days, texts, dayPlaces, textPlaces, dayKey, zones)
        guard arrange(scan, aggregates) else { return nil }
        // Rows alone are counted by codes two at a time.
        if days == nil, passes.allSatisfy({ $0.values == nil }) { return nil }
    }

    private mutating func arrange(_ scan: Scan, _ aggregates: [CompiledAggregate]) -> Bool {
        for (index, (plan, aggregate)) in zip(scan.aggregates, aggregates).enumerated() {
            let same = passes.indices.filter { scan.aggregates[passes[$0].first].filter == plan.filter }
            switch (aggregate.function, aggregate.argument) {
            case (.count, .none):
                if let known = same.first(where: { passes[$0].presence == nil }) {
                    passes[known].rowsOf.append(index)
                } else {
                    passes.append(Pass(filter: aggregate.filter, values: nil, presence: nil, rowsOf: [index], valuesOf: []))
                }
            case (.count, .exact(let node, .decimal)), (.sum, .exact(let node, .decimal)), (.mean, .exact(let node, .decimal)):
                guard let column = node as? StoredExact, !column.fromLead,
                    let values = CellTally.Values(column.values, magnitude: column.greatest)
                else { return false }
                if let known = same.first(where: { passes[$0].valuesOf.first.map { scan.aggregates[$0].argument == plan.argument } ?? false }) {
                    passes[known].valuesOf.append(index)
                } else {
                    passes.append(Pass(filter: aggregate.filter, values: values, presence: column.validity, rowsOf: [], valuesOf: [index]))
                }
                // Where some rows have no value, those that count are counted beside them.
                if let known = passes.indices.first(where: { passes[$0].presence == nil && scan.aggregates[passes[$0].first].filter == plan.filter }) {
                    passes[known].rowsOf.append(index)
                } else {
                    passes.append(Pass(filter: aggregate.filter, values: nil, presence: nil, rowsOf: [index], valuesOf: []))
                }
            default: return false
            }
        }
        return true
    }

    /// Whether it is the best way for a morsel: where neighbouring rows are of one day, each would wait for the addition of the one before.
    func suits(_ rows: Range<Int>) -> Bool {
        guard dayKey != nil, let zone = zones?.zone(of: rows) else { return true }
        return zone.high - zone.low >= Self.leastDays
    }

    /// So many cells cost nothing, however few the rows.
    private static let fewCells = 4096
    private static let leastDays: Int64 = 32

    /// The same, for one worker.
    var lent: CellScan {
        var own = self
        own.passes = passes.map {
            Pass(filter: $0.filter?.lent, values: $0.values, presence: $0.presence?.lent, rowsOf: $0.rowsOf, valuesOf: $0.valuesOf)
        }
        return own
    }

    /// Cells for each pass.
    func tallies() -> [CellTally] { passes.map { CellTally(days, texts, $0.values) } }

    /// Adds the rows of a morsel with a bit, nil for all.
    func add(_ morsel: Morsel, _ bits: Kernels.Words?, to tallies: [CellTally], _ scratch: Scratch) {
        for pass in passes.indices {
            let filter = passes[pass].filter
            let mine = filter?.evaluate(morsel, scratch) ?? scratch.takeWords()
            if filter == nil { Kernels.set(true, mine, morsel.count) }
            if let bits { Kernels.and(mine, bits, morsel.count) }
            andPresence(mine, passes[pass].presence, morsel, scratch)
            tallies[pass].add(morsel.rows, mine)
            scratch.give(mine)
        }
    }

    /// Brings what is in the cells to the groups.
    func fold(_ tallies: [CellTally], into accumulators: [Accumulator]) {
        for (pass, tally) in zip(passes, tallies) {
            tally.fold(days: dayPlaces, texts: textPlaces) { group, rows, sum in
                for index in pass.rowsOf { accumulators[index].receive(rows: rows, group) }
                for index in pass.valuesOf { accumulators[index].receive(count: rows, sum: sum, group) }
            }
        }
    }
}

extension CellScan.Pass {
    /// An aggregate that it serves.
    fileprivate var first: Int { rowsOf.first ?? valuesOf.first ?? 0 }
}
