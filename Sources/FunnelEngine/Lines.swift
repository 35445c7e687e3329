import FunnelModel
import FunnelPlan

/// The lines of an answer while it is made: filtered, ranked, sorted, cut. What stands in them is computed for those that are left.
struct Lines {
    let plan: Plan
    let totals: [[Value]]
    /// The group of each line; that of a line of `other` is below 0 and says which.
    private(set) var groups: [Int]
    private let all: Groups
    private let evaluator: MeasureEvaluator
    private var others: [(keys: [Value], measures: [Value])] = []

    init(plan: Plan, groups: Groups, slots: [[Value]], totals: [[Value]]) {
        self.plan = plan
        self.totals = totals
        all = groups
        evaluator = MeasureEvaluator(plan, groups, slots: slots, totals: totals)
        self.groups = Array(0..<groups.count)
    }

    /// The values of a key, line by line. Where there are more lines than values, each value is made once.
    private func key(_ key: Int) -> [Value] {
        let known = groups.count > all.spaces[key].count ? (0...all.spaces[key].count).map { all.value($0, ofKey: key) } : []
        return groups.map { group in
            if group < 0 { return others[-1 - group].keys[key] }
            let code = all.code(group, ofKey: key)
            return known.isEmpty ? all.value(code, ofKey: key) : known[code]
        }
    }

    /// The values of a measure, line by line.
    private func measure(_ measure: Int) -> [Value] {
        let values = evaluator.values(plan.measures[measure].value, lines: others.isEmpty ? groups : groups.filter { $0 >= 0 })
        guard !others.isEmpty else { return values }
        var next = values.makeIterator()
        return groups.map { $0 < 0 ? others[-1 - $0].measures[measure] : next.next() ?? .missing }
    }

    mutating func keep(_ test: (MeasureEvaluator, Int) -> Bool) {
        let evaluator = evaluator
        keep { group in test(evaluator, group) }
    }

    mutating func keep(_ test: (Int) -> Bool) { groups = groups.filter(test) }

    /// One line, or one for each period, over the groups that were not chosen, computed from their rows.
    mutating func addOther(_ rest: [Int], ranked: [Int]) {
        let free = all.spaces.indices.filter { !ranked.contains($0) }
        var lineOf: [UInt64: Int] = [:]
        var samples: [Int] = []
        var map = [Int](repeating: -1, count: all.count)
        for group in rest {
            let name = all.name(group, of: free)
            if lineOf[name] == nil {
                lineOf[name] = samples.count
                samples.append(group)
            }
            map[group] = lineOf[name] ?? 0
        }
        let sink = samples.count
        let slots = all.results(map: map.map { $0 < 0 ? sink : $0 }, lines: sink + 1)
        let evaluator = MeasureEvaluator(slots: slots, totals: totals)
        for (line, sample) in samples.enumerated() {
            var keys = all.values(of: sample)
            for (place, key) in ranked.enumerated() { keys[key] = place == 0 ? .text("other") : .missing }
            others.append((keys, plan.measures.map { evaluator.value($0.value, line: line) }))
            groups.append(-others.count)
        }
    }

    // MARK: - Order

    /// By the order asked for, then by the keys. `other` comes last: of its period, where the lines are in the order of time.
    mutating func sort(by order: [PlanOrder]) {
        let byKeys = plan.keys.indices.map { PlanOrder(.key($0), descending: false) }
        let terms = order + byKeys
        let leadsWithTime = terms.first.map(isPeriod) ?? false
        // What is compared stands side by side, so that nothing is computed for a comparison.
        let columns = terms.map(column)
        if let sorted = Self.sorted(groups, columns) {
            groups = sorted
            return
        }
        let groups = groups
        let sorted = groups.indices.sorted { a, b in
            let (otherA, otherB) = (groups[a] < 0, groups[b] < 0)
            if !leadsWithTime, otherA != otherB { return otherB }
            for (term, column) in zip(terms, columns) {
                let comparison =
                    switch column {
                    case .places(let places): places[a] < places[b] ? -1 : places[a] > places[b] ? 1 : 0
                    case .values(let values): Self.compare(values[a], values[b], otherA, otherB, term)
                    }
                if comparison != 0 { return comparison < 0 }
            }
            return otherA != otherB ? otherB : a < b
        }
        self.groups = sorted.map { groups[$0] }
    }

