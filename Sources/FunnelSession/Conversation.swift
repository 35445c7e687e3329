package import FunnelIngest
package import FunnelModel
package import FunnelRender
package import FunnelText

/// What a session says while it runs a text, in order.
package enum SessionEvent: Sendable {
    /// The answer of a query or a listing, in the format that applies to it.
    case answer(Answer, format: OutputFormat)
    /// Help, an explanation, a plan, settings: lines to read.
    case text([StyledLine])
    case diagnostic(Diagnostic)
    case loaded(LoadReport)
    /// Seconds a statement took, where timing is on.
    case timing(Double)
    /// Something was written to a file.
    case wrote(path: String, rows: Int)
    /// The store was saved into a folder, or a saved one was opened: how many rows each table has.
    case saved(path: String, tables: [(role: TableRole, rows: Int)])
    case opened(path: String, tables: [(role: TableRole, rows: Int)])
    /// An engine was connected; its address has no secret in it.
    case connected(engine: String, version: String)
    /// A table of an engine plays a role from now on, where it stands.
    case bound(role: TableRole, origin: String, roles: [BoundRole], notes: [String])
    /// A setting was changed: how answers look may have.
    case settings(Settings)
    /// `history`: the lines typed so far.
    case history
    /// `quit`.
    case leave
}

/// One thing that can stand at the cursor.
package struct Completion: Sendable, Hashable {
    /// What replaces the range.
    package var replacement: String
    /// As the list of choices shows it.
    package var label: String
    /// One line about it.
    package var summary: String

    package init(replacement: String, label: String, summary: String) {
        self.replacement = replacement
        self.label = label
        self.summary = summary
    }
}

/// What the shell needs of a session. A session is used by one thread at a time; only `interrupt` may be called from a
/// signal handler.
package protocol Conversation: AnyObject {
    /// Runs a text to its end. Returns the exit status: 0, 1, 2, 3 or 130.
    func run(_ text: String, named name: String) -> Int32
    /// Whether Enter should run this text (true) or go on with a continuation line (an open bracket or string, a line that ends with an operator, a comma or a backslash).
    func isComplete(_ text: String) -> Bool
    /// What can stand at `offset` (UTF-8), and the range that it would replace; `files` lists a folder's entries.
    func completions(in text: String, at offset: Int) -> (range: TextRange, choices: [Completion])
    /// The style of each part of a text being typed, in order; parts that are not named are plain.
    func highlights(of text: String) -> [(range: TextRange, style: TextStyle)]
    /// Asks what runs to stop. Safe in a signal handler.
    func interrupt()
}
