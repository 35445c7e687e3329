import FunnelModel
import FunnelStore
import FunnelText
import Testing

@testable import FunnelIngest

/// The amounts that a deals file with these amounts has.
private func amounts(_ values: [String]) throws -> [String] {
    try load(columnText(values, name: "amount")).values("amount")
}

@Suite("numbers") struct NumberTests {
    @Test(
        "amounts are read as people write them",
        arguments: [
            ("$22,700.00", "22700.00"), ("-$5", "-5"), ("$-5", "-5"), ("($1,234.50)", "-1234.50"), ("(5)", "-5"),
            ("USD 1,200", "1200"),
            ("1200 USD", "1200"), ("1 234 567.5", "1234567.5"), ("1\u{A0}234,56 €", "1234.56"), ("€ 1.234,56", "1234.56"),
            ("1\u{202F}234,5", "1234.5"), ("12,34,567.00", "1234567.00"), ("1.5e+06", "1500000"), ("1e3", "1000"),
            ("2.5E-3", "0.0025"),
            ("12%", "0.12"), ("5 %", "0.05"), ("+7", "7"), ("007", "7"), (".5", "0.5"), ("5.", "5"), ("-0.25", "-0.25"),
            ("۱۲۳۴", "1234"), ("۱٬۲۳۴٫۵", "1234.5"), ("٣٤", "34"), ("۱۲٪", "0.12"), ("1200000 ریال", "1200000"),
            ("۵۰۰ تومان", "500"),
            ("1'234.5", "1234.5"), ("R$ 10", "10"), ("US$10", "10"), ("\u{2212}3", "-3"), ("3-", "-3"), ("1,234", "1234"),
            ("1,234,567", "1234567"), ("1.234", "1.234"), ("1.234.567", "1234567"), ("0,5", "0.5"), ("0,125", "0.125"),
            ("﷼ 5", "5"),
            ("Rs. 500", "500"), ("5 IRR", "5"), (" 12 ", "12"),
        ])
    func written(_ text: String, _ value: String) throws {
        #expect(try amounts([text]) == [value])
    }

    @Test(
        "what is no number is a bad cell",
        arguments: [
            "abc", "1,23,4", "12,3456,789", "1.2.3", "--5", "5 apples", "$", "1e", "()", "(5", "5)", "$5€", "1 2", "1,,234",
            "0x10", "∞", "inf",
            "1e999", "%5", "5%%",
        ])
    func refused(_ text: String) {
        let found = problems { _ = try amounts(["1", text]) }
        #expect(found.count == 1 && found[0].message.contains("is not a number"), "\(text): \(found.map(\.message))")
    }

    @Test("the whole column tells a decimal comma from a comma between thousands") func mark() throws {
        #expect(try amounts(["1,234", "5,678"]) == ["1234", "5678"])
        #expect(try amounts(["1,234", "5,67"]) == ["1.234", "5.670"])
        #expect(try amounts(["1,234", "5.67"]) == ["1234.00", "5.67"])
        #expect(try amounts(["1.234", "5,67"]) == ["1234.00", "5.67"])
        #expect(try amounts(["1.234", "1.234.567"]) == ["1234", "1234567"])
        #expect(
            try load(columnText(["1,5", "2"], name: "amount")).report.notes.contains("`amount` is read with a decimal comma"))
    }

    @Test("the scale is the largest that was written") func scale() throws {
        #expect(try amounts(["1", "2.5", "3.25", "4.125"]) == ["1.000", "2.500", "3.250", "4.125"])
        #expect(try amounts(["0.0", "50000000.0"]) == ["0.0", "50000000.0"])
    }

    @Test("numbers that do not fit together lose the zeros at their end") func long() throws {
        #expect(try amounts(["123456789012345678", "1.500"]) == ["123456789012345678.0", "1.5"])
        #expect(try amounts(["1.000000000000000000000", "2.5"]) == ["1.0", "2.5"])
    }

    @Test("a number that still does not fit is a bad cell, or makes the column text") func tooLong() throws {
        let found = problems { _ = try amounts(["123456789012345678901234567890", "1.5"]) }
        #expect(found.first?.message.contains("which is not a number that fits") == true)
        #expect(try column(["123456789012345678901234567890", "1.5"]).type("x") == .text)
        #expect(try column(["1234567890123456.12345", "1.5"]).type("x") == .text)
        #expect(try amounts(["9223372036854775807", "-9223372036854775808"]) == ["9223372036854775807", "-9223372036854775808"])
    }

    @Test("several currencies in one column are told") func currencies() throws {
        let loaded = try load(columnText(["$5", "$6", "€7"], name: "amount"))
        #expect(loaded.report.notes.contains { $0.contains("`$` (2), `€` (1)") })
    }

    @Test("where a number with groups is read the short way, the long way reads the same") func grouped() throws {
        var random = Random(state: 4)
        let pieces = ["1", "23", "456", "000", "0", ",", ".", "$", "-", "789", "12", "%", " "]
        var found = 0
        for _ in 0..<30_000 {
            let text = (0..<Int.random(in: 1...9, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
            let file = FileText(Array(text.utf8))
            let cell = Cell(start: file.base, count: file.count)
            for mark in [DecimalMark.point, .comma] {
                for isDemanded in [true, false] {
                    let rule = NumberRule(mark: mark, isDemanded: isDemanded)
                    guard let short = NumberText.grouped(cell, rule) else { continue }
                    found += 1
                    let long = NumberText.parse(cell, rule)
                    #expect(long?.units == Int128(short.units) && long?.scale == short.scale, "\(text) \(rule)")
                    #expect((long?.currency != 0) == short.isDollars)
                }
            }
        }
        #expect(found > 500)
    }

    @Test("every plain number is read as the slow way reads it") func plain() throws {
        var random = Random(state: 3)
        for _ in 0..<2000 {
            let digits = { (count: Int) in (0..<count).map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined() }
            var text = Bool.random(using: &random) ? "-" : ""
            text += digits(Int.random(in: 1...20, using: &random))
            if Bool.random(using: &random) { text += "." + digits(Int.random(in: 0...10, using: &random)) }
            let file = FileText(Array(text.utf8))
            let cell = Cell(start: file.base, count: file.count)
            let rule = NumberRule(isDemanded: true)
            guard let plain = NumberText.plain(cell, rule) else { continue }
            let slow = try #require(NumberText.parse(cell, rule))
            #expect(Int128(plain.units) == slow.units && plain.scale == slow.scale, "\(text)")
        }
    }
}
