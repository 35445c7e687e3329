import FunnelModel

/// CSV as RFC 4180 has it, with `\n` as line end, and TSV with escapes instead of quotes.
struct DelimitedWriter {
    private let separator: String
    private let cell: @Sendable (String) -> String
    /// What stands for a missing value that is alone in its line: an empty line would be no row at all.
    private let alone: String

    /// Fields that hold a comma, a quote or a line end are quoted. An empty text is `""`, so that it is not missing.
    static let csv = DelimitedWriter(separator: ",", cell: quoted, alone: "\"\"")
    /// Tabs, line ends and backslashes are `\t`, `\n`, `\r` and `\\`.
    static let tsv = DelimitedWriter(separator: "\t", cell: escaped, alone: "\"\"")

    func text(of answer: Answer) -> String {
        var text = line(answer.columns.map(\.name))
        for row in answer.rows { text += line(row.map(\.dataText)) }
        if let total = answer.total { text += line(total.map(\.dataText)) }
        return text
    }

    private func line(_ fields: [String?]) -> String {
        if fields.count == 1 { return (fields[0].map(cell) ?? alone) + "\n" }
        return fields.map { $0.map(cell) ?? "" }.joined(separator: separator) + "\n"
    }

    private static let quoted: @Sendable (String) -> String = { field in
        if field.isEmpty { return "\"\"" }
        let marks: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        guard field.utf8.contains(where: marks.contains) else { return field }
        var text = "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { text += "\"" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }

    private static let escaped: @Sendable (String) -> String = { field in
        let marks: [UInt8] = [UInt8(ascii: "\t"), UInt8(ascii: "\\"), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        guard field.utf8.contains(where: marks.contains) else { return field }
        var text = ""
        for scalar in field.unicodeScalars {
            switch scalar {
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\\": text += "\\\\"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
