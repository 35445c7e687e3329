import FunnelIngest
import FunnelModel
package import FunnelPlan
import FunnelRender
package import FunnelSession
import FunnelSyntax
import FunnelText

/// A session whose answers are kept as text: what a person would see, without width and without colour.
package final class Transcript {
    private final class Box { var lines: [String] = [] }

    private let box: Box
    package let session: Session
    package private(set) var status: Int32 = 0

    /// A session in a folder. Its clock stands still, so that every run gives the same text.
    package init(
        folder: String, now: Instant = Instant(day: 20_454), parameters: [(name: String, value: String)] = [], format: String? = nil, isSafe: Bool = false,
        environment: @escaping @Sendable (String) -> String? = { _ in nil }, secret: (@Sendable (String) -> String?)? = nil
    ) {
        let box = Box()
        self.box = box
        var configuration = SessionConfiguration(clock: { now }, stopwatch: { 0 })
        configuration.folder = folder
        configuration.parameters = parameters
        configuration.isSafe = isSafe
        configuration.environment = environment
        configuration.secret = secret
        configuration.format = format.flatMap(OutputFormat.init(rawValue:))
        session = Session(configuration, settings: Settings()) { event in box.lines += Self.lines(of: event) }
    }

    /// What comes back for a text.
    package func run(_ text: String, named name: String = "<input>") -> String {
        box.lines = []
        status = session.run(text, named: name)
        return box.lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
    }

    /// What `funnel test` says of a text.
    package func test(_ text: String) -> String {
        box.lines = []
        var summary = TestSummary()
        status = session.test(text, named: "<input>", folder: nil, &summary)
        return box.lines.joined(separator: "\n")
    }

    private static func lines(of event: SessionEvent) -> [String] {
        switch event {
        case .answer(let answer, let format):
            switch format {
            case .table: return TableRenderer(TableOptions()).lines(of: answer).map(\.text)
            case .markdown: return MarkdownRenderer(TableOptions()).lines(of: answer).map(\.text)
            case .csv, .tsv, .json, .ndjson:
                var text = DataRenderer.text(of: [answer], as: format)
                if text.hasSuffix("\n") { text.removeLast() }
                return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            }
        case .text(let lines): return lines.map(\.text)
        case .diagnostic(let diagnostic): return DiagnosticRenderer().lines(of: diagnostic).map(\.text)
        case .loaded(let report): return ["loaded \(report.kept) of \(report.read) rows from \(report.name)"] + report.notes
        case .wrote(let path, let rows): return ["wrote \(rows) rows to \(path)"]
        case .saved(let path, let tables): return ["saved \(path): " + tables.map { "\($0.role.rawValue) \($0.rows) rows" }.joined(separator: ", ")]
        case .opened(let path, let tables): return ["opened \(path): " + tables.map { "\($0.role.rawValue) \($0.rows) rows" }.joined(separator: ", ")]
        case .connected(let engine, _): return ["connected \(engine)"]
        case .bound(let role, let origin, let roles, let notes):
            return ["\(role.rawValue) in place: \(origin)", "  " + roles.map { "\($0.role.rawValue) = \($0.column)" }.joined(separator: ", ")] + notes
        case .timing, .settings, .history, .leave: return []
        }
    }

    /// The tokens of a text, a line each.
    package static func tokens(_ text: String) -> String {
        let source = Source(name: "<input>", text: text)
        let (tokens, _, diagnostics) = Lexer.tokens(of: source)
        let lines = tokens.map { "\($0.range.start)-\($0.range.end) \($0.kind)" }
        return (lines + diagnostics.flatMap { DiagnosticRenderer().lines(of: $0).map(\.text) }).joined(separator: "\n")
    }

    /// The statements of a text in their canonical form.
    package static func tree(_ text: String) -> String {
        let (script, diagnostics) = Parser.parse(Source(name: "<input>", text: text))
        return (script.statements.map(Printer.text) + diagnostics.flatMap { DiagnosticRenderer().lines(of: $0).map(\.text) }).joined(separator: "\n")
    }
}
