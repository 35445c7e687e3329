import FunnelBinder
import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// What the text columns of a store hold.
struct Values {
    private let store: Store

    init(_ store: Store) { self.store = store }

    /// A warning for each text that a query compares a column with and that the column does not hold; of many, the first.
    func warnings(_ probes: [ValueProbe]) -> [Diagnostic] {
        // A text that one of the tables read holds is known.
        let known = Set(probes.filter(holds).map(\.range))
        var seen: Set<String> = []
        var counted: [String: [(text: String, rows: Int)]] = [:]
        var warnings: [Diagnostic] = []
        for probe in probes where !known.contains(probe.range) {
            let reference = probe.column
            let place = "\(reference.table) \(reference.index)"
            guard let column = store.column(reference.index, of: reference.table), case .text = column.values,
                seen.insert("\(place) \(probe.text)").inserted
            else { continue }
            guard seen.count <= Self.mostWarnings else { continue }
            let counts = counted[place] ?? counts(of: column)
            counted[place] = counts
            let near = Suggestion.nearest(to: probe.text, among: counts.prefix(Self.mostCompared).map(\.text), limit: 2)
            let found = near.compactMap { name in counts.first { $0.text == name } }
            warnings.append(
                Diagnostic.valueNotThere(
                    probe.text, column: reference.name, table: reference.table, nearest: found.isEmpty ? Array(counts.prefix(4)) : found,
                    all: found.isEmpty
                ).placed(in: probe.source, at: probe.range))
        }
        if seen.count > Self.mostWarnings { warnings.append(Diagnostic.moreValuesNotThere(seen.count - Self.mostWarnings)) }
        return warnings
    }

    private static let mostWarnings = 5
    /// Of a column of ids, the nearest of all would be long to find and no help.
    private static let mostCompared = 5_000

    private func holds(_ probe: ValueProbe) -> Bool {
        guard let column = store.column(probe.column.index, of: probe.column.table), case .text(_, let dictionary) = column.values else { return true }
        return dictionary.code(of: probe.text) != nil
    }

    /// The texts of a column with how many rows have each, the most frequent first.
    func counts(of column: Column) -> [(text: String, rows: Int)] {
        guard case .text(let codes, let dictionary) = column.values else { return [] }
        var rows = [Int64](repeating: 0, count: dictionary.count + 1)
        rows.withUnsafeMutableBufferPointer { Kernels.count(codes, column.validity, 0..<codes.count, nil, size: dictionary.count + 1, $0.baseAddress!) }
        return (0..<dictionary.count).map { (dictionary[$0], Int(rows[$0])) }.sorted { ($1.rows, $0.text) < ($0.rows, $1.text) }
    }
}
