/// What is known of a table before a row of it is looked at: names, types and roles of its columns.
package struct TableSchema: Sendable, Hashable {
    package struct Column: Sendable, Hashable {
        package var name: String
        package var type: ColumnType

        package init(_ name: String, _ type: ColumnType) {
            self.name = name
            self.type = type
        }
    }

    package var role: TableRole
    package var columns: [Column]
    package var roles: [ColumnRole: Int]
    /// Further names that columns answer to, folded.
    package var aliases: [String: Int]

    package init(role: TableRole, columns: [Column], roles: [ColumnRole: Int], aliases: [String: Int] = [:]) {
        self.role = role
        self.columns = columns
        self.roles = roles
        self.aliases = aliases
    }

    package func column(_ role: ColumnRole) -> Column? { roles[role].map { columns[$0] } }
}
