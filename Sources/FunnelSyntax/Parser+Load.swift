import FunnelText

/// `load` and its clauses.
extension Parser {
    // load = "load" table "from" origin { part | with | where | dates | states | on | "append" | "into" "memory" } ;
    // origin = file | "table" name { "." name } ;   part = "table" string ;
    mutating func parseLoad(from start: Int) throws(Diagnostic) -> LoadStatement {
        let table = try parseName("a table: leads, deals, stages or costs")
        try expect(word: "from")
        var load = LoadStatement(table: table, origin: try parseOrigin(), place: Place(table.range))
        var seen: Set<String> = []
        while let word = current.word {
            let clauses = LoadClause.allCases.filter { $0 != .from }
            guard let clause = clauses.first(where: { $0.rawValue == word }) else {
                throw Diagnostic.unknownClause(source.text(in: current.range), at: current.range, known: clauses.map(\.rawValue)).placed(in: source)
            }
            let name = clause == .on ? "on \(look(1).word ?? "")" : clause.rawValue
            guard seen.insert(name).inserted else { throw Diagnostic.clauseTwice(name, at: current.range).placed(in: source) }
            eat()
            try parseClause(clause, of: &load)
        }
        load.place = place(from: start)
        return load
    }

    private mutating func parseOrigin() throws(Diagnostic) -> LoadStatement.Origin {
        guard isWord("table") else {
            if case .string = current.kind { return .file(try parseFile()) }
            throw .expected("a file name in quotes or `table` and a name", found: current, in: source)
        }
        eat()
        let start = current.range.start
        var path = [try parseName("the name of a table")]
        while eat(.dot) { path.append(try parseName("the name of a table")) }
        return .table(path, place(from: start))
    }

    private mutating func parseClause(_ clause: LoadClause, of load: inout LoadStatement) throws(Diagnostic) {
        switch clause {
        case .from: break
        case .table: (load.part, load.partPlace) = try parseString("the name of a table or a sheet in quotes")
        case .with: load.mappings = try parseMappings()
        case .where: load.filter = try parseExpression()
        case .dates: (load.dates, load.datesPlace) = try parseString("a date pattern such as \"dd-MM-yyyy\"")
        case .states: load.states = try parseStates()
        case .on: try parsePolicy(of: &load)
        case .append: load.appends = true
        case .into:
            try expect(word: "memory")
            load.intoMemory = true
        }
    }

    // mappings = name "=" ( column | string | number | date ) { "," … } ;
    private mutating func parseMappings() throws(Diagnostic) -> [LoadStatement.Mapping] {
        var mappings: [LoadStatement.Mapping] = []
        repeat {
            let target = try parseName("a role or a name for a column")
            try expect(.equal)
            mappings.append(LoadStatement.Mapping(target: target, value: try parseMapped()))
        } while eat(.comma)
        return mappings
    }

    /// A word that stands alone is a header, even where it is spelt like a keyword: `lead = case`.
    private mutating func parseMapped() throws(Diagnostic) -> Expression {
        guard case .word(let text) = current.kind, Self.reserved.contains(text.lowercased()), text.lowercased() != "true", text.lowercased() != "false" else {
            return try parseSum()
        }
        let next = look(1)
        let isAlone = next.isSymbol(.comma) || next.kind == .end || next.word.map { LoadClause(rawValue: $0) != nil } ?? false
        guard isAlone else { return try parseSum() }
        return .name(QualifiedName(Identifier(text, at: eat().range)))
    }

    // states = state "=" texts { "," state "=" texts } ;   texts = string | "(" string { "," string } ")" ;
    private mutating func parseStates() throws(Diagnostic) -> [LoadStatement.StateMapping] {
        var states: [LoadStatement.StateMapping] = []
        repeat {
            let state = try parseName("a state: open, won or lost")
            try expect(.equal)
            var texts: [String] = []
            if eat(.openParenthesis) {
                repeat { texts.append(try parseString("a state's text in quotes").0) } while eat(.comma)
                try expect(.closeParenthesis)
            } else {
                texts.append(try parseString("a state's text in quotes").0)
            }
            states.append(LoadStatement.StateMapping(state: state, texts: texts))
        } while eat(.comma)
        return states
    }

    // on = "on" "error" ( "null" | "skip" [ "into" file ] ) | "on" "duplicate" "keep" ( "first" | "last" ) ;
    private mutating func parsePolicy(of load: inout LoadStatement) throws(Diagnostic) {
        if eat(word: "error") {
            if eat(word: "null") {
                load.onError = .null
            } else if eat(word: "skip") {
                load.onError = .skip(into: try eat(word: "into") ? parseFile().path : nil)
            } else {
                throw .expected("`null` or `skip`", found: current, in: source)
            }
            return
        }
        guard eat(word: "duplicate") else { throw .expected("`error` or `duplicate`", found: current, in: source) }
        try expect(word: "keep")
        guard let policy = current.word.flatMap(LoadStatement.DuplicatePolicy.init(rawValue:)) else {
            throw .expected("`first` or `last`", found: current, in: source)
        }
        eat()
        load.onDuplicate = policy
    }
}
