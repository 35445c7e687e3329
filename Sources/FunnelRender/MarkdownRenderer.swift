package import FunnelModel
import FunnelText

/// Writes an answer as a GitHub table, its numbers as in a table on the screen, its foot as a list.
package struct MarkdownRenderer: Sendable {
    private var options: TableOptions

    package init(_ options: TableOptions = TableOptions()) {
        self.options = options
        self.options.width = nil
        self.options.unicode = true
    }

    /// The lines of an answer.
    package func lines(of answer: Answer) -> [StyledLine] {
        let cells = TableCells(answer, options: options)
        let headings = zip(cells.headings, cells.units.isEmpty ? cells.headings.map { _ in "" } : cells.units).map {
            Self.escaped($1.isEmpty ? $0 : "\($0) (\($1))")
        }
        var rows = cells.rows.map { $0.map { Self.escaped($0.text) } }
        if let total = cells.total {
            rows.append(total.map { $0.text.isEmpty ? "" : "**" + Self.escaped($0.text) + "**" })
        }
        var lines = headings.isEmpty ? [] : Self.table(headings, rows, cells.isNumeric)
        let foot = Foot.sentences(of: answer, shown: cells.rows.count)
        if !foot.isEmpty && !lines.isEmpty { lines.append("") }
        lines += foot.map { "- " + Self.escaped($0, keeping: "`") }
        return lines.map { StyledLine($0) }
    }

    private static func table(_ headings: [String], _ rows: [[String]], _ isNumeric: [Bool]) -> [String] {
        var widths = headings.map { max(3, DisplayWidth.of($0)) }
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], DisplayWidth.of(cell)) }
        }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map {
                DisplayWidth.pad(cells[$0], to: widths[$0], standing: isNumeric[$0] ? .right : .left)
            }
            return "| " + padded.joined(separator: " | ") + " |"
        }
        let rule = widths.indices.map { index in
            let dashes = String(repeating: "-", count: widths[index] - 1)
            return isNumeric[index] ? dashes + ":" : ":" + dashes
        }
        return [line(headings), line(rule)] + rows.map(line)
    }

    /// The text with a backslash before what Markdown would take for its own.
    private static func escaped(_ text: String, keeping kept: Unicode.Scalar? = nil) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "|", "\\", "*", "`", "<", "[", "]", "~", "&":
                if scalar != kept { result += "\\" }
                result.unicodeScalars.append(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
