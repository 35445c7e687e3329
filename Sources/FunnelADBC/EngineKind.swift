/// The kinds of engines that funnel knows by name, and any other one that has an ADBC driver.
package enum EngineKind: Sendable, Hashable {
    case duckdb, postgresql, sqlite, spark, flightsql
    /// A driver that the connect string names.
    case other(String)

    package static let known: [EngineKind] = [.duckdb, .postgresql, .sqlite, .spark, .flightsql]

    init(scheme: String) {
        switch scheme {
        case "duckdb": self = .duckdb
        case "postgres", "postgresql": self = .postgresql
        case "sqlite": self = .sqlite
        case "spark", "sc": self = .spark
        case "flightsql": self = .flightsql
        default: self = .other(scheme)
        }
    }

    /// As drivers, their packages and their manifests are called.
    package var name: String {
        switch self {
        case .duckdb: "duckdb"
        case .postgresql: "postgresql"
        case .sqlite: "sqlite"
        case .spark: "spark"
        case .flightsql: "flightsql"
        case .other(let name): name
        }
    }

    /// As people call it.
    package var title: String {
        switch self {
        case .duckdb: "DuckDB"
        case .postgresql: "PostgreSQL"
        case .sqlite: "SQLite"
        case .spark: "Spark"
        case .flightsql: "Flight SQL"
        case .other(let name): name
        }
    }

    /// What it is good for, for `doctor`.
    package var use: String {
        switch self {
        case .duckdb: "reads Parquet, workbooks and JSON; `connect \"duckdb:crm.duckdb\"`"
        case .postgresql: "`connect \"postgres://user@host/database\"`"
        case .sqlite: "reads SQLite files; `connect \"sqlite:crm.sqlite\"`"
        case .spark: "`connect \"spark://host:15002\"`"
        case .flightsql: "`connect \"flightsql://host:port?dialect=…\"`"
        case .other: ""
        }
    }

    /// The SQL that it speaks; nil where the connect string must say it.
    package var dialect: String? {
        switch self {
        case .duckdb: "duckdb"
        case .postgresql: "postgres"
        case .sqlite: "sqlite"
        case .spark: "spark"
        case .flightsql, .other: nil
        }
    }

    /// The one command that installs its driver, in an active virtual environment of Python.
    package var installation: String {
        switch self {
        // Its extensions for workbooks and object stores are packages for this version alone.
        case .duckdb: "pip install duckdb==1.5.5"
        case .postgresql, .sqlite, .spark, .flightsql, .other: "pip install adbc-driver-\(name)"
        }
    }

    /// The names that the function of a driver has which hands it over.
    var entries: [String] {
        let letters = name.split(whereSeparator: { $0 == "_" || $0 == "-" }).map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        switch self {
        case .duckdb: return ["duckdb_adbc_init", "AdbcDriverInit"]
        case .postgresql, .sqlite, .spark, .flightsql, .other: return ["AdbcDriverInit", "AdbcDriver\(letters)Init"]
        }
    }
}
