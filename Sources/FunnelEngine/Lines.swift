import FunnelModel
import FunnelPlan

/// The lines of an answer while it is made: filtered, ranked, sorted, cut.
struct Lines {
    let plan: Plan
    let totals: [[Value]]
    /// The group of each line; lines of `other` have none and stand behind.
    private(set) var groups: [Int]
    private var keys: [[Value]]
    /// For each line and key where its value stands among all values of the key; nothing for lines of `other`.
    private var ranks: [[Int]]
    private var measures: [[Value]]
    private let evaluator: MeasureEvaluator
    private var others = 0

    init(plan: Plan, groups: Groups, slots: [[Value]], totals: [[Value]]) {
        let evaluator = MeasureEvaluator(plan, groups, slots: slots, totals: totals)
        self.plan = plan
        self.totals = totals
        self.evaluator = evaluator
        self.groups = Array(0..<groups.count)
        keys = (0..<groups.count).map { groups.values(of: $0) }
        ranks = groups.ranks
        measures = (0..<groups.count).map { line in plan.measures.map { evaluator.value($0.value, line: line) } }
    }

    mutating func keep(_ test: (MeasureEvaluator, Int) -> Bool) {
        let evaluator = evaluator
        keep { group in test(evaluator, group) }
    }

    mutating func keep(_ test: (Int) -> Bool) {
        let lines = groups.indices.filter { test(groups[$0]) }
        take(lines)
    }

    private mutating func take(_ lines: [Int]) {
        keys = lines.map { keys[$0] }
        measures = lines.map { measures[$0] }
        ranks = lines.map { ranks[$0] }
        groups = lines.map { groups[$0] }
    }

    /// One line, or one for each period, over the groups that were not chosen, computed from their rows.
    mutating func addOther(_ rest: [Int], groups all: Groups, ranked: [Int]) {
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
            var values = all.values(of: sample)
            for (place, key) in ranked.enumerated() { values[key] = place == 0 ? .text("other") : .missing }
            keys.append(values)
            ranks.append([])
            measures.append(plan.measures.map { evaluator.value($0.value, line: line) })
            groups.append(-1)
        }
        others += samples.count
    }

    /// By the order asked for, then by the keys. `other` comes last: of its period, where the lines are in the order of time.
    mutating func sort(by order: [PlanOrder]) {
        let byKeys = plan.keys.indices.map { PlanOrder(.key($0), descending: false) }
        let terms = order + byKeys
        let leadsWithTime = terms.first.map(isPeriod) ?? false
        // What the comparison reads stands beside it, so that no line is copied to be compared.
        let (groups, ranks) = (groups, ranks)
        let columns = terms.map { term in
            groups.indices.map { line in
                switch term.term {
                case .key(let index): keys[line][index]
                case .measure(let index): measures[line][index]
                }
            }
        }
        let sorted = groups.indices.sorted { a, b in
            let (otherA, otherB) = (groups[a] < 0, groups[b] < 0)
            if !leadsWithTime, otherA != otherB { return otherB }
            for (at, term) in terms.enumerated() {
                let comparison: Int
                if case .key(let index) = term.term, !otherA, !otherB {
                    comparison = Self.compare(ranks[a][index], ranks[b][index], missing: columns[at], a, b, term.descending)
                } else {
                    comparison = Self.compare(columns[at][a], columns[at][b], otherA, otherB, term)
                }
                if comparison != 0 { return comparison < 0 }
            }
            return otherA != otherB ? otherB : a < b
        }
        take(sorted)
    }

    /// Two values of a key by where they stand; what is missing stands last, in either direction.
    private static func compare(_ x: Int, _ y: Int, missing values: [Value], _ a: Int, _ b: Int, _ descending: Bool) -> Int {
        if x == y { return 0 }
        let comparison = x < y ? -1 : 1
        return descending && !values[a].isMissing && !values[b].isMissing ? -comparison : comparison
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

    mutating func cut(to limit: Int) { take(Array(groups.indices.prefix(limit))) }

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
        let rows = groups.indices.map { line in keys[line] + shown.map { measures[line][$0] } }
        var total: [Value]?
        if plan.withTotal {
            let evaluator = MeasureEvaluator(slots: totals, totals: totals)
            total = plan.keys.map { _ in .missing } + shown.map { evaluator.value(plan.measures[$0].value, line: 0) }
        }
        return Answer(columns: columns, rows: rows, total: total, remarks: smallGroups.map { [$0] } ?? [])
    }
}
