import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// Which steps each row of a table is an event of: made once for a funnel, before any lead is looked at.
struct StepTables: Sendable {
    /// How many leads there are: rows of the leads table or, without one, keys of the stages table.
    let count: Int
    let areLeads: Bool
    let runs: StageRuns?
    let entered: InstantReader?
    let codes: Codes?
    let stageMissing: Bitmap?
    /// For each stage code the steps that it is, a bit each, and its place in the declared order.
    let stepsOfCode: [UInt32]
    let rankOfCode: [Int32]
    /// Stage rows for which a step's condition holds.
    let stageBits: [(step: Int, bits: Bitmap)]
    /// Which stage rows take part; nil for all.
    let rowFilter: Bitmap?
    /// Events that are no stage rows.
    let leadEvents: [LeadEvents]
    let dealEvents: [DealEvents]
    /// Whether rows of one time follow the declared order of the stages, or that of the steps.
    let hasDeclaredOrder: Bool

    /// A step is a bit of a word; one bit is left for the step behind the last.
    static let mostSteps = 31

    init(_ plan: FunnelPlan, _ store: Store, threads: Int, interrupt: Interrupt?) throws(Diagnostic) {
        guard plan.steps.count <= Self.mostSteps else { throw .tooManySteps(Self.mostSteps) }
        let stages = store.tables[.stages]
        let runs = store.links.stageRuns
        self.runs = runs
        areLeads = store.tables[.leads] != nil
        count = store.tables[.leads]?.rowCount ?? runs?.count ?? 0
        entered = stages?.column(.entered).flatMap(InstantReader.init)
        hasDeclaredOrder = !plan.stageOrder.isEmpty
        (codes, stepsOfCode, rankOfCode) = Self.stageCodes(stages, plan)
        stageMissing = stages?.column(.stage)?.validity
        let stageCompiler = RowCompiler(store: store, table: .stages, threads: threads, interrupt: interrupt)
        let leadCompiler = RowCompiler(store: store, table: .leads, threads: threads, interrupt: interrupt)
        rowFilter = try plan.stageFilter.map { condition throws(Diagnostic) in try stageCompiler.bitmap(condition) }
        var bits: [(step: Int, bits: Bitmap)] = []
        var leads: [LeadEvents] = []
        var deals: [DealEvents] = []
        let created = store.tables[.leads]?.column(.created).flatMap(InstantReader.init)
        for (index, step) in plan.steps.enumerated() {
            switch step.events {
            case .stage: break
            case .stages(let condition): bits.append((index, try stageCompiler.bitmap(condition)))
            case .created: leads.append(LeadEvents(step: index, time: created, bits: nil))
            case .leads(let condition): leads.append(LeadEvents(step: index, time: created, bits: try leadCompiler.bitmap(condition)))
            case .qualified(let reference):
                let column = try leadCompiler.column(reference).column
                if case .yesNo = column.values {
                    leads.append(LeadEvents(step: index, time: created, bits: try leadCompiler.bitmap(.column(reference))))
                } else {
                    leads.append(LeadEvents(step: index, time: InstantReader(column), bits: nil))
                }
            case .dealCreated: deals.append(DealEvents(step: index, store, .created))
            case .won: deals.append(DealEvents(step: index, store, .won))
            }
        }
        stageBits = bits
        leadEvents = leads
        dealEvents = deals
    }

    private static func stageCodes(_ stages: Table?, _ plan: FunnelPlan) -> (Codes?, [UInt32], [Int32]) {
        guard let column = stages?.column(.stage), case .text(let codes, let dictionary) = column.values else { return (nil, [], []) }
        let names = dictionary.texts.map(Name.fold)
        var order: [String: Int32] = [:]
        for (place, name) in plan.stageOrder.enumerated() where order[Name.fold(name)] == nil { order[Name.fold(name)] = Int32(place) }
        let steps = names.map { name in
            plan.steps.indices.reduce(UInt32(0)) { mask, index in
                if case .stage(let stage) = plan.steps[index].events, Name.fold(stage) == name { mask | 1 << UInt32(index) } else { mask }
            }
        }
        // Where all stages are missing the dictionary has no entry, and rows still have a code.
        if names.isEmpty { return (codes, [0], [Int32.max]) }
        return (codes, steps, names.map { order[$0] ?? Int32.max })
    }

