import FunnelModel

/// Brings the rows of the stages table into the order of leads and times, unless they stand so already.
struct StageGrouping {
    let table: Table
    let runs: StageRuns?
    /// Rows with a key that names no lead.
    let withoutLead: Int

    /// Without an `index` of the leads table, the keys of the stages table are the leads.
    init(_ stages: Table, index: KeyIndex?, leads: Table?, threads: Int) {
        let leadCount = leads?.rowCount ?? 0
        guard let key = stages.column(.lead) else {
            (table, runs, withoutLead) = (stages, nil, 0)
            return
        }
        let owners: Owners
        if let index {
            owners = Owners(leads: index.rows(of: key, threads: threads), count: leadCount, areLeads: true)
        } else {
            let numbers = KeyNumbers(key)
            let leads = Buffer<Int32>(count: stages.rowCount) { numbers.read(0..<stages.rowCount, $0) }
            owners = Owners(leads: leads, count: numbers.size, areLeads: false)
        }
        withoutLead = index == nil ? 0 : owners.unlinked(key)
        let time = stages.column(.entered).flatMap(InstantReader.init)
        let ids = leads?.column(.id)
        if let time, owners.areInOrder(time, threads: threads) {
            let runs = owners.runsInOrder(threads: threads)
            self.runs = runs
            table = Self.withoutKeys(stages, nil, runs, ids: ids) ?? stages
        } else {
            let (rows, runs) = owners.order(time, threads: threads)
            self.runs = runs
            let short = Self.withoutKeys(stages, rows, runs, ids: ids)
            table = (short ?? stages).permuted(rows, except: short == nil ? nil : stages.roles[.lead], threads: threads)
        }
    }

    /// The table without the memory of its keys, which are the ids of the leads that its rows stand by once `rows` says where
    /// they stand (nil for as they are). Nil where they are no whole numbers.
    private static func withoutKeys(_ stages: Table, _ rows: Buffer<Int32>?, _ runs: StageRuns, ids: Column?) -> Table? {
        guard runs.areLeads, let index = stages.roles[.lead], let ids, case .integer(let ids) = ids.values else { return nil }
        let key = stages.columns[index]
        guard case .integer(let keys) = key.values, key.validity == nil else { return nil }
        let rest = Integers(packing: Buffer((runs.inRuns..<stages.rowCount).map { row in keys[rows.map { Int($0[row]) } ?? row] }))
        var columns = stages.columns
        columns[index] = Column(name: key.name, values: .integer(.computed(.leadIDs(runs, ids: ids, rest: rest))), validity: nil)
        return Table(
            role: stages.role, rowCount: stages.rowCount, columns: columns, roles: stages.roles, aliases: stages.aliases, states: stages.states,
            origin: stages.origin)
    }
}

/// The lead of each stage row; -1 for none.
private struct Owners: Sendable {
    let leads: Buffer<Int32>
    let count: Int
    let areLeads: Bool

    func unlinked(_ key: Column) -> Int {
        var total = 0
        for row in 0..<leads.count where leads.base[row] < 0 && !key.isMissing(row) { total += 1 }
        return total
    }

    /// Whether each row stands behind those of smaller leads and earlier times, and none is left out.
    func areInOrder(_ time: InstantReader, threads: Int) -> Bool {
        let morsels = Workers.morsels(in: leads.count)
        let disorder = Interrupt()
        return Workers.run(threads: threads, morsels: morsels, interrupt: disorder) { _, morsel in
            let rows = Workers.rows(of: morsel, in: leads.count)
            withUnsafeTemporaryAllocation(of: Int64.self, capacity: rows.count) { times in
                time.read(rows, times.baseAddress!)
                let base = leads.base + rows.lowerBound
                var holds = base[0] >= 0 && times[0] != InstantReader.missing
                if rows.lowerBound > 0 {
                    holds = holds && (base[-1] < base[0] || (base[-1] == base[0] && time.at(rows.lowerBound - 1) ?? .max <= times[0]))
                }
                for row in 1..<Swift.max(1, rows.count) {
                    let isLater = base[row - 1] < base[row] || (base[row - 1] == base[row] && times[row - 1] <= times[row])
                    holds = holds && isLater && times[row] != InstantReader.missing
                }
                if !holds { disorder.raise() }
            }
        }
    }

    /// Whether each row stands behind those of smaller leads, and has one.
    private func areGrouped(threads: Int) -> Bool {
        let disorder = Interrupt()
        return Workers.run(threads: threads, morsels: Workers.morsels(in: leads.count), interrupt: disorder) { _, morsel in
            let rows = Workers.rows(of: morsel, in: leads.count)
            var holds = leads.base[rows.lowerBound] >= 0 && (rows.lowerBound == 0 || leads.base[rows.lowerBound - 1] <= leads.base[rows.lowerBound])
            for row in rows.dropFirst() { holds = holds && leads.base[row - 1] <= leads.base[row] }
            if !holds { disorder.raise() }
        }
    }

