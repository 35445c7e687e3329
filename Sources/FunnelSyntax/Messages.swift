package import FunnelText

/// What lexing and parsing have to say.
extension Diagnostic {
    package static let strayBackslash = Diagnostic(.error, "`\\` joins lines only at the end of a line")
    package static let unclosedString = Diagnostic(.error, "this string is not closed", mends: ["end it with the quote that it began with"])
    package static let badEscape = Diagnostic(
        .error, "this escape is not known", mends: ["a string knows \\\" \\' \\\\ \\n \\t and \\u{…}; write \\\\ for a backslash"])
    package static let emptyName = Diagnostic(.error, "a name is missing between the backquotes")
    package static let unclosedName = Diagnostic(.error, "this name is not closed", mends: ["end it with a backquote"])
    package static let emptyParameter = Diagnostic(.error, "a parameter's name is missing behind `$`")
    package static let unclosedRegex = Diagnostic(.error, "this regular expression is not closed", mends: ["end it with `/`"])
    package static let numberTooLong = Diagnostic(.error, "this number has too many digits")

    package static func unknownCharacter(_ scalar: Unicode.Scalar) -> Diagnostic {
        let diagnostic = Diagnostic(.error, "`\(Character(scalar))` means nothing here")
        switch scalar {
        case "“", "”", "‘", "’", "«", "»": return diagnostic.with(mend: "a string stands in \"…\" or '…'")
        case "&": return diagnostic.with(mend: "write `and`")
        case "|": return diagnostic.with(mend: "write `or`")
        case "!": return diagnostic.with(mend: "write `not`, or `!=`")
        default: return diagnostic
        }
    }

    package static func unknownSuffix(_ suffix: String) -> Diagnostic {
        let diagnostic = Diagnostic(.error, "`\(suffix)` is no unit of a number")
        if suffix == "m" { return diagnostic.with(mend: "write `M` for million, `min` for minutes, `mo` for months") }
        return diagnostic.with(mend: "known are k, M, B and the durations d, w, h, min, mo, q, y; a name does not begin with a digit")
    }

    package static func expected(_ what: String, found: Token, in source: Source) -> Diagnostic {
        if case .end = found.kind { return Diagnostic(.error, "\(what) is missing here", in: source, at: found.range) }
        return Diagnostic(.error, "expected \(what), found `\(source.text(in: found.range))`", in: source, at: found.range)
    }

    package static func clauseTwice(_ clause: String, at range: TextRange) -> Diagnostic {
        Diagnostic(.error, "`\(clause)` stands twice", at: range, mends: ["each clause stands once; join conditions with `and`"])
    }

    package static func unknownClause(_ word: String, at range: TextRange, known: [String]) -> Diagnostic {
        if known.contains(word.lowercased()) {
            return Diagnostic(
                .error, "`\(word)` does not belong to this statement", at: range,
                mends: ["a line that begins with `\(word)` goes on with the one before; a query begins with what it measures: `leads \(word) …`"])
        }
        return Diagnostic(
            .error, "`\(word)` does not belong here", at: range,
            mends: [
                Suggestion.mend(for: word, among: known) ?? "a query goes on with \(known.joined(separator: ", "))"
            ])
    }

    /// A clause where a statement begins.
    package static func clauseFirst(_ clause: String, at range: TextRange) -> Diagnostic {
        Diagnostic(.error, "a statement can't begin with `\(clause)`", at: range, mends: ["a query begins with what it measures: `leads \(clause) …`"])
    }

    package static func numberTooLarge(_ text: String, at range: TextRange) -> Diagnostic {
        Diagnostic(.error, "`\(text)` is too large a number here", at: range, mends: ["at most 2,147,483,647 can stand here"])
    }

    package static func chainedComparison(at range: TextRange) -> Diagnostic {
        Diagnostic(.error, "comparisons do not chain", at: range, mends: ["write `a < b and b < c`, or `b between a and c`"])
    }

    package static func rowOfWrongLength(_ found: Int, _ wanted: Int) -> Diagnostic {
        Diagnostic(.error, "this row has \(found) cells, and the table has \(wanted) columns", mends: ["an empty place between commas is a missing value"])
    }

    package static let tooLong = Diagnostic(
        .error, "this expression is too long", mends: ["`in (…)` asks for many values at once; or define parts of it under names of their own"])
    package static let tooDeep = Diagnostic(.error, "this expression is nested too deeply", mends: ["define parts of it under names of their own"])
}
