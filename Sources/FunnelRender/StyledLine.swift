/// The part that a piece of text plays; the door decides whether and how to colour it.
package enum TextStyle: String, Sendable, Hashable, CaseIterable {
    case plain
    case heading, key, number, missing, frame, foot, total
    case error, warning, note, mend, caret, gutter
    case keyword, name, string, comment, kpi
}

/// A line of text whose parts have styles. It holds no control sequences.
package struct StyledLine: Sendable, Hashable {
    package struct Span: Sendable, Hashable {
        package var text: String
        package var style: TextStyle

        package init(_ text: String, _ style: TextStyle = .plain) {
            self.text = text
            self.style = style
        }
    }

    package var spans: [Span]

    package init(_ spans: [Span]) { self.spans = spans }
    package init(_ text: String = "", _ style: TextStyle = .plain) { self.spans = [Span(text, style)] }

    /// The line without its styles.
    package var text: String { spans.map(\.text).joined() }
}

/// The formats an answer can be written in.
package enum OutputFormat: String, CaseIterable, Sendable, Hashable {
    case table, csv, tsv, json, ndjson, markdown

    /// Whether standard output must hold data and nothing else.
    package var isData: Bool {
        switch self {
        case .table, .markdown: false
        case .csv, .tsv, .json, .ndjson: true
        }
    }
}
