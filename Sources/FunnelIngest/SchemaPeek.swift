import FunnelModel
import FunnelStore

/// The schema of a file without its rows.
enum SchemaPeek {
    /// Of a small file: all values are read, so that types are those of the load.
    static func whole(_ decision: inout ColumnDecision) throws -> TableSchema {
        let reading = try Reading(&decision)
        let columns = try reading.columns(&decision)
        return try schema(&decision, types: columns.map(\.type)) { column in
            if case .text(_, let dictionary) = columns[column].values { dictionary.texts } else { [] }
        }
    }

    /// Of a large file: columns that play a role have the type that the first rows speak for.
    static func sampled(_ decision: inout ColumnDecision) throws -> TableSchema {
        let file = decision.file
        var types: [ColumnType] = []
        for column in 0..<file.columns {
            types.append(decision.assignment.demand(column) == nil ? .unknown : try type(column, decision))
        }
        return try schema(&decision, types: types) { column in
            var texts: Set<String> = []
            let index = FieldIndex(columns: file.columns)
            for chunk in 0..<file.plan.count {
                file.index(chunk, into: index)
                let cells = index.cells(column, arena: Arena())
                for row in 0..<cells.rows where cells[row].count > 0 { texts.insert(cells[row].text) }
            }
            return texts.sorted()
        }
    }

    private static func type(_ column: Int, _ decision: ColumnDecision) throws -> ColumnType {
        guard let rule = decision.rules[column] else { return .date }
        let file = decision.file
        let index = FieldIndex(columns: file.columns)
        guard let chunk = (0..<file.plan.count).first(where: { !file.plan.range($0).isEmpty }) else { return .unknown }
        file.index(chunk, into: index)
        let part = CellReader.read(index.cells(column, arena: Arena()), rule, isDemanded: true)
        return try Assembly.column("", [part], rule: rule)?.type ?? .unknown
    }

    private static func schema(
        _ decision: inout ColumnDecision, types: [ColumnType], texts: (Int) -> [String]
    ) throws -> TableSchema {
        let file = decision.file
        decision.confirm(StateReading.confirmed(decision.assignment.conditional, file.request, texts: texts))
        let assignment = decision.assignment
        var columns = zip(file.header.names, types).map { TableSchema.Column($0, $1) }
        for constant in assignment.constants {
            columns.append(.init(constant.name, try ConstantColumn.make(constant, rows: 1, file.request).type))
        }
        return TableSchema(
            role: file.request.role, columns: columns,
            roles: assignment.roles.mapValues { assignment.index($0, columns: file.columns) },
            aliases: assignment.aliases.mapValues { assignment.index($0, columns: file.columns) })
    }
}
