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

    /// What came of a funnel, for one window: by group and step.
    struct Tally {
        var groups: [[Int]: Int] = [:]
        var keys: [[Int]] = []
        /// By group and step.
        var entered: [[Int]] = []
        /// Microseconds from the step before, by group and step.
        var elapsed: [[[Int64]]] = []

        mutating func group(_ key: [Int], steps: Int) -> Int {
            if let known = groups[key] { return known }
            groups[key] = keys.count
            keys.append(key)
            entered.append(Array(repeating: 0, count: steps))
            elapsed.append(Array(repeating: [], count: steps))
            return keys.count - 1
        }

        mutating func merge(_ other: Tally, steps: Int) {
            for (index, key) in other.keys.enumerated() {
                let mine = group(key, steps: steps)
                for step in 0..<steps {
                    entered[mine][step] += other.entered[index][step]
                    elapsed[mine][step] += other.elapsed[index][step]
                }
            }
        }
    }

    private static let leadsPerPiece = 8192

    /// A tally for each window; one where there is none.
    func run() throws(Diagnostic) -> (tallies: [Tally], spaces: [FunnelKeySpace]) {
        let reader = try TimelineReader(plan, store, threads: threads, interrupt: interrupt)
        let leads = try plan.leadFilter.map { condition throws(Diagnostic) in
            try RowCompiler(store: store, table: .leads, threads: threads, interrupt: interrupt).bitmap(condition)
        }
        var spaces: [FunnelKeySpace] = []
        for key in plan.keys { spaces.append(try FunnelKeySpace(key, self)) }
        let windows: [TimeSpan?] = plan.windows.isEmpty ? [nil] : plan.windows.map(\.span)
        let finders = windows.map { ChainFinder(steps: plan.steps, order: plan.order, isOpen: plan.isOpen, window: $0) }
        let pieces = (reader.count + Self.leadsPerPiece - 1) / Self.leadsPerPiece
        let results = Mutex<[Int: [Tally]]>([:])
        let shared = spaces
        let finished = Workers.run(threads: threads, morsels: pieces, interrupt: interrupt) { _, piece in
            let range = piece * Self.leadsPerPiece..<min(reader.count, (piece + 1) * Self.leadsPerPiece)
            let tallies = tally(range, reader, leads, shared, finders)
            results.withLock { $0[piece] = tallies }
        }
        guard finished else { throw .interrupted }
        var merged = finders.map { _ in Tally() }
        let all = results.withLock { $0 }
        for piece in 0..<pieces {
            for (window, tally) in (all[piece] ?? []).enumerated() { merged[window].merge(tally, steps: plan.steps.count) }
        }
        return (merged, spaces)
    }

    private func tally(_ range: Range<Int>, _ reader: TimelineReader, _ leads: Bitmap?, _ spaces: [FunnelKeySpace], _ finders: [ChainFinder]) -> [Tally] {
        var tallies = finders.map { _ in Tally() }
        var timeline = Timeline(steps: plan.steps.count)
        var events: [TimelineEvent] = []
        for lead in range {
            if let leads, reader.areLeads, !leads[lead] { continue }
            reader.read(lead, into: &timeline, &events)
            guard !timeline.times.isEmpty else { continue }
            for (window, finder) in finders.enumerated() {
                guard let chain = finder.chain(in: timeline), let first = chain.first, isInPeriod(timeline.times[first]) else { continue }
                let key = spaces.map { $0.code(lead: lead, row: Int(timeline.rows[first]), time: timeline.times[first]) }
                let group = tallies[window].group(key, steps: plan.steps.count)
                add(chain, timeline, group, &tallies[window])
            }
        }
        return tallies
    }

    private func isInPeriod(_ time: Int64) -> Bool {
        if let from = plan.from, time < from.total { return false }
        if let until = plan.until, time >= until.total { return false }
        return true
    }

    private func add(_ chain: Chain, _ timeline: Timeline, _ group: Int, _ tally: inout Tally) {
        var before: Int64?
        func add(_ step: Int) {
            guard let place = chain.places[step] else { return }
            tally.entered[group][step] += 1
            if let before { tally.elapsed[group][step].append(timeline.times[place] - before) }
            before = timeline.times[place]
        }
        // In order, the time runs from the step before; in any order, from the event before in time.
        if plan.order == .any {
            let steps = chain.places.indices.filter { chain.places[$0] != nil }
            for step in steps.sorted(by: { (chain.places[$0] ?? 0, $0) < (chain.places[$1] ?? 0, $1) }) { add(step) }
        } else {
            for step in chain.places.indices { add(step) }
        }
    }

    /// The leads whose furthest step is this one.
    func leads(stoppedAt step: Int) throws(Diagnostic) -> [Int] {
        let reader = try TimelineReader(plan, store, threads: threads, interrupt: interrupt)
        let finder = ChainFinder(steps: plan.steps, order: plan.order, isOpen: plan.isOpen, window: plan.windows.first?.span)
        var timeline = Timeline(steps: plan.steps.count)
        var events: [TimelineEvent] = []
        var found: [Int] = []
        for lead in 0..<reader.count {
            if lead % Self.leadsPerPiece == 0, interrupt?.isRaised == true { throw .interrupted }
            reader.read(lead, into: &timeline, &events)
            guard let chain = finder.chain(in: timeline), chain.places.lastIndex(where: { $0 != nil }) == step else { continue }
            found.append(lead)
        }
        return found
    }
}

