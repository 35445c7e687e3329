package import FunnelModel

/// Columns of equal length, and which of them play which role.
package struct Table: Sendable {
    package let role: TableRole
    package let rowCount: Int
    /// The columns of the file, in its order.
    package let columns: [Column]
    /// Column indices by the role they play; one column may play several.
    package let roles: [ColumnRole: Int]
    /// Further names that columns answer to (`with channel = utm_medium`), by folded name.
    package let aliases: [String: Int]
    /// What of `status` means what, by dictionary code of the status column; empty where there is none.
    package let states: [DealState?]
    /// Where it was read from, for messages.
    package let origin: String

    package init(
        role: TableRole, rowCount: Int, columns: [Column], roles: [ColumnRole: Int], aliases: [String: Int] = [:],
        states: [DealState?] = [], origin: String = ""
    ) {
        precondition(columns.allSatisfy { $0.count == rowCount })
        self.role = role
        self.rowCount = rowCount
        self.columns = columns
        self.roles = roles
        self.aliases = aliases
        self.states = states
        self.origin = origin
    }

    package func column(_ role: ColumnRole) -> Column? { roles[role].map { columns[$0] } }
}

extension Table {
    package var schema: TableSchema {
        TableSchema(role: role, columns: columns.map { .init($0.name, $0.type) }, roles: roles, aliases: aliases)
    }
}
