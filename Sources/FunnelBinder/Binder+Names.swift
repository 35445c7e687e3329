package import FunnelModel
import FunnelPlan
import FunnelSyntax
import FunnelText

/// Which column, condition or definition a name means in a row.
extension Binder {
    /// The table that a qualifier names, in the singular or the plural.
    package static func table(named folded: String) -> TableRole? {
        switch folded {
        case "lead", "leads": .leads
        case "deal", "deals": .deals
        case "stage", "stages": .stages
        case "cost", "costs": .costs
        default: nil
        }
    }

    mutating func resolve(_ name: QualifiedName, in scope: RowScope) throws(Diagnostic) -> Resolution {
        if let qualifier = name.qualifier { return try resolve(name.name, of: qualifier, in: scope, at: name.range) }
        let folded = name.name.folded
        if let entry = context.definitions[folded], !entry.isBuiltIn, !expanding.contains(folded), isRowDefinition(entry) { return .definition(entry) }
        if let found = try local(name.name, table: scope.table, path: .own, heedsWindow: scope.heedsWindow) { return found }
        if scope.table == .deals || scope.table == .stages, context.schemas[.leads] != nil, context.schemas[scope.table]?.roles[.lead] != nil,
            let found = try local(name.name, table: .leads, path: .lead, heedsWindow: false)
        {
            facts.readsLeadOf.insert(scope.table)
            return found
        }
        throw unreachable(name.name, in: scope)
    }

    private mutating func resolve(_ name: Identifier, of qualifier: Identifier, in scope: RowScope, at range: TextRange) throws(Diagnostic) -> Resolution {
        guard let table = Self.table(named: qualifier.folded) else {
            throw error(.unknownTable(qualifier.text), qualifier.range)
        }
        let schema = try schema(table, at: qualifier.range)
        let path: ColumnReference.Path
        if table == scope.table {
            path = .own
        } else if table == .leads, scope.table == .deals || scope.table == .stages {
            guard context.schemas[scope.table]?.roles[.lead] != nil else { throw error(.noLink(scope.table), range) }
            facts.readsLeadOf.insert(scope.table)
            path = .lead
        } else {
            throw error(.otherTable(name.text, of: table, in: scope.table), range)
        }
        if let found = try local(name, table: table, path: path, heedsWindow: scope.heedsWindow && path == .own) { return found }
        throw error(.unknownColumn(name.text, of: table, known: Self.columnNames(schema)), name.range)
    }

    /// What a name means in a table itself: a derived column, a role, an alias or a header. Nil where it means nothing.
    private mutating func local(_ name: Identifier, table: TableRole, path: ColumnReference.Path, heedsWindow: Bool) throws(Diagnostic) -> Resolution? {
        guard let schema = context.schemas[table] else { return nil }
        let isQuoted = source.text(in: name.range).hasPrefix("`")
        if !isQuoted, let derived = DerivedColumn.named(name.folded, in: table) {
            return try self.derived(derived, name: name, path: path, heedsWindow: heedsWindow)
        }
        guard let index = Self.index(of: name, in: schema, isQuoted: isQuoted) else { return nil }
        let column = schema.columns[index]
        let reference = ColumnReference(path: path, table: table, index: .file(index), type: RowType(column.type), name: name.text)
        let isMoney = schema.roles[.amount] == index
        return .column(reference, isMoney ? .money : .number)
    }

    /// The column of a name: by role, by alias, by header. A quoted name is looked for among the headers first.
    static func index(of name: Identifier, in schema: TableSchema, isQuoted: Bool = false) -> Int? {
        let exact = isQuoted ? schema.columns.firstIndex { $0.name == name.text } : nil
        if let exact { return exact }
        if let role = ColumnRole(rawValue: name.folded), let index = schema.roles[role] { return index }
        return schema.aliases[name.folded] ?? schema.columns.firstIndex { Name.fold($0.name) == name.folded }
    }

