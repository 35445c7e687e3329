import FunnelBinder
import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// What the text columns of a store hold.
struct Values {
    private let store: Store

    init(_ store: Store) { self.store = store }

    /// A warning for each text that a query compares a column with and that the column does not hold.
    func warnings(_ probes: [ValueProbe]) -> [Diagnostic] {
        // A text that one of the tables read holds is known.
        let known = Set(probes.filter(holds).map(\.range))
        var seen: Set<String> = []
        return probes.compactMap { probe in
            guard !known.contains(probe.range) else { return nil }
            let reference = probe.column
            guard let column = store.column(reference.index, of: reference.table), case .text(_, let dictionary) = column.values,
                dictionary.code(of: probe.text) == nil, seen.insert("\(reference.table) \(reference.index) \(probe.text)").inserted
            else { return nil }
            let counts = counts(of: column)
            let near = Suggestion.nearest(to: probe.text, among: counts.map(\.text), limit: 2)
            let found = near.compactMap { name in counts.first { $0.text == name } }
            return Diagnostic.valueNotThere(
                probe.text, column: reference.name, table: reference.table, nearest: found.isEmpty ? Array(counts.prefix(4)) : found, all: found.isEmpty
            ).placed(in: probe.source, at: probe.range)
        }
    }

    private func holds(_ probe: ValueProbe) -> Bool {
        guard let column = store.column(probe.column.index, of: probe.column.table), case .text(_, let dictionary) = column.values else { return true }
        return dictionary.code(of: probe.text) != nil
    }

    /// The texts of a column with how many rows have each, the most frequent first.
    func counts(of column: Column) -> [(text: String, rows: Int)] {
        guard case .text(let codes, let dictionary) = column.values else { return [] }
        var rows = [Int](repeating: 0, count: dictionary.count)
        for row in 0..<codes.count where !column.isMissing(row) { rows[codes[row]] += 1 }
        return rows.indices.map { (dictionary[$0], rows[$0]) }.sorted { ($1.rows, $0.text) < ($0.rows, $1.text) }
    }
}