    /// The runs of rows that are in order.
    func runsInOrder(threads: Int) -> StageRuns {
        let starts = Buffer<Int32>(zeros: count + 1)
        let total = leads.count
        Workers.run(threads: threads, morsels: Workers.morsels(in: total), interrupt: nil) { _, morsel in
            for row in Workers.rows(of: morsel, in: total) {
                let (before, own) = (row == 0 ? -1 : Int(leads.base[row - 1]), Int(leads.base[row]))
                if before < own { for lead in (before + 1)...own { starts.base[lead] = Int32(row) } }
            }
        }
        let last = total == 0 ? -1 : Int(leads.base[total - 1])
        for lead in (last + 1)...count { starts.base[lead] = Int32(total) }
        return StageRuns(starts: starts, rest: Buffer(zeros: 0), areLeads: areLeads)
    }

    /// The rows in order, and the runs that they form then: counted, put in place, and sorted by time within each run.
    /// Rows without a lead or a time come last, in the order of the file.
    func order(_ time: InstantReader?, threads: Int) -> (rows: Buffer<Int32>, runs: StageRuns) {
        let total = leads.count
        let starts = Buffer<Int32>(zeros: count + 1)
        let validity = time?.validity
        func counts(_ row: Int) -> Bool { leads.base[row] >= 0 && time != nil && validity.map { $0[row] } ?? true }
        if let time, validity == nil, areGrouped(threads: threads) {
            // Only the times within a lead's rows are out of order.
            let runs = runsInOrder(threads: threads)
            let rows = Buffer<Int32>(count: total) { out in for row in 0..<total { out[row] = Int32(truncatingIfNeeded: row) } }
            sortRuns(rows, runs.starts, time, isFiled: true, threads: threads)
            return (rows, runs)
        }
        var left: [Int32] = []
        for row in 0..<total {
            if counts(row) { starts.base[Int(leads.base[row]) + 1] &+= 1 } else { left.append(Int32(row)) }
        }
        for lead in 0..<count { starts.base[lead + 1] &+= starts.base[lead] }
        let rows = Buffer<Int32>(count: total) { out in
            // Each start moves on to where the next row of its lead goes, and so to where the next lead begins.
            for row in 0..<total where counts(row) {
                let lead = Int(leads.base[row])
                out[Int(starts.base[lead])] = Int32(truncatingIfNeeded: row)
                starts.base[lead] &+= 1
            }
            for (at, row) in left.enumerated() { out[total - left.count + at] = row }
        }
        for lead in stride(from: count, to: 0, by: -1) { starts.base[lead] = starts.base[lead - 1] }
        starts.base[0] = 0
        if let time { sortRuns(rows, starts, time, threads: threads) }
        let runs = StageRuns(starts: starts, rest: Buffer(left.map { leads.base[Int($0)] }), areLeads: areLeads)
        return (rows, runs)
    }

    /// Brings the rows of each lead into the order of time. `isFiled`: they stand as in the file, one behind the other.
    private func sortRuns(_ rows: Buffer<Int32>, _ starts: Buffer<Int32>, _ time: InstantReader, isFiled: Bool = false, threads: Int) {
        Workers.run(threads: threads, morsels: Workers.morsels(in: count), interrupt: nil) { _, morsel in
            let leads = Workers.rows(of: morsel, in: count)
            let all = Int(starts.base[leads.lowerBound])..<Int(starts.base[leads.upperBound])
            withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(1, all.count)) { times in
                let times = times.baseAddress!
                if isFiled {
                    time.read(all, times)
                } else {
                    for place in all { times[place - all.lowerBound] = time.at(Int(rows.base[place])) ?? InstantReader.missing }
                }
                var run: [(time: Int64, row: Int32)] = []
                var start = all.lowerBound
                for lead in leads {
                    let end = Int(starts.base[lead + 1])
                    defer { start = end }
                    // Most runs are in order; they are only looked at.
                    var isInOrder = true
                    var place = start &+ 1
                    while place < end {
                        isInOrder = isInOrder && times[place &- all.lowerBound &- 1] <= times[place &- all.lowerBound]
                        place &+= 1
                    }
                    if isInOrder { continue }
                    run.removeAll(keepingCapacity: true)
                    for place in start..<end { run.append((times[place - all.lowerBound], rows.base[place])) }
                    run.sort { ($0.time, $0.row) < ($1.time, $1.row) }
                    for place in start..<end { rows.base[place] = run[place - start].row }
                }
            }
        }
    }
}

extension Buffer {
    /// A copy as an array.
    package var array: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
