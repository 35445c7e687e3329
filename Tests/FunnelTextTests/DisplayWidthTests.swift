import FunnelText
import Testing

@Suite struct DisplayWidthTests {
    @Test(
        "A text takes as many columns as a terminal gives it",
        arguments: [
            ("", 0), ("conversion", 10), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ｱ", 1), ("Ａ", 2), ("한국", 4),
            ("\u{1112}\u{1161}\u{11AB}", 2), ("—…│", 3), ("①", 1),
        ])
    func plainWidths(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test(
        "Persian letters take one column each, harakat and the zero-width non-joiner none",
        arguments: [
            ("تبلیغات", 7), ("می\u{200C}شود", 5), ("سَلام", 4), ("۱٬۲۳۴", 5), ("\u{200F}الف\u{200E}", 3),
        ])
    func persianWidths(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test(
        "An emoji made of parts is one emoji",
        arguments: [
            ("👍", 2), ("👍🏽", 2), ("👩‍👩‍👧‍👦", 2), ("🇮🇷", 2), ("1️⃣", 2), ("❤️", 2), ("❤", 1), ("🏳️‍🌈", 2), ("a👍b", 4),
        ])
    func emojiWidths(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test(
        "Control characters are made visible, other text is left as it is",
        arguments: [
            ("\u{1B}[31mred", "␛[31mred"), ("a\nb\tc", "a↵b⇥c"), ("\u{7}\u{9B}", "\\u{7}\\u{9b}"), ("a\r\nb", "a\\u{d}↵b"),
            ("x\u{202E}gpj.exe", "x\\u{202e}gpj.exe"), ("می\u{200C}شود", "می\u{200C}شود"), ("\u{7F}", "\\u{7f}"),
        ])
    func visible(text: String, shown: String) {
        #expect(DisplayWidth.visible(text) == shown)
    }

    @Test(
        "Persian and Hebrew letters are read from right to left; digits and other letters are not",
        arguments: [
            ("تبلیغ", true), ("a שלום", true), ("۱۲", false), ("日本", false), ("é—", false), ("", false),
        ])
    func direction(text: String, isRightToLeft: Bool) {
        #expect(DisplayWidth.isRightToLeft(text) == isRightToLeft)
        #expect(DisplayWidth.of(text + DisplayWidth.leftToRightMark) == DisplayWidth.of(text))
    }

    @Test("Padding counts columns, and never cuts")
    func padding() {
        #expect(DisplayWidth.pad("日本", to: 6) == "日本  ")
        #expect(DisplayWidth.pad("日本", to: 6, standing: .right) == "  日本")
        #expect(DisplayWidth.pad("conversion", to: 4) == "conversion")
    }

    @Test("Cutting counts columns and never splits a wide letter")
    func cutting() {
        #expect(DisplayWidth.cut("conversion", to: 10) == "conversion")
        #expect(DisplayWidth.cut("conversion", to: 5) == "conv…")
        #expect(DisplayWidth.cut("日本語", to: 4) == "日…")
        #expect(DisplayWidth.cut("日本語", to: 5) == "日本…")
        #expect(DisplayWidth.cut("conversion", to: 5, mark: "...") == "co...")
        #expect(DisplayWidth.cut("conversion", to: 0) == "")
    }

    @Test("Wrapping breaks at spaces; a word that is too long has its own line")
    func wrapping() {
        #expect(DisplayWidth.wrap("one two three", to: 7) == ["one two", "three"])
        #expect(DisplayWidth.wrap("a incomprehensible b", to: 5) == ["a", "incomprehensible", "b"])
        #expect(DisplayWidth.wrap("", to: 5) == [])
    }
}
