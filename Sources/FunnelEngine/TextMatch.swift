import FunnelPlan
import FunnelText

/// A test of one text, made ready.
struct TextMatch {
    private enum Way {
        case among(Set<String>)
        case contains(String)
        case prefix(String)
        case suffix(String)
        case like([Unicode.Scalar])
        case regex(Regex<AnyRegexOutput>)
        case compare(Comparison, String)
    }

    private let way: Way

    init(_ test: TextTest) throws(Diagnostic) {
        switch test {
        case .isIn(let texts): way = .among(Set(texts))
        case .contains(let text): way = .contains(text)
        case .startsWith(let text): way = .prefix(text)
        case .endsWith(let text): way = .suffix(text)
        case .like(let pattern): way = .like(Array(pattern.unicodeScalars))
        case .matches(let pattern):
            do { way = .regex(try Regex(pattern)) } catch { throw .badRegex(pattern) }
        case .compare(let comparison, let text): way = .compare(comparison, text)
        }
    }

    func holds(_ text: String) -> Bool {
        switch way {
        case .among(let texts): texts.contains(text)
        case .contains(let part): part.isEmpty || text.contains(part)
        case .prefix(let part): text.hasPrefix(part)
        case .suffix(let part): text.hasSuffix(part)
        case .like(let pattern): Self.like(Array(text.unicodeScalars), pattern)
        case .regex(let regex): (try? regex.firstMatch(in: text)) != nil
        case .compare(let comparison, let other):
            comparison.holds(text == other ? 0 : text.unicodeScalars.lexicographicallyPrecedes(other.unicodeScalars) ? -1 : 1)
        }
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
