import FunnelModel
import FunnelPlan
import FunnelSyntax
import FunnelText

/// Aggregates: each is computed over its own table.
extension Binder {
    /// `count(deals where won)`, `sum(deals.amount)`, `mean(cycle)`.
    mutating func aggregate(_ function: AggregateFunction, _ call: Call) throws(Diagnostic) -> TypedMeasure {
        guard call.arguments.count == 1, let argument = call.arguments.first else {
            throw error(.aggregateNeedsOne(function.name), call.place.range)
        }
        if case .name(let name) = argument, name.qualifier == nil {
            if let table = TableRole(rawValue: name.name.folded) { return try rows(function, table, call) }
            if let entry = context.definitions[name.name.folded], !isRowDefinition(entry) {
                return try distribution(function, entry, call, at: name.range)
            }
        }
        let table: TableRole = if Self.isCycle(argument) { .leads } else { try self.table(of: argument, call.condition) }
        let scope = RowScope(table: table, heedsWindow: true)
        let value = try row(argument, in: scope)
        let filter = try call.condition.map { condition throws(Diagnostic) in try self.condition(condition, in: scope) }
        let (quantity, isAdditive) = try quantity(of: function, value, argument.range)
        let slot = try add(
            PlanAggregate(function: function, argument: value.value, argumentType: value.type, filter: filter, slot: slotCount), to: table, at: call.place.range
        )
        let isDate = (function == .min || function == .max) && value.type.isTime && value.type != .unknown
        return TypedMeasure(value: .slot(slot), quantity: quantity, isAdditive: isAdditive, isDate: isDate)
    }

    /// `cycle(qualified, won)`: the time between two steps of a lead.
    static func isCycle(_ expression: Expression) -> Bool {
        if case .call(let call) = expression { call.function.folded == "cycle" && call.arguments.count == 2 } else { false }
    }

    /// The value of `cycle(a, b)` for one lead.
    func cycle(_ call: Call, in scope: RowScope) throws(Diagnostic) -> TypedRow {
        guard scope.table == .leads else { throw error(.cycleOfLeads, call.place.range) }
        _ = try schema(.leads, at: call.place.range)
        var steps: [StepEvents] = []
        for argument in call.arguments {
            switch argument {
            case .name(let name) where name.qualifier == nil: steps.append(try events(named: name.name))
            case .string(let text, let place): steps.append(try events(named: Identifier(text, at: place.range)))
            default: throw error(.cycleOfSteps, argument.range)
            }
        }
        return TypedRow(value: .between(steps[0], steps[1], stageOrder: context.stagesAreSet ? context.stageOrder : []), type: .duration, quantity: .days)
    }

    /// `count(leads where won)`
    private mutating func rows(_ function: AggregateFunction, _ table: TableRole, _ call: Call) throws(Diagnostic) -> TypedMeasure {
        guard function == .count else { throw error(.onlyCountOfRows(function.name, table), call.place.range) }
        _ = try schema(table, at: call.arguments[0].range)
        let filter = try call.condition.map { condition throws(Diagnostic) in try self.condition(condition, in: RowScope(table: table, heedsWindow: true)) }
        let slot = try add(PlanAggregate(function: .count, argument: nil, argumentType: nil, filter: filter, slot: slotCount), to: table, at: call.place.range)
        return TypedMeasure(value: .slot(slot), quantity: .count, isAdditive: true)
    }

    /// `mean(cycle)`: another view of the values that a KPI is the median of.
    private mutating func distribution(_ function: AggregateFunction, _ entry: DefinitionEntry, _ call: Call, at range: TextRange) throws(Diagnostic)
        -> TypedMeasure
    {
        var inner = entry
        // A definition may be another's name.
        while case .name(let name) = inner.definition.expression, name.qualifier == nil, let next = context.definitions[name.name.folded] { inner = next }
        guard case .call(let distribution) = inner.definition.expression, let own = AggregateFunction(name: distribution.function.folded),
            own != .count, !distribution.arguments.isEmpty
        else { throw error(.notADistribution(function.name, entry.name), call.place.range) }
        var wanted = distribution
        wanted.function = call.function
        if let condition = call.condition {
            // Bind the extra condition where it is written: it may use names of its own.
            guard distribution.condition == nil else { throw error(.conditionOnDistribution(entry.name), condition.range) }
            let table = try expand(inner, at: range) { binder throws(Diagnostic) in try binder.table(of: distribution.arguments[0], nil) }
            let scope = RowScope(table: table, heedsWindow: true)
            let filter = try self.condition(condition, in: scope)
            return try expand(inner, at: range) { binder throws(Diagnostic) in
                let value = try binder.row(distribution.arguments[0], in: scope)
                let (quantity, isAdditive) = try binder.quantity(of: function, value, range)
                let slot = try binder.add(
                    PlanAggregate(function: function, argument: value.value, argumentType: value.type, filter: filter, slot: binder.slotCount), to: table,
                    at: range)
                return TypedMeasure(value: .slot(slot), quantity: quantity, isAdditive: isAdditive)
            }
        }
        return try expand(inner, at: range) { binder throws(Diagnostic) in try binder.aggregate(function, wanted) }
    }

