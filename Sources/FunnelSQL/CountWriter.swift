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

    /// `groups` is the part of the groups before anything is filled in or left out.
    func columns(_ groups: String) throws(Diagnostic) -> CountColumns {
        var columns = CountColumns(relations: [], names: plan.counts.map { Layout.name($0.name) })
        for pass in plan.countPasses {
            if pass.counts.count == 1, let difference = try openLeads(pass, groups, columns.names[pass.counts[0]]) {
                columns.relations.append(difference)
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

    /// Open leads as what is left of all leads without those won and those lost, where the groups count all and those won: then
    /// only lost leads are looked up, which are few beside the leads without a deal.
    private func openLeads(_ pass: CountPass, _ groups: String, _ name: String) throws(Diagnostic) -> String? {
        guard case .column(let reference) = plan.counts[pass.counts[0]].condition, reference.index == .derived(.leadOpen), reference.path == .own,
            rules.asksInAggregates, let scan = pass.scan, plan.scans[scan].makesGroups,
            let all = count(of: nil, in: scan), let won = count(of: .derived(.leadWon), in: scan)
        else { return nil }
        let rows = RowWriter(draft, pass.table)
        rows.isCounting = true
        let scope = try pass.scope.map { condition throws(Diagnostic) in try rows.condition(condition) } ?? .yes
        let lost = Condition.all([scope, try rows.derivedCondition(.leadLost)])
        let closed = draft.add("counted_lost", body(["count(*) as lost_leads"], try rows.source(), lost))
        let rest = "coalesce(sum(\(all)), 0) - coalesce(sum(\(won)), 0) - coalesce(max(lost_leads), 0)"
        return draft.add("counted", "select \(rest) as \(name)\nfrom \(groups)\ncross join \(closed)")
    }

    /// The column that counts the rows of a scan's groups, all or those for which a column says yes.
    private func count(of column: ColumnIndex?, in scan: Int) -> String? {
        writer.slots.first { slot in
            guard slot.scan == scan, slot.isPlainCount else { return false }
            guard let column else { return slot.aggregate.filter == nil }
            guard case .column(let reference) = slot.aggregate.filter else { return false }
            return reference.index == column && reference.path == .own
        }?.components[0].name
    }
}

/// The counts as columns of the lines.
struct CountColumns {
    /// The parts of one row that hold them.
    var relations: [String]
    var names: [String]

    /// What brings them to the lines.
    var joins: String { relations.map { "\ncross join \($0)" }.joined() }
}
