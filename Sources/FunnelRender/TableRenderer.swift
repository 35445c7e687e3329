package import FunnelModel
import FunnelText

/// Draws an answer as a framed table with its foot; one number alone as one line.
package struct TableRenderer: Sendable {
    private let options: TableOptions

    package init(_ options: TableOptions = TableOptions()) { self.options = options }

    /// The lines of an answer.
    package func lines(of answer: Answer) -> [StyledLine] {
        let cells = TableCells(answer, options: options)
        var foot = Foot.sentences(of: answer, shown: cells.rows.count)
        var lines: [StyledLine] = []
        if Self.isSingleNumber(answer) {
            lines.append(line(ofSingle: cells))
        } else if !answer.columns.isEmpty {
            let layout = layout(of: cells, answer)
            lines = table(of: cells, layout)
            if !layout.hidden.isEmpty { foot.append(Self.hidden(layout.hidden, of: cells)) }
        }
        return lines + Foot.lines(foot, options: options)
    }

    /// What stands below an answer's table, without the table: for standard error when standard output holds data.
    package static func foot(of answer: Answer, width: Int?) -> [StyledLine] {
        let remarks = Foot.ordered(answer.remarks).map { DisplayWidth.visible($0.text) }
        return Foot.lines(remarks, options: TableOptions(width: width))
    }

    /// A query without keys that asks for one measure: it is answered with a line.
    private static func isSingleNumber(_ answer: Answer) -> Bool {
        guard answer.columns.count == 1, answer.rows.count == 1, answer.total == nil else { return false }
        if case .measure = answer.columns[0].kind { return true }
        return false
    }

    /// `cycle  14.7 days`.
    private func line(ofSingle cells: TableCells) -> StyledLine {
        let cell = cells.rows[0][0]
        let unit = cell.style == .missing ? "" : cells.units.first.map { " " + $0 } ?? ""
        return StyledLine([
            StyledLine.Span(cells.headings[0], .heading), StyledLine.Span("  "),
            StyledLine.Span(cell.text + unit, cell.style),
        ])
    }

    private static func hidden(_ columns: [Int], of cells: TableCells) -> String {
        let names = columns.map { cells.headings[$0] }.joined(separator: ", ")
        return "too narrow for \(columns.count) of \(cells.headings.count) columns: \(names)"
    }

    // MARK: - The frame

    private func layout(of cells: TableCells, _ answer: Answer) -> TableLayout {
        var natural = cells.headings.map(DisplayWidth.of)
        let units = cells.units.map { TableCell($0, .foot) }
        for row in cells.rows + [units] + [cells.total ?? []] {
            for (index, cell) in row.enumerated() { natural[index] = max(natural[index], cell.width) }
        }
        return TableLayout(
            natural: natural, canShorten: cells.isNumeric.map { !$0 }, isKey: answer.columns.map(\.isKey),
            limit: options.width, gapWidth: DisplayWidth.of(options.ellipsis))
    }

    private func table(of cells: TableCells, _ layout: TableLayout) -> [StyledLine] {
        let frame = options.unicode ? Frame.light : Frame.ascii
        func line(_ row: [TableCell]) -> StyledLine { self.line(row, cells, layout, frame) }

        var lines = [frame.rule(.top, across: widths(of: layout))]
        lines.append(line(cells.headings.map { TableCell($0, .heading) }))
        if !cells.units.isEmpty { lines.append(line(cells.units.map { TableCell($0, .foot) })) }
        lines.append(frame.rule(.middle, across: widths(of: layout)))
        lines += cells.rows.map(line)
        if let total = cells.total {
            if !cells.rows.isEmpty { lines.append(frame.rule(.middle, across: widths(of: layout))) }
            lines.append(line(total))
        }
        lines.append(frame.rule(.bottom, across: widths(of: layout)))
        return lines
    }

    private func widths(of layout: TableLayout) -> [Int] {
        layout.slots.map { slot in
            switch slot {
            case .column(_, let width): width
            case .gap: DisplayWidth.of(options.ellipsis)
            }
        }
    }

    private func line(_ row: [TableCell], _ cells: TableCells, _ layout: TableLayout, _ frame: Frame) -> StyledLine {
        var spans = [StyledLine.Span(frame.side + " ", .frame)]
        for (place, slot) in layout.slots.enumerated() {
            if place > 0 { spans.append(StyledLine.Span(" " + frame.side + " ", .frame)) }
            switch slot {
            case .gap: spans.append(StyledLine.Span(options.ellipsis, .missing))
            case .column(let column, let width):
                var text = DisplayWidth.cut(row[column].text, to: width, mark: options.ellipsis)
                if options.unicode && DisplayWidth.isRightToLeft(text) { text += DisplayWidth.leftToRightMark }
                let side: DisplayWidth.Side = cells.isNumeric[column] ? .right : .left
                spans.append(StyledLine.Span(DisplayWidth.pad(text, to: width, standing: side), row[column].style))
            }
        }
        spans.append(StyledLine.Span(" " + frame.side, .frame))
        return StyledLine(spans)
    }
}

/// The characters that a table's frame is drawn with.
private struct Frame {
    enum Place { case top, middle, bottom }

    let side: String
    private let line: Character
    private let corners: [Place: (left: String, cross: String, right: String)]

    static let light = Frame(
        side: "│", line: "─", corners: [.top: ("╭", "┬", "╮"), .middle: ("├", "┼", "┤"), .bottom: ("╰", "┴", "╯")])
    static let ascii = Frame(
        side: "|", line: "-", corners: [.top: ("+", "+", "+"), .middle: ("+", "+", "+"), .bottom: ("+", "+", "+")])

    func rule(_ place: Place, across widths: [Int]) -> StyledLine {
        let (left, cross, right) = corners[place] ?? ("", "", "")
        let parts = widths.map { String(repeating: line, count: $0 + 2) }
        return StyledLine(left + parts.joined(separator: cross) + right, .frame)
    }
}
