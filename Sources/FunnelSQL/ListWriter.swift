import FunnelModel
import FunnelPlan
import FunnelText

/// Writes a list of rows. Rows that are equal in order stand by their id or, without one, by their other columns.
struct ListWriter {
    let plan: ListPlan
    let draft: Draft

    func select() throws(Diagnostic) -> (String, [SQLColumn]) {
        let rows = RowWriter(draft, plan.table)
        let rules = draft.rules
        var items: [String] = []
        var columns: [SQLColumn] = []
        for reference in plan.columns {
            let value = RowValue.column(reference)
            let type = try rows.type(value)
            let column = SQLColumn(reference.name, SQLType(type))
            items.append(rules.output(Layout.bare(try rows.value(value)), column.type) + " as " + rules.quoted(column.name))
            columns.append(column)
        }
        var order: [String] = []
        for term in plan.order {
            let text = try rows.value(term.value)
            let sorted = try rows.type(term.value) == .text ? rules.byCodePoints(text) : text
            order.append("\(sorted)\(term.descending ? " desc" : "") nulls last")
        }
        let schema = try draft.table(plan.table).schema
        let alias = RowWriter.alias(plan.table)
        let last = schema.column(.id).map { [$0] } ?? schema.columns
        order += last.map { "\(alias).\(rules.quoted($0.name)) nulls last" }
        let asked = try plan.filter.map { condition throws(Diagnostic) in try rows.condition(condition) } ?? .yes
        let filter = try plan.lostAfter.map { lost throws(Diagnostic) in Condition.all([try self.lost(lost, rows), asked]) } ?? asked
        let text = [
            Layout.clause("select", items), try rows.source(), filter.text == "true" ? nil : "where \(filter.text)", Layout.clause("order by", order),
            plan.limit.map { "limit \($0)" },
        ].compactMap { $0 }.joined(separator: "\n")
        return (text, columns)
    }

    /// That a lead is among those whose furthest step is this one. What comes behind the next step does not matter.
    private func lost(_ lost: LostAfter, _ rows: RowWriter) throws(Diagnostic) -> Condition {
        guard let id = try rows.own(.id) else { throw .noTable("leads") }
        var funnel = lost.funnel
        funnel.steps = Array(funnel.steps.prefix(lost.step + 2))
        let events = EventWriter(draft: draft, plan: funnel)
        let reached = try ChainWriter(events).reached(window: nil)
        let part = draft.add("lost_leads", "select lead_key\nfrom \(reached)\ngroup by lead_key\nhaving max(step_number) = \(lost.step + 1)")
        return Condition("\(try events.key(id)) in (select lead_key from \(part))")
    }
}