/// The values of one key of a funnel.
struct FunnelKeySpace: Sendable {
    private enum Source: Sendable {
        case lead(Buffer<UInt32>)
        case stage(Buffer<UInt32>)
        case period(Grain, CalendarRules)
    }

    private let source: Source
    private let values: (@Sendable (Int) -> Value)
    let grain: Grain?

    init(_ key: FunnelKey, _ runner: FunnelRunner) throws(Diagnostic) {
        let rules = runner.plan.rules
        switch key {
        case .period(_, let grain):
            source = .period(grain, rules)
            values = { .period(Period(grain, index: $0, rules: rules)) }
            self.grain = grain
        case .lead(let planKey, let scanKey): (source, values) = try Self.codes(planKey, scanKey, .leads, runner) { .lead($0) }; grain = nil
        case .stage(let planKey, let scanKey): (source, values) = try Self.codes(planKey, scanKey, .stages, runner) { .stage($0) }; grain = nil
        }
    }

    /// The code of every row of a table.
    private static func codes(
        _ planKey: PlanKey, _ scanKey: ScanKey, _ table: TableRole, _ runner: FunnelRunner, _ wrap: (Buffer<UInt32>) -> Source
    ) throws(Diagnostic) -> (Source, @Sendable (Int) -> Value) {
        let compiler = RowCompiler(store: runner.store, table: table, threads: runner.threads, interrupt: runner.interrupt)
        let scan = Scan(table: table, filter: nil, keys: [scanKey], aggregates: [])
        let plan = Plan(keys: [planKey], scans: [scan], slotCount: 0, measures: [], rules: runner.plan.rules, now: runner.plan.now)
        let space = try KeySpace(0, of: plan, compilers: [compiler])
        let count = runner.store.rowCount(table)
        let codes = Buffer<UInt32>(zeros: count)
        let scratch = Scratch()
        let links = runner.store.leads(of: table)
        for morsel in 0..<Workers.morsels(in: count) {
            let rows = Workers.rows(of: morsel, in: count)
            let found = space.nodes[0].evaluate(Morsel(rows: rows, leads: links.map { UnsafePointer($0.base + rows.lowerBound) }), scratch)
            for row in 0..<rows.count { codes.base[rows.lowerBound + row] = found[row] }
            scratch.give(found)
        }
        return (wrap(codes), space.value)
    }

    static let missing = -1

    func code(lead: Int, row: Int, time: Int64) -> Int {
        switch source {
        case .lead(let codes): return lead < codes.count && codes[lead] != Kernels.missingCode ? Int(codes[lead]) : Self.missing
        case .stage(let codes): return row >= 0 && codes[row] != Kernels.missingCode ? Int(codes[row]) : Self.missing
        case .period(let grain, let rules):
            let day = Calendar.floorDivide(Int(time), Int(microsecondsPerDay))
            if grain == .hour { return (Int(time) - day * Int(microsecondsPerDay)) / 3_600_000_000 }
            return Period.index(of: grain, holding: day, rules: rules)
        }
    }

    func value(_ code: Int) -> Value { code == Self.missing ? .missing : values(code) }
}
