import FunnelModel
import FunnelSyntax
package import FunnelText

/// Definitions are typed when they are made.
extension Binder {
    /// Types a definition when it is made. What it says of tables that are not there is looked at when it is used.
    package static func check(_ entry: DefinitionEntry, _ context: BindingContext) throws(Diagnostic) {
        var context = context
        context.definitions.define(entry)
        var binder = Binder(context, source: entry.source)
        binder.subject = entry.name
        try binder.check(entry)
    }

    private mutating func check(_ entry: DefinitionEntry) throws(Diagnostic) {
        if let cycle = cycle(from: entry) { throw error(.cycle(cycle), entry.definition.name.range) }
        if let unit = entry.definition.unit, Quantity(unit: unit.folded) == nil { throw error(.unknownUnit(unit.text), unit.range) }
        guard !isRowDefinition(entry) else { return try checkRow(entry) }
        if context.schemas.isEmpty { return }
        do {
            _ = try measure(of: entry)
        } catch {
            if error.cause == .tableNotLoaded { return }
            throw error
        }
    }

    /// A condition or a column is right if some table can compute it.
    private mutating func checkRow(_ entry: DefinitionEntry) throws(Diagnostic) {
        if let unit = entry.definition.unit { throw error(.unitOfRow(entry.name), unit.range) }
        guard !context.schemas.isEmpty else { return }
        var first: Diagnostic?
        expanding.append(entry.definition.name.folded)
        for table in TableRole.allCases where context.schemas[table] != nil {
            do {
                _ = try row(entry.definition.expression, in: RowScope(table: table))
                return
            } catch {
                if error.cause == .tableNotLoaded { return }
                if first == nil { first = error }
            }
        }
        if let first { throw first }
    }

    /// The names of a cycle that a definition is part of.
    private func cycle(from entry: DefinitionEntry) -> [String]? {
        let name = entry.definition.name.folded
        var seen: Set<String> = []
        func search(_ current: DefinitionEntry, _ path: [String]) -> [String]? {
            var names: [String] = []
            Self.names(of: current.definition.expression) { if $0.qualifier == nil { names.append($0.name.folded) } }
            for next in names {
                if next == name, path.count > 1 || !isColumn(next) { return path + [name] }
                guard path.count < Self.deepest, seen.insert(next).inserted, let inner = context.definitions[next] else { continue }
                if let found = search(inner, path + [next]) { return found }
            }
            return nil
        }
        return search(entry, [name])
    }

    private func isColumn(_ name: String) -> Bool {
        let identifier = Identifier(name, at: TextRange(0, 0))
        return TableRole(rawValue: name) != nil || DerivedColumn.allCases.contains { $0.name == name }
            || context.schemas.values.contains { Self.index(of: identifier, in: $0) != nil }
    }
}
