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
        let sink = LeadSpans(count: store.rowCount(.leads))
        let tables = try StepTables(plan, store, threads: threads, interrupt: interrupt)
        try runner.forEachChain(tables, windows: [nil], spaces: [], sinks: Array(repeating: sink, count: max(1, threads)))
        return StoredExact(values: .int64(sink.values), validity: Bitmap(words: sink.present, count: sink.values.count), fromLead: table != .leads)
    }
}

/// The time of each lead between two steps. Threads share it: each writes of other leads, and those that share a word of the
/// bitmap are read by one.
private final class LeadSpans: ChainSink {
    let values: Buffer<Int64>
    let present: Buffer<UInt64>

    init(count: Int) {
        values = Buffer(zeros: count)
        present = Buffer(zeros: (count + 63) / 64)
    }

    func add(_ chain: LeadChain, window: Int, group: UInt64) {
        guard chain.reached == 2 else { return }
        values.base[chain.lead] = chain.timeline.times[chain.places[1]] - chain.timeline.times[chain.places[0]]
        present.base[chain.lead >> 6] |= 1 << UInt64(chain.lead & 63)
    }
}
