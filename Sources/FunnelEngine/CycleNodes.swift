import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// The time from creation to first win of leads, as it stands in the store.
struct StoredCycles: NumberNode {
    let cycles: Cycles

    var presence: (any BitsNode)? { Presence(validity: cycles.leads, fromLead: false) }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        ExactVector(values: read(morsel, scratch), valid: presenceBits(cycles.leads, false, morsel, scratch))
    }

    func present(_ morsel: Morsel, _ scratch: Scratch) -> UnsafeMutablePointer<Int64>? { read(morsel, scratch) }

    func picked(_ morsel: Morsel, _ bits: Kernels.Words, _ scratch: Scratch) -> UnsafeMutablePointer<Int64>? {
        guard morsel.index == nil else { return nil }
        let out = scratch.takeIntegers()
        cycles.read(morsel.rows, bits, out)
        return out
    }

    private func read(_ morsel: Morsel, _ scratch: Scratch) -> UnsafeMutablePointer<Int64> {
        let out = scratch.takeIntegers()
        if let index = morsel.index { cycles.gather(morsel.rows, index, morsel.count, out) } else { cycles.read(morsel.rows, out) }
        return out
    }
}

/// Whether a lead was won, for the first time, no later than so many microseconds after its creation.
struct CycleWithin: BitsNode {
    let cycles: Cycles
    let most: Int64

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        guard morsel.index == nil else { return ExactRange(value: StoredCycles(cycles: cycles), low: .min, high: most).evaluate(morsel, scratch) }
        let words = scratch.takeWords()
        cycles.within(most, morsel.rows, words)
        return words
    }
}

extension RowCompiler {
    /// The cycles of the store, where a length of time is that from the creation of the rows' leads to their first win.
    func cycles(_ from: RowValue, _ to: RowValue) -> Cycles? {
        guard table == .leads, case .column(let start) = from, case .column(let end) = to, start.table == .leads, end.table == .leads,
            let created = store.tables[.leads]?.roles[.created], start.index == .file(created), end.index == .derived(.leadWonAt)
        else { return nil }
        return store.links.cycles
    }
}