    private mutating func derived(
        _ derived: DerivedColumn, name: Identifier, path: ColumnReference.Path, heedsWindow: Bool
    ) throws(Diagnostic) -> Resolution {
        let deals = try schema(.deals, at: name.range)
        if derived.table == .leads {
            guard deals.roles[.lead] != nil, context.schemas[.leads] != nil else { throw error(.noLink(.deals), name.range) }
        }
        guard deals.roles[.status] != nil || deals.roles[.closed] != nil else { throw error(.dealsHaveNoState, name.range) }
        if derived == .dealLastBought { facts.readsLifetime = true }
        if derived == .dealLastBought, deals.roles[.closed] == nil { throw error(.dealsHaveNoDate, name.range) }
        if derived == .leadWonAt {
            guard deals.roles[.closed] != nil else { throw error(.dealsHaveNoDate, name.range) }
            facts.readsCycle = true
        }
        if derived == .leadWon {
            metWon = true
            if heedsWindow, let window {
                guard deals.roles[.closed] != nil else { throw error(.dealsHaveNoDate, name.range) }
                return .condition(.wonWithin(window))
            }
        }
        let type = RowType(derived.type)
        let reference = ColumnReference(
            path: path, table: derived.table, index: .derived(derived), type: type, name: (path == .lead ? "lead." : "") + derived.name)
        return type == .yesNo ? .condition(.column(reference)) : .column(reference, .number)
    }

    /// The names of the columns of a table, for suggestions.
    static func columnNames(_ schema: TableSchema) -> [String] {
        schema.roles.keys.map(\.rawValue) + schema.columns.map { Name.fold($0.name) } + schema.aliases.keys
            + DerivedColumn.allCases.filter { $0.table == schema.role }.map(\.name)
    }

    /// Why a name can't be reached from the rows of a table.
    private func unreachable(_ name: Identifier, in scope: RowScope) -> Diagnostic {
        let known = context.schemas[scope.table].map(Self.columnNames) ?? []
        if let entry = context.definitions[name.folded], !isRowDefinition(entry) {
            return error(.measureInRow(name.text), name.range).with(mend: Suggestion.mend(for: name.text, among: known))
        }
        for other in TableRole.allCases where other != scope.table {
            guard let schema = context.schemas[other], Self.index(of: name, in: schema) != nil else { continue }
            return error(.columnElsewhere(name.text, subject: subject, table: scope.table, other: other), name.range)
        }
        let reachable = scope.table == .deals || scope.table == .stages ? known + (context.schemas[.leads].map(Self.columnNames) ?? []) : known
        let definitions = context.definitions.all.filter(isRowDefinition).map(\.name)
        return error(.unknownName(name.text, in: scope.table, known: reachable + definitions), name.range)
    }

    /// Whether a definition is about one row (a condition, a column) and not about many (a measure).
    func isRowDefinition(_ entry: DefinitionEntry) -> Bool { !Self.isMeasure(entry.definition.expression, context.definitions) }

    /// Whether an expression aggregates: it calls an aggregate, or names a definition that does.
    static func isMeasure(_ expression: Expression, _ definitions: Definitions) -> Bool {
        var seen: Set<String> = []
        return isMeasure(expression, definitions, &seen)
    }

    /// A name looked at before aggregates no more the second time.
    private static func isMeasure(_ expression: Expression, _ definitions: Definitions, _ seen: inout Set<String>) -> Bool {
        switch expression {
        case .number, .string, .date, .relative, .duration, .truth, .parameter: return false
        case .name(let name):
            guard name.qualifier == nil, seen.insert(name.name.folded).inserted, let entry = definitions[name.name.folded] else { return false }
            return isMeasure(entry.definition.expression, definitions, &seen)
        case .call(let call):
            if AggregateFunction(name: call.function.folded) != nil || call.function.folded == "share" || isCycle(expression)
                || GroupFunction(rawValue: call.function.folded) != nil
            {
                return true
            }
            return call.arguments.contains { isMeasure($0, definitions, &seen) }
        case .unary(let operation, let operand, _): return operation == .negate && isMeasure(operand, definitions, &seen)
        case .binary(let operation, let a, let b, _):
            guard operation.precedence > .comparison else { return false }
            return isMeasure(a, definitions, &seen) || isMeasure(b, definitions, &seen)
        case .isIn, .between, .isMissing, .matches, .any, .cases: return false
        }
    }
}
