import FunnelText

/// Funnels and their steps.
extension Parser {
    // funnel = "funnel" [ step { "->" step } ] [ "strict" | "any" "order" ] [ "open" ] { funnel_clause } ;
    mutating func parseFunnel(from start: Int) throws(Diagnostic) -> FunnelStatement {
        var steps: [FunnelStep] = []
        if beginsStep {
            steps.append(try parseStep())
            while eat(.arrow) { steps.append(try parseStep()) }
        }
        var order = FunnelStatement.Order.ordered
        if eat(word: "strict") {
            order = .strict
        } else if isWord("any"), look(1).isWord("order") {
            eat()
            eat()
            order = .any
        }
        let isOpen = eat(word: "open")
        let query = try parseBareClauses([.filter, .during, .asOf, .keys, .window, .order, .top, .limit, .format, .into])
        return FunnelStatement(steps: steps, order: order, isOpen: isOpen, query: query, place: place(from: start))
    }

    private var beginsStep: Bool {
        switch current.kind {
        case .symbol(.openBracket), .symbol(.openParenthesis), .quotedName, .string: return true
        case .word(let word):
            let folded = word.lowercased()
            if folded == "strict" || (folded == "open" && !look(1).isSymbol(.arrow)) { return false }
            return !Self.reserved.contains(folded) && folded != endsBefore
        default: return false
        }
    }

    // step = name | string | "(" expression ")" | "[" step "]" ;
    mutating func parseStep() throws(Diagnostic) -> FunnelStep {
        let start = current.range.start
        if eat(.openBracket) {
            var step = try parseStep()
            try expect(.closeBracket)
            step.isOptional = true
            step.place = place(from: start)
            return step
        }
        if eat(.openParenthesis) {
            let condition = try parseExpression()
            try expect(.closeParenthesis)
            return FunnelStep(kind: .condition(condition), isOptional: false, place: place(from: start))
        }
        if case .string(let text) = current.kind {
            let range = eat().range
            return FunnelStep(kind: .name(Identifier(text, at: range)), isOptional: false, place: place(from: start))
        }
        let name = try parseName("a step: a stage, lead, qualified, deal, won, or a condition in parentheses")
        return FunnelStep(kind: .name(name), isOptional: false, place: place(from: start))
    }
}
