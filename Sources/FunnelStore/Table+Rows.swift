package import FunnelModel

/// Some of a table's rows, and two tables in one.
extension Table {
    /// The table of the rows named, in their order.
    package func selecting(_ rows: [Int]) -> Table {
        let columns = columns.map { $0.selecting(rows) }
        return Table(
            role: role, rowCount: rows.count, columns: columns, roles: roles, aliases: aliases, states: states(for: columns), origin: origin)
    }

    /// Why two tables can't be put one behind the other.
    package enum AppendFailure: Error, Sendable {
        case types(column: String, ColumnType, ColumnType)
    }

    /// The rows of both. A role's column is continued by the column of the same role, any other by the one of the same
    /// name; a column that one of them lacks is missing there.
    package func appending(_ other: Table) throws(AppendFailure) -> Table {
        var columns: [Column] = []
        var taken: Set<Int> = []
        for (index, column) in self.columns.enumerated() {
            let role = roles.first { $0.value == index }?.key
            let match = role.flatMap { other.roles[$0] } ?? other.columns.firstIndex { $0.name == column.name }
            if let match, !taken.contains(match) {
                taken.insert(match)
                guard let joined = column.appending(other.columns[match]) else {
                    throw .types(column: column.name, column.type, other.columns[match].type)
                }
                columns.append(joined)
            } else if let joined = column.appending(column.missing(other.rowCount)) {
                columns.append(joined)
            }
        }
        var roles = roles
        for (index, column) in other.columns.enumerated() where !taken.contains(index) {
            guard let joined = column.missing(rowCount).appending(column) else { continue }
            for (role, at) in other.roles where at == index && roles[role] == nil { roles[role] = columns.count }
            columns.append(joined)
        }
        let merged = Table(
            role: role, rowCount: rowCount + other.rowCount, columns: columns, roles: roles, aliases: aliases, origin: "\(origin), \(other.origin)")
        return Table(
            role: role, rowCount: merged.rowCount, columns: columns, roles: roles, aliases: aliases, states: merged.states(from: [self, other]),
            origin: merged.origin)
    }

    /// The states of this table's status texts, by what other tables say of the same texts.
    private func states(from tables: [Table]) -> [DealState?] {
        guard let index = roles[.status], case .text(_, let dictionary) = columns[index].values else { return [] }
        var known: [String: DealState] = [:]
        for table in tables {
            guard let status = table.column(.status), case .text(_, let texts) = status.values else { continue }
            for code in 0..<texts.count where code < table.states.count {
                if let state = table.states[code] { known[texts[code]] = state }
            }
        }
        return dictionary.texts.map { known[$0] }
    }

    private func states(for columns: [Column]) -> [DealState?] {
        guard let index = roles[.status], case .text(_, let dictionary) = columns[index].values,
            case .text(_, let old) = self.columns[index].values
        else { return [] }
        return dictionary.texts.map { text in old.code(of: text).flatMap { $0 < states.count ? states[$0] : nil } }
    }
}
