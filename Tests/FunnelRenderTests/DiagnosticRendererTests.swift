import FunnelRender
import FunnelText
import Testing

@Suite struct DiagnosticRendererTests {
    private func shown(_ diagnostic: Diagnostic, width: Int? = nil) -> String {
        text(DiagnosticRenderer(width: width).lines(of: diagnostic))
    }

    @Test func `An error has its place, its line, carets and the mend`() {
        let source = Source(name: "kpis.funnel", text: "load leads\n\nconversoin by source\n")
        let diagnostic = Diagnostic(
            .error, "no measure is named `conversoin`", in: source, at: TextRange(12, 22), mends: ["`conversion` may be meant"])
        #expect(
            shown(diagnostic) == """
                error: no measure is named `conversoin`
                  --> kpis.funnel:3:1
                   |
                 3 | conversoin by source
                   | ^^^^^^^^^^
                   = help: `conversion` may be meant
                """)
    }

    @Test func `Carets count columns of the screen, not bytes`() {
        let text = "\tوقتی\u{200C}که 日本 = bad"
        let source = Source(name: "<input>", text: text, firstLine: 120)
        let end = text.utf8.count
        #expect(
            shown(Diagnostic(.warning, "odd", in: source, at: TextRange(end - 3, end))) == """
                warning: odd
                    --> <input>:120:14
                     |
                 120 |     وقتی\u{200C}که 日本 = bad
                     |                   ^^^
                """)
    }

    @Test func `Of a range over several lines the first is shown to its end`() {
        let source = Source(name: "a", text: "define x = (1 +\n  2\n")
        #expect(
            shown(Diagnostic(.note, "this", in: source, at: TextRange(11, 19))) == """
                note: this
                  --> a:1:12
                   |
                 1 | define x = (1 +
                   |            ^^^^
                """)
    }

    @Test func `At the end of a text one caret stands behind it`() {
        let source = Source(name: "a", text: "leads by")
        #expect(
            shown(Diagnostic(.error, "a key is missing", in: source, at: TextRange(8, 8))) == """
                error: a key is missing
                  --> a:1:9
                   |
                 1 | leads by
                   |         ^
                """)
    }

    @Test func `A long line is cut around the caret`() {
        let head = String(repeating: "a, ", count: 40)
        let source = Source(name: "a", text: head + "oops, " + String(repeating: "b, ", count: 40))
        #expect(
            shown(Diagnostic(.error, "no", in: source, at: TextRange(120, 124)), width: 50) == """
                error: no
                  --> a:1:121
                   |
                 1 | …a, a, a, a, oops, b, b, b, b, b, b, b, b, b…
                   |              ^^^^
                """)
    }

    @Test func `Control characters of data are shown, not sent`() {
        let source = Source(name: "l\u{1B}.csv", text: "1,\u{1B}[2J,x\r\n")
        #expect(
            shown(Diagnostic(.error, "bad \u{7}", cause: .data, in: source, at: TextRange(2, 6), mends: ["\u{9B}1m"])) == """
                error: bad \\u{7}
                  --> l␛.csv:1:3
                   |
                 1 | 1,␛[2J,x
                   |   ^^^^
                   = help: \\u{9b}1m
                """)
    }

    @Test func `It may have no range, or no source at all`() {
        let source = Source(name: "leads.csv", text: "")
        #expect(shown(Diagnostic(.error, "it is empty", in: source)) == "error: it is empty\n  --> leads.csv")
        #expect(shown(Diagnostic(.error, "stopped", mends: ["`load` again"])) == "error: stopped\n  = help: `load` again")
        #expect(shown(Diagnostic(.error, "far", in: source, at: TextRange(9, 12))).hasSuffix("\n 1 | \n   | ^"))
    }
}

@Suite struct ANSITests {
    @Test func `Colours stand around the parts that have one`() {
        let line = StyledLine([.init("error", .error), .init(": no"), .init("", .mend)])
        #expect(ANSI.text(of: [line], coloured: true) == "\u{1B}[1;31merror\u{1B}[0m: no\n")
        #expect(ANSI.text(of: [line], coloured: false) == "error: no\n")
    }

    @Test func `No control character of a line gets through`() {
        #expect(ANSI.text(of: [StyledLine("a\u{1B}[2Jb\n", .plain)], coloured: true) == "a␛[2Jb↵\n")
    }
}
