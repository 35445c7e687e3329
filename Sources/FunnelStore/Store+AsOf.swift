import FunnelModel

/// What was known at a moment.
extension Store {
    /// The store as it stood just before a moment, in microseconds since 1970-01-01.
    ///
    /// Leads, stage rows and costs dated later do not exist. A deal made later does not either; one that closed later is
    /// open, and where deals have no date of creation it is not known to have existed. A qualification dated later has not
    /// happened. Rows without a date are kept: nothing says that they came later.
    package func asOf(_ moment: Int64, threads: Int = 1) -> Store {
        var past: [TableRole: Table] = [:]
        for (role, table) in tables {
            switch role {
            case .leads: past[role] = table.before(moment, by: .created).forgetting(after: moment, .qualified)
            case .stages: past[role] = table.before(moment, by: .entered)
            case .costs: past[role] = table.before(moment, by: .date)
            case .deals: past[role] = pastDeals(table, moment)
            }
        }
        return Store(tables: past, threads: threads)
    }

    private func pastDeals(_ deals: Table, _ moment: Int64) -> Table {
        let created = deals.column(.created).flatMap(InstantReader.init)
        let closed = deals.column(.closed).flatMap(InstantReader.init)
        let leadCreated = tables[.leads]?.column(.created).flatMap(InstantReader.init)
        var rows: [Int] = []
        for row in 0..<deals.rowCount {
            if let links = links.leadOfDeal, links.base[row] >= 0, let time = leadCreated?.at(Int(links.base[row])), time >= moment { continue }
            if let created {
                if let time = created.at(row), time >= moment { continue }
            } else if let time = closed?.at(row), time >= moment {
                continue
            }
            rows.append(row)
        }
        let kept = rows.count == deals.rowCount ? deals : deals.selecting(rows)
        return kept.reopening(after: moment)
    }
}

extension Table {
    /// The rows dated before a moment, or not at all.
    fileprivate func before(_ moment: Int64, by role: ColumnRole) -> Table {
        guard let reader = column(role).flatMap(InstantReader.init) else { return self }
        let rows = (0..<rowCount).filter { row in reader.at(row).map { $0 < moment } ?? true }
        return rows.count == rowCount ? self : selecting(rows)
    }

    /// Dates of a column that lie at or after a moment become missing.
    fileprivate func forgetting(after moment: Int64, _ role: ColumnRole) -> Table {
        guard let index = roles[role], let reader = InstantReader(columns[index]) else { return self }
        return masking([index]) { row in reader.at(row).map { $0 >= moment } ?? false }
    }

    /// Deals that closed at or after a moment lose their closing date and their status: they were open.
    fileprivate func reopening(after moment: Int64) -> Table {
        guard let index = roles[.closed], let reader = InstantReader(columns[index]) else { return self }
        return masking([index, roles[.status]].compactMap { $0 }) { row in reader.at(row).map { $0 >= moment } ?? false }
    }

    private func masking(_ indices: [Int], _ isHidden: (Int) -> Bool) -> Table {
        let hidden = (0..<rowCount).map(isHidden)
        guard hidden.contains(true) else { return self }
        let columns = columns.enumerated().map { index, column in
            indices.contains(index) ? column.masking(hidden) : column
        }
        return Table(role: role, rowCount: rowCount, columns: columns, roles: roles, aliases: aliases, states: states, origin: origin)
    }
}
