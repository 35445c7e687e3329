import FunnelArrow
import FunnelModel
import FunnelStore
import FunnelText

/// The table that an Arrow file becomes.
extension ArrowReading {
    func load(progress: @escaping @Sendable (LoadProgress) -> Void) throws -> (table: Table, report: LoadReport) {
        var assignment = assignment
        let rowCount = file.rowCount
        var made: [Made] = []
        for index in sources.indices {
            made.append(try column(index))
            let share = (index + 1) * byteCount / sources.count
            progress(LoadProgress(rows: rowCount * (index + 1) / sources.count, bytes: share, totalBytes: byteCount))
        }
        var notes = notes
        var refused = try badRows(made, &notes)
        if case .skip(let path?) = request.onError { try ArrowRejects.write(refused.sorted(), of: self, to: path) }
        try leaveOutDuplicates(made, &refused, &notes)
        var columns = made.map(\.column)
        if !refused.isEmpty {
            let rows = (0..<rowCount).filter { !refused.contains($0) }
            columns = try Parallel.map(columns.count, threads: request.threads) { [columns] in columns[$0].selecting(rows) }
        }
        try checkInterrupt()
        notes += made.flatMap(\.notes)
        assignment.confirm(StateReading.confirmed(assignment.conditional, request, texts: TableMaker.texts(of: columns)))
        var (table, report) = try TableMaker.make(
            request, names: header.names, assignment, rows: rowCount - refused.count, columns, notes: notes)
        report.read = rowCount
        report.refused = refused.count
        report.bytes = byteCount
        return (table, report)
    }

    /// The schema, from the types of the file; where those do not decide, from the first rows.
    func schema() throws -> TableSchema { try recognised().schema }

    /// The schema, and the roles that the header was recognised to play.
    func recognised() throws -> (schema: TableSchema, recognised: Set<ColumnRole>) {
        var assignment = assignment
        var columns: [TableSchema.Column] = []
        var texts: [Int: [String]] = [:]
        let isWhole = spans.count <= 1 && isWhole
        for index in sources.indices {
            let made = try column(index, limit: 1).column
            let isOpen =
                switch type(index) {
                case .real, .decimal: assignment.demand(index) == nil
                default: false
                }
            columns.append(.init(header.names[index], isOpen && !isWhole ? .unknown : made.type))
            if case .text(_, let dictionary) = made.values { texts[index] = dictionary.texts }
        }
        assignment.confirm(StateReading.confirmed(assignment.conditional, request) { texts[$0] ?? [] })
        for constant in assignment.constants {
            columns.append(.init(constant.name, try ConstantColumn.make(constant, rows: 1, request).type))
        }
        let count = sources.count
        let schema = TableSchema(
            role: request.role, columns: columns, roles: assignment.roles.mapValues { assignment.index($0, columns: count) },
            aliases: assignment.aliases.mapValues { assignment.index($0, columns: count) })
        return (schema, assignment.recognised)
    }

    /// Rows with values that don't fit: they stop the load, are missing, or are left out, as the statement says.
    private func badRows(_ made: [Made], _ notes: inout [String]) throws -> Set<Int> {
        let bad = made.indices.filter { !made[$0].bad.isEmpty }
        guard !bad.isEmpty else { return [] }
        switch request.onError {
        case .stop:
            let all = bad.reduce(0) { $0 + made[$1].bad.count }
            let problems = bad.map { index in
                let rows = made[index].bad
                return Diagnostic.badArrowValue(
                    header.names[index], made[index].example, made[index].demand, row: rows[0], count: rows.count, others: all - rows.count, request)
            }
            if problems.count == 1 { throw problems[0] }
            throw Diagnostics(problems)
        case .null:
            for index in bad {
                notes.append(Note.badValues(made[index].bad.count, header.names[index], example: made[index].example, row: made[index].bad[0]))
            }
            return []
        case .skip(let path):
            let rows = bad.reduce(into: Set<Int>()) { $0.formUnion(made[$1].bad) }
            notes.append(Note.refused(rows.count, into: path.map { request.rejectsName ?? $0 }))
            return rows
        }
    }

    private func leaveOutDuplicates(_ made: [Made], _ refused: inout Set<Int>, _ notes: inout [String]) throws {
        guard request.role == .leads || request.role == .deals, case .column(let column) = assignment.roles[.id] else { return }
        let keepsLast = request.onDuplicate == .keepLast
        let ids = made[column].column
        let doubles = Duplicates.find(ids, among: (0..<file.rowCount).lazy.filter { [refused] in !refused.contains($0) }, keepsLast: keepsLast)
        guard let first = doubles.first else { return }
        if request.onDuplicate == .stop {
            throw Diagnostic.duplicateInArrow(
                header.names[column], text(column, row: first.row), row: first.row, first: first.kept, role: request.role, count: doubles.count, request)
        }
        refused.formUnion(doubles.map(\.row))
        notes.append(Note.duplicates(doubles.count, header.names[column], keepsLast: keepsLast))
    }
}
