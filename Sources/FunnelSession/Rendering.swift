import FunnelModel
import FunnelRender

/// An answer as the text of a file.
enum Rendering {
    /// Whether a file's name asks for an Arrow file; Feather files of version 2 are the same.
    static func isArrow(_ path: String) -> Bool {
        let ending = path.split(separator: ".").last?.lowercased()
        return ending == "arrow" || ending == "feather"
    }

    static func text(_ answer: Answer, _ format: OutputFormat, _ settings: Settings) -> String {
        let options = TableOptions(width: nil, maxRows: nil, digits: settings.digits, currency: settings.currency, unicode: true)
        switch format {
        case .table: return ANSI.text(of: TableRenderer(options).lines(of: answer), coloured: false)
        case .markdown: return ANSI.text(of: MarkdownRenderer(options).lines(of: answer), coloured: false)
        case .csv, .tsv, .json, .ndjson: return DataRenderer.text(of: [answer], as: format)
        }
    }
}
