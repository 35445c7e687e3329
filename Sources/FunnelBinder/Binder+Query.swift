import FunnelModel
import FunnelPlan
package import FunnelSyntax
package import FunnelText

/// Whole queries.
extension Binder {
    /// The plan of a query. Throws the first thing that is wrong with it.
    package static func bind(_ query: Query, in source: Source, _ context: BindingContext) throws(Diagnostic) -> BoundQuery {
        var binder = Binder(context, source: source)
        return try binder.bind(query)
    }

    mutating func bind(_ query: Query) throws(Diagnostic) -> BoundQuery {
        self.query = query
        let asOf = try moment(query)
        let windows = try windows(query)
        var measures: [PlanMeasure] = []
        var typed: [TypedMeasure] = []
        for measure in query.measures {
            for (name, value) in try columns(measure, windows) {
                guard !measures.contains(where: { Name.fold($0.name) == Name.fold(name) }) else {
                    throw error(.measureTwice(name), measure.alias?.range ?? measure.expression.range)
                }
                if let alias = measure.alias { aliases[alias.folded] = value }
                measures.append(PlanMeasure(name: name, quantity: value.quantity, value: value.value))
                typed.append(value)
                bound = measures
            }
        }
        try addExtras(query, &measures, typed)
        let having = try query.having.map { condition throws(Diagnostic) in
            subject = "having"
            return try measureCondition(condition)
        }
        let keys = try planKeys(query)
        for (measure, plan) in zip(query.measures, measures) where keys.contains(where: { Name.fold($0.name) == Name.fold(plan.name) }) {
            throw error(.measureNamedAsKey(plan.name), measure.alias?.range ?? measure.expression.range)
        }
        var order = try order(query, &measures, keys)
        var top = try top(query, &measures)
        var scans = try scans(query, keys: keys)
        if let comparison = query.comparison {
            let places = try compare(query, comparison, &measures, &scans, keys, shown: typed.count)
            order = order.map { if case .measure(let index) = $0.term { PlanOrder(.measure(places[index]), descending: $0.descending) } else { $0 } }
            top = top.map { PlanTop(count: $0.count, measure: places[$0.measure], withOther: $0.withOther) }
        }
        if let clause = query.window, facts.windows.isEmpty {
            warnings.append(error(.windowHasNoEffect(Printer.text(clause.durations), measures.map(\.name)), clause.place.range))
        }
        let plan = Plan(
            keys: keys, scans: scans, slotCount: slotCount, measures: measures, having: having, order: order, top: top, limit: query.limit?.count,
            withTotal: query.extras.contains { $0.name.folded == "total" }, counts: counts, rules: context.rules, now: context.now, asOf: asOf)
        return BoundQuery(plan: plan, warnings: warnings, probes: probes, facts: facts)
    }

    /// `as of`: from here on, what was known at the end of that date; `now` is its last moment.
    private mutating func moment(_ query: Query) throws(Diagnostic) -> Instant? {
        guard let clause = query.asOf else { return nil }
        let bounds = try period(clause.date)
        context.now = Self.instant(bounds.until.total - 1)
        facts.asOf = PeriodName.text(PeriodBounds(from: Instant(day: context.now.day), until: bounds.until))
        return bounds.until
    }

    private func windows(_ query: Query) throws(Diagnostic) -> [(name: String, span: TimeSpan)] {
        guard let clause = query.window else { return [] }
        var windows: [(name: String, span: TimeSpan)] = []
        for duration in clause.durations { windows.append((Printer.text(duration), try span(duration, clause.place.range))) }
        return windows
    }

    // MARK: - Measures

    /// The columns of a measure: one, or with several windows one for each.
    private mutating func columns(_ measure: Measure, _ windows: [(name: String, span: TimeSpan)]) throws(Diagnostic) -> [(String, TypedMeasure)] {
        let name = measure.alias?.text ?? Printer.text(measure.expression)
        var found: [(String, TypedMeasure)] = []
        for window in windows {
            guard let typed = try windowed(measure.expression, window) else { break }
            found.append((windows.count == 1 ? name : "\(name) within \(window.name)", typed))
        }
        if !found.isEmpty { return found }
        subject = Printer.text(measure.expression)
        metWon = false
        let typed = try self.measure(measure.expression)
        if metWon, let query {
            if facts.stillOpen == nil { facts.stillOpen = count("open leads", query, .column(openLead)) }
            facts.isCohort = true
        }
        return [(name, typed)]
    }

