import FunnelSyntax
import FunnelText
import Testing

/// What holds for every text.
struct ParserLaws {
    private static let scraps = [
        "conversion", "by", "where", "(", ")", "\"", "'", "`", "1402-05", "2018-", "30 days", "5%", "=", "!=", "->", "and", "or", "not", "in", "between", "\n",
        "  ",
        ";", "#", "--", "\\", "/", "$", "$x", "case", "when", "end", "any", "load leads from \"x\"", "define x =", "\u{200C}", "م", "🙂", "\0", "\u{202E}",
        "۱۲٪",
        ".", ",", "top 3", "with other", "is missing", "matches /", "99999999999999999999999999999999999999999", "1e9", "10m", "\r\n", "\t",
    ]

    @Test("no text crashes the parser, and every range lies within the text", arguments: 0..<40)
    func anyText(_ seed: Int) {
        var random = GrammarTests.Seeded(state: UInt64(seed) &+ 99)
        for _ in 0..<200 {
            let count = Int(random.next() % 24)
            let text = (0..<count).map { _ in Self.scraps[Int(random.next() % UInt64(Self.scraps.count))] }.joined(separator: random.next() % 2 == 0 ? " " : "")
            let source = Source(name: "scraps", text: text)
            let (script, diagnostics) = Parser.parse(source)
            for diagnostic in diagnostics {
                guard let range = diagnostic.range else { Issue.record("a message without a place: \(diagnostic.message)"); continue }
                #expect(range.start >= 0 && range.start <= range.end && range.end <= max(source.bytes.count, range.start + 1), "\(text): \(range)")
            }
            for statement in script.statements { #expect(statement.range.end <= source.bytes.count) }
            for token in Lexer.tokens(of: source).tokens { #expect(token.range.start < token.range.end && token.range.end <= source.bytes.count) }
            _ = Lexer.isComplete(text)
        }
    }

    @Test("a chain without end is a message, not a crash", arguments: [" + 1", " and won", " or won", " * 2"])
    func chain(_ link: String) {
        let (long, found) = Parser.parse(Source(name: "chain", text: "leads where x" + String(repeating: link, count: 100_000)))
        #expect(long.statements.isEmpty)
        #expect(found.map(\.message) == ["this expression is too long"])
        #expect(Parser.parse(Source(name: "chain", text: "leads where x" + String(repeating: link, count: 400))).diagnostics.isEmpty)
    }

    @Test("a word that is explained joins no lines")
    func help() {
        for word in ["where", "by", "within", "vs", "and"] { #expect(Lexer.isComplete("help \(word)")) }
        #expect(Parser.parse(Source(name: "help", text: "help where\nleads")).script.statements.count == 2)
        #expect(!Lexer.isComplete("leads where"))
    }

    @Test("nesting without end is a message, not a crash")
    func depth() {
        for text in [
            String(repeating: "(", count: 100_000), String(repeating: "-", count: 9) + String(repeating: "- ", count: 100_000),
            String(repeating: "not ", count: 100_000) + "x",
        ] {
            let (_, diagnostics) = Parser.parse(Source(name: "deep", text: text))
            #expect(!diagnostics.isEmpty || text.hasPrefix("--"))
        }
    }

    @Test(
        "a statement ends at a newline, unless the line goes on",
        arguments: [
            ("leads\nwon", 2), ("leads\nby source", 1), ("leads\n  by source", 1), ("leads,\nwon", 1), ("leads where source\n= \"a\"", 2),
            ("leads where source =\n\"a\"", 1),
            ("leads; won", 2), ("sum(deals.amount\nwhere won)", 1), ("leads \\\nby source", 1), ("leads\n\nwon", 2), ("leads # by source\nwon", 2),
            ("leads\n# a comment\n  by source", 1), ("leads -- a comment\nby source", 1), ("#!/usr/bin/env funnel\nleads", 1), ("  leads\n  won", 2),
        ])
    func ends(_ text: String, _ count: Int) {
        let (tokens, _, _) = Lexer.tokens(of: Source(name: "", text: text))
        _ = tokens
        let (script, diagnostics) = Parser.parse(Source(name: "", text: text))
        let errors = diagnostics.count
        #expect(script.statements.count + errors == count, "\(text): \(script.statements.map(Printer.text))")
    }

    @Test("a bracket that is never closed does not swallow the rest of the script")
    func openBracket() {
        let (script, diagnostics) = Parser.parse(Source(name: "", text: "conversion where (source = \"ads\"\nleads\nwon by month\n"))
        #expect(diagnostics.count == 1)
        #expect(script.statements.count == 2)
    }

    @Test("all mistakes of a script are reported, in order")
    func recovery() {
        let (script, diagnostics) = Parser.parse(Source(name: "", text: "leads by )\nwon\nconversion where )\nleads limit x\nrevenue"))
        #expect(script.statements.count == 2)
        #expect(diagnostics.count == 3)
        #expect(diagnostics.map { $0.range?.start ?? -1 } == diagnostics.map { $0.range?.start ?? -1 }.sorted())
    }

    @Test(
        "what can run is told from what goes on",
        arguments: [
            ("leads", true), ("leads by", false), ("leads,", false), ("sum(deals.amount", false), ("leads \\", false), ("leads where source in (\"a\",", false),
            ("leads where source = \"a", true), ("", true), ("leads +", false), ("leads where not", false),
        ])
    func completeness(_ text: String, _ complete: Bool) { #expect(Lexer.isComplete(text) == complete, "\(text)") }
}