    private func quantity(of function: AggregateFunction, _ value: TypedRow, _ range: TextRange) throws(Diagnostic) -> (Quantity, isAdditive: Bool) {
        switch function {
        case .count: return (.count, true)
        case .distinct: return (.count, false)
        case .span:
            guard value.type.isTime else { throw error(.needs("a date", found: value.type), range) }
            return (.days, false)
        case .sum, .mean, .percentile:
            guard value.type.isNumber || value.type == .duration else { throw error(.needs("a number", found: value.type), range) }
            return (value.quantity, function == .sum)
        case .min, .max:
            guard value.type.isNumber || value.type == .duration || value.type.isTime else {
                throw error(.needs("a number or a date", found: value.type), range)
            }
            return (value.quantity, false)
        }
    }

    /// Which table an aggregate's argument is about.
    private mutating func table(of argument: Expression, _ condition: Expression?) throws(Diagnostic) -> TableRole {
        var names: [QualifiedName] = []
        Self.names(of: argument) { names.append($0) }
        guard !names.isEmpty else { throw error(.aggregateOfNothing, argument.range) }
        var qualified: [TableRole] = []
        for name in names {
            guard let qualifier = name.qualifier else { continue }
            guard let table = Self.table(named: qualifier.folded) else { throw error(.unknownTable(qualifier.text), qualifier.range) }
            _ = try schema(table, at: qualifier.range)
            if !qualified.contains(table) { qualified.append(table) }
        }
        // A deal or a stage row reaches its lead; a lead does not reach a single deal.
        if let table = qualified.first(where: { $0 != .leads }) ?? qualified.first { return table }
        let loaded = TableRole.allCases.filter { context.schemas[$0] != nil }
        let names1 = names.map(\.name)
        let local = loaded.filter { table in names1.allSatisfy { isLocal($0, table) } }
        if local.count == 1 { return local[0] }
        if local.count > 1 { throw error(.ambiguousColumn(names1[0].text, local), argument.range) }
        var probe = self
        for table in [TableRole.deals, .stages, .leads, .costs] where loaded.contains(table) {
            if (try? probe.row(argument, in: RowScope(table: table))) != nil { return table }
        }
        let known = loaded.flatMap { table in
            (context.schemas[table].map { $0.columns.map { "\(table.rawValue).\(Name.fold($0.name))" } } ?? [])
                + Array(context.schemas[table]?.roles.keys.map { "\(table.rawValue).\($0.rawValue)" } ?? [])
        }
        let missing = names1.first { name in !loaded.contains { isLocal(name, $0) } } ?? names1[0]
        throw error(.noTableHas(missing.text, known: known), missing.range)
    }

    private func isLocal(_ name: Identifier, _ table: TableRole) -> Bool {
        guard let schema = context.schemas[table] else { return false }
        if DerivedColumn.named(name.folded, in: table) != nil { return true }
        if let entry = context.definitions[name.folded], !entry.isBuiltIn, isRowDefinition(entry) {
            var inner = true
            Self.names(of: entry.definition.expression) { if !isLocal($0.name, table) { inner = false } }
            return inner
        }
        return Self.index(of: name, in: schema) != nil
    }

    /// Adds an aggregate to its table's scan; the same one twice is computed once.
    private mutating func add(_ aggregate: PlanAggregate, to table: TableRole, at range: TextRange) throws(Diagnostic) -> Int {
        var aggregate = aggregate
        if table == .leads, leavesOutYoung, let window {
            let old = RowCondition.agedAtLeast(window, at: context.now)
            aggregate.filter = aggregate.filter.map { .and([$0, old]) } ?? old
        }
        if let extra = extraFilter {
            let condition = try inside(extra.source) { binder throws(Diagnostic) in try binder.condition(extra.condition, in: RowScope(table: table)) }
            aggregate.filter = aggregate.filter.map { .and([$0, condition]) } ?? condition
        }
        if let known = aggregates[table]?.first(where: {
            $0.function == aggregate.function && $0.argument == aggregate.argument && $0.filter == aggregate.filter
        }) {
            return known.slot
        }
        aggregate.slot = slotCount
        slotCount += 1
        aggregates[table, default: []].append(aggregate)
        return aggregate.slot
    }
}
