import FunnelText

/// Statements: each begins with its own word; everything else is a query.
extension Parser {
    // A statement's word that is followed by `=` is the name of a measure.
    // statement = query | connect | load | save | open | define | param | include | check | target | set | describe | list | funnel | leaks | transitions
    //           | explain | why | compare | plan | sql | time | test | help | listing ;
    mutating func parseStatement() throws(Diagnostic) -> Statement {
        guard let word = current.word.flatMap(StatementWord.init(rawValue:)), !look(1).isSymbol(.equal), word != .sql || !isNameAlone else {
            if let word = current.word, let clause = QueryClause.allCases.first(where: { $0.firstWord == word }), !look(1).isSymbol(.equal) {
                throw Diagnostic.clauseFirst(clause.rawValue, at: current.range).placed(in: source)
            }
            return .query(try parseQuery())
        }
        let start = eat().range.start
        switch word {
        case .load: return .load(try parseLoad(from: start))
        case .connect: return .connect(try parseEngine(), place(from: start))
        case .save:
            guard eat(word: "to") else { return .save(try parseFile(), place(from: start)) }
            let engine = try parseEngine()
            let replaces = eat(word: "replace")
            return .saveTo(SaveToStatement(engine: engine, replaces: replaces, place: place(from: start)))
        case .open: return .open(try parseFile(), place(from: start))
        case .define: return .define(try parseDefinition(from: start))
        case .param:
            let name = try parseName("the parameter's name")
            try expect(.equal)
            let value = try parseExpression()
            return .parameter(ParameterStatement(name: name, value: value, place: place(from: start)))
        case .include: return .include(try parseFile())
        case .check: return .check(try parseCheck(from: start))
        case .target:
            let condition = try parseExpression()
            let filter = try eat(word: "where") ? parseExpression() : nil
            return .target(TargetStatement(condition: condition, filter: filter, place: place(from: start)))
        case .funnel: return .funnel(try parseFunnel(from: start))
        case .leaks: return .leaks(try parseFunnel(from: start))
        case .transitions: return try parseTransitions(from: start)
        case .why:
            let query = try parseQuery()
            return .why(WhyStatement(query: query, place: place(from: start)))
        case .compare:
            try expect(word: "definitions")
            try expect(word: "of")
            let name = try parseName("a KPI")
            let query = try parseBareClauses([.filter, .during, .asOf, .keys, .format, .into])
            return .compare(name, query, place(from: start))
        case .test: return .test(try parseTest(from: start))
        case .set: return .set(try parseSet(from: start))
        case .describe:
            let table = isAtEnd ? nil : try parseName("a table")
            return .describe(table, place(from: start))
        case .list: return .list(try parseListing(from: start))
        case .explain:
            let query = try parseQuery()
            return .explain(query, place(from: start))
        case .plan:
            let query = try parseQuery(before: "run")
            return .plan(query, runs: eat(word: "run"), place(from: start))
        case .sql: return try parseSQL(from: start)
        case .time:
            let query = try parseQuery()
            return .time(query, place(from: start))
        case .help: return try parseHelp(from: start)
        case .tables: return .show(.tables, place(from: start))
        case .kpis: return .show(.kpis, place(from: start))
        case .settings: return .show(.settings, place(from: start))
        case .history: return .show(.history, place(from: start))
        case .quit: return .show(.quit, place(from: start))
        }
    }

    private mutating func parseEngine() throws(Diagnostic) -> EngineName {
        let (text, place) = try parseString("the address of an engine in quotes, such as \"postgres://user@host/database\"")
        return EngineName(text: text, place: place)
    }

    /// Whether what stands here is a measure by its name: `sql by month`, where somebody has defined it.
    private var isNameAlone: Bool {
        let next = look(1)
        if case .end = next.kind { return true }
        return next.isSymbol(.comma) || QueryClause.allCases.contains { next.isWord($0.firstWord) }
    }

    // transitions = "transitions" { transitions_clause } ;
    private mutating func parseTransitions(from start: Int) throws(Diagnostic) -> Statement {
        let query = try parseBareClauses([.filter, .during, .asOf, .keys, .order, .limit, .format, .into])
        return .transitions(query, place(from: start))
    }

    // sql = "sql" ( query | funnel | transitions | list ) "for" name ;
    private mutating func parseSQL(from start: Int) throws(Diagnostic) -> Statement {
        endsBefore = "for"
        defer { endsBefore = nil }
        let asked: Statement
        if isWord("funnel"), !look(1).isSymbol(.equal) {
            asked = .funnel(try parseFunnel(from: eat().range.start))
        } else if isWord("list"), !look(1).isSymbol(.equal) {
            asked = .list(try parseListing(from: eat().range.start))
        } else if isWord("transitions"), !look(1).isSymbol(.equal) {
            asked = try parseTransitions(from: eat().range.start)
        } else {
            asked = .query(try parseQuery())
        }
        try expect(word: "for")
        return .sql(asked, dialect: try parseName("a dialect of SQL"), place(from: start))
    }

