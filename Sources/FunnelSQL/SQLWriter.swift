package import FunnelPlan
package import FunnelText

/// Writes plans as queries in SQL. The engine computes all of the answer; what comes back are its lines.
package enum SQLWriter {
    /// `title` is the query in the words of the language; it stands in the first line.
    package static func query(_ plan: Plan, _ catalog: SQLCatalog, _ dialect: SQLDialect, title: String? = nil) throws(Diagnostic) -> SQLQuery {
        let rules = dialect.rules
        let plan = rules.countsInScans ? plan.countingInScans : plan
        let needs = DealNeeds(plan)
        let draft = Draft(catalog, rules, asOf: plan.asOf, needs: needs)
        let counting = rules.asksInAggregates && needs.isList ? plan.countingLostInScans : plan
        let writer = try PlanWriter(counting, draft)
        let (select, columns) = try LineWriter(writer).select()
        return SQLQuery(text: draft.text(title, select), columns: columns)
    }

    package static func query(_ plan: ListPlan, _ catalog: SQLCatalog, _ dialect: SQLDialect, title: String? = nil) throws(Diagnostic) -> SQLQuery {
        let draft = Draft(catalog, dialect.rules, asOf: nil)
        let (select, columns) = try ListWriter(plan: plan, draft: draft).select()
        return SQLQuery(text: draft.text(title, select), columns: columns)
    }

    /// The moves between stages: for each two that follow one another how many, what kind, and how long they took.
    package static func transitions(_ plan: FunnelPlan, _ catalog: SQLCatalog, _ dialect: SQLDialect, title: String? = nil) throws(Diagnostic) -> SQLQuery {
        let draft = Draft(catalog, dialect.rules, asOf: plan.asOf)
        let (select, columns) = try TransitionWriter(plan: plan, draft: draft).select()
        return SQLQuery(text: draft.text(title, select), columns: columns)
    }

    package static func query(_ plan: FunnelPlan, _ catalog: SQLCatalog, _ dialect: SQLDialect, title: String? = nil) throws(Diagnostic) -> SQLQuery {
        let draft = Draft(catalog, dialect.rules, asOf: plan.asOf)
        let (select, columns) = try FunnelWriter(plan: plan, draft: draft).select()
        return SQLQuery(text: draft.text(title, select), columns: columns)
    }
}
