package import FunnelText

/// Shows a diagnostic in the one form that all of them have.
///
///     error: no measure is named `conversoin`
///       --> kpis.funnel:3:1
///        |
///      3 | conversoin by source
///        | ^^^^^^^^^^
///        = help: `conversion` may be meant
package struct DiagnosticRenderer: Sendable {
    private let width: Int
    private let ellipsis: String

    /// - Parameter width: the columns of the terminal; a longer source line is cut around the caret.
    package init(width: Int? = nil, unicode: Bool = true) {
        self.width = max(40, width ?? 120)
        self.ellipsis = unicode ? "…" : "..."
    }

    package func lines(of diagnostic: Diagnostic) -> [StyledLine] {
        let style = Self.style(of: diagnostic.severity)
        let message = DisplayWidth.visible(Secrets.masked(diagnostic.message))
        var lines = [StyledLine([.init(diagnostic.severity.rawValue, style), .init(": " + message)])]
        var gutter = " "
        if let source = diagnostic.source {
            let name = DisplayWidth.visible(source.name)
            guard let range = diagnostic.range else {
                lines.append(StyledLine([.init("  --> ", .gutter), .init(name)]))
                return lines + mends(of: diagnostic, gutter: gutter)
            }
            let start = min(max(range.start, 0), source.bytes.count)
            let number = source.line(at: start)
            gutter = String(repeating: " ", count: String(number).utf8.count + 1)
            let place = "\(name):\(number):\(source.column(at: start))"
            lines.append(StyledLine([.init(gutter + "--> ", .gutter), .init(place)]))
            lines += excerpt(of: source, TextRange(start, max(start, range.end)), number: number, gutter: gutter, style)
        }
        return lines + mends(of: diagnostic, gutter: gutter)
    }

    /// The source line and the carets below what is meant.
    private func excerpt(
        of source: Source, _ range: TextRange, number: Int, gutter: String, _ style: TextStyle
    ) -> [StyledLine] {
        let line = source.lineRange(at: range.start)
        let start = min(range.start, line.end)
        let end = max(start, min(range.end, line.end))
        // A mask takes as many bytes as what it hides, so places stay what they are.
        let bytes = Array(Secrets.masked(source.text(in: line)).utf8)
        func part(_ from: Int, _ to: Int) -> String {
            guard bytes.count == line.end - line.start else { return Self.shown(source.text(in: TextRange(from, to))) }
            return Self.shown(String(decoding: bytes[from - line.start..<to - line.start], as: UTF8.self))
        }
        let (before, meant, after) = (part(line.start, start), part(start, end), part(end, line.end))
        let (text, indent, length) = window(before, meant, after, room: width - gutter.utf8.count - 3)
        let marks = String(repeating: " ", count: indent) + String(repeating: "^", count: max(1, length))
        return [
            StyledLine(gutter + " |", .gutter),
            StyledLine([.init(" \(number) | ", .gutter), .init(text)]),
            StyledLine([.init(gutter + " | ", .gutter), .init(marks, .caret)]),
        ]
    }

    /// As much of a line as fits, with what is meant in it: the text, the columns before the carets, and how many carets.
    private func window(_ before: String, _ meant: String, _ after: String, room: Int) -> (String, Int, Int) {
        let mark = DisplayWidth.of(ellipsis)
        var (before, meant, after) = (before, meant, after)
        if DisplayWidth.of(before) + DisplayWidth.of(meant) + DisplayWidth.of(after) > room {
            meant = DisplayWidth.cut(meant, to: room - 2 * mark, mark: ellipsis)
            let left = room - DisplayWidth.of(meant)
            // A third of the room that is left shows what leads up to the place, the rest what follows.
            let lead = max(left / 3, left - DisplayWidth.of(after))
            before = Self.end(of: before, columns: lead, mark: ellipsis)
            after = DisplayWidth.cut(after, to: left - DisplayWidth.of(before), mark: ellipsis)
        }
        return (before + meant + after, DisplayWidth.of(before), DisplayWidth.of(meant))
    }

    /// The end of a text, as much as fits into so many columns together with `mark`.
    private static func end(of text: String, columns: Int, mark: String) -> String {
        guard DisplayWidth.of(text) > columns else { return text }
        let turned = String(text.reversed())
        let kept = DisplayWidth.prefix(of: turned, columns: max(0, columns - DisplayWidth.of(mark)))
        return mark + String(kept.reversed())
    }

    private static func shown(_ text: String) -> String {
        DisplayWidth.visible(text.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "    "))
    }

    private func mends(of diagnostic: Diagnostic, gutter: String) -> [StyledLine] {
        diagnostic.mends.map { mend in
            StyledLine([.init(gutter + " = ", .gutter), .init("help", .mend), .init(": " + DisplayWidth.visible(Secrets.masked(mend)))])
        }
    }

    private static func style(of severity: Diagnostic.Severity) -> TextStyle {
        switch severity {
        case .error: .error
        case .warning: .warning
        case .note: .note
        }
    }
}
