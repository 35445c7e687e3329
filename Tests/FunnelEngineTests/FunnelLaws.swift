import FunnelRandom
import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText
import Testing

@testable import FunnelEngine

/// A funnel over a store is what a plain reading of each lead's history gives, at any number of threads.
struct FunnelLaws {
    /// One event of a lead: a stage row, or what the lead or a deal of it says.
    private struct Event {
        var time: Int64
        var rank: Int
        var steps: UInt32
    }

    /// The histories of leads, row by row.
    private struct NaiveHistories {
        let plan: FunnelPlan
        let store: NaiveStore

        private var hasOrder: Bool { !plan.stageOrder.isEmpty }

        private func mask(_ holds: (Int) -> Bool) -> UInt32 { plan.steps.indices.reduce(0) { holds($1) ? $0 | 1 << UInt32($1) : $0 } }

        private func time(_ cell: Cell) -> Int64? { if case .instant(let time) = cell { time } else { nil } }

        func events(of lead: Int) -> [Event] {
            var events: [Event] = []
            if let stages = store.tables[.stages] {
                let reader = NaiveRows(store: store, table: .stages)
                for row in 0..<stages.count where store.lead(of: row, in: .stages) == lead {
                    guard let time = time(stages.cell(.entered, row)) else { continue }
                    if let filter = plan.stageFilter, !reader.holds(filter, row) { continue }
                    var name: String?
                    if case .text(let text) = stages.cell(.stage, row) { name = text }
                    let steps = mask { step in
                        switch plan.steps[step].events {
                        case .stage(let stage): name == stage
                        case .stages(let condition): reader.holds(condition, row)
                        default: false
                        }
                    }
                    let declared = name.flatMap { plan.stageOrder.firstIndex(of: $0) } ?? .max
                    events.append(Event(time: time, rank: hasOrder ? declared : steps.trailingZeroBitCount, steps: steps))
                }
            }
            let leads = NaiveRows(store: store, table: .leads)
            for (step, planned) in plan.steps.enumerated() {
                var times: [Int64?] = []
                var isOfLead = true
                switch planned.events {
                case .stage, .stages: continue
                case .created: times = [time(store.tables[.leads]!.cell(.created, lead))]
                case .leads(let condition): times = leads.holds(condition, lead) ? [time(store.tables[.leads]!.cell(.created, lead))] : []
                case .qualified:
                    switch store.tables[.leads]!.cell(.qualified, lead) {
                    case .truth(true): times = [time(store.tables[.leads]!.cell(.created, lead))]
                    case let cell: times = [time(cell)]
                    }
                case .dealCreated, .won:
                    isOfLead = false
                    guard let deals = store.tables[.deals] else { continue }
                    let isWon = planned.events == .won
                    times = (0..<deals.count).filter { store.lead(of: $0, in: .deals) == lead && (!isWon || store.state($0) == .won) }
                        .map { time(deals.cell(isWon ? .closed : .created, $0)) }
                }
                let rank = hasOrder ? (isOfLead ? step - 1_000_000 : Int(Int32.max) - 1_000_000 + step) : step
                events += times.compactMap { $0 }.map { Event(time: $0, rank: rank, steps: 1 << UInt32(step)) }
            }
            return events.enumerated().sorted { ($0.element.time, $0.element.rank, $0.offset) < ($1.element.time, $1.element.rank, $1.offset) }.map(\.element)
        }
    }

    private struct Count: Equatable {
        var entered: [Int]
        var elapsed: [[Int64]]
    }

