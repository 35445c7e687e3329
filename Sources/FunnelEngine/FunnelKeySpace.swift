import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// The values of one key of a funnel.
struct FunnelKeySpace: Sendable {
    private enum Source: Sendable {
        /// Evaluated for the leads being read.
        case lead(any KeyNode)
        /// The code of every stage row.
        case stage(Buffer<UInt32>)
        /// The period of each day from `firstDay` on, or the hour.
        case period(Grain, firstDay: Int, periods: Buffer<Int32>)
    }

    private let source: Source
    private let values: (@Sendable (Int) -> Value)
    /// All codes are below it; `missing` is the one before.
    let size: Int
    let grain: Grain?

    init(_ key: FunnelKey, _ runner: FunnelRunner, _ tables: StepTables) throws(Diagnostic) {
        switch key {
        case .period(_, let grain):
            self.grain = grain
            let rules = runner.plan.rules
            let days = tables.days(runner.store)
            guard grain != .hour else {
                (source, size) = (.period(grain, firstDay: 0, periods: Buffer(zeros: 0)), 25)
                values = { .period(Period(grain, index: $0, rules: rules)) }
                return
            }
            let periods = days.map { Period.index(of: grain, holding: $0, rules: rules) }
            let first = periods.min() ?? 0
            source = .period(grain, firstDay: days.lowerBound, periods: Buffer(periods.map { Int32($0 - first) }))
            size = (periods.max() ?? 0) - first + 2
            values = { .period(Period(grain, index: first + $0, rules: rules)) }
        case .lead(let planKey, let scanKey):
            let (space, _) = try Self.space(planKey, scanKey, .leads, runner)
            (source, values, size, grain) = (.lead(space.nodes[0]), space.value, space.count + 1, nil)
        case .stage(let planKey, let scanKey):
            let (space, compiler) = try Self.space(planKey, scanKey, .stages, runner)
            let codes = Buffer<UInt32>(zeros: runner.store.rowCount(.stages))
            let node = space.nodes[0]
            try compiler.sweep { _, morsel, scratch in
                let found = node.evaluate(morsel, scratch)
                for row in 0..<morsel.count { codes.base[morsel.rows.lowerBound + row] = found[row] }
                scratch.give(found)
            }
            (source, values, size, grain) = (.stage(codes), space.value, space.count + 1, nil)
        }
    }

    private static func space(
        _ planKey: PlanKey, _ scanKey: ScanKey, _ table: TableRole, _ runner: FunnelRunner
    ) throws(Diagnostic) -> (KeySpace, RowCompiler) {
        let compiler = RowCompiler(store: runner.store, table: table, threads: runner.threads, interrupt: runner.interrupt)
        let scan = Scan(table: table, filter: nil, keys: [scanKey], aggregates: [])
        let plan = Plan(keys: [planKey], scans: [scan], slotCount: 0, measures: [], rules: runner.plan.rules, now: runner.plan.now)
        return (try KeySpace(0, of: plan, compilers: [compiler]), compiler)
    }

    /// Whether the key is one of the first step's stage row.
    var isOfRows: Bool { if case .stage = source { true } else { false } }

    /// The code of a key that is missing.
    private var missing: Int { size - 1 }

    /// The key of some leads: made once for them, and lent for as long as the space and the memory are there.
    func reader(_ leads: Range<Int>, _ scratch: Scratch) -> Reader {
        switch source {
        case .lead(let node):
            return Reader(size: size, kind: .lead(node.evaluate(scratch.morsel(leads, nil), scratch), first: leads.lowerBound))
        case .stage(let codes): return Reader(size: size, kind: .stage(codes.base))
        case .period(.hour, _, _): return Reader(size: size, kind: .hour)
        case .period(_, let firstDay, let periods): return Reader(size: size, kind: .period(periods.base, firstDay: firstDay))
        }
    }

    /// Pointers alone, so that nothing is counted in a loop over leads.
    struct Reader {
        enum Kind {
            case lead(Scratch.Texts, first: Int)
            case stage(UnsafePointer<UInt32>)
            case hour
            case period(UnsafePointer<Int32>, firstDay: Int)
        }

        let size: Int
        let kind: Kind

        /// The code for a lead and its first event: its stage row, -1 for none, and its time.
        @inline(__always)
        func code(lead: Int, row: Int, time: Int64) -> Int {
            switch kind {
            case .lead(let codes, let first):
                let code = codes[lead &- first]
                return code == Kernels.missingCode ? size &- 1 : Int(code)
            case .stage(let codes): return row >= 0 && codes[row] != Kernels.missingCode ? Int(codes[row]) : size &- 1
            case .hour:
                let day = Calendar.floorDivide(Int(time), Int(microsecondsPerDay))
                return (Int(time) - day * Int(microsecondsPerDay)) / 3_600_000_000
            case .period(let periods, let firstDay): return Int(periods[Calendar.floorDivide(Int(time), Int(microsecondsPerDay)) &- firstDay])
            }
        }

        /// Joins the codes of some leads to the codes of the keys before.
        func extend(_ groups: UnsafeMutablePointer<UInt64>, _ leads: Range<Int>) {
            guard case .lead(let codes, let first) = kind else { return }
            let (size, base) = (UInt64(size), codes + (leads.lowerBound - first))
            // A missing code is larger than all.
            for lead in 0..<leads.count { groups[lead] = groups[lead] &* size &+ min(UInt64(base[lead]), size &- 1) }
        }

        /// Whether the lead alone decides.
        var isOfLeads: Bool { if case .lead = kind { true } else { false } }

        func release(to scratch: Scratch) { if case .lead(let codes, _) = kind { scratch.give(codes) } }
    }

    func value(_ code: Int) -> Value { code == missing ? .missing : values(code) }
}

extension StepTables {
    /// The days on which events of the steps may lie.
    fileprivate func days(_ store: Store) -> ClosedRange<Int> {
        let columns: [(TableRole, [ColumnRole])] = [(.leads, [.created, .qualified]), (.deals, [.created, .closed]), (.stages, [.entered])]
        var low = Int.max
        var high = Int.min
        for (table, roles) in columns {
            for role in roles {
                guard let column = store.tables[table]?.column(role), InstantReader(column) != nil, let bounds = column.bounds else { continue }
                low = min(low, Int(bounds.low))
                high = max(high, Int(bounds.high))
            }
        }
        return low <= high ? low...high : 0...0
    }
}

extension Array where Element == FunnelKeySpace.Reader {
    /// The code of the combination of all keys.
    @inline(__always)
    func code(lead: Int, row: Int, time: Int64) -> UInt64 {
        withUnsafeBufferPointer { readers in
            var group: UInt64 = 0
            for key in 0..<readers.count {
                group =
                    group &* UInt64(truncatingIfNeeded: readers[key].size)
                    &+ UInt64(truncatingIfNeeded: readers[key].code(lead: lead, row: row, time: time))
            }
            return group
        }
    }
}
