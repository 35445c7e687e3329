import FunnelBinder
import FunnelModel
import FunnelPlan
import FunnelRender
import FunnelSyntax
import FunnelText

/// What a KPI means: its definition, formula, unit, time axis, the choices made, and its relatives.
struct Explanation {
    private let context: BindingContext

    init(_ context: BindingContext) { self.context = context }

    func lines(_ query: Query, in source: Source) throws(Diagnostic) -> [StyledLine] {
        var lines: [StyledLine] = []
        for measure in query.measures {
            if !lines.isEmpty { lines.append(StyledLine()) }
            lines += try self.lines(measure, in: source)
        }
        return lines
    }

    private func lines(_ measure: Measure, in source: Source) throws(Diagnostic) -> [StyledLine] {
        guard case .name(let name) = measure.expression, name.qualifier == nil else {
            return [line("formula", Printer.text(measure.expression))]
        }
        guard let entry = context.definitions[name.name.folded] else {
            throw Diagnostic.notAKPI(name.text, known: context.definitions.names).placed(in: source, at: name.range)
        }
        return lines(entry)
    }

    func lines(_ entry: DefinitionEntry) -> [StyledLine] {
        var lines = [StyledLine([.init(entry.name, .kpi), .init(entry.summary.isEmpty ? "" : "  " + entry.summary)])]
        lines.append(line("formula", Printer.text(entry.definition.expression)))
        let full = expanded(entry)
        if full != Printer.text(entry.definition.expression) { lines.append(line("in full", full)) }
        if let unit = entry.definition.unit { lines.append(line("unit", unit.text)) }
        for table in tables(entry) { lines.append(line("reads", table)) }
        for note in entry.notes {
            let parts = note.split(separator: ":", maxSplits: 1).map(String.init)
            if parts.count == 2, parts[0].count <= 12 {
                lines.append(line(parts[0], String(parts[1].drop { $0 == " " })))
            } else {
                lines.append(line("note", note))
            }
        }
        let related = related(entry)
        if !related.isEmpty { lines.append(line("related", related.joined(separator: ", "))) }
        if !entry.isBuiltIn { lines.append(line("defined in", entry.source.name)) }
        return lines
    }

    private func line(_ label: String, _ text: String) -> StyledLine {
        StyledLine([.init("  " + label + String(repeating: " ", count: max(1, 11 - label.count)), .heading), .init(text)])
    }

    /// The formula with every definition in it written out.
    private func expanded(_ entry: DefinitionEntry) -> String {
        Printer.text(expand(entry.definition.expression, [entry.definition.name.folded]))
    }

    private func expand(_ expression: Expression, _ path: [String]) -> Expression {
        switch expression {
        case .name(let name):
            guard name.qualifier == nil, !path.contains(name.name.folded), let inner = context.definitions[name.name.folded] else { return expression }
            return expand(inner.definition.expression, path + [name.name.folded])
        case .binary(let operation, let a, let b, let place): return .binary(operation, expand(a, path), expand(b, path), place)
        case .unary(let operation, let inner, let place): return .unary(operation, expand(inner, path), place)
        case .call(var call):
            if call.function.folded == "share" { call.arguments = call.arguments.map { expand($0, path) } }
            return .call(call)
        default: return expression
        }
    }

    /// The tables that a definition reads, each with the date that places its rows in time.
    private func tables(_ entry: DefinitionEntry) -> [String] {
        var names: Set<TableRole> = []
        Binder.names(of: expand(entry.definition.expression, [entry.definition.name.folded])) { name in
            if let qualifier = name.qualifier, let table = Binder.table(named: qualifier.folded) { names.insert(table) }
            if name.qualifier == nil, let table = TableRole(rawValue: name.name.folded) { names.insert(table) }
        }
        return TableRole.allCases.filter(names.contains).map { table in
            switch table {
            case .leads: "leads, in time by created"
            case .deals: "deals, in time by closed (open ones by created)"
            case .stages: "stages, in time by entered"
            case .costs: "costs, in time by date"
            }
        }
    }

    /// The definitions that this one uses, that use it, and those of its group.
    private func related(_ entry: DefinitionEntry) -> [String] {
        let name = entry.definition.name.folded
        func uses(_ definition: DefinitionEntry) -> Set<String> {
            var used: Set<String> = []
            Binder.names(of: definition.definition.expression) { if $0.qualifier == nil { used.insert($0.name.folded) } }
            return used
        }
        let mine = uses(entry)
        return context.definitions.all.filter { other in
            let folded = other.definition.name.folded
            guard folded != name else { return false }
            return mine.contains(folded) || uses(other).contains(name) || (entry.group != nil && entry.group == other.group)
        }.map(\.name)
    }
}