    @Test("a funnel counts what a plain reading of the histories counts", arguments: 0..<120)
    func funnels(_ seed: Int) throws {
        var random = Seeded(seed + 4000)
        let made = RandomStore(&random, rows: 0...160)
        let naive = NaiveStore(made.store)
        for _ in 0..<4 {
            let plan = RandomFunnel.plan(&random, made.store, now: EngineLaws.now)
            let histories = NaiveHistories(plan: plan, store: naive)
            let leads = NaiveRows(store: naive, table: .leads)
            let spans: [TimeSpan?] = plan.windows.isEmpty ? [nil] : plan.windows.map(\.span)
            var expected = [[Value: Count]](repeating: [:], count: spans.count)
            for lead in 0..<naive.tables[.leads]!.count {
                if let filter = plan.leadFilter, !leads.holds(filter, lead) { continue }
                let events = histories.events(of: lead).filter { $0.steps != 0 || plan.order == .strict }
                let (times, steps) = (Buffer(events.map(\.time)), Buffer(events.map(\.steps)))
                let timeline = Timeline(count: events.count, times: times.base, steps: steps.base, numbers: Buffer<Int32>(zeros: events.count).base)
                for (window, span) in spans.enumerated() {
                    let finder = ChainFinder(steps: plan.steps, order: plan.order, isOpen: plan.isOpen, window: span)
                    guard let chain = finder.chain(in: timeline) else { continue }
                    var key = Value.missing
                    if !plan.keys.isEmpty, case .text(let text) = naive.tables[.leads]!.cell(.source, lead) { key = .text(text) }
                    let empty = Count(entered: plan.steps.map { _ in 0 }, elapsed: plan.steps.map { _ in [] })
                    var done = plan.steps.indices.filter { chain.places[$0] != nil }
                    if plan.order == .any { done.sort { (chain.places[$0]!, $0) < (chain.places[$1]!, $1) } }
                    for (at, step) in done.enumerated() {
                        expected[window][key, default: empty].entered[step] += 1
                        if at > 0 { expected[window][key]!.elapsed[step].append(times[chain.places[step]!] - times[chain.places[done[at - 1]]!]) }
                    }
                }
            }
            for threads in [1, 3] {
                let (windows, spaces) = try FunnelRunner(plan: plan, store: made.store, threads: threads, interrupt: nil).run()
                for (window, groups) in windows.enumerated() {
                    var found: [Value: Count] = [:]
                    for group in groups {
                        let key = spaces.first.map { $0.value(group.key[0]) } ?? .missing
                        found[key] = Count(entered: group.entered, elapsed: group.elapsed.map { $0.flatMap { $0.pieces.flatMap { Array($0) } }.sorted() })
                    }
                    let sorted = expected[window].mapValues { Count(entered: $0.entered, elapsed: $0.elapsed.map { $0.sorted() }) }
                    #expect(found == sorted, "seed \(seed), \(threads) threads: \(plan)\n\(made.text)")
                }
            }
        }
    }

    @Test("long histories are counted the same in one loop over all rows, in two, and at any number of threads", arguments: 0..<8)
    func longHistories(_ seed: Int) throws {
        var random = Seeded(seed + 5000)
        // More rows than are worked on at once, of leads some of which have thousands.
        let store = RandomStore(&random, sizes: [seed % 2 == 0 ? 9000 : 7, 0, 20_000, 0]).store
        guard case .text(_, let dictionary)? = store.tables[.stages]?.column(.stage)?.values else { return }
        var plan = RandomFunnel.plan(&random, store, now: EngineLaws.now)
        plan.steps = dictionary.texts.prefix(4).map { PlanStep(name: $0, events: .stage($0), isOptional: false) }
        (plan.order, plan.isOpen, plan.windows) = (.ordered, false, [])
        plan.keys = RandomFunnel.keys(store)
        var known: [[Int]: Count]?
        for fewSeries in [FunnelTally.fewSeries, 0] {
            for threads in [1, 3] {
                let (windows, _) = try FunnelRunner(plan: plan, store: store, threads: threads, interrupt: nil, fewSeries: fewSeries).run()
                let found = Dictionary(
                    uniqueKeysWithValues: windows[0].map { group in
                        (group.key, Count(entered: group.entered, elapsed: group.elapsed.map { $0.flatMap { $0.pieces.flatMap { Array($0) } }.sorted() }))
                    })
                #expect(known == nil || found == known)
                known = found
            }
        }
    }
}
