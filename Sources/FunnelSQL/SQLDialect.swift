/// The SQL that an engine understands.
package struct SQLDialect: Sendable {
    let rules: any DialectRules

    package var name: String { rules.name }

    package static let duckdb = SQLDialect(rules: DuckDBRules())
    package static let postgres = SQLDialect(rules: PostgresRules())
    package static let sqlite = SQLDialect(rules: SQLiteRules())
    package static let spark = SQLDialect(rules: SparkRules())
    package static let clickhouse = SQLDialect(rules: ClickHouseRules())

    /// All of them, in the order in which they are told.
    package static let all: [SQLDialect] = [.duckdb, .postgres, .sqlite, .spark, .clickhouse]

    /// The dialect of a name.
    package static func named(_ name: String) -> SQLDialect? { all.first { $0.name == name } }
}
