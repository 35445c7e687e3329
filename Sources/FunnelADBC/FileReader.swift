package import FunnelArrow
import FunnelModel
package import FunnelStore
import Glibc

/// Reads files of other programs through the drivers of engines: DuckDB's for Parquet, workbooks and JSON, SQLite's for its
/// databases. The engines are opened when the first such file comes.
package final class FileReader {
    /// What is read.
    package enum Kind: Sendable, Hashable { case parquet, workbook, json, sqlite }

    private let search: DriverSearch
    private var duckdb: Connection?

    package init(_ search: DriverSearch) { self.search = search }

    /// The columns of a file.
    ///
    /// - Parameters:
    ///   - table: the sheet of a workbook or the table of a database.
    ///   - limit: how many rows are read at most.
    ///   - progress: how many rows have come.
    package func columns(
        _ path: String, _ kind: Kind, table: String?, limit: Int? = nil, threads: Int, interrupt: Interrupt?, progress: (Int) -> Void = { _ in }
    ) throws(ADBCError) -> ArrowFile {
        let rows = limit.map { " limit \($0)" } ?? ""
        if kind == .sqlite {
            let connection = try sqlite(path)
            let name = if let table { table } else { try onlyTable(of: connection) }
            // The driver tells the type of a column from the rows of its first batch.
            return try connection.query(
                "select * from \(Self.quoted(name))\(rows)", options: [("adbc.sqlite.query.batch_rows", "1000000")], interrupt: interrupt
            ).columns(progress: progress)
        }
        let connection = try openDuckDB()
        try connection.execute("set threads = \(threads)")
        let sql = try query(path, kind, sheet: table, connection) + rows
        return try connection.reading(interrupt) { () throws(ADBCError) in try connection.query(sql, interrupt: interrupt).columns(progress: progress) }
    }

    /// How many bytes the files are that a path names.
    package static func byteCount(_ path: String) -> Int {
        var status = stat()
        if stat(path, &status) == 0 { return Int(status.st_size) }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(path, 0, nil, &found) == 0 else { return 0 }
        var total = 0
        for index in 0..<Int(found.gl_pathc) {
            if let name = found.gl_pathv[index], stat(name, &status) == 0 { total += Int(status.st_size) }
        }
        return total
    }

    // MARK: - DuckDB

    private func openDuckDB() throws(ADBCError) -> Connection {
        if let duckdb { return duckdb }
        let connection = try Connection.open(try Driver.load(try search.find(.duckdb)), options: [("path", ":memory:")])
        // Rows in the order of the file, and nothing fetched from elsewhere.
        try connection.execute("set preserve_insertion_order = true")
        try connection.execute("set autoinstall_known_extensions = false")
        duckdb = connection
        return connection
    }

    private func query(_ path: String, _ kind: Kind, sheet: String?, _ connection: Connection) throws(ADBCError) -> String {
        let file = Self.literal(path)
        switch kind {
        case .parquet: return "select * from read_parquet(\(file), union_by_name = true)"
        case .json, .sqlite: return "select * from read_json_auto(\(file))"
        case .workbook:
            try loadExtension("excel", connection)
            return try WorkbookReading(connection: connection, arguments: file + (sheet.map { ", sheet = " + Self.literal($0) } ?? "")).query()
        }
    }

    private func loadExtension(_ name: String, _ connection: Connection) throws(ADBCError) {
        do throws(ADBCError) {
            try connection.execute(Self.loading(name, connection))
        } catch {
            throw .noExtension(name, Self.installation(name, connection.version().version), error)
        }
    }

    /// Loads an extension that stands beside the driver, or that DuckDB has installed before.
    private static func loading(_ name: String, _ connection: Connection) -> String {
        let folder = SmallFile.folder(of: connection.driver.location.path) + "/duckdb_extension_\(name)/extensions"
        let files: [String] = SmallFile.names(folder).map { "\(folder)/\($0)/\(name).duckdb_extension" }.filter { access($0, R_OK) == 0 }
        return "load " + (files.first.map { path in literal(path) } ?? name)
    }

    static func canLoad(_ name: String, _ connection: Connection) -> Bool {
        (try? connection.execute("set autoinstall_known_extensions = false")) != nil && (try? connection.execute(loading(name, connection))) != nil
    }

    /// The command that installs an extension for a version of DuckDB.
    static func installation(_ name: String, _ version: String?) -> String {
        let number = version.map { $0.hasPrefix("v") ? String($0.dropFirst()) : $0 }
        return "`pip install duckdb-extension-\(name)\(number.map { "==" + $0 } ?? "")`"
    }

    // MARK: - SQLite

    private func sqlite(_ path: String) throws(ADBCError) -> Connection {
        try Connection.open(try Driver.load(try search.find(.sqlite)), options: [("uri", EngineAddress.readOnlySQLite(path))])
    }

    private func onlyTable(of connection: Connection) throws(ADBCError) -> String {
        let names = try connection.query("select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\' order by 1")
            .rows()
        var tables: [String] = []
        for row in names { if case .text(let name)? = row.first { tables.append(name) } }
        guard tables.count == 1 else { throw .whichTable(tables) }
        return tables[0]
    }

    // MARK: - SQL

    package static func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }
    static func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}
