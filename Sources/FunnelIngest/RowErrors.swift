import FunnelModel
import FunnelText

/// The bad cells and the rows of the wrong length of a file: they stop a load, or are kept or left out as a clause says.
struct RowErrors {
    /// Rows that are left out, in rising order.
    private(set) var refused: [Int] = []
    private(set) var notes: [String] = []
    let places: DataPlaces

    init(_ reading: Reading, _ decision: ColumnDecision) throws {
        let file = reading.file
        places = DataPlaces(file, rows: reading.rows)
        let bad = (0..<file.columns).map { (column: $0, rows: reading.badRows($0)) }.filter { !$0.rows.isEmpty }
        guard !bad.isEmpty || !reading.ragged.isEmpty else { return }
        switch file.request.onError {
        case .stop: throw Self.stop(reading, decision, bad, places)
        case .null: note(reading, bad)
        case .skip(let path):
            var rows = Set(reading.ragged.map(\.row))
            for (_, cells) in bad { rows.formUnion(cells) }
            refused = rows.sorted()
            notes.append(Note.refused(refused.count, into: path.map { file.request.rejectsName ?? $0 }))
        }
    }

    private static func stop(
        _ reading: Reading, _ decision: ColumnDecision, _ bad: [(column: Int, rows: [Int])], _ places: DataPlaces
    ) -> any Error {
        var problems: [Diagnostic] = []
        if let first = reading.ragged.first {
            problems.append(.ragged(places, row: first.row, fields: first.fields, count: reading.ragged.count))
        }
        let all = bad.reduce(0) { $0 + $1.rows.count }
        for (column, rows) in bad {
            problems.append(
                .badCell(
                    places, row: rows[0], column: column, rule: reading.settled[column].rule,
                    demand: decision.wishes[column].demand ?? .text, count: rows.count, others: all - rows.count))
        }
        return problems.count == 1 ? problems[0] : Diagnostics(problems)
    }

    private mutating func note(_ reading: Reading, _ bad: [(column: Int, rows: [Int])]) {
        let file = reading.file
        for (column, rows) in bad {
            notes.append(
                Note.badCells(
                    rows.count, file.header.names[column], example: places.text(row: rows[0], column: column),
                    line: file.text.line(at: places.record(row: rows[0]).lowerBound)))
        }
        if let first = reading.ragged.first {
            let short = reading.ragged.count { $0.fields < file.columns }
            let line = file.text.line(at: places.record(row: first.row).lowerBound)
            notes.append(Note.fitted(short, reading.ragged.count - short, line: line))
        }
    }
}
