import FunnelModel
import FunnelRender

/// An answer as the text of a file.
enum Rendering {
    static func text(_ answer: Answer, _ format: OutputFormat, _ settings: Settings) -> String {
        let options = TableOptions(width: nil, maxRows: nil, digits: settings.digits, currency: settings.currency, unicode: true)
        switch format {
        case .table: return ANSI.text(of: TableRenderer(options).lines(of: answer), coloured: false)
        case .markdown: return ANSI.text(of: MarkdownRenderer(options).lines(of: answer), coloured: false)
        case .csv, .tsv, .json, .ndjson: return DataRenderer.text(of: [answer], as: format)
        }
    }
}
