import FunnelModel
import FunnelRender
import Testing

@Suite struct NumberTests {
    private func cells(_ answer: Answer, digits: Int? = nil) -> [String] {
        let lines = MarkdownRenderer(TableOptions(digits: digits)).lines(of: answer).map(\.text)
        let rows = lines.dropFirst(2).prefix { $0.hasPrefix("|") }
        return rows.map { $0.dropFirst().dropLast().split(separator: " ").joined(separator: " ") }
    }

    @Test func `Percentages have one decimal, small ones as many as they need`() {
        #expect(cells(Samples.column(.percent, [0.105, 0.5])) == ["10.5 %", "50.0 %"])
        #expect(cells(Samples.column(.percent, [0.0052, 0.0001])) == ["0.52 %", "0.01 %"])
        #expect(cells(Samples.column(.percent, [0.00052])) == ["0.052 %"])
        #expect(cells(Samples.column(.percent, [0, -0.0004, -0.25])) == ["0.0 %", "0.0 %", "-25.0 %"])
        #expect(cells(Samples.column(.percent, [0.10525]), digits: 2) == ["10.53 %"])
    }

    @Test func `Halves are rounded away from zero as they are written`() {
        #expect(cells(Samples.column(.percent, [0.285, 0.2845])) == ["28.5 %", "28.5 %"])
        #expect(cells(Samples.column(.days, [14.25, -14.25, 0.95, 99.95])) == ["14.3", "-14.3", "1.0", "100.0"])
    }

    @Test func `Money has two decimals, or none where no value has cents`() {
        #expect(cells(Samples.column(.money, [1234.5, -0.004])) == ["1,234.50", "0.00"])
        #expect(cells(Samples.column(.money, [12_000, 3_000_000])) == ["12,000", "3,000,000"])
    }

    @Test func `Other numbers have up to four decimals that say something`() {
        #expect(cells(Samples.column(.number, [3.14159, 2])) == ["3.1416", "2.0000"])
        #expect(cells(Samples.column(.number, [0.000123456])) == ["0.0001235"])
        #expect(cells(Samples.column(.number, [1234.5678])) == ["1,234.57"])
        #expect(cells(Samples.column(.number, [2, 3])) == ["2", "3"])
    }

    @Test func `A mean of counts shows its fraction, counts themselves have none`() {
        #expect(cells(Samples.column(.count, [2.5, 3])) == ["2.5", "3.0"])
        #expect(cells(Samples.one(.exact(Exact(8000)), .count), digits: 2) == ["8,000"])
    }

    @Test func `Huge and negative numbers keep all their digits`() {
        let huge = Exact(Int128("-123456789012345678901234567890")!, scale: 2)
        #expect(cells(Samples.one(.exact(huge), .money)) == ["-1,234,567,890,123,456,789,012,345,678.90"])
        #expect(cells(Samples.column(.number, [1e22])) == ["10,000,000,000,000,000,000,000"])
        #expect(DataRenderer.text(of: [Samples.one(.exact(huge), .money)], as: .csv) == "x\n-1234567890123456789012345678.90\n")
    }

    @Test func `What is no number is missing`() {
        #expect(cells(Samples.column(.number, [.nan, .infinity, 1])) == ["—", "—", "1"])
        #expect(
            DataRenderer.text(of: [Samples.column(.number, [.nan, -.infinity])], as: .ndjson) == """
                {"query": 1, "x": null}
                {"query": 1, "x": null}

                """)
    }

    @Test(arguments: [
        (1e-5, "0.00001"), (0.1052, "0.1052"), (14, "14.0"), (1e22, "10000000000000000000000.0"), (-0.0, "0.0"),
        (123456.789, "123456.789"), (.leastNonzeroMagnitude, "0." + String(repeating: "0", count: 323) + "5"), (-2.5e-7, "-0.00000025"),
    ])
    func `Data has all digits and never an exponent`(number: Double, text: String) {
        #expect(DataRenderer.text(of: [Samples.column(.number, [number])], as: .tsv) == "x\n\(text)\n")
        #expect(Double(text) == number)
    }
}
