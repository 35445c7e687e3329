import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// A test of one text, made ready. Texts are compared by their bytes, as engines compare them.
struct TextMatch {
    private enum Way {
        case among(Set<Spelling>)
        case contains([UInt8])
        case prefix([UInt8])
        case suffix([UInt8])
        case like([Unicode.Scalar])
        case regex(Regex<AnyRegexOutput>)
        case compare(Comparison, String)
    }

    private let way: Way

    init(_ test: TextTest) throws(Diagnostic) {
        switch test {
        case .isIn(let texts): way = .among(Set(texts.map(Spelling.init)))
        case .contains(let text): way = .contains(Array(text.utf8))
        case .startsWith(let text): way = .prefix(Array(text.utf8))
        case .endsWith(let text): way = .suffix(Array(text.utf8))
        case .like(let pattern): way = .like(Array(pattern.unicodeScalars))
        case .matches(let pattern):
            do { way = .regex(try Regex(pattern).matchingSemantics(.unicodeScalar)) } catch { throw .badRegex(pattern) }
        case .compare(let comparison, let text): way = .compare(comparison, text)
        }
    }

    func holds(_ text: String) -> Bool {
        switch way {
        case .among(let texts): texts.contains(Spelling(text))
        case .contains(let part): Self.contains(text.utf8, part)
        case .prefix(let part): text.utf8.starts(with: part)
        case .suffix(let part): text.utf8.suffix(part.count).elementsEqual(part)
        case .like(let pattern): Self.like(Array(text.unicodeScalars), pattern)
        case .regex(let regex): (try? regex.firstMatch(in: text)) != nil
        case .compare(let comparison, let other): comparison.holds(Spelling.compare(text, other))
        }
    }

    /// Whether a test of codes must look which rows have a text: one without has the code 0, and is kept only where the first text is.
    func asksPresence(_ dictionary: TextDictionary) -> Bool { dictionary.texts.first.map(holds) ?? false }

    private static func contains(_ text: String.UTF8View, _ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        var rest = text[...]
        while let at = rest.firstIndex(of: first) {
            rest = rest[at...]
            if rest.starts(with: part) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// `%` stands for any run of characters, `_` for one; in time proportional to text × pattern at worst.
    static func like(_ text: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
        var t = 0
        var p = 0
        var star = -1
        var mark = 0
        while t < text.count {
            if p < pattern.count, pattern[p] == "%" {
                star = p
                mark = t
                p += 1
            } else if p < pattern.count, pattern[p] == "_" || pattern[p] == text[t] {
                t += 1
                p += 1
            } else if star >= 0 {
                p = star + 1
                mark += 1
                t = mark
            } else {
                return false
            }
        }
        while p < pattern.count, pattern[p] == "%" { p += 1 }
        return p == pattern.count
    }

    static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
