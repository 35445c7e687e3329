package import FunnelModel

/// The tables and the links between them. A store never changes: a load makes a new one, so a load that fails loses nothing.
package struct Store: Sendable {
    package let tables: [TableRole: Table]
    package let links: Links

    package init(tables: [TableRole: Table] = [:]) {
        self.tables = tables
        self.links = Links(tables)
    }

    private init(tables: [TableRole: Table], links: Links) {
        self.tables = tables
        self.links = links
    }

    /// The same store with one table put in or replaced.
    package func replacing(_ table: Table) -> Store {
        var tables = tables
        tables[table.role] = table
        return Store(tables: tables, links: Links(tables, old: links, changed: table.role))
    }

    package func column(_ index: ColumnIndex, of table: TableRole) -> Column? {
        switch index {
        case .file(let position):
            guard let table = tables[table], table.columns.indices.contains(position) else { return nil }
            return table.columns[position]
        case .derived(let derived): return links.derived[derived]
        }
    }

    package func rowCount(_ table: TableRole) -> Int { tables[table]?.rowCount ?? 0 }

    /// For each row of deals or stages, the row of its lead; -1 for none.
    package func leads(of table: TableRole) -> Buffer<Int32>? {
        switch table {
        case .deals: links.leadOfDeal
        case .stages: links.leadOfStage
        case .leads, .costs: nil
        }
    }

    package var byteCount: Int {
        tables.values.reduce(0) { $0 + $1.columns.reduce(0) { $0 + $1.byteCount } }
    }
}
