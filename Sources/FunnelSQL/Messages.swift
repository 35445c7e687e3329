package import FunnelText

/// What there is to say of queries that an engine can't be asked.
extension Diagnostic {
    /// `construct` in the words of the language, `others` the dialects that can say it.
    package static func noSQL(_ construct: String, in dialect: String, others: [String]) -> Diagnostic {
        Diagnostic(
            .error, "\(construct) can't be said in the SQL of `\(dialect)`",
            mends: others.isEmpty ? ["ask the store in memory"] : ["\(others.map { "`\($0)`" }.joined(separator: ", ")) can"])
    }

    package static func noTable(_ table: String) -> Diagnostic {
        Diagnostic(.error, "the table `\(table)` is not there", cause: .tableNotLoaded)
    }
}
