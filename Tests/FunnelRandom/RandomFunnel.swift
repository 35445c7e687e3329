import FunnelModel
package import FunnelPlan
package import FunnelStore

/// Funnels over the columns that `RandomStore` makes.
package enum RandomFunnel {
    static func column(_ name: String, of table: Table, type: RowType) -> ColumnReference? {
        table.columns.firstIndex { $0.name == name }.map { ColumnReference(path: .own, table: table.role, index: .file($0), type: type, name: name) }
    }

    package static func plan(_ random: inout Seeded, _ store: Store, now: Instant) -> FunnelPlan {
        let leads = store.tables[.leads]!
        let source = column("source", of: leads, type: .text)!
        var kinds: [StepEvents] = [.created, .leads(.text(.column(source), .isIn(["ads", "web"])))]
        if let index = leads.roles[.qualified] {
            let column = leads.columns[index]
            kinds.append(.qualified(ColumnReference(path: .own, table: .leads, index: .file(index), type: RowType(column.type), name: "qualified")))
        }
        if let deals = store.tables[.deals] {
            if deals.roles[.created] != nil { kinds.append(.dealCreated) }
            if deals.roles[.closed] != nil { kinds.append(.won) }
        }
        var names: [String] = []
        if let stages = store.tables[.stages], let stage = stages.column(.stage), case .text(_, let dictionary) = stage.values {
            names = dictionary.texts
            kinds += dictionary.texts.map { .stage($0) }
            let reference = column(stage.name, of: stages, type: .text)!
            kinds.append(.stages(.text(.column(reference), .isIn(Array(names.prefix(2))))))
        }
        let steps = (0..<random.among(2...4)).map { PlanStep(name: "\($0)", events: random.pick(kinds), isOptional: random.oneIn(6)) }
        var plan = FunnelPlan(
            steps: steps, order: random.pick([.ordered, .ordered, .ordered, .strict, .any]), isOpen: random.oneIn(8),
            stageOrder: random.oneIn(3) ? names.shuffled(using: &random) : [], rules: CalendarRules(), now: now)
        if random.oneIn(2) {
            plan.windows = [TimeSpan.microseconds(microsecondsPerDay * 9), .months(2)].map { PlanWindow(name: "\($0)", span: $0) }
        }
        if random.oneIn(4) { plan.leadFilter = .text(.column(source), .isIn(["ads"])) }
        if random.oneIn(3) { plan.keys = keys(store) }
        return plan
    }

    /// By the source of the lead.
    package static func keys(_ store: Store) -> [FunnelKey] {
        [.lead(PlanKey(name: "source", kind: .text), .value(.column(column("source", of: store.tables[.leads]!, type: .text)!)))]
    }
}
