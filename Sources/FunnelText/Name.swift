/// How names are compared: a header `Lead Source` answers to `lead_source`, and case does not matter.
package enum Name {
    /// The form under which a name is known: lower case, each run of spaces and punctuation one `_`, Arabic letter
    /// forms as Persian ones (ي → ی, ك → ک), the zero-width non-joiner dropped.
    package static func fold(_ name: String) -> String {
        var folded = ""
        var pending = false
        for scalar in name.lowercased().unicodeScalars {
            switch scalar {
            case "\u{200C}", "\u{200D}", "\u{FEFF}": continue
            case "ي", "ى": append("ی")
            case "ك": append("ک")
            case _ where isWord(scalar): append(scalar)
            default: pending = true
            }
        }
        return folded.isEmpty ? name : folded

        func append(_ scalar: Unicode.Scalar) {
            if pending && !folded.isEmpty { folded.unicodeScalars.append("_") }
            pending = false
            folded.unicodeScalars.append(scalar)
        }
    }

    /// Whether a scalar can stand in a name: a letter, a digit, `_` or a mark on a letter.
    package static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .nonspacingMark, .spacingMark:
            return true
        default: return false
        }
    }
}
