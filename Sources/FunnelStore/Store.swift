package import FunnelModel

/// The tables and the links between them. A store never changes: a load makes a new one, so a load that fails loses nothing.
package struct Store: Sendable {
    package let tables: [TableRole: Table]
    package let links: Links

    package init(tables: [TableRole: Table] = [:], threads: Int = 1) {
        (self.tables, links) = Links.make(tables, old: nil, changed: nil, threads: threads)
    }

    init(_ made: (tables: [TableRole: Table], links: Links)) { (tables, links) = made }

    /// The same store with one table put in or replaced.
    package func replacing(_ table: Table, threads: Int = 1) -> Store {
        var tables = tables
        tables[table.role] = table
        return Store(Links.make(tables, old: links, changed: table.role, threads: threads))
    }

    package func column(_ index: ColumnIndex, of table: TableRole) -> Column? {
        switch index {
        case .file(let position):
            guard let table = tables[table], table.columns.indices.contains(position) else { return nil }
            return table.columns[position]
        case .derived(let derived): return links.derived(derived)
        }
    }

    package func rowCount(_ table: TableRole) -> Int { tables[table]?.rowCount ?? 0 }

    /// For each row of deals or stages, the row of its lead; nil for other tables, or without leads.
    package func leads(of table: TableRole) -> LeadLinks? { links.leads(of: table) }

    package var byteCount: Int {
        tables.values.reduce(0) { $0 + $1.columns.reduce(0) { $0 + $1.byteCount } }
    }
}
