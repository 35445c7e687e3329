import FunnelModel
import FunnelPlan
import FunnelStore

/// A plan read row by row, with dictionaries and arrays: what the engine's answer must be.
struct NaiveEvaluator {
    private let plan: Plan
    private let store: NaiveStore
    /// For each group of keys, for each scan, the rows that it keeps.
    private var members: [[Value]: [[Int]]] = [:]
    private var groups: [[Value]] = []

    /// How many groups there are before any is left out: what takes the time.
    var size: Int { groups.count }

    init(_ plan: Plan, _ store: Store) {
        self.plan = plan
        self.store = NaiveStore(store, asOf: plan.asOf)
        gather()
        fillGaps()
    }

    // MARK: - Groups

    private mutating func gather() {
        var shown: Set<[Value]> = []
        for (index, scan) in plan.scans.enumerated() {
            let rows = NaiveRows(store: store, table: scan.table)
            for row in 0..<(store.tables[scan.table]?.count ?? 0) {
                if let filter = scan.filter, !rows.holds(filter, row) { continue }
                let keys = scan.keys.indices.map { key(scan.keys[$0], at: $0, rows, row) }
                members[keys, default: Array(repeating: [], count: plan.scans.count)][index].append(row)
                // A group is shown if some aggregate counts a row of it.
                if scan.aggregates.contains(where: { $0.filter.map { rows.holds($0, row) } ?? true }) { shown.insert(keys) }
            }
        }
        groups = plan.keys.isEmpty ? [[]] : Array(shown)
    }

    private func key(_ key: ScanKey, at index: Int, _ rows: NaiveRows, _ row: Int) -> Value {
        switch key {
        case .period(let grain, let value, _):
            guard case .instant(let time) = rows.cell(value, row) else { return .missing }
            let day = NaiveDate.day(of: time)
            if grain == .hour { return .period(Period(.hour, index: Int((time - Int64(day) * microsecondsPerDay) / 3_600_000_000), rules: plan.rules)) }
            return .period(Period(grain, holding: day, rules: plan.rules))
        case .value(let value):
            // Where all tables have dates, the key is a date; else a time stamp.
            let isDate = plan.scans.allSatisfy { scan in
                guard case .value(let other) = scan.keys[index] else { return true }
                return NaiveRows(store: store, table: scan.table).shape(other) == .date
            }
            return NaiveAggregates.value(rows.cell(value, row), isDate ? .date : .timestamp)
        }
    }

    /// Each series gets a group for every period between the first and the last of all.
    private mutating func fillGaps() {
        let times = plan.keys.indices.filter { if case .period = plan.keys[$0].kind { true } else { false } }
        guard times.count == 1 else { return }
        let axis = times[0]
        let periods = groups.compactMap { group -> Period? in if case .period(let period) = group[axis] { period } else { nil } }
        guard let first = periods.map(\.index).min(), let last = periods.map(\.index).max() else { return }
        var known = Set(groups)
        for group in groups where group[axis] != .missing {
            for index in first...last {
                var filled = group
                filled[axis] = .period(Period(periods[0].grain, index: index, rules: plan.rules))
                if known.insert(filled).inserted { groups.append(filled) }
            }
        }
    }

    /// What the plan counts besides its lines.
    var counts: [Int] {
        plan.counts.map { count in
            let rows = NaiveRows(store: store, table: count.table)
            return (0..<(store.tables[count.table]?.count ?? 0)).count { row in
                (count.scope.map { rows.holds($0, row) } ?? true) && rows.holds(count.condition, row)
            }
        }
    }

    // MARK: - Measures

    /// The results of the aggregates over some groups taken together.
    private func slots(_ keys: [[Value]]) -> [Value] {
        var result = [Value](repeating: .missing, count: plan.slotCount)
        for (index, scan) in plan.scans.enumerated() {
            let rows = NaiveRows(store: store, table: scan.table)
            let mine = keys.flatMap { members[$0]?[index] ?? [] }
            for aggregate in scan.aggregates {
                let counted = mine.filter { row in aggregate.filter.map { rows.holds($0, row) } ?? true }
                let cells = aggregate.argument.map { argument in counted.map { rows.cell(argument, $0) } } ?? []
                let shape = aggregate.argument.map(rows.shape) ?? .nothing
                result[aggregate.slot] = NaiveAggregates.value(aggregate, cells, rows: counted.count, shape)
            }
        }
        return result
    }

    private func value(_ measure: MeasureValue, _ slots: [Value], _ totals: [Value]) -> Value {
        switch measure {
        case .slot(let slot): return slots[slot]
        case .exact(let exact): return .exact(exact)
        // The random queries ask for none of these; golden files and laws of their own do.
        case .cumulative, .rolling, .change, .rank, .wilson, .newcombe: return .missing
        case .share(let inner): return arithmetic(.divide, value(inner, slots, totals), value(inner, totals, totals))
        case .arithmetic(let operation, let a, let b): return arithmetic(operation, value(a, slots, totals), value(b, slots, totals))
        }
    }

