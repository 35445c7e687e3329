package import FunnelText

/// From tokens to a tree, by recursive descent; each method bears the name of its rule in `grammar/funnel.ebnf`.
///
/// Methods whose names begin with `parse` and `eat` consume; all others look. A mistake ends its statement; parsing goes
/// on with the next, so that all mistakes of a script are reported.
package struct Parser {
    let source: Source
    private let tokens: ArraySlice<Token>
    private var position: Int
    /// How deeply expressions are nested; a limit keeps a hostile text from exhausting the stack.
    var depth = 0
    /// Whether a second comparison ends the expression before it (`check revenue where source = "ads" > 5`) and is no mistake.
    var stopsAtChain = false
    /// The word behind which a query, a funnel or a list is no more: it is one of the statement that holds it.
    var endsBefore: String?
    static let maximumDepth = 200
    /// How many operators of one kind may follow each other: each is a level of the tree.
    static let maximumLinks = 500

    /// The tree of a script, and everything that is wrong with it.
    package static func parse(_ source: Source) -> (script: Script, diagnostics: [Diagnostic]) {
        let (tokens, comments, lexing) = Lexer.tokens(of: source)
        var diagnostics = lexing
        var statements: [Statement] = []
        for slice in StatementSplitter.split(tokens) {
            // A token that could not be read has been reported; what it does to the grammar need not be.
            let span = TextRange(slice.first!.range.start, slice.last!.range.end)
            let broken = lexing.contains { $0.range.map { $0.start >= span.start && $0.start <= span.end } ?? false }
            var parser = Parser(source, slice)
            do throws(Diagnostic) {
                let statement = try parser.parseStatement()
                try parser.expectEnd()
                if !broken { statements.append(statement) }
            } catch {
                if !broken { diagnostics.append(error.placed(in: source)) }
            }
        }
        diagnostics.sort { ($0.range?.start ?? 0) < ($1.range?.start ?? 0) }
        return (Script(statements: statements, comments: comments), diagnostics)
    }

    init(_ source: Source, _ tokens: ArraySlice<Token>) {
        self.source = source
        self.tokens = tokens
        self.position = tokens.startIndex
    }

    // MARK: - Looks

    var current: Token { look(0) }

    func look(_ ahead: Int) -> Token {
        if position + ahead < tokens.endIndex { return tokens[position + ahead] }
        let end = tokens.last?.range.end ?? 0
        return Token(kind: .end, range: TextRange(end, end), startsLine: false, indent: 0, followsBlankLine: false)
    }

    var isAtEnd: Bool { position >= tokens.endIndex }

    var previousEnd: Int { position > tokens.startIndex ? tokens[position - 1].range.end : current.range.start }

    /// The place from an offset to the end of what was last eaten.
    func place(from start: Int) -> Place { Place(TextRange(start, max(start, previousEnd))) }

    func isWord(_ word: String) -> Bool { current.isWord(word) }

    // MARK: - Eats

    @discardableResult
    mutating func eat() -> Token {
        let token = current
        if position < tokens.endIndex { position += 1 }
        return token
    }

    mutating func eat(_ symbol: Symbol) -> Bool {
        guard current.isSymbol(symbol) else { return false }
        eat()
        return true
    }

    mutating func eat(word: String) -> Bool {
        guard isWord(word) else { return false }
        eat()
        return true
    }

    mutating func expect(_ symbol: Symbol) throws(Diagnostic) {
        guard eat(symbol) else { throw .expected("`\(symbol.rawValue)`", found: current, in: source) }
    }

    mutating func expect(word: String) throws(Diagnostic) {
        guard eat(word: word) else { throw .expected("`\(word)`", found: current, in: source) }
    }

    mutating func expectEnd() throws(Diagnostic) {
        guard !isAtEnd else { return }
        if case .word(let word) = current.kind {
            throw .unknownClause(word, at: current.range, known: QueryClause.allCases.map(\.rawValue))
        }
        throw .expected("the end of the statement", found: current, in: source)
    }

    // name = word | "`" { any character } "`" ;
    mutating func parseName(_ what: String = "a name") throws(Diagnostic) -> Identifier {
        switch current.kind {
        case .word(let text):
            if Self.reserved.contains(text.lowercased()) {
                throw Diagnostic.expected(what, found: current, in: source).with(
                    mend: "a name that is spelt like a keyword stands in backquotes: `` `\(text)` ``")
            }
            return Identifier(text, at: eat().range)
        case .quotedName(let text): return Identifier(text, at: eat().range)
        default: throw .expected(what, found: current, in: source)
        }
    }

    mutating func parseString(_ what: String) throws(Diagnostic) -> (String, Place) {
        guard case .string(let text) = current.kind else { throw .expected(what, found: current, in: source) }
        return (text, Place(eat().range))
    }

    // file = string ;
    mutating func parseFile() throws(Diagnostic) -> FileName {
        let (path, place) = try parseString("a file name in quotes")
        return FileName(path: path, place: place)
    }

    mutating func parseWholeNumber(_ what: String) throws(Diagnostic) -> Int {
        guard case .number(let number) = current.kind, number.scale == 0, !number.isPercent, number.units > 0 else {
            throw .expected(what, found: current, in: source)
        }
        guard let whole = Int32(exactly: number.units) else {
            throw Diagnostic.numberTooLarge(source.text(in: current.range), at: current.range).placed(in: source)
        }
        eat()
        return Int(whole)
    }

    /// Words that can't be names unless they stand in backquotes.
    package static let reserved: Set<String> = [
        "and", "or", "not", "in", "between", "contains", "starts", "ends", "like", "matches", "is", "missing", "any", "case", "when", "then", "else",
        "end", "where", "by", "during", "within", "having", "order", "top", "limit", "with", "as", "into", "vs", "true", "false",
    ]
}
