/// The nearest of what is known to what was written.
package enum Suggestion {
    /// The candidates nearest to `word`, best first; empty where nothing is near enough to be meant.
    ///
    /// Distance is Damerau–Levenshtein over folded names, at most a third of the word's length (at least 1);
    /// a candidate that begins with the word (three letters or more) is near as well.
    package static func nearest(to word: String, among candidates: some Sequence<String>, limit: Int = 3) -> [String] {
        let target = Array(Name.fold(word))
        guard !target.isEmpty else { return [] }
        let allowed = max(1, target.count / 3)
        var found: [(distance: Int, name: String)] = []
        var seen: Set<String> = []
        for candidate in candidates where seen.insert(candidate).inserted {
            let letters = Array(Name.fold(candidate))
            if abs(letters.count - target.count) <= allowed {
                let distance = distance(target, letters)
                if distance <= allowed && distance < max(target.count, letters.count) {
                    found.append((distance, candidate))
                    continue
                }
            }
            if target.count >= 3, letters.count > target.count,
                letters.starts(with: target) || String(letters).contains(String(target))
            {
                found.append((allowed + letters.count - target.count, candidate))
            }
        }
        found.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
        return found.prefix(limit).map(\.name)
    }

    /// "`conversion` may be meant", or nil.
    package static func mend(for word: String, among candidates: some Sequence<String>) -> String? {
        let names = nearest(to: word, among: candidates, limit: 2)
        guard !names.isEmpty else { return nil }
        return names.map { "`\($0)`" }.joined(separator: " or ") + " may be meant"
    }

    /// The number of insertions, deletions, replacements and swaps of neighbours between two words.
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var before = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        var now = last
        for i in 1...a.count {
            now[0] = i
            for j in 1...b.count {
                let cost = a[i - 1] == b[j - 1] ? 0 : 1
                now[j] = min(last[j] + 1, now[j - 1] + 1, last[j - 1] + cost)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    now[j] = min(now[j], before[j - 2] + 1)
                }
            }
            (before, last, now) = (last, now, before)
        }
        return last[b.count]
    }
}
