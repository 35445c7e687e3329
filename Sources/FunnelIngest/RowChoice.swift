import FunnelModel
import FunnelStore
import FunnelText

/// Which rows of a file become rows of the table.
struct RowChoice {
    /// Nil where all do.
    private(set) var rows: [Int]?
    private(set) var notes: [String] = []

    init(_ reading: Reading, _ decision: ColumnDecision, _ errors: RowErrors, _ columns: [Column]) throws {
        let request = reading.file.request
        var kept = Array(0..<reading.rowCount)
        if !errors.refused.isEmpty {
            let refused = Set(errors.refused)
            kept.removeAll(where: refused.contains)
        }
        if case .skip(let path?) = request.onError {
            try Rejects.write(errors.refused, errors.places, to: path)
        }
        if request.role == .leads || request.role == .deals, case .column(let column) = decision.assignment.roles[.id] {
            let keepsLast = request.onDuplicate == .keepLast
            let doubles = Duplicates.find(columns[column], among: kept, keepsLast: keepsLast)
            if let first = doubles.first {
                if request.onDuplicate == .stop {
                    throw Diagnostic.duplicate(
                        errors.places, row: first.row, first: first.kept, column: column, role: request.role, count: doubles.count)
                }
                let dropped = Set(doubles.map(\.row))
                kept.removeAll(where: dropped.contains)
                notes.append(Note.duplicates(doubles.count, columns[column].name, keepsLast: keepsLast))
            }
        }
        if kept.count < reading.rowCount { rows = kept }
    }
}
