package import FunnelModel

/// What a saved store consists of: the small text that `open` reads, and that says of every byte of the other files what it is.
package struct Manifest: Sendable, Hashable {
    struct File: Sendable, Hashable {
        let name: String
        let byteCount: Int
        /// Of the bytes that no part of the file takes: metadata, and what fills up.
        let checksum: UInt64
    }

    struct Table: Sendable, Hashable {
        let role: TableRole
        let rowCount: Int
        let origin: String
        var columns: [StoredColumn] = []
        var roles: [ColumnRole: Int] = [:]
        var aliases: [String: Int] = [:]
        var states: [DealState?] = []
    }

    /// How often the folder has been saved into: each time beside the last.
    let generation: Int
    var files: [File] = []
    var tables: [Table] = []
    /// The columns of the links.
    var derived: [DerivedColumn: StoredColumn] = [:]
    var leadOfDeal: StoredPart?
    var stageStarts: StoredPart?
    var stageRest: StoredPart?
    var runsAreLeads = false
    /// Which leads have a cycle, and how long each is.
    var cycleLeads: StoredPart?
    var cycleLengths: StoredPart?
    /// Counts of the links, by their names.
    var numbers: [String: Int64] = [:]

    static let name = "manifest"
    static let linksName = "links"
    static func fileName(_ role: TableRole) -> String { "\(role.rawValue).arrow" }
    static func folderName(_ generation: Int) -> String { "generation-\(generation)" }

    /// The tables' schemas: what a script can be checked against without data.
    package var schemas: [TableRole: TableSchema] {
        var schemas: [TableRole: TableSchema] = [:]
        for table in tables {
            let columns = table.columns.map { TableSchema.Column($0.name, $0.kind.type) }
            schemas[table.role] = TableSchema(role: table.role, columns: columns, roles: table.roles, aliases: table.aliases)
        }
        return schemas
    }
}

extension StoredColumn.Kind {
    var type: ColumnType {
        switch self {
        case .text: .text
        case .integer: .integer
        case .date: .date
        case .yesNo: .yesNo
        case .decimal(let scale): .decimal(scale: scale)
        case .timestamp: .timestamp
        }
    }
}
