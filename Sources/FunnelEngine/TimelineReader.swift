import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// Puts together what happened to each lead, from stage rows and from dates.
struct TimelineReader: Sendable {
    /// How many leads there are: rows of the leads table or, without one, keys of the stages table.
    let count: Int
    let areLeads: Bool
    private let runs: StageRuns?
    private let steps: [PlanStep]
    /// For each stage code the steps that it is, and its place in the declared order.
    private let codes: Codes?
    private let stepsOfCode: [[Int]]
    private let rankOfCode: [Int32]
    private let stageMissing: Bitmap?
    /// Stage rows for which a step's condition holds; by step.
    private let stageBits: [Int: Bitmap]
    /// Which stage rows take part; nil for all.
    private let rowFilter: Bitmap?
    /// Events that are no stage rows: step by step, lead by lead.
    private let leadTimes: [Int: Buffer<Int64>]
    private let dealTimes: [Int: DealTimes]
    private let isStrict: Bool
    /// Whether rows of one time follow the declared order of the stages, or that of the steps.
    private let hasDeclaredOrder: Bool

    init(_ plan: FunnelPlan, _ store: Store, threads: Int, interrupt: Interrupt?) throws(Diagnostic) {
        let stages = store.tables[.stages]
        runs = store.links.stageRuns
        areLeads = store.tables[.leads] != nil
        count = store.tables[.leads]?.rowCount ?? runs?.count ?? 0
        steps = plan.steps
        isStrict = plan.order == .strict
        hasDeclaredOrder = !plan.stageOrder.isEmpty
        (codes, stepsOfCode, rankOfCode) = Self.stageCodes(stages, plan)
        stageMissing = stages?.column(.stage)?.validity
        let stageCompiler = RowCompiler(store: store, table: .stages, threads: threads, interrupt: interrupt)
        let leadCompiler = RowCompiler(store: store, table: .leads, threads: threads, interrupt: interrupt)
        rowFilter = try plan.stageFilter.map { condition throws(Diagnostic) in try stageCompiler.bitmap(condition) }
        var bits: [Int: Bitmap] = [:]
        var times: [Int: Buffer<Int64>] = [:]
        var deals: [Int: DealTimes] = [:]
        for (index, step) in plan.steps.enumerated() {
            switch step.events {
            case .stage: break
            case .stages(let condition): bits[index] = try stageCompiler.bitmap(condition)
            case .created: times[index] = try leadCompiler.created(where: nil)
            case .leads(let condition): times[index] = try leadCompiler.created(where: condition)
            case .qualified(let column): times[index] = try leadCompiler.qualified(column)
            case .dealCreated: deals[index] = DealTimes(store, .created)
            case .won: deals[index] = DealTimes(store, .won)
            }
        }
        stageBits = bits
        leadTimes = times
        dealTimes = deals
    }

    private static func stageCodes(_ stages: Table?, _ plan: FunnelPlan) -> (Codes?, [[Int]], [Int32]) {
        guard let column = stages?.column(.stage), case .text(let codes, let dictionary) = column.values else { return (nil, [], []) }
        let names = dictionary.texts.map(Name.fold)
        var order: [String: Int32] = [:]
        for (place, name) in plan.stageOrder.enumerated() where order[Name.fold(name)] == nil { order[Name.fold(name)] = Int32(place) }
        let steps = names.map { name in
            plan.steps.indices.filter { index in if case .stage(let stage) = plan.steps[index].events { Name.fold(stage) == name } else { false } }
        }
        return (codes, steps, names.map { order[$0] ?? Int32.max })
    }

    /// What happened to a lead. `events` is memory that is used again from lead to lead.
    func read(_ lead: Int, into timeline: inout Timeline, _ events: inout [TimelineEvent]) {
        timeline.clear()
        events.removeAll(keepingCapacity: true)
        if let runs, lead < runs.count { addRows(of: lead, runs, &events) }
        for (step, times) in leadTimes where lead < times.count && times.base[lead] != .min {
            let rank = hasDeclaredOrder ? Int32(step) - 1_000_000 : Int32(step)
            events.append(TimelineEvent(time: times.base[lead], rank: rank, row: -1, code: -1, step: Int32(step)))
        }
        for (step, times) in dealTimes {
            let rank = hasDeclaredOrder ? Int32.max - 1_000_000 + Int32(step) : Int32(step)
            for time in times.of(lead) { events.append(TimelineEvent(time: time, rank: rank, row: -1, code: -1, step: Int32(step))) }
        }
        Self.order(&events)
        for (place, event) in events.enumerated() {
            timeline.times.append(event.time)
            timeline.rows.append(event.row)
            if event.step >= 0 { timeline.places[Int(event.step)].append(place) }
            if event.code >= 0 { for step in stepsOfCode[Int(event.code)] { timeline.places[step].append(place) } }
            if event.row >= 0 { for (step, bits) in stageBits where bits[Int(event.row)] { timeline.places[step].append(place) } }
        }
    }

    private func addRows(of lead: Int, _ runs: StageRuns, _ events: inout [TimelineEvent]) {
        for at in Int(runs.starts.base[lead])..<Int(runs.starts.base[lead + 1]) {
            let row = Int(runs.rows.base[at])
            if let rowFilter, !rowFilter[row] { continue }
            var code: Int32 = -1
            if let codes, stageMissing?[row] != false { code = Int32(codes[row]) }
            var first = code >= 0 ? stepsOfCode[Int(code)].first : nil
            for (step, bits) in stageBits where bits[row] { first = min(first ?? step, step) }
            if first == nil, !isStrict { continue }
            let rank = hasDeclaredOrder ? (code >= 0 ? rankOfCode[Int(code)] : .max) : first.map(Int32.init) ?? .max
            events.append(TimelineEvent(time: runs.times.base[at], rank: rank, row: Int32(row), code: code, step: -1))
        }
    }

