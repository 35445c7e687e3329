import FunnelModel
package import FunnelPlan
package import FunnelSyntax
package import FunnelText

/// Funnels: what their steps are, and what their leads are grouped by.
extension Binder {
    /// The plan of `funnel`, `leaks` or, without steps, `transitions`; and the texts to look for in the store.
    package static func bind(_ funnel: FunnelStatement, in source: Source, _ context: BindingContext) throws(Diagnostic) -> (
        plan: FunnelPlan, probes: [ValueProbe]
    ) {
        var binder = Binder(context, source: source)
        let plan = try binder.bind(funnel)
        return (plan, binder.probes)
    }

    private mutating func bind(_ funnel: FunnelStatement) throws(Diagnostic) -> FunnelPlan {
        let query = funnel.query
        subject = "funnel"
        var asOf: Instant?
        if let clause = query.asOf {
            let bounds = try period(clause.date)
            context.now = Self.instant(bounds.until.total - 1)
            asOf = bounds.until
        }
        var steps: [PlanStep] = []
        for step in funnel.steps { steps.append(try planStep(step)) }
        if steps.isEmpty { steps = try knownSteps(at: funnel.place.range) }
        guard steps.count >= 2 || funnel.steps.isEmpty else { throw error(.funnelOfOneStep, funnel.place.range) }
        var windows: [PlanWindow] = []
        for duration in query.window?.durations ?? [] {
            windows.append(PlanWindow(name: Printer.text(duration), span: try span(duration, query.window?.place.range ?? funnel.place.range)))
        }
        var keys: [FunnelKey] = []
        for key in query.keys { keys.append(try funnelKey(key)) }
        let bounds = try query.during.map { during throws(Diagnostic) in try self.bounds(of: during) }
        let order: FunnelPlan.Order =
            switch funnel.order {
            case .ordered: .ordered
            case .strict: .strict
            case .any: .any
            }
        let filter = try query.filter.map { condition throws(Diagnostic) in try self.filter(condition) }
        return FunnelPlan(
            steps: steps, order: order, isOpen: funnel.isOpen, windows: windows, keys: keys, leadFilter: filter?.lead, stageFilter: filter?.stage,
            from: bounds?.from, until: bounds?.until, stageOrder: context.stagesAreSet ? context.stageOrder : [], rules: context.rules, now: context.now,
            asOf: asOf)
    }

    // MARK: - Steps

    package static func bind(_ step: FunnelStep, in source: Source, _ context: BindingContext) throws(Diagnostic) -> PlanStep {
        var binder = Binder(context, source: source)
        return try binder.planStep(step)
    }

    private mutating func planStep(_ step: FunnelStep) throws(Diagnostic) -> PlanStep {
        switch step.kind {
        case .name(let name): return PlanStep(name: name.text, events: try events(named: name), isOptional: step.isOptional)
        case .condition(let condition):
            return PlanStep(name: "(" + Printer.text(condition) + ")", events: try events(where: condition), isOptional: step.isOptional)
        }
    }

    /// A stage of the stages table first; then what leads and deals say by themselves.
    func events(named name: Identifier) throws(Diagnostic) -> StepEvents {
        if context.schemas[.stages] != nil {
            guard let stages = context.stages else { return .stage(name.text) }
            if let stage = stages.first(where: { Name.fold($0) == name.folded }) { return .stage(stage) }
        }
        if let events = try ownEvents(name.folded, at: name.range) { return events }
        let known = (context.stages ?? []) + Self.ownSteps
        throw error(.unknownStep(name.text, known: known, hasStages: context.schemas[.stages] != nil), name.range)
    }

    /// The steps that leads and deals say by themselves.
    package static let ownSteps = ["lead", "qualified", "deal", "won"]

    private func ownEvents(_ name: String, at range: TextRange) throws(Diagnostic) -> StepEvents? {
        switch name {
        case "lead":
            _ = try schema(.leads, at: range)
            return .created
        case "qualified":
            let leads = try schema(.leads, at: range)
            guard let index = leads.roles[.qualified] else { throw error(.unknownColumn("qualified", of: .leads, known: Self.columnNames(leads)), range) }
            return .qualified(ColumnReference(path: .own, table: .leads, index: .file(index), type: RowType(leads.columns[index].type), name: "qualified"))
        case "deal", "won":
            let deals = try schema(.deals, at: range)
            guard deals.roles[.lead] != nil, context.schemas[.leads] != nil else { throw error(.noLink(.deals), range) }
            if name == "deal" {
                guard deals.roles[.created] != nil else { throw error(.noDealCreation, range) }
                return .dealCreated
            }
            guard deals.roles[.closed] != nil else { throw error(.dealsHaveNoDate, range) }
            return .won
        default: return nil
        }
    }

    /// A condition holds of stage rows if it can be read of them, else of leads.
    private mutating func events(where condition: Expression) throws(Diagnostic) -> StepEvents {
        var first: Diagnostic?
        if context.schemas[.stages] != nil {
            do { return .stages(try self.condition(condition, in: RowScope(table: .stages))) } catch { first = error }
        }
        guard context.schemas[.leads] != nil else { throw first ?? error(.tableNotLoaded(.stages), condition.range) }
        do { return .leads(try self.condition(condition, in: RowScope(table: .leads))) } catch { throw first ?? error }
    }

    /// The stages that the store knows, in their order; without a stages table what leads and deals say.
    private mutating func knownSteps(at range: TextRange) throws(Diagnostic) -> [PlanStep] {
        if context.schemas[.stages] != nil {
            return context.funnelStages.map { PlanStep(name: $0, events: .stage($0)) }
        }
        _ = try schema(.leads, at: range)
        var steps: [PlanStep] = []
        for name in Self.ownSteps {
            if let events = try? ownEvents(name, at: range) { steps.append(PlanStep(name: name, events: events)) }
        }
        return steps
    }

    // MARK: - Keys and filters

    /// A value of the lead, where leads have it; else of the stage row that is the first step.
    private mutating func funnelKey(_ key: Key) throws(Diagnostic) -> FunnelKey {
        let name = Printer.text(key)
        if case .grain(let word, nil) = key.kind, let grain = Grain(rawValue: word.folded) { return .period(name, grain) }
        var first: Diagnostic?
        if context.schemas[.leads] != nil {
            do {
                let (scanKey, kind) = try scanKey(key, .leads)
                return .lead(PlanKey(name: name, kind: kind), scanKey)
            } catch { first = error }
        }
        guard context.schemas[.stages] != nil else { throw first ?? error(.tableNotLoaded(.leads), key.place.range) }
        do {
            let (scanKey, kind) = try scanKey(key, .stages)
            return .stage(PlanKey(name: name, kind: kind), scanKey)
        } catch { throw first ?? error }
    }

    /// A condition takes leads, where it can be read of them; else stage rows.
    private mutating func filter(_ condition: Expression) throws(Diagnostic) -> (lead: RowCondition?, stage: RowCondition?) {
        var first: Diagnostic?
        if context.schemas[.leads] != nil {
            do { return (try self.condition(condition, in: RowScope(table: .leads)), nil) } catch { first = error }
        }
        guard context.schemas[.stages] != nil else { throw first ?? error(.tableNotLoaded(.leads), condition.range) }
        do { return (nil, try self.condition(condition, in: RowScope(table: .stages))) } catch { throw first ?? error }
    }
}
