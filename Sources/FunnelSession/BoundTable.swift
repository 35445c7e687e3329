import FunnelADBC
package import FunnelModel
import FunnelSQL
import FunnelSyntax

/// A table of the funnel that stays where it is, in an engine.
struct BoundTable: Sendable {
    let engine: RemoteEngine
    let dialect: SQLDialect
    let table: SQLTable
    /// The texts of the column of stages, where it has one.
    let stages: [String]?
    /// Which column plays which role, and whether its name was recognised.
    let roles: [BoundRole]
    let notes: [String]

    var schema: TableSchema { table.schema }
    var name: String { table.path.joined(separator: ".") }
    /// The engine's address, without secrets.
    var place: String { engine.address.shown }

    /// `crm.leads on postgres://ann@host/crm`
    var origin: String { name + " on " + engine.address.shown }
}

/// A column of a bound table and the role that it plays.
package struct BoundRole: Sendable, Hashable {
    package var role: ColumnRole
    package var column: String
    package var recognised: Bool
}

/// What a rehearsal has opened and looked at, for the run behind it.
struct Rehearsed {
    /// By the address as it is written.
    var engines: [String: RemoteEngine] = [:]
    var tables: [LoadStatement: BoundTable] = [:]
}
