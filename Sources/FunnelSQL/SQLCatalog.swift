package import FunnelModel

/// The tables of an engine that play the roles of the funnel's tables.
package struct SQLCatalog: Sendable {
    package var tables: [TableRole: SQLTable]

    package init(tables: [TableRole: SQLTable]) { self.tables = tables }
}

/// A table of an engine: where it is, what its columns are, and which texts of its status column say how a deal stands.
package struct SQLTable: Sendable, Hashable {
    /// Catalog, schema and name: as many as it takes.
    package var path: [String]
    package var schema: TableSchema
    /// The texts of the status column that mean a state; every other text is an open deal.
    package var states: [DealState: [String]]
    /// The texts of the stage column; where they are not known, a stage is what is spelt as the step is.
    package var stages: [String]

    /// Columns of the schema that the table itself does not have.
    package var constants: [SQLConstant]

    package init(path: [String], schema: TableSchema, states: [DealState: [String]] = [:], stages: [String] = [], constants: [SQLConstant] = []) {
        self.constants = constants
        self.path = path
        self.schema = schema
        self.states = states
        self.stages = stages
    }
}
