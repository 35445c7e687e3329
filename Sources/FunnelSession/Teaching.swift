import FunnelBinder
import FunnelEngine
import FunnelModel
import FunnelPlan
import FunnelRender
import FunnelSyntax
import FunnelText

/// `explain` with this store's own numbers, and `compare definitions of`.
extension Session {
    /// What a KPI means; and, where its tables are loaded, its formula with the numbers of this store put in, step by step.
    func explain(_ query: Query, in source: Source, folder: String) throws(Diagnostic) {
        emit(.text(try Explanation(context).lines(query, in: source)))
        var steps: [Measure] = []
        for measure in query.measures { Steps(definitions).collect(measure.expression, alias: measure.alias, &steps) }
        guard !steps.isEmpty else { return }
        var asked = query
        asked.measures = steps
        asked.top = nil
        let bound: BoundQuery
        do throws(Diagnostic) {
            bound = try Binder.bind(asked, in: source, context)
        } catch {
            // Without its tables there are no numbers to show; any other mistake is one.
            if error.cause == .tableNotLoaded { return }
            throw error
        }
        for warning in Values(store).warnings(bound.probes) { report(warning) }
        var answer = try self.answer(bound.plan)
        answer.remarks = try Foot(store: store, answer: self.answer).remarks(bound, counts: answer.counts) + answer.remarks
        if query.keys.isEmpty, bound.plan.measures.count == steps.count, let row = answer.rows.first {
            emit(.text(numbers(steps, row, bound) + answer.remarks.map { StyledLine("  " + $0.text, .foot) }))
        } else {
            try present(answer, format: query.format, into: query.into, in: source, folder: folder)
        }
    }

    /// Each step's formula with the values of its parts in it.
    private func numbers(_ steps: [Measure], _ row: [Value], _ bound: BoundQuery) -> [StyledLine] {
        let options = TableOptions(digits: settings.digits, currency: settings.currency)
        let texts = zip(row, bound.plan.measures).map { ValueText.text($0, $1.quantity, options) }
        var known: [(Expression, String)] = []
        var lines = [StyledLine("  with your numbers", .heading)]
        for (step, text) in zip(steps, texts) {
            let inner = Steps(definitions).formula(step.expression)
            let parts = Steps(definitions).substituted(inner, known)
            let formula = Printer.text(inner)
            let own = step.alias?.text ?? Printer.text(step.expression)
            var line: [StyledLine.Span] = [.init("    " + own, .kpi)]
            if formula != own { line.append(.init(" = " + formula)) }
            // A part that is known already as a whole says nothing more.
            if case .string = parts {} else if parts != inner { line.append(.init(" = " + Steps.text(parts))) }
            line.append(.init(" = "))
            line.append(.init(text, .number))
            lines.append(StyledLine(line))
            known.append((step.expression, text))
        }
        return lines
    }

    // MARK: - Definitions side by side

    /// The definitions that answer the same question differently: those of its group with its unit, and its own within 90
    /// days and as a mean or a percentile, where it has such.
    func compare(_ kpi: Identifier, _ query: Query, in source: Source, folder: String) throws(Diagnostic) {
        guard let entry = definitions[kpi.folded] else {
            throw Diagnostic.notAKPI(kpi.text, known: definitions.names).placed(in: source, at: kpi.range)
        }
        let family = Family(definitions).of(entry)
        var columns: [(label: String, meaning: String, answer: Answer)] = []
        for member in family {
            var asked = query
            asked.measures = [Measure(alias: nil, expression: member.expression)]
            asked.window = member.window.map { WindowClause(durations: [$0], place: query.place) }
            let bound: BoundQuery
            do throws(Diagnostic) {
                bound = try Binder.bind(asked, in: source, context)
            } catch {
                if columns.isEmpty, member.label == entry.name { throw error }
                continue
            }
            columns.append((member.label, member.meaning, try answer(bound.plan.uncounted)))
        }
        let answer = query.keys.isEmpty ? Self.sideBySide(columns) : Self.joined(columns)
        try present(answer, format: query.format, into: query.into, in: source, folder: folder)
    }

    /// A line a definition.
    private static func sideBySide(_ columns: [(label: String, meaning: String, answer: Answer)]) -> Answer {
        let quantity = columns.first.flatMap { column -> Quantity? in
            if case .measure(let quantity)? = column.answer.columns.last?.kind { quantity } else { nil }
        }
        let rows = columns.map { [.text($0.label), $0.answer.rows.first?.last ?? .missing, .text($0.meaning)] as [Value] }
        return Answer(
            columns: [AnswerColumn("definition", .key(nil)), AnswerColumn("value", .measure(quantity ?? .number)), AnswerColumn("meaning", .field(.text))],
            rows: rows)
    }