    /// Stage rows stand in the order of time already: only rows of one time, and events that are no stage rows, are put in
    /// their place.
    private static func order(_ events: inout [TimelineEvent]) {
        guard events.count > 1 else { return }
        for i in 1..<events.count {
            let event = events[i]
            var j = i
            while j > 0, event.time < events[j - 1].time || (event.time == events[j - 1].time && event.rank < events[j - 1].rank) {
                events[j] = events[j - 1]
                j -= 1
            }
            if j != i { events[j] = event }
        }
    }
}

/// An event before it is put into order.
struct TimelineEvent {
    var time: Int64
    /// Its place among events of one time.
    var rank: Int32
    /// The stage row that it is; -1 for an event of a lead or a deal.
    var row: Int32
    /// The code of the row's stage; -1 for none.
    var code: Int32
    /// The step that an event of a lead or a deal is; -1 for a stage row.
    var step: Int32
}

/// The times of each lead's deals.
private struct DealTimes: Sendable {
    enum Which { case created, won }

    private let starts: [Int32]
    private let times: [Int64]

    init(_ store: Store, _ which: Which) {
        let leads = store.rowCount(.leads)
        var starts = [Int32](repeating: 0, count: leads + 1)
        guard let deals = store.tables[.deals], let links = store.links.leadOfDeal else {
            (self.starts, times) = (starts, [])
            return
        }
        let role: ColumnRole = which == .created ? .created : .closed
        let won = store.column(.derived(.dealWon), of: .deals)
        let column = deals.column(role)
        var found: [(lead: Int32, time: Int64)] = []
        for row in 0..<deals.rowCount where links[row] >= 0 {
            if which == .won, case .yesNo(let bits)? = won?.values, !bits[row] { continue }
            guard let time = column?.microseconds(row) else { continue }
            found.append((links[row], time))
        }
        found.sort { ($0.lead, $0.time) < ($1.lead, $1.time) }
        for event in found { starts[Int(event.lead) + 1] += 1 }
        for lead in 0..<leads { starts[lead + 1] += starts[lead] }
        self.starts = starts
        times = found.map(\.time)
    }

    func of(_ lead: Int) -> ArraySlice<Int64> {
        guard lead + 1 < starts.count else { return [] }
        return times[Int(starts[lead])..<Int(starts[lead + 1])]
    }
}

extension RowCompiler {
    /// The time of each lead from its first event of one step to the first of another behind it.
    func between(_ from: StepEvents, _ to: StepEvents, _ stageOrder: [String]) throws(Diagnostic) -> any NumberNode<Int64> {
        let steps = [PlanStep(name: "from", events: from), PlanStep(name: "to", events: to)]
        let plan = FunnelPlan(steps: steps, stageOrder: stageOrder, rules: CalendarRules(), now: Instant(day: 0))
        let reader = try TimelineReader(plan, store, threads: threads, interrupt: interrupt)
        let count = store.rowCount(.leads)
        let present = Buffer<UInt64>(zeros: (count + 63) / 64)
        var timeline = Timeline(steps: 2)
        let values = Buffer<Int64>(zeros: count)
        var events: [TimelineEvent] = []
        for lead in 0..<count {
            if lead % 65_536 == 0, interrupt?.isRaised == true { throw .interrupted }
            reader.read(lead, into: &timeline, &events)
            guard let start = timeline.next(0, from: 0), let end = timeline.next(1, from: start + 1) else { continue }
            values.base[lead] = timeline.times[end] - timeline.times[start]
            present.base[lead >> 6] |= 1 << UInt64(lead & 63)
        }
        return StoredExact(values: .int64(values), validity: Bitmap(words: present, count: count), fromLead: table != .leads)
    }

    /// The rows of the whole table for which a condition holds.
    func bitmap(_ condition: RowCondition) throws(Diagnostic) -> Bitmap {
        let count = store.rowCount(table)
        let words = Buffer<UInt64>(zeros: (count + 63) / 64)
        let node = try bits(condition)
        let scratch = Scratch()
        let links = store.leads(of: table)
        for morsel in 0..<Workers.morsels(in: count) {
            if interrupt?.isRaised == true { throw .interrupted }
            let rows = Workers.rows(of: morsel, in: count)
            let found = node.evaluate(Morsel(rows: rows, leads: links.map { UnsafePointer($0.base + rows.lowerBound) }), scratch)
            for word in 0..<Kernels.wordCount(rows.count) { words.base[rows.lowerBound / 64 + word] = found[word] }
            scratch.give(found)
        }
        return Bitmap(words: words, count: count)
    }

    /// The creation of each lead for which a condition holds; `Int64.min` for others.
    func created(where condition: RowCondition?) throws(Diagnostic) -> Buffer<Int64> {
        let bits = try condition.map { condition throws(Diagnostic) in try bitmap(condition) }
        let column = store.tables[.leads]?.column(.created)
        let count = store.rowCount(.leads)
        return Buffer(count: count) { out in
            for row in 0..<count { out[row] = bits.map { $0[row] } ?? true ? column?.microseconds(row) ?? .min : .min }
        }
    }

    /// The qualification of each lead: its date; of a yes, the lead's creation.
    func qualified(_ reference: ColumnReference) throws(Diagnostic) -> Buffer<Int64> {
        let column = try column(reference).column
        if case .yesNo = column.values { return try created(where: .column(reference)) }
        return Buffer(count: column.count) { out in for row in 0..<column.count { out[row] = column.microseconds(row) ?? .min } }
    }
}
