/// A grammar in the notation of `grammar/funnel.ebnf`, which can write sentences.
package struct Grammar {
    package indirect enum Rule: Sendable {
        case terminal(String)
        case rule(String)
        case special(String)
        case sequence([Rule])
        case choice([Rule])
        case optional(Rule)
        case many(Rule)
    }

    package private(set) var rules: [String: Rule] = [:]
    package private(set) var problems: [String] = []

    package init(_ text: String) {
        var reader = Reader(text)
        while let token = reader.next() {
            guard case .word(let name) = token, case .sign("=")? = reader.next() else {
                problems.append("a rule begins with its name and `=`, not with \(token)")
                return
            }
            rules[name] = reader.choice()
            guard case .sign(";")? = reader.next() else {
                problems.append("the rule \(name) has no `;`")
                return
            }
        }
        problems += undefined.map { "the rule \($0) is not there" }
    }

    private var undefined: [String] {
        var missing: Set<String> = []
        visit { rule in if case .rule(let name) = rule, rules[name] == nil { missing.insert(name) } }
        return missing.sorted()
    }

    /// All words in quotes.
    package var words: Set<String> {
        var found: Set<String> = []
        visit { rule in if case .terminal(let word) = rule, word.first?.isLetter == true { found.insert(word) } }
        return found
    }

    private func visit(_ body: (Rule) -> Void) {
        func walk(_ rule: Rule) {
            body(rule)
            switch rule {
            case .terminal, .rule, .special: break
            case .sequence(let parts), .choice(let parts): parts.forEach(walk)
            case .optional(let inner), .many(let inner): walk(inner)
            }
        }
        rules.values.forEach(walk)
    }

    /// A sentence of a rule. Beyond some depth the shortest choices are taken, so that every sentence ends.
    package func sentence(_ name: String, _ random: inout some RandomNumberGenerator, special: (String, inout any RandomNumberGenerator) -> String) -> String {
        var words: [String] = []
        var generator: any RandomNumberGenerator = random
        write(.rule(name), depth: 0, &words, &generator, special)
        return words.joined(separator: " ")
    }

    private func write(
        _ rule: Rule, depth: Int, _ words: inout [String], _ random: inout any RandomNumberGenerator,
        _ special: (String, inout any RandomNumberGenerator) -> String
    ) {
        let isDeep = depth > 24
        switch rule {
        case .terminal(let word): words.append(word)
        case .special(let text): words.append(special(text, &random))
        case .rule(let name): if let inner = rules[name] { write(inner, depth: depth + 1, &words, &random, special) }
        case .sequence(let parts): for part in parts { write(part, depth: depth + 1, &words, &random, special) }
        case .choice(let parts):
            let choices = isDeep ? Self.cheapest(parts) : parts
            write(choices[pick(choices.count, &random)], depth: depth + 1, &words, &random, special)
        case .optional(let inner): if !isDeep, pick(2, &random) == 0 { write(inner, depth: depth + 1, &words, &random, special) }
        case .many(let inner):
            var count = 0
            while !isDeep, count < 3, pick(3, &random) == 0 {
                write(inner, depth: depth + 1, &words, &random, special)
                count += 1
            }
        }
    }

    private func pick(_ count: Int, _ random: inout any RandomNumberGenerator) -> Int { Int(random.next() % UInt64(count)) }

    /// The choices that lead to an end soonest: leaves, else the first.
    private static func cheapest(_ parts: [Rule]) -> [Rule] {
        let leaves = parts.filter { part in
            switch part {
            case .terminal, .special: true
            case .rule(let name): ["number", "string", "date", "parameter", "column", "name"].contains(name)
            case .sequence, .choice, .optional, .many: false
            }
        }
        return leaves.isEmpty ? [parts[parts.count - 1]] : leaves
    }
}

/// Reads the notation.
private struct Reader {
    enum Token { case word(String), terminal(String), special(String), sign(Character) }

    private let text: [Character]
    private var at = 0

    init(_ text: String) { self.text = Array(text) }

    mutating func next() -> Token? {
        while at < text.count {
            let character = text[at]
            if character.isWhitespace { at += 1; continue }
            if character == "(", at + 1 < text.count, text[at + 1] == "*" {
                while at < text.count, !(text[at] == "*" && at + 1 < text.count && text[at + 1] == ")") { at += 1 }
                at += 2
                continue
            }
            if character == "\"" { return .terminal(until("\"")) }
            if character == "?" { return .special(until("?")) }
            if character.isLetter {
                let start = at
                while at < text.count, text[at].isLetter || text[at].isNumber || text[at] == "_" { at += 1 }
                return .word(String(text[start..<at]))
            }
            at += 1
            return .sign(character)
        }
        return nil
    }

    private mutating func until(_ end: Character) -> String {
        let start = at + 1
        at += 1
        while at < text.count, text[at] != end { at += 1 }
        at += 1
        return String(text[start..<min(at - 1, text.count)]).split(separator: " ").joined(separator: " ")
    }

    private func peek() -> Token? {
        var copy = self
        return copy.next()
    }

    mutating func choice() -> Grammar.Rule {
        var parts = [sequence()]
        while case .sign("|")? = peek() {
            _ = next()
            parts.append(sequence())
        }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() -> Grammar.Rule {
        var parts: [Grammar.Rule] = []
        while let token = peek() {
            switch token {
            case .word(let name): parts.append(.rule(name))
            case .terminal(let word): parts.append(.terminal(word))
            case .special(let text): parts.append(.special(text))
            case .sign("["): parts.append(.optional(bracketed())); continue
            case .sign("{"): parts.append(.many(bracketed())); continue
            case .sign("("): parts.append(bracketed()); continue
            case .sign: return parts.count == 1 ? parts[0] : .sequence(parts)
            }
            _ = next()
        }
        return .sequence(parts)
    }

    private mutating func bracketed() -> Grammar.Rule {
        _ = next()
        let inner = choice()
        _ = next()
        return inner
    }
}