    private func arithmetic(_ operation: Arithmetic, _ a: Value, _ b: Value) -> Value {
        if case .exact(let x) = a, case .exact(let y) = b, operation != .divide {
            let exact = operation == .add ? Exact.adding(x, y) : operation == .subtract ? Exact.subtracting(x, y) : Exact.multiplying(x, y)
            if let exact { return .exact(exact) }
        }
        guard let x = a.double, let y = b.double else { return .missing }
        let result: Double
        switch operation {
        case .add: result = x + y
        case .subtract: result = x - y
        case .multiply: result = x * y
        case .divide:
            guard y != 0 else { return .missing }
            result = x / y
        }
        return result.isFinite ? .real(result) : .missing
    }

    private func holds(_ condition: MeasureCondition, _ slots: [Value], _ totals: [Value]) -> Bool {
        switch condition {
        case .isMissing(let measure): return value(measure, slots, totals) == .missing
        case .not(let inner): return !holds(inner, slots, totals)
        case .and(let a, let b): return holds(a, slots, totals) && holds(b, slots, totals)
        case .or(let a, let b): return holds(a, slots, totals) || holds(b, slots, totals)
        case .compare(let comparison, let a, let b):
            let (x, y) = (value(a, slots, totals), value(b, slots, totals))
            if x == .missing || y == .missing { return comparison == .notEqual }
            return comparison.holds(Value.compare(x, y))
        }
    }

    // MARK: - The answer

    private struct Line {
        var keys: [Value]
        var measures: [Value]
        var isOther = false
    }

    func answer() -> (rows: [[Value]], total: [Value]?) {
        let totals = slots(groups)
        func line(_ keys: [Value], _ slots: [Value], isOther: Bool = false) -> Line {
            Line(keys: keys, measures: plan.measures.map { value($0.value, slots, totals) }, isOther: isOther)
        }
        let kept = groups.filter { group in plan.having.map { holds($0, slots([group]), totals) } ?? true }
        var lines: [Line]
        if let top = plan.top {
            let free = plan.keys.indices.filter { if case .period = plan.keys[$0].kind { plan.keys.count > 1 && hasOthers } else { false } }
            let (chosen, rest) = ranked(kept, by: top, free, totals)
            lines = chosen.map { line($0, slots([$0])) }
            if top.withOther {
                for (key, members) in Dictionary(grouping: rest, by: { group in free.map { group[$0] } }) {
                    var keys = [Value](repeating: .missing, count: plan.keys.count)
                    for (place, index) in free.enumerated() { keys[index] = key[place] }
                    if let first = plan.keys.indices.first(where: { !free.contains($0) }) { keys[first] = .text("other") }
                    lines.append(line(keys, slots(members), isOther: true))
                }
            }
        } else {
            lines = kept.map { line($0, slots([$0])) }
        }
        lines.sort(by: precedes)
        if let limit = plan.limit { lines = Array(lines.prefix(limit)) }
        let shown = plan.measures.indices.filter { plan.measures[$0].isShown }
        let total = plan.withTotal ? plan.keys.map { _ in Value.missing } + shown.map { value(plan.measures[$0].value, totals, totals) } : nil
        return (lines.map { line in line.keys + shown.map { line.measures[$0] } }, total)
    }

    private var hasOthers: Bool { plan.keys.contains { if case .period = $0.kind { false } else { true } } }

    /// The groups of the best series and those of the rest; a series is its keys but time, over all time.
    private func ranked(_ kept: [[Value]], by top: PlanTop, _ free: [Int], _ totals: [Value]) -> (chosen: [[Value]], rest: [[Value]]) {
        func name(_ group: [Value]) -> [Value] { group.indices.filter { !free.contains($0) }.map { group[$0] } }
        let all = Dictionary(grouping: groups, by: name)
        let ranking = Set(kept.map(name)).map { ($0, value(plan.measures[top.measure].value, slots(all[$0] ?? []), totals)) }
            .filter { $0.1 != .missing }
            .sorted { a, b in
                let order = Value.compare(a.1, b.1)
                return order != 0 ? order > 0 : Self.precede(a.0, b.0)
            }
        let best = Set(ranking.prefix(top.count).map(\.0))
        return (kept.filter { best.contains(name($0)) }, kept.filter { !best.contains(name($0)) })
    }

    private static func precede(_ a: [Value], _ b: [Value]) -> Bool {
        for (x, y) in zip(a, b) {
            let order = Value.compare(x, y)
            if order != 0 { return order < 0 }
        }
        return false
    }

    /// By the order asked for, then by the keys; what is missing comes last; `other` behind its like, within a leading period.
    private func precedes(_ a: Line, _ b: Line) -> Bool {
        let terms = plan.order + plan.keys.indices.map { PlanOrder(.key($0), descending: false) }
        var leadsWithTime = false
        if case .key(let index)? = terms.first?.term, case .period = plan.keys[index].kind { leadsWithTime = true }
        if a.isOther != b.isOther, !leadsWithTime { return b.isOther }
        for term in terms {
            let x: Value
            let y: Value
            switch term.term {
            case .key(let index): (x, y) = (a.keys[index], b.keys[index])
            case .measure(let index): (x, y) = (a.measures[index], b.measures[index])
            }
            if case .key = term.term, a.isOther != b.isOther {
                if a.isOther, case .text = x { return false }
                if b.isOther, case .text = y { return true }
            }
            if x == .missing || y == .missing {
                if x != y { return y == .missing }
                continue
            }
            let order = Value.compare(x, y)
            if order != 0 { return term.descending ? order > 0 : order < 0 }
        }
        return false
    }
}
