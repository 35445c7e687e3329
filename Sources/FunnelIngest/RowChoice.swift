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
        var refused = Set(errors.refused)
        if case .skip(let path?) = request.onError {
            try Rejects.write(errors.refused, errors.places, to: path)
        }
        if request.role == .leads || request.role == .deals, case .column(let column) = decision.assignment.roles[.id] {
            let keepsLast = request.onDuplicate == .keepLast
            let doubles = Duplicates.find(
                columns[column], among: (0..<reading.rowCount).lazy.filter { !refused.contains($0) }, keepsLast: keepsLast)
            if let first = doubles.first {
                if request.onDuplicate == .stop {
                    throw Diagnostic.duplicate(
                        errors.places, row: first.row, first: first.kept, column: column, role: request.role, count: doubles.count
                    )
                }
                refused.formUnion(doubles.map(\.row))
                notes.append(Note.duplicates(doubles.count, columns[column].name, keepsLast: keepsLast))
            }
        }
        if !refused.isEmpty { rows = (0..<reading.rowCount).filter { !refused.contains($0) } }
    }
}