    /// A measure inside a window: the leads it counts as won must be so within it, and leads too young for that are left
    /// out of all that it counts. Nil where it does not ask about leads won.
    private mutating func windowed(_ expression: Expression, _ window: (name: String, span: TimeSpan)) throws(Diagnostic) -> TypedMeasure? {
        subject = Printer.text(expression)
        var trial = self
        trial.metWon = false
        _ = try trial.measure(expression)
        guard trial.metWon else { return nil }
        self.window = window.span
        leavesOutYoung = true
        defer {
            self.window = nil
            leavesOutYoung = false
        }
        let typed = try measure(expression)
        if let query, !facts.windows.contains(where: { $0.name == window.name }) {
            let young = count("leads younger than \(window.name)", query, .not(.agedAtLeast(window.span, at: context.now)))
            facts.windows.append((window.name, young))
        }
        return typed
    }

    private var openLead: ColumnReference {
        ColumnReference(path: .own, table: .leads, index: .derived(.leadOpen), type: .yesNo, name: "open")
    }

    /// Has the leads of the query counted for which a condition holds besides; returns the place of the count. Nil where a lead
    /// can't be asked what the query asks.
    private mutating func count(_ name: String, _ query: Query, _ condition: RowCondition) -> Int? {
        var other = Binder(context, source: source)
        guard context.schemas[.leads] != nil, let filter = try? other.scanFilter(query, .leads) else { return nil }
        counts.append(RowCount(name: name, table: .leads, scope: filter.condition, condition: condition))
        return counts.count - 1
    }

    // MARK: - Order and top

    /// With a time key by the keys; without one by the first measure, descending, then by the keys.
    private mutating func order(_ query: Query, _ measures: inout [PlanMeasure], _ keys: [PlanKey]) throws(Diagnostic) -> [PlanOrder] {
        guard query.order.isEmpty else {
            var terms: [PlanOrder] = []
            for term in query.order {
                let name = Printer.text(term.expression)
                if let key = keys.firstIndex(where: { Name.fold($0.name) == Name.fold(name) }) {
                    terms.append(PlanOrder(.key(key), descending: term.descending ?? false))
                } else {
                    let measure = try shown(term.expression, &measures)
                    terms.append(PlanOrder(.measure(measure), descending: term.descending ?? true))
                }
            }
            return terms
        }
        if keys.isEmpty || keys.contains(where: { if case .period = $0.kind { true } else { false } }) { return [] }
        return [PlanOrder(.measure(0), descending: true)]
    }

    private mutating func top(_ query: Query, _ measures: inout [PlanMeasure]) throws(Diagnostic) -> PlanTop? {
        guard let top = query.top else { return nil }
        guard !query.keys.isEmpty else { throw error(.topWithoutKeys, top.place.range) }
        let measure = try top.by.map { expression throws(Diagnostic) in try shown(expression, &measures) } ?? 0
        return PlanTop(count: top.count, measure: measure, withOther: top.withOther)
    }

    /// The measure that an expression names, or one more that is not shown.
    private mutating func shown(_ expression: Expression, _ measures: inout [PlanMeasure]) throws(Diagnostic) -> Int {
        let name = Printer.text(expression)
        if let known = measures.firstIndex(where: { Name.fold($0.name) == Name.fold(name) }) { return known }
        let windows = try query.map { query throws(Diagnostic) in try self.windows(query) } ?? []
        let typed = try columns(Measure(alias: nil, expression: expression), windows)[0].1
        measures.append(PlanMeasure(name: name, quantity: typed.quantity, value: typed.value, isShown: false))
        return measures.count - 1
    }
}
