import FunnelModel
import FunnelText

/// Tells from a file's header which column plays which role.
enum HeaderRecognition {
    struct Candidate: Sendable {
        var role: ColumnRole
        var column: Int
        var condition: HeaderSynonyms.Condition
    }

    /// For each open role the columns that may play it, the best first. A role with a condition is for the values to confirm.
    static func candidates(
        _ table: TableRole, headers: [String], taken: Set<Int>, filled: Set<ColumnRole>
    ) -> [Candidate] {
        let spellings = headers.map { self.spellings($0, table) }
        var used = taken
        var found: [Candidate] = []
        for row in HeaderSynonyms.rows(table) where !filled.contains(row.role) {
            if found.contains(where: { $0.role == row.role && $0.condition == .none }) { continue }
            guard let column = best(row.names, spellings, used) else { continue }
            // A column that only may play a role stays free for others until its values are known; `status` has no rival.
            used.insert(column)
            found.append(Candidate(role: row.role, column: column, condition: row.condition))
        }
        return found
    }

    private static func best(_ names: [String], _ spellings: [[String]], _ used: Set<Int>) -> Int? {
        for spelling in 0..<3 {
            for name in names {
                let wanted = squeezed(name)
                for (column, forms) in spellings.enumerated() where !used.contains(column) {
                    if spelling < forms.count, forms[spelling] == wanted { return column }
                }
            }
        }
        return nil
    }

    /// A header as it is, without its currency (`Amount spent (USD)`), and without the table's own prefix.
    private static func spellings(_ header: String, _ table: TableRole) -> [String] {
        let folded = Name.fold(header)
        var forms = [squeezed(folded)]
        var bare = folded
        let words = folded.split(separator: "_")
        if words.count > 1, let last = words.last, CurrencyNames.isCode(String(last)) {
            bare = words.dropLast().joined(separator: "_")
        }
        forms.append(squeezed(bare))
        for prefix in HeaderSynonyms.prefixes(table) where bare.hasPrefix(prefix) {
            bare = String(bare.dropFirst(prefix.count))
            break
        }
        forms.append(squeezed(bare))
        return forms
    }

    static func squeezed(_ name: String) -> String { Name.fold(name).filter { $0 != "_" } }
}
