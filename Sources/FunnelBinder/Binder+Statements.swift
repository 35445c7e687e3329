package import FunnelModel
package import FunnelPlan
package import FunnelSyntax
package import FunnelText

/// What other statements than queries need bound.
extension Binder {
    // MARK: - Checks, lists, single conditions

    /// `check`: the query whose groups are looked at, and the condition that each of them must satisfy.
    package static func bind(_ check: CheckStatement, in source: Source, _ context: BindingContext) throws(Diagnostic) -> (
        query: BoundQuery, condition: MeasureCondition, missing: MeasureCondition
    ) {
        var query = check.query
        query.measures = measures(of: check.condition).map { Measure(alias: nil, expression: $0) }
        guard !query.measures.isEmpty else { throw Diagnostic.checkOfNothing.placed(in: source, at: check.condition.range) }
        var binder = Binder(context, source: source)
        // The condition is bound first, so that its aggregates are part of the scans.
        if let clause = query.window, let duration = clause.durations.first {
            let span = try binder.span(duration, clause.place.range)
            var trial = binder
            _ = try trial.measureCondition(check.condition)
            if trial.metWon { (binder.window, binder.leavesOutYoung) = (span, true) }
        }
        binder.query = query
        let condition = try binder.measureCondition(check.condition)
        (binder.window, binder.leavesOutYoung) = (nil, false)
        let bound = try binder.bind(query)
        // Any of the measures compared being missing.
        var missing = MeasureCondition.isMissing(bound.plan.measures[0].value)
        for measure in bound.plan.measures.dropFirst() { missing = .or(missing, .isMissing(measure.value)) }
        return (bound, condition, missing)
    }

    /// The measures that a condition compares, as written, without the plain numbers.
    private static func measures(of condition: Expression) -> [Expression] {
        var found: [Expression] = []
        func add(_ expression: Expression) {
            switch expression {
            case .number, .duration, .string, .date, .parameter: break
            default: if !found.contains(expression) { found.append(expression) }
            }
        }
        func visit(_ expression: Expression) {
            switch expression {
            case .unary(.not, let inner, _): visit(inner)
            case .binary(let operation, let a, let b, _) where operation == .and || operation == .or:
                visit(a)
                visit(b)
            case .binary(let operation, let a, let b, _) where operation.isComparison:
                add(a)
                add(b)
            case .between(let value, let low, let high, _, _): for part in [value, low, high] { add(part) }
            case .isIn(let value, _, _, _), .isMissing(let value, _, _): add(value)
            default: break
            }
        }
        visit(condition)
        return found
    }

    /// `list leads where …`
    package static func bind(_ list: ListStatement, in source: Source, _ context: BindingContext) throws(Diagnostic) -> (plan: ListPlan, probes: [ValueProbe]) {
        var binder = Binder(context, source: source)
        guard let table = table(named: list.table.folded) else { throw binder.error(.unknownTable(list.table.text), list.table.range) }
        let schema = try binder.schema(table, at: list.table.range)
        let scope = RowScope(table: table)
        binder.subject = "list \(table.rawValue)"
        var columns: [ColumnReference] = []
        for name in list.columns {
            switch try binder.resolve(name, in: scope) {
            case .column(var reference, _):
                reference.name = name.text
                columns.append(reference)
            case .condition(.column(let reference)): columns.append(reference)
            case .condition, .definition: throw binder.error(.notAColumn(name.text), name.range)
            }
        }
        if columns.isEmpty {
            columns = schema.columns.enumerated().map { index, column in
                ColumnReference(path: .own, table: table, index: .file(index), type: RowType(column.type), name: column.name)
            }
        }
        let filter = try list.filter.map { condition throws(Diagnostic) in try binder.condition(condition, in: scope) }
        var order: [ListPlan.Order] = []
        for term in list.order {
            let value = try binder.row(term.expression, in: scope)
            order.append(ListPlan.Order(value: value.value, type: value.type, descending: term.descending ?? false))
        }
        return (ListPlan(table: table, columns: columns, filter: filter, order: order, limit: list.limit?.count), binder.probes)
    }

    /// A condition on the rows of one table: `load … where`.
    package static func bind(_ condition: Expression, of table: TableRole, in source: Source, _ context: BindingContext) throws(Diagnostic) -> RowCondition {
        var binder = Binder(context, source: source)
        binder.subject = table.rawValue
        return try binder.condition(condition, in: RowScope(table: table))
    }

    /// The beginning of the period that an expression names: `set now 2018-06-01`.
    package static func instant(_ expression: Expression, in source: Source, _ context: BindingContext) throws(Diagnostic) -> Instant {
        try Binder(context, source: source).period(expression).from
    }

    /// The measure that a target is set for.
    package static func measure(of target: TargetStatement) -> Expression? {
        if case .binary(_, let left, _, _) = target.condition { left } else { nil }
    }

    /// A target compares a measure with a number; it is typed when it is set.
    package static func check(_ target: TargetStatement, in source: Source, _ context: BindingContext) throws(Diagnostic) {
        var binder = Binder(context, source: source)
        guard case .binary(let operation, let left, let right, _) = target.condition, [.greater, .greaterOrEqual, .less, .lessOrEqual].contains(operation)
        else {
            throw binder.error(.badTarget, target.condition.range)
        }
        do throws(Diagnostic) {
            _ = try binder.measureCondition(target.condition)
            guard try binder.measure(right).isLiteral else { throw binder.error(.badTarget, right.range) }
            guard let filter = target.filter else { return }
            binder.extraFilter = (filter, source)
            _ = try binder.measure(left)
        } catch {
            // What it says of tables that are not there is looked at when it is used.
            if error.cause != .tableNotLoaded { throw error }
        }
    }
}
