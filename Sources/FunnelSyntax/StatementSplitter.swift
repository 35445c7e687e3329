import FunnelText

/// Where statements end: at a newline or `;`, unless the line goes on.
package enum StatementSplitter {
    /// The words that begin a clause; a line that begins with one goes on with the statement above.
    package static let clauseWords: Set<String> = [
        "where", "by", "during", "within", "having", "order", "top", "limit", "with", "as", "into", "vs",
    ]

    /// Words that a line can't end with.
    private static let joiningWords: Set<String> = [
        "and", "or", "not", "in", "between", "contains", "like", "matches", "is", "by", "where", "having", "during", "within", "with", "then",
        "when", "else", "vs",
    ]

    /// The tokens of each statement. `;` is not part of any.
    static func split(_ tokens: [Token]) -> [ArraySlice<Token>] {
        var statements: [ArraySlice<Token>] = []
        var start = 0
        while start < tokens.count {
            let end = end(of: tokens, from: start)
            if end > start { statements.append(tokens[start..<end]) }
            start = end < tokens.count && tokens[end].isSymbol(.semicolon) ? end + 1 : end
        }
        return statements
    }

    /// Whether the last statement of a text wants another line.
    static func isOpen(_ tokens: [Token]) -> Bool {
        guard let last = split(tokens).last, let token = last.last, last.endIndex == tokens.count else { return false }
        return joins(token, in: last[last.startIndex]) || depth(last) > 0
    }

    private static func end(of tokens: [Token], from start: Int) -> Int {
        if let end = end(of: tokens, from: start, bracketsJoin: true) { return end }
        // A bracket that is never closed must not swallow the rest of the script.
        return end(of: tokens, from: start, bracketsJoin: false) ?? tokens.count
    }

    /// The index behind the statement, or nil where a bracket is still open at the end of the text.
    private static func end(of tokens: [Token], from start: Int, bracketsJoin: Bool) -> Int? {
        var depth = 0
        for index in start..<tokens.count {
            let token = tokens[index]
            if index > start, token.startsLine, depth == 0 || !bracketsJoin, breaks(before: token, after: tokens[index - 1], first: tokens[start]) {
                return index
            }
            switch token.kind {
            case .symbol(.semicolon) where depth == 0 || !bracketsJoin: return index
            case .symbol(let symbol): depth = max(0, depth + symbol.nesting)
            default: break
            }
        }
        return depth == 0 || !bracketsJoin ? tokens.count : nil
    }

    private static func breaks(before token: Token, after previous: Token, first: Token) -> Bool {
        if joins(previous, in: first) { return false }
        if token.followsBlankLine { return true }
        if token.indent > first.indent { return false }
        return !(token.word.map(clauseWords.contains) ?? false)
    }

    /// Whether the statement that begins with `first` goes on behind a line that ends with a token. `help where` is whole.
    private static func joins(_ token: Token, in first: Token) -> Bool {
        switch token.kind {
        case .symbol(let symbol): symbol.joinsLines
        case .word(let word): !first.isWord("help") && joiningWords.contains(word.lowercased())
        case .quotedName, .string, .number, .duration, .date, .parameter, .regex, .end: false
        }
    }

    private static func depth(_ tokens: ArraySlice<Token>) -> Int {
        tokens.reduce(0) { depth, token in
            if case .symbol(let symbol) = token.kind { max(0, depth + symbol.nesting) } else { depth }
        }
    }
}

extension Lexer {
    /// Whether a text can be run as it is: no bracket, string or line left open.
    package static func isComplete(_ text: String) -> Bool {
        var lexer = Lexer(Source(name: "", text: text))
        lexer.run()
        return !lexer.openEnd && !StatementSplitter.isOpen(lexer.tokens)
    }
}
