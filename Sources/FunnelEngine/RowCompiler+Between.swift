import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

extension RowCompiler {
    /// The time of each lead from its first event of one step to the first of another behind it.
    func between(_ from: StepEvents, _ to: StepEvents, _ stageOrder: [String]) throws(Diagnostic) -> any NumberNode<Int64> {
        let steps = [PlanStep(name: "from", events: from), PlanStep(name: "to", events: to)]
        let plan = FunnelPlan(steps: steps, stageOrder: stageOrder, rules: CalendarRules(), now: Instant(day: 0))
        let runner = FunnelRunner(plan: plan, store: store, threads: threads, interrupt: interrupt)
        let count = store.rowCount(.leads)
        let present = Buffer<UInt64>(zeros: (count + 63) / 64)
        let values = Buffer<Int64>(zeros: count)
        try runner.forEachChain(try StepTables(plan, store, threads: threads, interrupt: interrupt), windows: [nil], spaces: []) { _, _, _, chain in
            guard chain.places[1] >= 0 else { return }
            values.base[chain.lead] = chain.timeline.times[chain.places[1]] - chain.timeline.times[chain.places[0]]
            present.base[chain.lead >> 6] |= 1 << UInt64(chain.lead & 63)
        }
        return StoredExact(values: .int64(values), validity: Bitmap(words: present, count: count), fromLead: table != .leads)
    }
}
