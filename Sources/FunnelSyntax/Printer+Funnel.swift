import FunnelText

/// Funnels, comparisons and tests.
extension Printer {
    package static func text(_ funnel: FunnelStatement, word: String) -> String {
        var parts = [word]
        if !funnel.steps.isEmpty { parts.append(funnel.steps.map(text).joined(separator: " -> ")) }
        if funnel.order != .ordered { parts.append(funnel.order.rawValue) }
        if funnel.isOpen { parts.append("open") }
        return (parts + clauses(funnel.query)).joined(separator: " ")
    }

    package static func text(_ step: FunnelStep) -> String {
        let inner =
            switch step.kind {
            case .name(let identifier): stepName(identifier)
            case .condition(let condition): "(" + text(condition) + ")"
            }
        return step.isOptional ? "[" + inner + "]" : inner
    }

    /// A step that is spelt like a word that may follow the steps stands in backquotes.
    private static func stepName(_ identifier: Identifier) -> String {
        ["strict", "open"].contains(identifier.text.lowercased()) ? "`\(identifier.text)`" : name(identifier)
    }

    package static func text(_ comparison: ComparisonClause) -> String {
        switch comparison.kind {
        case .previous(let full): "vs previous" + (full ? " full" : "")
        case .yearAgo(let full): "vs year ago" + (full ? " full" : "")
        case .period(let period): "vs " + text(period)
        }
    }

    package static func text(_ durations: [DurationLiteral]) -> String { durations.map { text($0) }.joined(separator: ", ") }

    static func text(_ check: CheckStatement, word: String) -> String {
        // A condition that would run into its tail is written first.
        ([word + " " + text(check.condition)] + clauses(check.query) + (check.orMissing ? ["or missing"] : [])).joined(separator: " ")
    }

    static func text(_ test: TestStatement) -> String {
        "test \(quoted(test.name)) {\n" + test.items.map { "    " + text($0) + "\n" }.joined() + "}"
    }

    private static func text(_ item: TestStatement.Item) -> String {
        switch item {
        case .expect(let check): text(check, word: "expect")
        case .statement(let statement): text(statement)
        case .rows(let rows):
            name(rows.table) + " " + rows.columns.map(name).joined(separator: ", ") + ": "
                + rows.rows.map { "(" + $0.map { $0.isQuoted ? quoted($0.text) : $0.text }.joined(separator: ", ") + ")" }.joined(separator: " ")
        }
    }
}
