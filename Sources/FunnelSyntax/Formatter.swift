package import FunnelText

/// The canonical form of a script: statements as the printer writes them, comments where they stood.
///
/// A comment on a line of its own stays above the statement that it stands above; one behind a statement stays behind it;
/// one inside a statement moves above it. One empty line is kept where there are any. A statement too long for a line has
/// its clauses on lines of their own. Formatting what is formatted changes nothing.
package enum Formatter {
    package static let width = 110

    /// The formatted text, or everything that is wrong with the script.
    package static func format(_ source: Source) -> (text: String, diagnostics: [Diagnostic]) {
        let (script, diagnostics) = Parser.parse(source)
        guard diagnostics.isEmpty else { return (source.text, diagnostics) }
        var writer = Writer(source: source)
        var comments = script.comments[...]
        for statement in script.statements {
            let range = statement.range
            while let comment = comments.first, comment.start < range.start {
                writer.own(comment)
                comments.removeFirst()
            }
            var inside: [TextRange] = []
            var behind: [TextRange] = []
            let lastLine = source.line(at: max(range.start, range.end - 1))
            while let comment = comments.first, comment.start < range.end || source.line(at: comment.start) == lastLine {
                if comment.start < range.end { inside.append(comment) } else { behind.append(comment) }
                comments.removeFirst()
            }
            for (index, comment) in inside.enumerated() { writer.own(comment, startsAt: index == 0 ? range.start : nil) }
            writer.statement(statement, behind: behind, keepsGap: inside.isEmpty)
        }
        for comment in comments { writer.own(comment) }
        return (writer.text, [])
    }
}

/// Writes lines, and one empty line where the source has any.
private struct Writer {
    let source: Source
    var text = ""
    /// The line of the source behind what was written last.
    private var nextLine = 1

    init(source: Source) { self.source = source }

    private mutating func gap(before offset: Int) {
        if !text.isEmpty, source.line(at: offset) > nextLine { text += "\n" }
    }

    mutating func own(_ comment: TextRange, startsAt start: Int? = nil) {
        gap(before: start ?? comment.start)
        text += trimmed(source.text(in: comment)) + "\n"
        nextLine = source.line(at: comment.start) + 1
    }

    mutating func statement(_ statement: Statement, behind: [TextRange], keepsGap: Bool) {
        if keepsGap { gap(before: statement.range.start) }
        let line = Printer.text(statement)
        text += line.count > Formatter.width || line.contains("\n") ? Printer.broken(statement) : line
        for comment in behind { text += "  " + trimmed(source.text(in: comment)) }
        text += "\n"
        nextLine = source.line(at: max(statement.range.start, statement.range.end - 1)) + 1
    }

    private func trimmed(_ comment: String) -> String {
        var end = comment.endIndex
        while end > comment.startIndex, comment[comment.index(before: end)].isWhitespace { end = comment.index(before: end) }
        return String(comment[..<end])
    }
}

extension Printer {
    /// A statement with its clauses on lines of their own.
    static func broken(_ statement: Statement) -> String {
        switch statement {
        case .query(let query): lines(head: measures(query), clauses(query))
        case .explain(let query, _): lines(head: "explain " + measures(query), clauses(query))
        case .plan(let query, let runs, _): lines(head: "plan " + measures(query), clauses(query) + (runs ? ["run"] : []))
        case .sql(.query(let query), let dialect, _): lines(head: "sql " + measures(query), clauses(query) + ["for " + name(dialect)])
        case .time(let query, _): lines(head: "time " + measures(query), clauses(query))
        case .why(let why): lines(head: "why " + measures(why.query), clauses(why.query))
        case .check(let check): lines(head: "check " + text(check.condition), clauses(check.query) + (check.orMissing ? ["or missing"] : []))
        case .define(let definition):
            lines(
                head: "define \(name(definition.name)) = \(text(definition.expression))" + (definition.unit.map { " as " + name($0) } ?? ""),
                definition.texts.map(quoted))
        case .load(let load): lines(head: head(load), clauses(load))
        case .connect, .sql, .save, .saveTo, .open, .test, .parameter, .include, .set, .describe, .list, .funnel, .leaks, .transitions, .compare, .target,
            .help,
            .show:
            text(statement)
        }
    }

    private static func measures(_ query: Query) -> String {
        query.measures.map { measure in (measure.alias.map { name($0) + " = " } ?? "") + text(measure.expression) }.joined(separator: ", ")
    }

    private static func lines(head: String, _ clauses: [String]) -> String { ([head] + clauses.map { "    " + $0 }).joined(separator: "\n") }
}
