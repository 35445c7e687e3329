import FunnelModel
import FunnelText

/// One cell as a reader sees it.
struct TableCell {
    var text: String
    var style: TextStyle

    init(_ text: String, _ style: TextStyle) {
        self.text = text
        self.style = style
    }

    var width: Int { DisplayWidth.of(text) }
}

/// An answer's cells, written out and not yet laid out: what the frame of a table and a Markdown table have in common.
struct TableCells {
    let headings: [String]
    /// What the numbers of each column count; empty where no column has a unit to say.
    let units: [String]
    let isNumeric: [Bool]
    /// The rows that are shown.
    let rows: [[TableCell]]
    let total: [TableCell]?

    init(_ answer: Answer, options: TableOptions) {
        let formats = answer.columns.indices.map { index in
            let values = answer.rows.lazy.map { $0[index] }
            let all = Array(values) + (answer.total.map { [$0[index]] } ?? [])
            return ColumnFormat(answer.columns[index], values: all, options: options)
        }
        headings = answer.columns.map { DisplayWidth.visible($0.name) }
        units = formats.contains { !$0.unit.isEmpty } ? formats.map(\.unit) : []
        isNumeric = formats.map(\.isNumeric)
        rows = answer.rows.prefix(options.maxRows ?? .max).map { row in zip(formats, row).map { $0.cell($1) } }
        total = answer.total.map { Self.total($0, of: answer, formats) }
    }

    /// The total's keys are empty but for the first, which says what the line is.
    private static func total(_ values: [Value], of answer: Answer, _ formats: [ColumnFormat]) -> [TableCell] {
        values.indices.map { index in
            guard answer.columns[index].isKey else {
                return TableCell(formats[index].cell(values[index]).text, .total)
            }
            return TableCell(index == 0 ? "total" : "", .total)
        }
    }
}
