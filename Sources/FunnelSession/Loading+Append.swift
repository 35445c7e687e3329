import FunnelIngest
import FunnelModel
import FunnelStore
import FunnelSyntax
import FunnelText

/// `load … append`: rows behind those that are there.
extension Session {
    /// A table's rows and those of a load, of which none has the id of one that is there, or the later or the earlier of them is left out.
    func appended(
        _ table: Table, to old: Table, _ request: LoadRequest, at origin: LoadStatement.Origin, in source: Source, _ report: inout LoadReport
    ) throws(Diagnostic) -> Table {
        let joined: Table
        do throws(Table.AppendFailure) {
            joined = try old.appending(table)
        } catch {
            switch error {
            case .types(let column, let mine, let theirs):
                throw Diagnostic.cannotAppend(column, mine, theirs).placed(in: source, at: origin.place.range)
            }
        }
        guard let ids = joined.column(.id) else { return joined }
        let keepsLast = request.onDuplicate == .keepLast
        let first = old.rowCount
        let doubles = Duplicates.find(ids, among: 0..<joined.rowCount, keepsLast: keepsLast).filter { double in
            keepsLast ? double.row < first && double.kept >= first : double.row >= first && double.kept < first
        }
        guard let example = doubles.first else { return joined }
        switch request.onDuplicate {
        case .stop:
            throw Diagnostic.idsInStore(ids.name, Self.short(ids.value(example.row)), table.role, count: doubles.count)
                .placed(in: source, at: origin.place.range)
        case .keepFirst:
            report.kept -= doubles.count
            report.refused += doubles.count
            report.notes.append("\(Counted.text(doubles.count, "row", "rows")) left out whose `\(ids.name)` was in the store")
        case .keepLast:
            report.notes.append("\(Counted.text(doubles.count, "row", "rows")) of the store gave way to new ones of the same `\(ids.name)`")
        }
        let dropped = Set(doubles.map(\.row))
        return joined.selecting((0..<joined.rowCount).filter { !dropped.contains($0) })
    }

    /// The beginning of a key.
    static func short(_ key: Value) -> String {
        if case .text(let text) = key { return String(text.prefix(40)) }
        return if case .exact(let number) = key { number.text } else { "" }
    }
}
