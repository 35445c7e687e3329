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
        let tallies = (0..<max(1, threads)).map { _ in spans.map { _ in FunnelTally(sizes: spaces.map(\.size), steps: plan.steps.count) } }
        nonisolated(unsafe) let shared = tallies
        try forEachChain(tables, windows: spans, spaces: spaces) { worker, window, group, chain in
            let tally = shared[worker][window]
            let place = tally.place(of: group)
            self.add(chain, place, tally)
        }
        return (spans.indices.map { window in FunnelTally.merged(tallies.map { $0[window] }) }, spaces)
    }

    /// The leads whose furthest step is this one.
    func leads(stoppedAt step: Int) throws(Diagnostic) -> [Int] {
        let tables = try StepTables(plan, store, threads: threads, interrupt: interrupt)
        let found = (0..<max(1, threads)).map { _ in Series() }
        try forEachChain(tables, windows: [plan.windows.first?.span], spaces: []) { worker, _, _, chain in
            if (0..<plan.steps.count).last(where: { chain.places[$0] >= 0 }) == step { found[worker].append(Int64(chain.lead)) }
        }
        return found.flatMap { $0.values.map { Int($0) } }.sorted()
    }

    /// The way of one lead: for each step the place of its event in the timeline, -1 for none.
    struct LeadChain {
        let lead: Int
        let timeline: Timeline
        let places: UnsafePointer<Int>
    }

    /// Calls `body` for every lead that has a chain in a window and begins it in the period asked for, on all threads.
    func forEachChain(
        _ tables: StepTables, windows: [TimeSpan?], spaces: [FunnelKeySpace],
        _ body: @Sendable (_ worker: Int, _ window: Int, _ group: UInt64, _ chain: LeadChain) -> Void
    ) throws(Diagnostic) {
        let leads = try plan.leadFilter.map { condition throws(Diagnostic) in
            try RowCompiler(store: store, table: .leads, threads: threads, interrupt: interrupt).bitmap(condition)
        }
        let filter = tables.areLeads ? leads : nil
        let finders = windows.map { ChainFinder(steps: plan.steps, order: plan.order, isOpen: plan.isOpen, window: $0) }
        let size = TimelineReader.leadsAtATime
        let pieces = (tables.count + size - 1) / size
        let workers = (0..<max(1, threads)).map { _ in (scratch: Scratch(), reader: TimelineReader(tables, isStrict: plan.order == .strict)) }
        nonisolated(unsafe) let shared = workers
        let (from, until) = (plan.from?.total ?? .min, plan.until?.total ?? .max)
        let finished = Workers.run(threads: threads, morsels: pieces, interrupt: interrupt) { worker, piece in
            let (scratch, reader) = shared[worker]
            let range = piece * size..<min(tables.count, (piece + 1) * size)
            let codes = spaces.map { $0.codes(range, scratch) }
            withUnsafeTemporaryAllocation(of: Int.self, capacity: plan.steps.count) { places in
                let places = places.baseAddress!
                reader.forEach(range, where: filter) { lead, timeline in
                    for window in finders.indices {
                        guard finders[window].find(in: timeline, places) else { continue }
                        var first = Int.max
                        for step in 0..<plan.steps.count where places[step] >= 0 { first = min(first, places[step]) }
                        let time = timeline.times[first]
                        guard time >= from, time < until else { continue }
                        var group: UInt64 = 0
                        for key in spaces.indices {
                            let own = codes[key].map { $0[lead &- range.lowerBound] } ?? 0
                            let code = spaces[key].code(own: own, row: Int(timeline.numbers[first]), time: time)
                            group = group &* UInt64(spaces[key].size) &+ UInt64(code)
                        }
                        body(worker, window, group, LeadChain(lead: lead, timeline: timeline, places: UnsafePointer(places)))
                    }
                }
            }
            for taken in codes { taken.map(scratch.give) }
        }
        guard finished else { throw .interrupted }
        if workers.contains(where: \.scratch.overflowed) { throw .numberTooLarge }
    }

    private func add(_ chain: LeadChain, _ group: Int, _ tally: FunnelTally) {
        var before = -1
        func add(_ step: Int) {
            let place = chain.places[step]
            if place < 0 { return }
            tally.enter(step, ofGroup: group)
            if before >= 0 { tally.wait(chain.timeline.times[place] - chain.timeline.times[before], before: step, ofGroup: group) }
            before = place
        }
        // In order, the time runs from the step before; in any order, from the event before in time.
        if plan.order == .any {
            let steps = plan.steps.indices.filter { chain.places[$0] >= 0 }
            for step in steps.sorted(by: { (chain.places[$0], $0) < (chain.places[$1], $1) }) { add(step) }
        } else {
            for step in 0..<plan.steps.count { add(step) }
        }
    }
}
