/// What there is to say about a text or a file: what is wrong, where, and the mend.
///
/// Each room keeps a catalogue of its messages as static members in an extension.
package struct Diagnostic: Error, Sendable {
    package enum Severity: String, Sendable { case error, warning, note }

    /// What went wrong, as far as the exit status cares.
    package enum Cause: Sendable {
        /// The text or the command line is wrong (status 2).
        case text
        /// A data file or a connection is wrong (status 3).
        case data
        /// A table that the text asks for is not loaded (status 2).
        case tableNotLoaded
        /// The user asked to stop (status 130).
        case interrupted
    }

    package var severity: Severity
    package var cause: Cause
    /// One sentence, without a full stop at its end; names and values in backquotes.
    package var message: String
    package var source: Source?
    package var range: TextRange?
    /// What can be done about it, a line each.
    package var mends: [String]

    package init(
        _ severity: Severity = .error, _ message: String, cause: Cause = .text, in source: Source? = nil,
        at range: TextRange? = nil, mends: [String] = []
    ) {
        self.severity = severity
        self.cause = cause
        self.message = message
        self.source = source
        self.range = range
        self.mends = mends
    }

    /// The same, placed in a source if it has no place yet.
    package func placed(in source: Source?, at range: TextRange? = nil) -> Diagnostic {
        guard self.source == nil else { return self }
        var copy = self
        copy.source = source
        copy.range = self.range ?? range
        return copy
    }

    package func with(mend: String?) -> Diagnostic {
        guard let mend else { return self }
        var copy = self
        copy.mends.append(mend)
        return copy
    }

    package static let interrupted = Diagnostic(.error, "stopped", cause: .interrupted)
}

/// Several diagnostics thrown at once, at the edge of a stage.
package struct Diagnostics: Error, Sendable {
    package var items: [Diagnostic]

    package init(_ items: [Diagnostic]) { self.items = items }
}
