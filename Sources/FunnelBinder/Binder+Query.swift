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
        var measures: [PlanMeasure] = []
        var additive: [Bool] = []
        let span = try query.window.map { clause throws(Diagnostic) in try self.span(clause.duration, clause.place.range) }
        for measure in query.measures {
            let name = measure.alias?.text ?? Printer.text(measure.expression)
            let typed = try windowed(measure.expression, span)
            if let alias = measure.alias { aliases[alias.folded] = typed }
            measures.append(PlanMeasure(name: name, quantity: typed.quantity, value: typed.value))
            bound = measures
            additive.append(typed.isAdditive)
        }
        try addShares(query, &measures, additive)
        let having = try query.having.map { condition throws(Diagnostic) in
            subject = "having"
            return try measureCondition(condition)
        }
        let keys = try planKeys(query)
        let order = try order(query, &measures, keys)
        let top = try top(query, &measures)
        let scans = try scans(query, keys: keys)
        if let window = query.window, facts.tooYoung == nil {
            warnings.append(error(.windowHasNoEffect(Printer.text(window.duration), measures.map(\.name)), window.place.range))
        }
        let plan = Plan(
            keys: keys, scans: scans, slotCount: slotCount, measures: measures, having: having, order: order, top: top, limit: query.limit?.count,
            withTotal: query.extras.contains { $0.name.folded == "total" }, rules: context.rules, now: context.now)
        return BoundQuery(plan: plan, warnings: warnings, probes: probes, facts: facts)
    }

    // MARK: - Measures

    /// A measure inside a window: if it asks about leads won, they must be won within it, and leads too young for that are
    /// left out of all that it counts.
    private mutating func windowed(_ expression: Expression, _ span: TimeSpan?) throws(Diagnostic) -> TypedMeasure {
        subject = Printer.text(expression)
        metWon = false
        guard let span else {
            let typed = try measure(expression)
            if metWon, facts.stillOpen == nil, let query { facts.stillOpen = try leadCount(query, .column(openLead)) }
            return typed
        }
        var trial = self
        _ = try trial.measure(expression)
        guard trial.metWon else { return try measure(expression) }
        window = span
        leavesOutYoung = true
        defer {
            window = nil
            leavesOutYoung = false
        }
        let typed = try measure(expression)
        if let query {
            facts.tooYoung = try leadCount(query, .not(.agedAtLeast(span, at: context.now)))
            facts.window = query.window.map { Printer.text($0.duration) }
        }
        return typed
    }

    private var openLead: ColumnReference {
        ColumnReference(path: .own, table: .leads, index: .derived(.leadOpen), type: .yesNo, name: "open")
    }

    /// Counts the leads of the query for which a condition holds besides.
    private func leadCount(_ query: Query, _ condition: RowCondition) throws(Diagnostic) -> Plan? {
        var other = Binder(context, source: source)
        guard context.schemas[.leads] != nil, let filter = try? other.scanFilter(query, .leads) else { return nil }
        let all = [filter.condition, condition].compactMap { $0 }
        let scan = Scan(
            table: .leads, filter: .and(all), keys: [],
            aggregates: [PlanAggregate(function: .count, argument: nil, argumentType: nil, filter: nil, slot: 0)])
        return Plan(
            keys: [], scans: [scan], slotCount: 1, measures: [PlanMeasure(name: "leads", quantity: .count, value: .slot(0))], rules: context.rules,
            now: context.now)
    }

    private mutating func addShares(_ query: Query, _ measures: inout [PlanMeasure], _ additive: [Bool]) throws(Diagnostic) {
        for extra in query.extras {
            switch extra.name.folded {
            case "total": break
            case "share":
                guard additive.contains(true) else { throw error(.noShare(measures.map(\.name).joined(separator: ", ")), extra.name.range) }
                for (measure, isAdditive) in zip(measures, additive) where isAdditive {
                    measures.append(PlanMeasure(name: "share(\(measure.name))", quantity: .percent, value: .share(measure.value)))
                }
            default: throw error(.unknownExtra(extra.name.text), extra.name.range)
            }
        }
    }

    // MARK: - Keys, filters, scans

    private mutating func planKeys(_ query: Query) throws(Diagnostic) -> [PlanKey] {
        var keys: [PlanKey] = []
        for key in query.keys {
            let name = Printer.text(key)
            guard !keys.contains(where: { $0.name == name }) else { throw error(.keyTwice(name), key.place.range) }
            var kind: PlanKey.Kind?
            for table in tablesRead {
                let (_, found) = try scanKey(key, table)
                if let kind, kind != found { throw error(.keyTypesDiffer(name), key.place.range) }
                kind = found
            }
            keys.append(PlanKey(name: name, kind: kind ?? .text))
        }
        return keys
    }

    private var tablesRead: [TableRole] { TableRole.allCases.filter { aggregates[$0] != nil } }

    /// A key, as the rows of a table compute it.
    private mutating func scanKey(_ key: Key, _ table: TableRole) throws(Diagnostic) -> (ScanKey, PlanKey.Kind) {
        subject = subject(of: table)
        switch key.kind {
        case .grain(let word, let column):
            guard let grain = Grain(rawValue: word.folded) else { throw error(.notAMeasure, word.range) }
            let value: RowValue
            let type: RowType
            if let column {
                let bound = try row(.name(column), in: RowScope(table: table))
                guard bound.type.isTime else { throw error(.needs("a date", found: bound.type), column.range) }
                (value, type) = (bound.value, bound.type)
            } else {
                let axis = try axis(of: table, at: key.place.range)
                (value, type) = (axis.value, axis.type)
                note(axis: axis.name, of: table)
            }
            if grain == .hour, type == .date { throw error(.noTimeOfDay(column?.text ?? table.rawValue), key.place.range) }
            return (.period(grain, of: value), .period(grain))
        case .expression(let expression):
            let bound = try row(expression, in: RowScope(table: table))
            switch bound.type {
            case .text, .unknown: return (.value(bound.value), .text)
            case .yesNo: return (.value(bound.value), .yesNo)
            case .date, .timestamp: return (.value(bound.value), .date)
            case .exact, .real, .duration: return (.value(bound.value), .number)
            }
        }
    }

    /// The measures that read a table, for messages.
    private func subject(of table: TableRole) -> String {
        let slots = Set((aggregates[table] ?? []).map(\.slot))
        let names = bound.filter { !Self.slots(of: $0.value).isDisjoint(with: slots) }.map(\.name)
        return names.isEmpty ? "this query" : names.joined(separator: "`, `")
    }

    private static func slots(of value: MeasureValue) -> Set<Int> {
        switch value {
        case .slot(let slot): [slot]
        case .exact: []
        case .arithmetic(_, let a, let b): slots(of: a).union(slots(of: b))
        case .share(let inner): slots(of: inner)
        }
    }

    private mutating func note(axis name: String, of table: TableRole) {
        facts.asksForTime = true
        if !facts.axes.contains(where: { $0.table == table }) { facts.axes.append((table, name)) }
    }

    /// What of a table a query reads: its `where` and its `during`.
    private mutating func scanFilter(_ query: Query, _ table: TableRole) throws(Diagnostic) -> (condition: RowCondition?, axis: String?) {
        var parts: [RowCondition] = []
        if let filter = query.filter {
            subject = subject(of: table)
            parts.append(try condition(filter, in: RowScope(table: table)))
        }
        var name: String?
        if let during = query.during {
            let bounds = try bounds(of: during)
            let axis = try axis(of: table, at: during.place.range)
            parts.append(.during(axis.value, from: bounds.from, until: bounds.until))
            name = axis.name
            facts.period = PeriodName.text(bounds)
        }
        return (parts.isEmpty ? nil : parts.count == 1 ? parts[0] : .and(parts), name)
    }

    private mutating func scans(_ query: Query, keys: [PlanKey]) throws(Diagnostic) -> [Scan] {
        var scans: [Scan] = []
        for table in tablesRead {
            let filter = try scanFilter(query, table)
            if let axis = filter.axis { note(axis: axis, of: table) }
            var scanKeys: [ScanKey] = []
            for key in query.keys { scanKeys.append(try scanKey(key, table).0) }
            scans.append(Scan(table: table, filter: filter.condition, keys: scanKeys, aggregates: aggregates[table] ?? []))
        }
        return scans
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
        subject = name
        let span = try query?.window.map { clause throws(Diagnostic) in try self.span(clause.duration, clause.place.range) }
        let typed = try windowed(expression, span)
        measures.append(PlanMeasure(name: name, quantity: typed.quantity, value: typed.value, isShown: false))
        return measures.count - 1
    }
}

/// A period in words, for the foot.
enum PeriodName {
    static func text(_ bounds: PeriodBounds) -> String {
        let last = Binder.instant(bounds.until.total - 1)
        if bounds.from.microseconds == 0, bounds.until.microseconds == 0 {
            let (from, to) = (Calendar.text(bounds.from.day), Calendar.text(last.day))
            return from == to ? from : "\(from) to \(to)"
        }
        return "\(PlanText.text(bounds.from)) to \(PlanText.text(last))"
    }
}
