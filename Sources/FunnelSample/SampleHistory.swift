/// What becomes of one lead: the stages it enters, and the deal it may end in.
struct SampleHistory {
    enum Stage: Int { case lead, mql, sql, proposal, won, lost }

    struct Entry {
        var stage: Stage
        /// Seconds since 1970.
        var time: Int
    }

    private(set) var entries: [Entry] = []
    /// When the lead became qualified, if it did.
    private(set) var qualified: Int?
    /// When a deal was made of it, if one was.
    private(set) var dealCreated: Int?
    private(set) var isWon = false
    /// When the deal was won or lost; nil while it is open.
    private(set) var closed: Int?

    init() { entries.reserveCapacity(12) }

    /// Lives through a lead that was created at a time.
    mutating func live(_ created: Int, _ source: SampleWorld.Source, year: Int, skill: Int, _ random: inout SampleRandom) {
        entries.removeAll(keepingCapacity: true)
        qualified = nil
        dealCreated = nil
        closed = nil
        isWon = false
        var time = created
        entries.append(Entry(stage: .lead, time: time))

        // In 2025 paid leads are many and worse.
        let isWorse = year >= 2025 && source.costPerLead > 2000 && source.pace <= 1
        guard random.perMille((isWorse ? source.toMQL * 88 / 100 : source.toMQL) + 30) else { return }
        if !random.perMille(80) { time += delay(30, 1.1, source, &random) }
        let skipsMQL = random.perMille(40)
        if !skipsMQL { enter(.mql, time) }

        guard random.perMille(source.toSQL) else { return }
        time += delay(80, 0.9, source, &random)
        enter(.sql, time)
        if time <= SampleWorld.end { qualified = time }
        if random.perMille(20) {
            time += delay(100, 0.6, source, &random)
            enter(.mql, time)
            time += delay(100, 0.6, source, &random)
            enter(.sql, time)
        }

        guard random.perMille(source.toProposal + 30) else { return }
        time += delay(150, 0.8, source, &random)
        guard time <= SampleWorld.end else { return }
        dealCreated = time
        let skipsProposal = random.perMille(50)
        let proposal = time
        // A lead may rest for months before it is decided.
        if random.perMille(60) { time += (60 + random.below(240)) * 86_400 }
        time += random.perMille(30) ? 0 : delay(320, 0.8, source, &random)
        isWon = random.perMille(source.toWon * skill / 100)
        // Some proposals are put down only after the deal is closed.
        let isLate = random.perMille(6)
        if !skipsProposal { enter(.proposal, isLate ? time + delay(40, 0.5, source, &random) : proposal) }
        guard time <= SampleWorld.end else {
            isWon = false
            return
        }
        closed = time
        enter(isWon ? .won : .lost, time)
    }

    /// Stages after the end of what is known are not written.
    private mutating func enter(_ stage: Stage, _ time: Int) {
        if time <= SampleWorld.end { entries.append(Entry(stage: stage, time: time)) }
    }

    /// Seconds, with a median in hours.
    private func delay(_ hours: Double, _ deviation: Double, _ source: SampleWorld.Source, _ random: inout SampleRandom) -> Int {
        Int(random.logNormal(median: hours * source.pace * 3600, deviation: deviation))
    }
}