    // define = "define" name "=" expression [ "as" unit ] { string } ;
    private mutating func parseDefinition(from start: Int) throws(Diagnostic) -> Definition {
        let name = try parseName("the name to define")
        try expect(.equal)
        let expression = try parseExpression()
        let unit = try eat(word: "as") ? parseName("a unit") : nil
        var texts: [String] = []
        while case .string = current.kind { texts.append(try parseString("a text").0) }
        return Definition(name: name, expression: expression, unit: unit, texts: texts, place: place(from: start))
    }

    // check = "check" expression { check_clause } [ comparison_tail { check_clause } ] [ "or" "missing" ] ;
    mutating func parseCheck(from start: Int) throws(Diagnostic) -> CheckStatement {
        stopsAtChain = true
        defer { stopsAtChain = false }
        var condition = try parseExpression()
        var query = Query(measures: [], place: Place(current.range))
        let allowed: [QueryClause] = [.filter, .during, .asOf, .keys, .window, .having]
        try parseClauses(of: &query, allowed: allowed, stopsAtComparison: true)
        if isComparison {
            condition = try parseComparison(of: condition)
            let seen = query
            try parseClauses(of: &query, allowed: allowed.filter { !Self.has($0, seen) }, stopsAtComparison: true)
        }
        let orMissing = isWord("or") && look(1).isWord("missing")
        if orMissing {
            eat()
            eat()
        }
        query.place = place(from: start)
        return CheckStatement(condition: condition, query: query, orMissing: orMissing, place: place(from: start))
    }

    /// Clauses without measures.
    mutating func parseBareClauses(_ allowed: [QueryClause]) throws(Diagnostic) -> Query {
        let start = current.range.start
        var query = Query(measures: [], place: Place(current.range))
        try parseClauses(of: &query, allowed: allowed)
        query.place = place(from: start)
        return query
    }

    private static func has(_ clause: QueryClause, _ query: Query) -> Bool {
        switch clause {
        case .filter: query.filter != nil
        case .during: query.during != nil
        case .keys: !query.keys.isEmpty
        case .window: query.window != nil
        case .having: query.having != nil
        case .asOf: query.asOf != nil
        case .comparison: query.comparison != nil
        case .order, .top, .limit, .extras, .format, .into: false
        }
    }

    // set = "set" name expression { "," expression } ;
    private mutating func parseSet(from start: Int) throws(Diagnostic) -> SetStatement {
        let name = try parseName("a setting")
        _ = eat(.equal)
        guard !isAtEnd else { throw .expected("a value for `\(name.text)`", found: current, in: source) }
        var values = [try parseExpression()]
        while eat(.comma) { values.append(try parseExpression()) }
        return SetStatement(name: name, values: values, place: place(from: start))
    }

    // list = "list" table [ column { "," column } ] [ "lost" "after" step ] { where | order | limit | as | into } ;
    private mutating func parseListing(from start: Int) throws(Diagnostic) -> ListStatement {
        var list = ListStatement(table: try parseName("a table"), place: Place(current.range))
        let clauses: [QueryClause] = [.filter, .order, .limit, .format, .into]
        if case .quotedName = current.kind { try parseColumns(into: &list) }
        if !isLostAfter, let word = current.word, !clauses.contains(where: { $0.firstWord == word }), !Self.reserved.contains(word),
            word != endsBefore
        {
            try parseColumns(into: &list)
        }
        if isLostAfter {
            eat()
            eat()
            list.lostAfter = try parseStep()
        }
        var query = Query(measures: [], place: list.place)
        try parseClauses(of: &query, allowed: clauses)
        list.filter = query.filter
        list.order = query.order
        list.limit = query.limit
        list.format = query.format
        list.into = query.into
        list.place = place(from: start)
        return list
    }

    private var isLostAfter: Bool { isWord("lost") && look(1).isWord("after") }

    private mutating func parseColumns(into list: inout ListStatement) throws(Diagnostic) {
        repeat { list.columns.append(try parseQualified()) } while eat(.comma)
    }

    // help = "help" [ topic ] ;
    private mutating func parseHelp(from start: Int) throws(Diagnostic) -> Statement {
        guard !isAtEnd else { return .help(nil, place(from: start)) }
        var words: [String] = []
        while !isAtEnd {
            switch current.kind {
            case .word(let word): words.append(word)
            case .quotedName(let name): words.append(name)
            default: throw .expected("a word to explain", found: current, in: source)
            }
            eat()
        }
        return .help(words.joined(separator: " "), place(from: start))
    }
}
