import FunnelText

/// From a tree back to text, in the canonical form: parsing what it prints gives the same tree.
package struct Printer {
    package static func text(_ script: Script) -> String { script.statements.map(text).joined(separator: "\n") + "\n" }

    package static func text(_ statement: Statement) -> String {
        switch statement {
        case .query(let query): text(query)
        case .connect(let engine, _): "connect \(quoted(engine.text))"
        case .load(let load): ([head(load)] + clauses(load)).joined(separator: " ")
        case .saveTo(let save): "save to \(quoted(save.engine.text))" + (save.replaces ? " replace" : "")
        case .save(let file, _): "save \(quoted(file.path))"
        case .open(let file, _): "open \(quoted(file.path))"
        case .define(let definition): text(definition)
        case .parameter(let parameter): "param \(name(parameter.name)) = \(text(parameter.value))"
        case .include(let file): "include \(quoted(file.path))"
        case .check(let check): text(check, word: "check")
        case .set(let set): "set \(name(set.name)) " + set.values.map { text($0) }.joined(separator: ", ")
        case .target(let target): "target " + text(target.condition) + (target.filter.map { " where " + text($0) } ?? "")
        case .funnel(let funnel): text(funnel, word: "funnel")
        case .leaks(let funnel): text(funnel, word: "leaks")
        case .transitions(let query, _): (["transitions"] + clauses(query)).joined(separator: " ")
        case .why(let why): "why " + text(why.query)
        case .compare(let kpi, let query, _): (["compare definitions of " + name(kpi)] + clauses(query)).joined(separator: " ")
        case .test(let test): text(test)
        case .describe(let table, _): "describe" + (table.map { " " + name($0) } ?? "")
        case .list(let list): text(list)
        case .explain(let query, _): "explain " + text(query)
        case .plan(let query, let runs, _): "plan " + text(query) + (runs ? " run" : "")
        case .sql(let asked, let dialect, _): "sql " + text(asked) + " for " + name(dialect)
        case .time(let query, _): "time " + text(query)
        case .help(let topic, _): "help" + (topic.map { " " + $0 } ?? "")
        case .show(let listing, _): listing.rawValue
        }
    }

    package static func text(_ query: Query) -> String {
        let measures = query.measures.map { measure in
            (measure.alias.map { name($0) + " = " } ?? "") + text(measure.expression)
        }
        return ([measures.joined(separator: ", ")] + clauses(query)).joined(separator: " ")
    }

    /// The clauses of a query in their canonical order.
    static func clauses(_ query: Query) -> [String] {
        var parts: [String] = []
        if let filter = query.filter { parts.append("where " + text(filter)) }
        if let during = query.during { parts.append("during " + text(during)) }
        if let comparison = query.comparison { parts.append(text(comparison)) }
        if let asOf = query.asOf { parts.append("as of " + text(asOf.date, in: .sum)) }
        if !query.keys.isEmpty { parts.append("by " + query.keys.map(text).joined(separator: ", ")) }
        if let window = query.window { parts.append("within " + text(window.durations)) }
        if let having = query.having { parts.append("having " + text(having)) }
        if !query.order.isEmpty { parts.append("order by " + text(query.order)) }
        if let top = query.top {
            parts.append("top \(top.count)" + (top.by.map { " by " + text($0) } ?? "") + (top.withOther ? " with other" : ""))
        }
        if let limit = query.limit { parts.append("limit \(limit.count)") }
        if !query.extras.isEmpty {
            parts.append("with " + query.extras.map { name($0.name) + ($0.level.map { " " + text($0) } ?? "") }.joined(separator: ", "))
        }
        if let format = query.format { parts.append("as " + name(format)) }
        if let file = query.into { parts.append("into " + quoted(file.path)) }
        return parts
    }

    private static func text(_ order: [OrderTerm]) -> String {
        order.map { term in text(term.expression) + (term.descending.map { $0 ? " desc" : " asc" } ?? "") }.joined(separator: ", ")
    }

    static func text(_ period: PeriodRange) -> String {
        text(period.first, in: .sum) + (period.last.map { " to " + text($0, in: .sum) } ?? "")
    }

    package static func text(_ key: Key) -> String {
        switch key.kind {
        case .expression(let expression): text(expression)
        case .grain(let grain, let column): name(grain) + (column.map { " of " + text($0) } ?? "")
        }
    }

    private static func text(_ definition: Definition) -> String {
        var result = "define \(name(definition.name)) = \(text(definition.expression))"
        if let unit = definition.unit { result += " as " + name(unit) }
        for text in definition.texts { result += " " + quoted(text) }
        return result
    }

    private static func text(_ list: ListStatement) -> String {
        var parts = ["list " + name(list.table)]
        if !list.columns.isEmpty { parts.append(list.columns.map(text).joined(separator: ", ")) }
        if let step = list.lostAfter { parts.append("lost after " + text(step)) }
        var query = Query(measures: [], place: list.place)
        query.filter = list.filter
        query.order = list.order
        query.limit = list.limit
        query.format = list.format
        query.into = list.into
        return (parts + clauses(query)).joined(separator: " ")
    }

    // MARK: - Words

    /// A name, in backquotes where it needs them.
    package static func name(_ identifier: Identifier) -> String {
        let text = identifier.text
        let scalars = Array(text.unicodeScalars)
        let isWord = scalars.enumerated().allSatisfy { index, scalar in
            Name.isWord(scalar) || (scalar == "\u{200C}" && index > 0 && index < scalars.count - 1)
        }
        let startsWithDigit = scalars.first?.properties.generalCategory == .decimalNumber
        return isWord && !startsWithDigit && !Parser.reserved.contains(text.lowercased()) ? text : "`\(text)`"
    }

    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
