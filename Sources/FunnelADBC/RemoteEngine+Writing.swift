import CADBC
package import FunnelStore

/// Tables of the store, written into an engine.
extension RemoteEngine {
    /// Whether there is a table, or a view, of this name where tables are made.
    package func has(_ name: String) -> Bool { (try? rows("select 1 from \(FileReader.quoted(name)) limit 0")) != nil }

    /// Whether what is written outlives the connection: a database in memory does not, and of a file of rows DuckDB makes one.
    package var keeps: Bool {
        switch address.kind {
        case .duckdb: (try? rows("select 1 from duckdb_databases() where not internal and path is not null").isEmpty) == false
        case .sqlite: address.file != nil
        case .postgresql, .spark, .flightsql, .other: true
        }
    }

    /// Makes a table of a table's columns and rows. `replacing`: one of its name goes before; else it is an error.
    package func write(_ table: Table, named name: String, replacing: Bool, interrupt: Interrupt?) throws(ADBCError) {
        let connection = try connection
        let statement = try Statement(connection)
        do throws(ADBCError) {
            try statement.set("adbc.ingest.target_table", name)
        } catch {
            throw .takesNoTables(address.kind)
        }
        try statement.set("adbc.ingest.mode", replacing ? "adbc.ingest.mode.replace" : "adbc.ingest.mode.create")
        let functions = connection.driver.functions.pointee
        guard let bind = functions.StatementBindStream else { throw .takesNoTables(address.kind) }
        // SQLite has no decimals and no truths of its own.
        let form: ExportedForm = address.kind == .sqlite ? .plain : .own
        var stream = TableStream(table, forms: { _ in form }, interrupt: interrupt).stream()
        do throws(ADBCError) {
            try connection.driver.call { bind(statement.handle, &stream, $0) }
        } catch {
            stream.release?(&stream)
            throw error
        }
        let watch = CancelWatch(statement, interrupt)
        defer { watch.end() }
        do throws(ADBCError) {
            try connection.driver.call { functions.StatementExecuteQuery!(statement.handle, nil, nil, $0) }
        } catch {
            throw interrupt?.isRaised == true ? .interrupted : error
        }
        // DuckDB takes a stream that breaks off for one that is at its end.
        guard interrupt?.isRaised != true else { throw .interrupted }
    }
}
