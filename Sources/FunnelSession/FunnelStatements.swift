package import FunnelBinder
import FunnelEngine
import FunnelModel
package import FunnelPlan
import FunnelStore
package import FunnelSyntax
package import FunnelText

/// Funnels, leaks, transitions, and the leads behind a drop.
extension Session {
    func funnel(_ statement: FunnelStatement, in source: Source, folder: String) throws(Diagnostic) {
        let plan = try bound(statement, in: source)
        var answer = try self.answer(plan)
        answer.remarks = remarks(plan, statement)
        if let limit = statement.query.limit { answer.rows = Array(answer.rows.prefix(limit.count)) }
        try present(answer, format: statement.query.format, into: statement.query.into, in: source, folder: folder)
    }

    func bound(_ statement: FunnelStatement, in source: Source) throws(Diagnostic) -> FunnelPlan {
        // The order that the data show is not needed where the steps are named; to find it takes a pass over all stage rows.
        let needsOrder = statement.steps.isEmpty || settings.stages != nil
        let (plan, probes) = try Binder.bind(statement, in: source, needsOrder ? funnelContext : context)
        for warning in Values(store).warnings(probes) { report(warning) }
        return plan
    }

    /// The biggest drop-offs first; ten of them, where no `limit` says otherwise.
    func leaks(_ statement: FunnelStatement, in source: Source, folder: String) throws(Diagnostic) {
        let plan = try bound(statement, in: source)
        let size = try? number("deal_size", asOf: statement.query.asOf)
        var answer = try self.leaks(plan, dealSize: size ?? nil)
        let most = statement.query.limit?.count ?? 10
        let all = answer.rows.count
        answer.rows = Array(answer.rows.prefix(most))
        answer.remarks = remarks(plan, statement)
        if size == nil {
            answer.remarks.append(Remark(.leftOut, "no deals with amounts are loaded, so nothing can be said of what they would be worth"))
        } else {
            let worth = "leads lost × the share of those in the next step who reached the last × the average size of all deals won"
            answer.remarks.append(Remark(.scope, "worth: \(worth)"))
        }
        if all > most { answer.remarks.append(Remark(.leftOut, Counted.text(all - most, "smaller leak", "smaller leaks") + "; `limit \(all)` shows all")) }
        try present(answer, format: statement.query.format, into: statement.query.into, in: source, folder: folder)
    }

    func transitionsPlan(_ query: Query, in source: Source) throws(Diagnostic) -> FunnelPlan {
        guard schemas[.stages] != nil else { throw Diagnostic.tableNotLoaded(.stages).placed(in: source, at: query.place.range) }
        var plan = try bound(FunnelStatement(steps: [], order: .ordered, isOpen: false, query: query, place: query.place), in: source)
        plan.stageOrder = funnelContext.stageOrder
        return plan
    }

    func transitions(_ query: Query, in source: Source, folder: String) throws(Diagnostic) {
        let statement = FunnelStatement(steps: [], order: .ordered, isOpen: false, query: query, place: query.place)
        let plan = try transitionsPlan(query, in: source)
        var answer = try transitions(plan)
        if let limit = query.limit { answer.rows = Array(answer.rows.prefix(limit.count)) }
        answer.remarks = remarks(plan, statement)
        try present(answer, format: query.format, into: query.into, in: source, folder: folder)
    }

    /// The plan of `list`; `list leads lost after STEP` are the leads behind a drop of `funnel`, whose furthest step it is.
    package func plan(_ list: ListStatement, in source: Source) throws(Diagnostic) -> (plan: ListPlan, probes: [ValueProbe]) {
        var bound = try Binder.bind(list, in: source, context)
        guard let step = list.lostAfter else { return bound }
        guard bound.plan.table == .leads else { throw Diagnostic.onlyLeadsAreLost.placed(in: source, at: step.place.range) }
        let wanted = try Binder.bind(step, in: source, funnelContext)
        let all = FunnelStatement(steps: [], order: .ordered, isOpen: false, query: Query(measures: [], place: step.place), place: step.place)
        let (funnel, _) = try Binder.bind(all, in: source, funnelContext)
        guard let index = funnel.steps.firstIndex(where: { $0.events == wanted.events }), index + 1 < funnel.steps.count else {
            throw Diagnostic.noStepOfTheFunnel(wanted.name, funnel.steps.dropLast().map(\.name)).placed(in: source, at: step.place.range)
        }
        bound.plan.lostAfter = LostAfter(funnel, step: index)
        return bound
    }

    func list(_ statement: ListStatement, in source: Source, folder: String) throws(Diagnostic) {
        let (plan, probes) = try plan(statement, in: source)
        for warning in Values(store).warnings(probes) { report(warning) }
        var answer = try list(plan)
        if let lost = plan.lostAfter {
            let (name, next) = (lost.funnel.steps[lost.step].name, lost.funnel.steps[lost.step + 1].name)
            answer.remarks.append(Remark(.scope, "leads that came to \(name) and, so far, not to \(next)"))
        }
        try present(answer, format: statement.format, into: statement.into, in: source, folder: folder)
    }

    /// One number over all that is loaded, or that was known at a date.
    private func number(_ kpi: String, asOf: AsOfClause?) throws(Diagnostic) -> Double? {
        let text = Source(name: kpi, text: kpi)
        guard case .query(var query)? = Parser.parse(text).script.statements.first else { return nil }
        query.asOf = asOf
        return try answer(try Binder.bind(query, in: text, context).plan).rows.first?.first?.double
    }

    private func remarks(_ plan: FunnelPlan, _ statement: FunnelStatement) -> [Remark] {
        var remarks: [Remark] = []
        if statement.query.keys.contains(where: { if case .grain = $0.kind { true } else { false } }) || statement.query.during != nil {
            remarks.append(Remark(.axis, "in time by: each lead's first step"))
        }
        if let from = plan.from, let until = plan.until { remarks.append(Remark(.scope, "period: \(Binder.text(from: from, until: until))")) }
        if plan.windows.count == 1 { remarks.append(Remark(.scope, "within \(plan.windows[0].name) of the first step")) }
        if let asOf = plan.asOf { remarks.append(Remark(.scope, "as known before \(PlanText.text(asOf))")) }
        if statement.steps.isEmpty, schemas[.stages] != nil, !funnelContext.funnelStages.isEmpty {
            let how = settings.stages == nil ? "as the data show it; `set stages …` fixes it" : "as set"
            remarks.append(Remark(.scope, "stages in order: \(funnelContext.funnelStages.joined(separator: ", ")) (\(how))"))
        }
        remarks += plan.stagesOfOwnNames.map { Remark(.scope, "`\($0)` is the stage of that name, not what leads and deals say") }
        if let runs = store.links.stageRuns, runs.leftOut > 0 {
            remarks.append(
                Remark(.leftOut, Counted.text(runs.leftOut, "stage row belongs", "stage rows belong") + " to no lead that is loaded, or has no time"))
        }
        return remarks
    }
}

extension FunnelPlan {
    /// Steps that are stages and bear the name of what leads and deals say by themselves, where other steps are of these: not what one
    /// expects beside them.
    fileprivate var stagesOfOwnNames: [String] {
        let readsOthers = steps.contains { step in
            switch step.events {
            case .created, .qualified, .dealCreated, .won, .leads: true
            case .stage, .stages: false
            }
        }
        guard readsOthers else { return [] }
        return steps.filter { step in if case .stage = step.events { Binder.ownSteps.contains(Name.fold(step.name)) } else { false } }.map(\.name)
    }
}
