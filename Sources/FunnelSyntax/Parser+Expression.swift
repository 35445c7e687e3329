import FunnelText

/// Expressions, by precedence climbing over the table of operators.
extension Parser {
    // expression = disjunction ;
    mutating func parseExpression() throws(Diagnostic) -> Expression { try parseBinary(.or) }

    /// An operand of operators that bind at least as tightly as `minimum`.
    private mutating func parseBinary(_ minimum: Precedence) throws(Diagnostic) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.maximumDepth else { throw Diagnostic.tooDeep.placed(in: source, at: current.range) }
        if minimum <= .not, isWord("not") { return try parseBinary(afterNot: minimum) }
        if minimum <= .comparison, isWord("any") { return try parseBinary(minimum, left: parseAny(), isCompared: true) }
        return try parseBinary(minimum, left: parseSign())
    }

    // negation = "not" negation | comparison ;
    private mutating func parseBinary(afterNot minimum: Precedence) throws(Diagnostic) -> Expression {
        let start = eat().range.start
        let operand = try parseBinary(.not)
        return try parseBinary(minimum, left: .unary(.not, operand, place(from: start)))
    }

    private mutating func parseBinary(_ minimum: Precedence, left: Expression, isCompared: Bool = false) throws(Diagnostic) -> Expression {
        var left = left
        var compared = isCompared
        var links = 0
        while true {
            if compared, stopsAtChain, isTest { return left }
            if minimum <= .comparison, let test = try parseTest(of: left) {
                if compared { throw Diagnostic.chainedComparison(at: test.range).placed(in: source) }
                left = test
                compared = true
                continue
            }
            guard let (binary, words) = binaryOperator, binary.precedence >= minimum else { return left }
            let range = current.range
            if binary.isComparison {
                if compared, stopsAtChain { return left }
                if compared { throw Diagnostic.chainedComparison(at: range).placed(in: source) }
                compared = true
            } else {
                compared = false
            }
            links += 1
            guard links < Self.maximumLinks else { throw Diagnostic.tooLong.placed(in: source, at: range) }
            for _ in 0..<words { eat() }
            let right = try parseBinary(binary.precedence.next)
            left = .binary(binary, left, right, Place(left.range.union(right.range)))
        }
    }

    /// The operator that stands here, and of how many tokens it is made.
    private var binaryOperator: (BinaryOperator, Int)? {
        switch current.kind {
        case .symbol(let symbol): return BinaryOperator(rawValue: symbol.rawValue).map { ($0, 1) }
        case .word(let word):
            switch word.lowercased() {
            case "and": return (.and, 1)
            case "or": return look(1).isWord("missing") ? nil : (.or, 1)
            case "contains": return (.contains, 1)
            case "like": return (.like, 1)
            case "starts" where look(1).isWord("with"): return (.startsWith, 2)
            case "ends" where look(1).isWord("with"): return (.endsWith, 2)
            case "not" where look(1).isWord("contains"): return (.notContains, 2)
            case "not" where look(1).isWord("like"): return (.notLike, 2)
            default: return nil
            }
        default: return nil
        }
    }

    private var isTest: Bool {
        let word = isWord("not") ? look(1) : current
        return word.isWord("in", "between", "matches") || (!isWord("not") && word.isWord("is"))
    }

    // test = [ "not" ] "in" list | [ "not" ] "between" sum "and" sum | [ "not" ] "matches" regex | "is" [ "not" ] "missing" ;
    private mutating func parseTest(of left: Expression) throws(Diagnostic) -> Expression? {
        let negated = isWord("not")
        let word = negated ? look(1) : current
        guard word.isWord("in", "between", "matches") || (!negated && word.isWord("is")) else { return nil }
        if negated { eat() }
        let start = left.range.start
        switch eat().word {
        case "in":
            let values = try parseList()
            return .isIn(left, values, negated: negated, place(from: start))
        case "between":
            let low = try parseBinary(.sum)
            try expect(word: "and")
            let high = try parseBinary(.sum)
            return .between(left, low: low, high: high, negated: negated, place(from: start))
        case "matches":
            guard case .regex(let pattern) = current.kind else { throw .expected("a regular expression between slashes", found: current, in: source) }
            eat()
            return .matches(left, pattern: pattern, negated: negated, place(from: start))
        default:
            let negated = eat(word: "not")
            try expect(word: "missing")
            return .isMissing(left, negated: negated, place(from: start))
        }
    }

    // sum = product { ( "+" | "-" ) product } ;
    mutating func parseSum() throws(Diagnostic) -> Expression { try parseBinary(.sum) }

    /// Whether a comparison goes on here.
    var isComparison: Bool {
        if let (binary, _) = binaryOperator { return binary.isComparison }
        return isWord("in") || isWord("between") || isWord("matches") || isWord("is") || isWord("not")
    }

    /// The comparison that goes on behind an expression already read.
    mutating func parseComparison(of left: Expression) throws(Diagnostic) -> Expression { try parseBinary(.comparison, left: left) }

    // list = "(" sum { "," sum } ")" ;
    private mutating func parseList() throws(Diagnostic) -> [Expression] {
        try expect(.openParenthesis)
        var values = [try parseBinary(.sum)]
        while eat(.comma) { values.append(try parseBinary(.sum)) }
        try expect(.closeParenthesis)
        return values
    }

    // sign = [ "-" | "+" ] sign | primary ;
    private mutating func parseSign() throws(Diagnostic) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.maximumDepth else { throw Diagnostic.tooDeep.placed(in: source, at: current.range) }
        let start = current.range.start
        if eat(.plus) { return try parseSign() }
        guard eat(.minus) else { return try parsePrimary() }
        let operand = try parseSign()
        return .unary(.negate, operand, place(from: start))
    }

    // primary = number | string | date | duration | period | parameter | name | call | case | "any" … | "(" expression ")" ;
    private mutating func parsePrimary() throws(Diagnostic) -> Expression {
        let token = current
        switch token.kind {
        case .number(let number):
            eat()
            if let word = current.word, let unit = DurationLiteral.Unit(word: word), let amount = number.whole, !look(1).isSymbol(.openParenthesis) {
                eat()
                return .duration(DurationLiteral(amount, unit), place(from: token.range.start))
            }
            return .number(number, Place(token.range))
        case .duration(let duration):
            eat()
            return .duration(duration, Place(token.range))
        case .date(let date):
            eat()
            return .date(date, Place(token.range))
        case .string(let text):
            eat()
            return .string(text, Place(token.range))
        case .parameter(let name):
            eat()
            return .parameter(Identifier(name, at: token.range))
        case .symbol(.openParenthesis):
            eat()
            let inner = try parseExpression()
            try expect(.closeParenthesis)
            return inner
        case .word(let word):
            switch word.lowercased() {
            case "true": return .truth(true, Place(eat().range))
            case "false": return .truth(false, Place(eat().range))
            case "case": return try parseCase()
            default: break
            }
            if let period = relativePeriod { return try parseRelative(period) }
            return try parseNameOrCall()
        case .quotedName: return try parseNameOrCall()
        case .regex, .symbol, .end: throw .expected("a value", found: token, in: source)
        }
    }

    // case = "case" { "when" expression "then" expression } [ "else" expression ] "end" ;
    private mutating func parseCase() throws(Diagnostic) -> Expression {
        let start = eat().range.start
        var branches: [CaseBranch] = []
        repeat {
            try expect(word: "when")
            let condition = try parseExpression()
            try expect(word: "then")
            branches.append(CaseBranch(condition: condition, value: try parseExpression()))
        } while isWord("when")
        let otherwise = try eat(word: "else") ? parseExpression() : nil
        try expect(word: "end")
        return .cases(branches, otherwise: otherwise, place(from: start))
    }

    // any = "any" sum [ comparison_tail ] ;
    private mutating func parseAny() throws(Diagnostic) -> Expression {
        let start = eat().range.start
        let condition = try parseBinary(.comparison, left: parseSum())
        return .any(condition, place(from: start))
    }

    // call = name "(" [ expression { "," expression } ] [ "where" expression ] ")" ;
    private mutating func parseNameOrCall() throws(Diagnostic) -> Expression {
        let name = try parseName("a value")
        if current.isSymbol(.openParenthesis) {
            eat()
            var arguments: [Expression] = []
            if !current.isSymbol(.closeParenthesis), !isWord("where") {
                arguments.append(try parseExpression())
                while eat(.comma) { arguments.append(try parseExpression()) }
            }
            let condition = try eat(word: "where") ? parseExpression() : nil
            try expect(.closeParenthesis)
            return .call(Call(function: name, arguments: arguments, condition: condition, place: place(from: name.range.start)))
        }
        return .name(try parseQualified(name))
    }

    // column = name [ "." name ] ;
    mutating func parseQualified(_ first: Identifier? = nil) throws(Diagnostic) -> QualifiedName {
        let name = if let first { first } else { try parseName("a column") }
        guard eat(.dot) else { return QualifiedName(name) }
        // Behind a dot any word is a name.
        if case .word(let text) = current.kind { return QualifiedName(Identifier(text, at: eat().range), of: name) }
        return QualifiedName(try parseName("a column"), of: name)
    }

    // MARK: - Relative periods

    private var relativePeriod: RelativePeriod? {
        guard let word = current.word, !look(1).isSymbol(.openParenthesis), !look(1).isSymbol(.dot) else { return nil }
        switch word {
        case "now": return .now
        case "today": return .today
        case "yesterday": return .yesterday
        case "this": return look(1).word.flatMap(DurationLiteral.Unit.init(word:)).map { .this($0) }
        case "last":
            if case .number(let number) = look(1).kind, let amount = number.whole, let unit = look(2).word.flatMap(DurationLiteral.Unit.init(word:)) {
                return .past(DurationLiteral(amount, unit))
            }
            if case .duration(let duration) = look(1).kind { return .past(duration) }
            return look(1).word.flatMap(DurationLiteral.Unit.init(word:)).map { .last($0) }
        default: return nil
        }
    }

    // relative = "now" | "today" | "yesterday" | "this" unit | "last" unit | "last" duration ;
    private mutating func parseRelative(_ period: RelativePeriod) throws(Diagnostic) -> Expression {
        let start = eat().range.start
        switch period {
        case .now, .today, .yesterday: break
        case .this, .last: eat()
        case .past:
            if case .duration = eat().kind { break }
            eat()
        }
        return .relative(period, place(from: start))
    }

    // duration = number unit | short duration ;
    mutating func parseDuration() throws(Diagnostic) -> (DurationLiteral, Place) {
        let token = current
        if case .duration(let duration) = token.kind {
            eat()
            return (duration, Place(token.range))
        }
        guard case .number(let number) = token.kind, let amount = number.whole else {
            throw .expected("a duration such as `30 days`", found: token, in: source)
        }
        guard let unit = look(1).word.flatMap(DurationLiteral.Unit.init(word:)) else {
            eat()
            let units = DurationLiteral.Unit.allCases.map { $0.rawValue + "s" }.joined(separator: ", ")
            throw Diagnostic.expected("a unit of time", found: current, in: source).with(mend: "the units are \(units)")
        }
        eat()
        eat()
        return (DurationLiteral(amount, unit), place(from: token.range.start))
    }
}