    /// A column a definition, joined on the keys.
    private static func joined(_ columns: [(label: String, meaning: String, answer: Answer)]) -> Answer {
        guard let first = columns.first?.answer else { return Answer(columns: [], rows: []) }
        let keys = first.keyCount
        var order: [[Value]] = []
        var cells: [[Value]: [Value]] = [:]
        for (index, column) in columns.enumerated() {
            for row in column.answer.rows {
                let key = Array(row.prefix(keys))
                if cells[key] == nil {
                    order.append(key)
                    cells[key] = Array(repeating: .missing, count: columns.count)
                }
                cells[key]?[index] = row[keys]
            }
        }
        let named = columns.map { column in AnswerColumn(column.label, column.answer.columns.last?.kind ?? .measure(.number)) }
        return Answer(columns: Array(first.columns.prefix(keys)) + named, rows: order.map { $0 + (cells[$0] ?? []) })
    }
}

/// The parts of a measure, innermost first.
private struct Steps {
    let definitions: Definitions

    init(_ definitions: Definitions) { self.definitions = definitions }

    /// The measures that a measure is made of, each once, and then itself.
    func collect(_ expression: Expression, alias: Identifier?, _ steps: inout [Measure], depth: Int = 0) {
        guard depth < 30, !steps.contains(where: { $0.expression == expression }) else { return }
        for part in parts(of: formula(expression)) { collect(part, alias: nil, &steps, depth: depth + 1) }
        if case .number = expression { return }
        if case .duration = expression { return }
        if !steps.contains(where: { $0.expression == expression }) { steps.append(Measure(alias: alias, expression: expression)) }
    }

    /// What a name stands for; anything else is its own formula.
    func formula(_ expression: Expression) -> Expression {
        guard case .name(let name) = expression, name.qualifier == nil, let entry = definitions[name.name.folded] else { return expression }
        return entry.definition.expression
    }

    /// The operands of arithmetic that are measures of their own: names and aggregates.
    private func parts(of expression: Expression) -> [Expression] {
        switch expression {
        case .binary(let operation, let a, let b, _) where operation.precedence > .comparison: operands(a) + operands(b)
        case .unary(.negate, let inner, _): operands(inner)
        case .call(let call) where GroupFunction(rawValue: call.function.folded) != nil || call.function.folded == "share":
            call.arguments.prefix(1).flatMap(operands)
        case .name: [expression]
        default: []
        }
    }

    private func operands(_ expression: Expression) -> [Expression] {
        switch expression {
        case .name: [expression]
        case .call(let call) where GroupFunction(rawValue: call.function.folded) == nil && call.function.folded != "share": [expression]
        default: parts(of: expression)
        }
    }

    /// The expression with the values of parts that are known in their place.
    func substituted(_ expression: Expression, _ known: [(Expression, String)]) -> Expression {
        if let value = known.first(where: { $0.0 == expression })?.1 { return .string(value, Place(expression.range)) }
        switch expression {
        case .binary(let operation, let a, let b, let place): return .binary(operation, substituted(a, known), substituted(b, known), place)
        case .unary(let operation, let inner, let place): return .unary(operation, substituted(inner, known), place)
        default: return expression
        }
    }

    /// Values stand without quotes.
    static func text(_ expression: Expression) -> String {
        switch expression {
        case .string(let text, _): text
        case .binary(let operation, let a, let b, _):
            "\(bracketed(a, below: operation.precedence)) \(sign(operation)) \(bracketed(b, below: operation.precedence.next))"
        case .unary(.negate, let inner, _): "-" + text(inner)
        default: Printer.text(expression)
        }
    }

    private static func sign(_ operation: BinaryOperator) -> String {
        operation == .divide ? "÷" : operation == .multiply ? "×" : operation.rawValue
    }

    private static func bracketed(_ expression: Expression, below precedence: Precedence) -> String {
        if case .binary(let inner, _, _, _) = expression, inner.precedence < precedence { "(" + text(expression) + ")" } else { text(expression) }
    }
}

/// Definitions that answer the same question.
private struct Family {
    struct Member {
        var label: String
        var meaning: String
        var expression: Expression
        var window: DurationLiteral?
    }

    let definitions: Definitions

    init(_ definitions: Definitions) { self.definitions = definitions }

    func of(_ entry: DefinitionEntry) -> [Member] {
        let relatives = definitions.all.filter { other in
            other.definition.name != entry.definition.name && other.group == entry.group && other.definition.unit == entry.definition.unit
        }
        var members = [member(entry)]
        if entry.definition.unit?.folded == "percent" {
            members.append(
                Member(
                    label: "\(entry.name) within 90 days", meaning: "the same of leads that have had 90 days, won in that time", expression: name(entry),
                    window: DurationLiteral(90, .day)))
        }
        if case .call(let call) = entry.definition.expression, call.function.folded == "median" {
            for function in ["mean", "p90"] {
                let place = call.place
                let inner = Call(function: Identifier(function, at: place.range), arguments: [name(entry)], condition: nil, place: place)
                members.append(
                    Member(
                        label: "\(function)(\(entry.name))",
                        meaning: function == "mean" ? "the mean of the same times: a few slow ones pull it up" : "nine of ten are no longer",
                        expression: .call(inner)))
            }
        }
        return members + relatives.map(member)
    }

    private func member(_ entry: DefinitionEntry) -> Member { Member(label: entry.name, meaning: entry.summary, expression: name(entry)) }
    private func name(_ entry: DefinitionEntry) -> Expression { .name(QualifiedName(entry.definition.name)) }
}
