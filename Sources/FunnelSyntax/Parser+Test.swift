import FunnelText

/// `test` blocks.
extension Parser {
    // test = "test" string "{" { rows | expect | statement } "}" ;
    mutating func parseTest(from start: Int) throws(Diagnostic) -> TestStatement {
        let (name, _) = try parseString("the test's name in quotes")
        try expect(.openBrace)
        let inside = try takeBlock()
        var items: [TestStatement.Item] = []
        for slice in StatementSplitter.split(inside) {
            var parser = Parser(source, slice)
            items.append(try parser.parseTestItem())
            try parser.expectEnd()
        }
        return TestStatement(name: name, items: items, place: place(from: start))
    }

    /// The tokens up to the brace that closes the block.
    private mutating func takeBlock() throws(Diagnostic) -> [Token] {
        var tokens: [Token] = []
        var depth = 0
        while !isAtEnd {
            if current.isSymbol(.closeBrace), depth == 0 {
                eat()
                return tokens
            }
            if current.isSymbol(.openBrace) { depth += 1 }
            if current.isSymbol(.closeBrace) { depth -= 1 }
            tokens.append(eat())
        }
        throw .expected("`}`", found: current, in: source)
    }

    private mutating func parseTestItem() throws(Diagnostic) -> TestStatement.Item {
        if isWord("expect") {
            let start = eat().range.start
            return .expect(try parseCheck(from: start))
        }
        if let word = current.word, ["leads", "deals", "stages", "costs"].contains(word), isRows { return .rows(try parseRows()) }
        return .statement(try parseStatement())
    }

    /// Whether a table's name is followed by columns and a colon.
    private var isRows: Bool {
        var ahead = 1
        while isName(look(ahead)) {
            if look(ahead + 1).isSymbol(.colon) { return true }
            guard look(ahead + 1).isSymbol(.comma) else { return false }
            ahead += 2
        }
        return false
    }

    private func isName(_ token: Token) -> Bool {
        switch token.kind {
        case .word, .quotedName: true
        default: false
        }
    }

    // rows = table name { "," name } ":" { "(" [ cell ] { "," [ cell ] } ")" } ;
    private mutating func parseRows() throws(Diagnostic) -> TestStatement.Rows {
        let table = try parseName("a table")
        var columns = [try parseName("a column")]
        while eat(.comma) { columns.append(try parseName("a column")) }
        try expect(.colon)
        var rows: [[TestStatement.Cell]] = []
        while current.isSymbol(.openParenthesis) {
            let start = eat().range.start
            var cells = [parseCell()]
            while eat(.comma) { cells.append(parseCell()) }
            try expect(.closeParenthesis)
            guard cells.count == columns.count else {
                throw Diagnostic.rowOfWrongLength(cells.count, columns.count).placed(in: source, at: place(from: start).range)
            }
            rows.append(cells)
        }
        return TestStatement.Rows(table: table, columns: columns, rows: rows)
    }

    /// What stands up to the next comma or bracket, as written.
    private mutating func parseCell() -> TestStatement.Cell {
        if case .string(let text) = current.kind {
            eat()
            return TestStatement.Cell(text: text, isQuoted: true)
        }
        let start = current.range.start
        while !isAtEnd, !current.isSymbol(.comma), !current.isSymbol(.closeParenthesis) { eat() }
        return TestStatement.Cell(text: previousEnd > start ? source.text(in: TextRange(start, previousEnd)) : "", isQuoted: false)
    }
}
