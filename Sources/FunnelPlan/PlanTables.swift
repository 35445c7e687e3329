package import FunnelModel

/// The tables that are read to carry something out.
extension Plan {
    package var tables: Set<TableRole> {
        var tables: Set<TableRole> = []
        for scan in scans {
            tables.insert(scan.table)
            if let filter = scan.filter { tables.formUnion(filter.tables) }
            for key in scan.keys { tables.formUnion(key.tables) }
            for aggregate in scan.aggregates {
                if let argument = aggregate.argument { tables.formUnion(argument.tables) }
                if let filter = aggregate.filter { tables.formUnion(filter.tables) }
            }
        }
        for count in counts {
            tables.insert(count.table)
            tables.formUnion(count.condition.tables)
            if let scope = count.scope { tables.formUnion(scope.tables) }
        }
        return tables
    }
}

extension FunnelPlan {
    package var tables: Set<TableRole> {
        var tables: Set<TableRole> = [.leads]
        for step in steps { tables.formUnion(step.events.tables) }
        for key in keys {
            switch key {
            case .lead(_, let key), .stage(_, let key): tables.formUnion(key.tables)
            case .period: break
            }
        }
        if let leadFilter { tables.formUnion(leadFilter.tables) }
        if let stageFilter { tables.formUnion(stageFilter.tables.union([.stages])) }
        return tables
    }
}

extension ListPlan {
    package var tables: Set<TableRole> {
        var tables: Set<TableRole> = [table]
        for column in columns { tables.formUnion(column.tables) }
        if let filter { tables.formUnion(filter.tables) }
        for term in order { tables.formUnion(term.value.tables) }
        if let lostAfter { tables.formUnion(lostAfter.funnel.tables) }
        return tables
    }
}

extension ScanKey {
    fileprivate var tables: Set<TableRole> {
        switch self {
        case .value(let value), .period(_, of: let value, shift: _): value.tables
        }
    }
}

extension ColumnReference {
    fileprivate var tables: Set<TableRole> {
        guard case .derived(let derived) = index else { return [table] }
        // What is derived of a lead comes from its deals.
        return derived.table == .leads ? [.leads, .deals] : derived == .dealSourceWinRate ? [.leads, .deals] : [table]
    }
}

extension StepEvents {
    fileprivate var tables: Set<TableRole> {
        switch self {
        case .stage: [.stages]
        case .created, .qualified: [.leads]
        case .dealCreated, .won: [.deals]
        case .stages(let condition): condition.tables.union([.stages])
        case .leads(let condition): condition.tables.union([.leads])
        }
    }
}

extension RowValue {
    package var tables: Set<TableRole> {
        switch self {
        case .column(let column): column.tables
        case .exact, .text, .instant, .duration, .missing: []
        case .condition(let condition): condition.tables
        case .arithmetic(_, let a, let b), .elapsed(let a, let b): a.tables.union(b.tables)
        case .between(let a, let b, stageOrder: _): a.tables.union(b.tables).union([.leads])
        case .textFunction(_, let value), .length(let value), .datePart(_, let value): value.tables
        case .coalesce(let values): values.reduce(into: []) { $0.formUnion($1.tables) }
        case .cases(let cases, let otherwise):
            cases.reduce(into: otherwise?.tables ?? []) { $0.formUnion($1.condition.tables.union($1.value.tables)) }
        }
    }
}

extension RowCondition {
    package var tables: Set<TableRole> {
        switch self {
        case .always: []
        case .column(let column): column.tables
        case .isMissing(let value), .during(let value, from: _, until: _), .text(let value, _): value.tables
        case .compare(_, let a, let b), .sameText(let a, let b): a.tables.union(b.tables)
        case .not(let inner): inner.tables
        case .and(let parts), .or(let parts): parts.reduce(into: []) { $0.formUnion($1.tables) }
        case .any(let table, let condition): condition.tables.union([table, .leads])
        case .wonWithin: [.leads, .deals]
        case .agedAtLeast: [.leads]
        }
    }
}
