import FunnelText

/// Queries and their clauses.
extension Parser {
    // query = measure { "," measure } { clause } ;
    /// A query ends before `end`, where that is a word of the statement that holds it.
    mutating func parseQuery(before end: String? = nil) throws(Diagnostic) -> Query {
        let start = current.range.start
        var measures = [try parseMeasure()]
        while eat(.comma) { measures.append(try parseMeasure()) }
        var query = Query(measures: measures, place: Place(TextRange(start, start)))
        try parseClauses(of: &query, before: end)
        query.place = place(from: start)
        return query
    }

    // measure = [ name "=" ] expression ;
    private mutating func parseMeasure() throws(Diagnostic) -> Measure {
        if look(1).isSymbol(.equal) {
            switch current.kind {
            case .word, .quotedName:
                let alias = try parseName("a name for the measure")
                eat()
                return Measure(alias: alias, expression: try parseExpression())
            default: break
            }
        }
        return Measure(alias: nil, expression: try parseExpression())
    }

    // clause = where | during | by | within | having | order | top | limit | with | as | into ;
    mutating func parseClauses(
        of query: inout Query, allowed: [QueryClause] = QueryClause.allCases, stopsAtComparison: Bool = false, before end: String? = nil
    ) throws(Diagnostic) {
        var seen: Set<QueryClause> = []
        while let word = current.word, word != end, word != endsBefore {
            if stopsAtComparison, isComparison || word == "or" { return }
            let isAsOf = word == "as" && look(1).isWord("of")
            guard let clause = allowed.first(where: { $0.firstWord == word && ($0 == .asOf) == isAsOf }) else {
                throw Diagnostic.unknownClause(source.text(in: current.range), at: current.range, known: allowed.map(\.rawValue)).placed(in: source)
            }
            guard seen.insert(clause).inserted else { throw Diagnostic.clauseTwice(clause.rawValue, at: current.range).placed(in: source) }
            try parseClause(clause, of: &query)
        }
    }

    private mutating func parseClause(_ clause: QueryClause, of query: inout Query) throws(Diagnostic) {
        let start = eat().range.start
        switch clause {
        case .filter: query.filter = try parseExpression()
        case .during: query.during = try parsePeriodRange()
        case .comparison: query.comparison = try parseVersus(from: start)
        case .asOf:
            eat()
            let date = try parseSum()
            query.asOf = AsOfClause(date: date, place: place(from: start))
        case .keys: query.keys = try parseKeys()
        case .window:
            let durations = try parseDurations()
            query.window = WindowClause(durations: durations, place: place(from: start))
        case .having: query.having = try parseExpression()
        case .order:
            try expect(word: "by")
            query.order = try parseOrder()
        case .top: query.top = try parseTop(from: start)
        case .limit: query.limit = LimitClause(count: try parseWholeNumber("how many rows, a whole number from 1"), place: place(from: start))
        case .extras: query.extras = try parseExtras()
        case .format: query.format = try parseName("a format")
        case .into: query.into = try parseFile()
        }
    }

    // period = sum [ "to" sum ] ;
    mutating func parsePeriodRange() throws(Diagnostic) -> PeriodRange {
        let start = current.range.start
        let first = try parseSum()
        let last = try eat(word: "to") ? parseSum() : nil
        return PeriodRange(first: first, last: last, place: place(from: start))
    }

    // versus = "vs" ( "previous" [ "full" ] | "year" "ago" [ "full" ] | period ) ;
    private mutating func parseVersus(from start: Int) throws(Diagnostic) -> ComparisonClause {
        let kind: ComparisonClause.Kind
        if eat(word: "previous") {
            kind = .previous(full: eat(word: "full"))
        } else if isWord("year"), look(1).isWord("ago") {
            eat()
            eat()
            kind = .yearAgo(full: eat(word: "full"))
        } else {
            kind = .period(try parsePeriodRange())
        }
        return ComparisonClause(kind: kind, place: place(from: start))
    }

    // durations = ( duration | whole_number ) { "," ( duration | whole_number ) } ;   a number without a unit takes the next one's
    private mutating func parseDurations() throws(Diagnostic) -> [DurationLiteral] {
        var found: [DurationLiteral] = []
        var bare: [Int] = []
        repeat {
            if case .number(let number) = current.kind, let amount = number.whole, look(1).isSymbol(.comma) {
                eat()
                bare.append(amount)
                continue
            }
            let (duration, _) = try parseDuration()
            found += bare.map { DurationLiteral($0, duration.unit) } + [duration]
            bare = []
        } while eat(.comma)
        guard bare.isEmpty else { throw .expected("a duration such as `30 days`", found: current, in: source) }
        return found
    }

    // keys = key { "," key } ;
    private mutating func parseKeys() throws(Diagnostic) -> [Key] {
        var keys = [try parseKey()]
        while eat(.comma) { keys.append(try parseKey()) }
        return keys
    }

    // key = grain [ "of" column ] | expression ;
    private mutating func parseKey() throws(Diagnostic) -> Key {
        let start = current.range.start
        if let word = current.word, Self.grains.contains(word), !look(1).isSymbol(.openParenthesis), !look(1).isSymbol(.dot) {
            let grain = try parseName()
            let column = try eat(word: "of") ? parseQualified() : nil
            return Key(kind: .grain(grain, of: column), place: place(from: start))
        }
        return Key(kind: .expression(try parseExpression()), place: place(from: start))
    }

    /// The words that group time.
    package static let grains: Set<String> = ["day", "week", "month", "quarter", "year", "weekday", "hour"]

    // order = expression [ "asc" | "desc" ] { "," expression [ "asc" | "desc" ] } ;
    mutating func parseOrder() throws(Diagnostic) -> [OrderTerm] {
        var terms: [OrderTerm] = []
        repeat {
            let expression = try parseExpression()
            let descending: Bool? = eat(word: "desc") ? true : eat(word: "asc") ? false : nil
            terms.append(OrderTerm(expression: expression, descending: descending))
        } while eat(.comma)
        return terms
    }

    // top = "top" number [ "by" expression ] [ "with" "other" ] ;
    private mutating func parseTop(from start: Int) throws(Diagnostic) -> TopClause {
        let count = try parseWholeNumber("how many groups, a whole number from 1")
        let by = try eat(word: "by") ? parseExpression() : nil
        var withOther = false
        if isWord("with"), look(1).isWord("other") {
            eat()
            eat()
            withOther = true
        }
        return TopClause(count: count, by: by, withOther: withOther, place: place(from: start))
    }

    // with = "with" extra { "," extra } ;   extra = name [ percent ] ;
    private mutating func parseExtras() throws(Diagnostic) -> [Extra] {
        var extras: [Extra] = []
        repeat {
            let name = try parseName("`total`, `share`, `interval` or `target`")
            var level: NumberLiteral?
            if case .number(let number) = current.kind {
                level = number
                eat()
            }
            extras.append(Extra(name: name, level: level))
        } while eat(.comma)
        return extras
    }
}
