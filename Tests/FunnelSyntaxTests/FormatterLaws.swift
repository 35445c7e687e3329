import FunnelSyntax
import FunnelTesting
import FunnelText
import Testing

/// `funnel fmt`: what is formatted stays as it is, and says what it said.
struct FormatterLaws {
    private func formatted(_ text: String) -> String { Formatter.format(Source(name: "text", text: text)).text }

    @Test("formatting twice is formatting once, and changes no statement", arguments: 0..<30)
    func idempotent(_ seed: Int) {
        var random = GrammarTests.Seeded(state: UInt64(seed) &* 104_729)
        var lines: [String] = []
        for _ in 0..<6 {
            let sentence = GrammarTests.grammar.sentence("statement", &random, special: GrammarTests.special)
            _ = random.next()
            guard Parser.parse(Source(name: "", text: sentence)).diagnostics.isEmpty else { continue }
            if random.next() % 3 == 0 { lines.append("# above \(lines.count)") }
            if random.next() % 4 == 0 { lines.append("") }
            lines.append(sentence + (random.next() % 3 == 0 ? "   -- behind \(lines.count)" : ""))
        }
        let text = lines.joined(separator: "\n\n") + "\n"
        let (script, diagnostics) = Parser.parse(Source(name: "", text: text))
        guard diagnostics.isEmpty else { return }
        let once = formatted(text)
        #expect(formatted(once) == once, "\(text)\n---\n\(once)")
        let (again, mistakes) = Parser.parse(Source(name: "", text: once))
        #expect(mistakes.isEmpty && again.statements == script.statements, "\(once)")
        #expect(again.comments.count == script.comments.count)
    }

    @Test("a text that can't be read is left as it is")
    func broken() { #expect(formatted("leads by )\n") == "leads by )\n") }

    @Test(
        "the canonical form",
        arguments: [
            ("leads   by source", "leads by source\n"), ("#!/usr/bin/env funnel\n\n\n\nleads", "#!/usr/bin/env funnel\n\nleads\n"),
            ("leads # here\nwon", "leads  # here\nwon\n"), ("leads by source where won", "leads where won by source\n"),
            ("leads\n  # why\n  by source", "# why\nleads by source\n"), ("", ""), ("# alone", "# alone\n"), ("leads; won", "leads\nwon\n"),
        ])
    func canonical(_ text: String, _ form: String) { #expect(formatted(text) == form) }

    @Test("the examples are in canonical form", arguments: TextFile.files(below: TextFile.root() + "/examples", ending: ".funnel"))
    func examples(_ path: String) throws {
        let text = try #require(TextFile.read(path))
        #expect(formatted(text) == text)
    }
}