    /// Groups by the places of all their keys, brought to one number each. Nil where something else is compared, or the numbers would be too large.
    private static func sorted(_ groups: [Int], _ columns: [Column]) -> [Int]? {
        var numbers = [UInt64](repeating: 0, count: groups.count)
        var all: UInt64 = 1
        for column in columns {
            guard case .places(let places) = column else { return nil }
            let size = UInt64((places.max() ?? 0) + 1)
            let (product, isTooLarge) = all.multipliedReportingOverflow(by: size)
            if isTooLarge { return nil }
            all = product
            for line in groups.indices { numbers[line] = numbers[line] &* size &+ UInt64(places[line]) }
        }
        return groups.indices.sorted { numbers[$0] != numbers[$1] ? numbers[$0] < numbers[$1] : $0 < $1 }.map { groups[$0] }
    }

    /// What lines are compared by: where the value of a key stands among all, in the direction asked for, or the values.
    private enum Column {
        case places([Int])
        case values([Value])
    }

    private func column(_ order: PlanOrder) -> Column {
        switch order.term {
        case .measure(let index): return .values(measure(index))
        case .key(let index) where !others.isEmpty: return .values(key(index))
        case .key(let index):
            let codes = groups.map { all.code($0, ofKey: index) }
            let places = all.places(of: codes, ofKey: index, descending: order.descending)
            return .places(codes.map { places[$0] })
        }
    }

    private func isPeriod(_ order: PlanOrder) -> Bool {
        guard case .key(let index) = order.term, case .period = plan.keys[index].kind else { return false }
        return true
    }

    private static func compare(_ x: Value, _ y: Value, _ otherX: Bool, _ otherY: Bool, _ order: PlanOrder) -> Int {
        // The cell that says `other` comes last, whatever the key holds; what is missing comes last in either direction.
        if case .key = order.term, otherX != otherY {
            if otherX, case .text = x { return 1 }
            if otherY, case .text = y { return -1 }
        }
        if x.isMissing || y.isMissing { return Value.compare(x, y) }
        let comparison = Value.compare(x, y)
        return order.descending ? -comparison : comparison
    }

    mutating func cut(to limit: Int) { groups = Array(groups.prefix(limit)) }

    // MARK: - What is shown

    /// Fewer rows than this say little about a share.
    private static let smallGroup: Int128 = 30

    /// How many of the lines rest a share on fewer rows than that.
    private var smallGroups: Remark? {
        let counts = Set(plan.scans.flatMap(\.aggregates).filter { $0.function == .count }.map(\.slot))
        let trials = plan.measures.compactMap { measure -> Int? in
            guard measure.isShown, measure.quantity == .percent, case .arithmetic(.divide, _, .slot(let slot)) = measure.value, counts.contains(slot) else {
                return nil
            }
            return slot
        }
        guard !plan.keys.isEmpty, !trials.isEmpty else { return nil }
        let small = groups.count { group in
            group >= 0
                && trials.contains { slot in
                    if case .exact(let count) = evaluator.slots[slot][group] { count.units > 0 && count.units < Self.smallGroup } else { false }
                }
        }
        guard small > 0 else { return nil }
        return Remark(.caution, "\(small) of \(groups.count) groups rest on fewer than 30 rows")
    }

    func answer() -> Answer {
        let shown = plan.measures.indices.filter { plan.measures[$0].isShown }
        let columns =
            plan.keys.map { key -> AnswerColumn in
                if case .period(let grain) = key.kind { return AnswerColumn(key.name, .key(grain)) }
                return AnswerColumn(key.name, .key(nil))
            } + shown.map { AnswerColumn(plan.measures[$0].name, .measure(plan.measures[$0].quantity)) }
        let cells = plan.keys.indices.map(key) + shown.map(measure)
        let rows = groups.indices.map { line in cells.map { $0[line] } }
        var total: [Value]?
        if plan.withTotal {
            let evaluator = MeasureEvaluator(slots: totals, totals: totals)
            total = plan.keys.map { _ in .missing } + shown.map { evaluator.value(plan.measures[$0].value, line: 0) }
        }
        return Answer(columns: columns, rows: rows, total: total, remarks: smallGroups.map { [$0] } ?? [])
    }
}
