import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText
import Synchronization

/// Carries out a funnel: one pass over the leads, each with its stage rows side by side.
struct FunnelRunner {
    let plan: FunnelPlan
    let store: Store
    let threads: Int
    let interrupt: Interrupt?
    var fewSeries = FunnelTally.fewSeries

    /// The groups for each window, in the order of their keys' codes; one window where there is none.
    func run() throws(Diagnostic) -> (windows: [[FunnelTally.Group]], spaces: [FunnelKeySpace]) {
        let tables = try StepTables(plan, store, threads: threads, interrupt: interrupt)
        var keys: [FunnelKeySpace] = []
        for key in plan.keys { keys.append(try FunnelKeySpace(key, self, tables)) }
        let spaces = keys
        var combinations: UInt64 = 1
        for space in spaces {
            let (product, overflow) = combinations.multipliedReportingOverflow(by: UInt64(space.size))
            if overflow || product > UInt64(Int.max) { throw .tooManyGroups }
            combinations = product
        }
        let spans: [TimeSpan?] = plan.windows.isEmpty ? [nil] : plan.windows.map(\.span)
        let tallies = (0..<max(1, threads)).map { _ in
            FunnelTally(sizes: spaces.map(\.size), windows: spans.count, steps: plan.steps.count, anyOrder: plan.order == .any, fewSeries: fewSeries)
        }
        if plan.windows.isEmpty, ChainFinder(steps: plan.steps, order: plan.order, isOpen: plan.isOpen, window: nil).plain != nil,
            !tables.hasOtherEvents, tables.rowFilter == nil, tables.runs?.count ?? 0 >= tables.count, tables.entered != nil
        {
            nonisolated(unsafe) let shared = tallies
            try forEachPiece(tables, spaces) { worker, leads, reader, keys, filter, bounds in
                guard let rows = reader.rows(of: leads) else { return }
                shared[worker].add(rows, where: filter, keys, from: bounds.from, until: bounds.until)
            }
        } else {
            try forEachChain(tables, windows: spans, spaces: spaces, sinks: tallies)
        }
        return (FunnelTally.merged(tallies), spaces)
    }

    /// The leads whose furthest step is this one.
    func leads(stoppedAt step: Int) throws(Diagnostic) -> [Int] {
        let tables = try StepTables(plan, store, threads: threads, interrupt: interrupt)
        let found = (0..<max(1, threads)).map { _ in StoppedLeads(step: step) }
        try forEachChain(tables, windows: [plan.windows.first?.span], spaces: [], sinks: found)
        return found.flatMap(\.leads).sorted()
    }

    private final class StoppedLeads: ChainSink {
        private let step: Int
        private(set) var leads: [Int] = []

        init(step: Int) { self.step = step }

        func add(_ chain: LeadChain, window: Int, group: UInt64) {
            if (0..<chain.reached).last(where: { chain.places[$0] >= 0 }) == step { leads.append(chain.lead) }
        }
    }

    /// Gives each thread's sink every lead that has a chain in a window and begins it in the period asked for.
    func forEachChain<Sink: ChainSink>(_ tables: StepTables, windows: [TimeSpan?], spaces: [FunnelKeySpace], sinks: [Sink]) throws(Diagnostic) {
        let finders = windows.map { ChainFinder(steps: plan.steps, order: plan.order, isOpen: plan.isOpen, window: $0) }
        let steps = plan.steps.count
        nonisolated(unsafe) let outlets = sinks
        try forEachPiece(tables, spaces) { worker, range, reader, keys, filter, bounds in
            let sink = outlets[worker]
            withUnsafeTemporaryAllocation(of: Int.self, capacity: steps + 1) { places in
                let places = places.baseAddress!
                finders.withUnsafeBufferPointer { finders in
                    reader.forEach(range, where: filter) { lead, timeline in
                        for window in 0..<finders.count {
                            var first = Int.max
                            var reached = steps
                            if let plain = finders[window].plain {
                                reached = plain.find(in: timeline, places)
                                if reached == 0 { continue }
                                first = places[0]
                            } else {
                                guard finders[window].find(in: timeline, places) else { continue }
                                for step in 0..<steps where places[step] >= 0 { first = min(first, places[step]) }
                            }
                            let time = timeline.times[first]
                            guard time >= bounds.from, time < bounds.until else { continue }
                            let group = keys.code(lead: lead, row: Int(timeline.numbers[first]), time: time)
                            sink.add(LeadChain(lead: lead, timeline: timeline, places: places, reached: reached), window: window, group: group)
                        }
                    }
                }
            }
        }
    }

    /// Calls `body` for some leads after the others, on all threads, with what reads them, their keys, which of them take part,
    /// and in which time the first step must lie.
    private func forEachPiece(
        _ tables: StepTables, _ spaces: [FunnelKeySpace],
        _ body:
            @Sendable (
                _ worker: Int, _ leads: Range<Int>, _ reader: TimelineReader, _ keys: [FunnelKeySpace.Reader], _ filter: Bitmap?,
                _ bounds: (from: Int64, until: Int64)
            ) -> Void
    ) throws(Diagnostic) {
        let leads = try plan.leadFilter.map { condition throws(Diagnostic) in
            try RowCompiler(store: store, table: .leads, threads: threads, interrupt: interrupt).bitmap(condition)
        }
        let filter = tables.areLeads ? leads : nil
        let size = TimelineReader.leadsAtATime
        let pieces = (tables.count + size - 1) / size
        let numbersRows = spaces.contains(where: \.isOfRows)
        let workers = (0..<max(1, threads)).map { _ in
            (scratch: Scratch(), reader: TimelineReader(tables, isStrict: plan.order == .strict, numbersRows: numbersRows))
        }
        nonisolated(unsafe) let shared = workers
        let bounds = (from: plan.from?.total ?? Int64.min, until: plan.until?.total ?? Int64.max)
        let finished = Workers.run(threads: threads, morsels: pieces, interrupt: interrupt) { worker, piece in
            let (scratch, reader) = shared[worker]
            let range = piece * size..<min(tables.count, (piece + 1) * size)
            let keys = spaces.map { $0.reader(range, scratch) }
            body(worker, range, reader, keys, filter, bounds)
            for key in keys { key.release(to: scratch) }
        }
        guard finished else { throw .interrupted }
        if workers.contains(where: \.scratch.overflowed) { throw .numberTooLarge }
    }
}

/// The way of one lead.
struct LeadChain {
    let lead: Int
    let timeline: Timeline
    /// For each step before `reached` the place of its event in the timeline, -1 for none.
    let places: UnsafePointer<Int>
    /// No step from this one on has an event.
    let reached: Int
}

/// What takes the ways of leads; one thread gives them.
protocol ChainSink: AnyObject, SendableMetatype {
    /// `group` is the combined code of the keys.
    func add(_ chain: LeadChain, window: Int, group: UInt64)
}
