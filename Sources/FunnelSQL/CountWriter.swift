import FunnelModel
import FunnelPlan
import FunnelText

/// Writes what remarks under the answer count, each pass over a table as a part of one row that is joined to every line.
struct CountWriter {
    let writer: PlanWriter
    private var plan: Plan { writer.plan }
    private var draft: Draft { writer.draft }
    private var rules: any DialectRules { writer.rules }

    init(_ writer: PlanWriter) { self.writer = writer }

    /// `groups` is the part of the groups before anything is filled in or left out, `unfilled` the one that says whether gaps are
    /// filled, where that is a question.
    func columns(_ groups: String, _ unfilled: String?) throws(Diagnostic) -> CountColumns {
        var columns = try counted(groups)
        if let unfilled {
            columns.relations.append(unfilled)
            columns.names.insert("is_unfilled", at: 0)
        }
        return columns
    }

    private func counted(_ groups: String) throws(Diagnostic) -> CountColumns {
        var columns = CountColumns(relations: [], names: plan.counts.map { Layout.name($0.name) })
        for pass in plan.countPasses {
            if let known = sums(pass, groups, columns.names) {
                columns.relations.append(known)
                continue
            }
            if let known = try openLeads(pass, groups, columns.names) {
                columns.relations.append(known)
                continue
            }
            let rows = RowWriter(draft, pass.table)
            rows.isCounting = true
            let scope = try pass.scope.map { condition throws(Diagnostic) in try rows.condition(condition) } ?? .yes
            var conditions: [Condition] = []
            for count in pass.counts { conditions.append(try rows.condition(plan.counts[count].condition)) }
            let isOne = conditions.count == 1
            let items = zip(pass.counts, conditions).map { count, condition in
                rules.integer(isOne ? "count(*)" : rules.filtered("count(*)", condition.text)) + " as \(columns.names[count])"
            }
            let filter = isOne ? Condition.all([scope, conditions[0]]) : scope
            columns.relations.append(draft.add("counted", body(items, try rows.source(), filter)))
        }
        return columns
    }

    private func body(_ items: [String], _ source: String, _ filter: Condition) -> String {
        [Layout.clause("select", items), source, filter.text == "true" ? nil : "where \(filter.text)"].compactMap { $0 }.joined(separator: "\n")
    }

    /// Counts that the groups hold, added up.
    private func sums(_ pass: CountPass, _ groups: String, _ names: [String]) -> String? {
        guard let scan = pass.scan, plan.scans[scan].holdsAllRows else { return nil }
        var items: [String] = []
        for count in pass.counts {
            guard let column = column(in: scan, where: { $0 == plan.counts[count].condition }) else { return nil }
            items.append("coalesce(sum(\(column)), 0) as \(names[count])")
        }
        return draft.add("counted", body(items, "from \(groups)", .yes))
    }

    /// Open leads as what is left of all leads without those won and those lost, where the groups count all and those won: then
    /// only lost leads are looked up, which are few beside the leads without a deal.
    private func openLeads(_ pass: CountPass, _ groups: String, _ names: [String]) throws(Diagnostic) -> String? {
        guard rules.asksInAggregates, plan.countsOpenLeads(pass), let scan = pass.scan,
            let all = column(in: scan, where: { $0 == nil }), let won = column(in: scan, where: { $0.asks(.leadWon) })
        else { return nil }
        if let lost = column(in: scan, where: { $0.asks(.leadLost) }) {
            let rest = [all, won, lost].map { "coalesce(sum(\($0)), 0)" }.joined(separator: " - ")
            return draft.add("counted", "select \(rest) as \(names[pass.counts[0]])\nfrom \(groups)")
        }
        let rows = RowWriter(draft, pass.table)
        rows.isCounting = true
        let scope = try pass.scope.map { condition throws(Diagnostic) in try rows.condition(condition) } ?? .yes
        let lost = Condition.all([scope, try rows.derivedCondition(.leadLost)])
        let closed = draft.add("counted_lost", body(["count(*) as lost_leads"], try rows.source(), lost))
        let rest = "coalesce(sum(\(all)), 0) - coalesce(sum(\(won)), 0) - coalesce(max(lost_leads), 0)"
        return draft.add("counted", "select \(rest) as \(names[pass.counts[0]])\nfrom \(groups)\ncross join \(closed)")
    }

    /// The column that counts the rows of a scan's groups for which a condition holds.
    private func column(in scan: Int, where isRight: (RowCondition?) -> Bool) -> String? {
        writer.slots.first { $0.scan == scan && $0.isPlainCount && isRight($0.aggregate.filter) }?.components[0].name
    }
}

extension Scan {
    /// Whether the groups hold all rows that it keeps.
    fileprivate var holdsAllRows: Bool { makesGroups && aggregates.contains { $0.filter == nil } }
}

extension RowCondition? {
    /// Whether it is a derived column of the row itself, and no more.
    fileprivate func asks(_ derived: DerivedColumn) -> Bool {
        if case .column(let reference) = self { reference.index == .derived(derived) && reference.path == .own } else { false }
    }
}

extension Plan {
    /// Whether a pass counts open leads and no more, beside groups that hold them all.
    fileprivate func countsOpenLeads(_ pass: CountPass) -> Bool {
        guard let scan = pass.scan, pass.counts.count == 1, scans[scan].holdsAllRows else { return false }
        return RowCondition?.some(counts[pass.counts[0]].condition).asks(.leadOpen)
    }

    /// The same lines, where scans of some leads count those lost among them, if open ones are asked for: to filter the leads
    /// again takes longer than to look all of them up in one more list. Of all leads the lost ones are found faster apart.
    var countingLostInScans: Plan {
        var plan = self
        for pass in countPasses where pass.scope != nil && countsOpenLeads(pass) {
            guard let scan = pass.scan, let won = scans[scan].aggregates.first(where: { $0.filter.asks(.leadWon) })?.filter,
                case .column(var lost) = won
            else { continue }
            lost.index = .derived(.leadLost)
            plan.scans[scan].aggregates.append(
                PlanAggregate(function: .count, argument: nil, argumentType: nil, filter: .column(lost), slot: plan.slotCount))
            plan.slotCount += 1
        }
        return plan
    }

    /// The same lines, where scans whose groups hold all rows that are asked about count as well what is counted besides.
    var countingInScans: Plan {
        var plan = self
        for pass in countPasses {
            guard let scan = pass.scan, scans[scan].holdsAllRows else { continue }
            for count in pass.counts {
                plan.scans[scan].aggregates.append(
                    PlanAggregate(function: .count, argument: nil, argumentType: nil, filter: counts[count].condition, slot: plan.slotCount))
                plan.slotCount += 1
            }
        }
        return plan
    }
}

/// The counts, and before them whether gaps are left unfilled, as columns of the lines.
struct CountColumns {
    /// The parts of one row that hold them.
    var relations: [String]
    var names: [String]

    /// What brings them to the lines.
    var joins: String { relations.map { "\ncross join \($0)" }.joined() }
}