    /// Whether some steps are events of leads or deals, beside the rows of the stages table.
    var hasOtherEvents: Bool { !leadEvents.isEmpty || !dealEvents.isEmpty }

    /// The steps of a run of stage rows, a bit each.
    func read(_ rows: Range<Int>, _ steps: UnsafeMutablePointer<UInt32>) {
        let count = rows.count
        guard let codes else {
            steps.update(repeating: 0, count: count)
            return readBits(rows, steps)
        }
        Kernels.widen(codes, rows, steps)
        stepsOfCode.withUnsafeBufferPointer { table in for row in 0..<count { steps[row] = table[Int(steps[row])] } }
        if let stageMissing { for row in 0..<count where !stageMissing[rows.lowerBound + row] { steps[row] = 0 } }
        readBits(rows, steps)
    }

    private func readBits(_ rows: Range<Int>, _ steps: UnsafeMutablePointer<UInt32>) {
        for (step, bits) in stageBits {
            for row in 0..<rows.count where bits[rows.lowerBound + row] { steps[row] |= 1 << UInt32(step) }
        }
    }

    /// Where each of a run of stage rows stands among those of its time: by the declared order, where there is one, else
    /// by its first step.
    func read(_ rows: Range<Int>, _ steps: UnsafePointer<UInt32>, ranks: UnsafeMutablePointer<Int32>) {
        guard hasDeclaredOrder, let codes else {
            for row in 0..<rows.count { ranks[row] = Int32(truncatingIfNeeded: steps[row].trailingZeroBitCount) }
            return
        }
        Kernels.widen(codes, rows, UnsafeMutableRawPointer(ranks).assumingMemoryBound(to: UInt32.self))
        rankOfCode.withUnsafeBufferPointer { table in for row in 0..<rows.count { ranks[row] = table[Int(ranks[row])] } }
        if let stageMissing { for row in 0..<rows.count where !stageMissing[rows.lowerBound + row] { ranks[row] = .max } }
    }
}

/// Events of leads themselves: their creation or qualification.
struct LeadEvents: Sendable {
    let step: Int
    let time: InstantReader?
    /// Which leads have the event; nil for all.
    let bits: Bitmap?

    func at(_ lead: Int) -> Int64? {
        if let bits, !bits[lead] { return nil }
        return time?.at(lead)
    }
}

/// Events of each lead's deals, in the order of time.
struct DealEvents: Sendable {
    enum Which { case created, won }

    let step: Int
    private let starts: Buffer<Int32>
    private let times: Buffer<Int64>

    init(step: Int, _ store: Store, _ which: Which) {
        self.step = step
        let leads = store.rowCount(.leads)
        let starts = Buffer<Int32>(zeros: leads + 1)
        self.starts = starts
        let column = store.tables[.deals]?.column(which == .created ? .created : .closed).flatMap(InstantReader.init)
        guard let links = store.links.leadOfDeal, let column else {
            times = Buffer(zeros: 0)
            return
        }
        var won: Bitmap?
        if which == .won, case .yesNo(let bits)? = store.column(.derived(.dealWon), of: .deals)?.values { won = bits }
        let instants = Buffer<Int64>(count: links.count) { column.read(0..<links.count, $0) }
        func counts(_ row: Int) -> Bool { links.base[row] >= 0 && instants.base[row] != InstantReader.missing && won.map { $0[row] } ?? true }
        for row in 0..<links.count where counts(row) { starts.base[Int(links.base[row]) + 1] += 1 }
        for lead in 0..<leads { starts.base[lead + 1] += starts.base[lead] }
        times = Buffer<Int64>(zeros: Int(starts.base[leads]))
        // Filled from the back of each lead's part, so that its start is where it belongs when all are in.
        let next = Buffer<Int32>(starts.array.dropFirst())
        for row in 0..<links.count where counts(row) {
            let lead = Int(links.base[row])
            next.base[lead] -= 1
            var at = Int(next.base[lead])
            let end = Int(starts.base[lead + 1])
            while at + 1 < end, times.base[at + 1] < instants.base[row] {
                times.base[at] = times.base[at + 1]
                at += 1
            }
            times.base[at] = instants.base[row]
        }
    }

    @inline(__always)
    func places(of lead: Int) -> Range<Int> {
        lead + 1 < starts.count ? Int(starts.base[lead])..<Int(starts.base[lead + 1]) : 0..<0
    }

    @inline(__always)
    func time(_ place: Int) -> Int64 { times.base[place] }
}
