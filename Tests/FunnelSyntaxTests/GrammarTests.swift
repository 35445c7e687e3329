import FunnelSyntax
import FunnelTesting
import FunnelText
import Testing

/// `grammar/funnel.ebnf` and the parser say the same.
struct GrammarTests {
    static let grammar = Grammar(TextFile.read(TextFile.root() + "/grammar/funnel.ebnf") ?? "")

    /// A generator whose sentences are the same in every run.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    /// What the lexer reads, an example or several of each.
    static func special(_ text: String, _ random: inout any RandomNumberGenerator) -> String {
        let choices: [String]
        switch text {
        case let text where text.hasPrefix("a word"): choices = ["source", "conversion", "`Lead Source`", "مبلغ", "نام‌خانوادگی", "`where`", "x1"]
        case let text where text.hasPrefix("\"…\""): choices = ["\"ads\"", "'it''s'", "\"a \\\"b\\\" \\u{645}\"", "'#no comment'"].filter { $0 != "'it''s'" }
        case let text where text.hasPrefix("1200"): choices = ["1200", "1_200", "2.5", "10k", "2.5M", "5%", "۱۲٪", "0.075%"]
        case let text where text.hasPrefix("a number without"): choices = ["3", "10", "۲۰"]
        case let text where text.hasPrefix("2018"): choices = ["2018-03-01", "2018-03", "2018-Q1", "2018-W07", "2018-03-01T14:30", "1402-05-12", "1402-05"]
        case let text where text.hasPrefix("$"): choices = ["$since", "$نام"]
        case let text where text.hasPrefix("between slashes"): choices = ["/^a.*b$/", "/a\\/b/"]
        case let text where text.hasPrefix("a header that"): choices = ["case", "end", "order"]
        case "a percentage": choices = ["95%", "99.9%"]
        case let text where text.hasPrefix("what stands up"): choices = ["2024-01-02", "\"ads\"", "won", "12.50"]
        case "short duration": choices = ["30d", "6h", "45min", "2w", "3mo", "1q", "1y"]
        default: choices = [";"]
        }
        return choices[Int(random.next() % UInt64(choices.count))]
    }

    @Test("the grammar is complete")
    func complete() {
        #expect(Self.grammar.problems.isEmpty)
        #expect(Self.grammar.rules.count > 50)
    }

    @Test("the parser accepts every sentence of the grammar, and prints what it means", arguments: 0..<40)
    func sentences(_ seed: Int) {
        var random = Seeded(state: UInt64(seed) &* 7919)
        for _ in 0..<50 {
            let sentence = Self.grammar.sentence("statement", &random, special: Self.special)
            _ = random.next()
            let (script, diagnostics) = Parser.parse(Source(name: "sentence", text: sentence))
            // The notation can't say that a clause stands at most once, nor that a row has as many cells as there are columns.
            if let message = diagnostics.first?.message, message.hasSuffix("stands twice") || message.hasPrefix("this row has") { continue }
            guard diagnostics.isEmpty, script.statements.count == 1 else {
                Issue.record("\(sentence)\n\(diagnostics.first?.message ?? "\(script.statements.count) statements")")
                continue
            }
            let printed = Printer.text(script.statements[0])
            let (again, mistakes) = Parser.parse(Source(name: "printed", text: printed))
            #expect(
                mistakes.isEmpty && again.statements == script.statements, "\(sentence)\nprinted: \(printed)\nread as: \(again.statements.map(Printer.text))")
        }
    }

    @Test("the parser's keywords are the grammar's")
    func keywords() {
        var known = Parser.reserved.union(Parser.grains)
        known.formUnion(StatementWord.allCases.map(\.rawValue))
        known.formUnion(LoadClause.allCases.map(\.rawValue))
        known.formUnion(QueryClause.allCases.map(\.firstWord))
        known.formUnion(DurationLiteral.Unit.allCases.flatMap { [$0.rawValue, $0.rawValue + "s"] })
        let words = Self.grammar.words
        for word in known.subtracting(["other"]) { #expect(words.contains(word), "`\(word)` is a keyword, and the grammar does not know it") }
    }
}
