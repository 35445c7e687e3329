package import FunnelArrow
package import FunnelModel
package import FunnelStore
import Synchronization

/// An engine that is connected: it is asked in SQL, and its tables can be looked at and read.
package final class RemoteEngine: Sendable {
    package let address: EngineAddress
    private let driver: Driver
    private let access: EngineAccess
    private let state = Mutex(State())

    private struct State {
        /// Nil while the file is left to a writer.
        var connection: Connection?
        /// The file that was opened.
        var file: FileIdentity?
        var zone = 0
    }

    /// Connects. A server that wants a password which nothing has told is told what `secret` answers.
    package static func open(
        _ address: EngineAddress, _ search: DriverSearch, access: EngineAccess = .reading, secret: ((String) -> String?)?
    ) throws(ADBCError) -> RemoteEngine {
        let driver = try Driver.load(try search.find(address.kind, given: address.driver))
        do throws(ADBCError) {
            return try RemoteEngine(address, driver, access)
        } catch {
            guard error.wantsPassword, let password = secret?("password for \(address.shown): ") else { throw error }
            return try RemoteEngine(address.with(password: password), driver, access)
        }
    }

    private init(_ address: EngineAddress, _ driver: Driver, _ access: EngineAccess) throws(ADBCError) {
        (self.address, self.driver, self.access) = (address, driver, access)
        _ = try connection
    }

    /// The connection; opened anew where it was let go.
    var connection: Connection {
        get throws(ADBCError) {
            try state.withLock { state throws(ADBCError) in
                if let connection = state.connection { return connection }
                let connection = try opened(zone: state.zone)
                state.connection = connection
                state.file = address.file.flatMap { FileIdentity($0) }
                return connection
            }
        }
    }

    private func opened(zone: Int) throws(ADBCError) -> Connection {
        do throws(ADBCError) {
            let connection = try Connection.open(driver, options: address.options(for: access).map { ($0.key, $0.value) })
            // SQLite opens whatever it is given, and looks at it when it is asked; Spark is spoken to when it is asked.
            if address.kind == .sqlite { _ = try connection.query("select 1 from sqlite_master limit 1").rows() }
            if address.kind == .spark { _ = try connection.query("select 1").rows() }
            // Times are told in UTC at first, whatever the engine's own zone is.
            try set(zoneMinutes: zone, connection)
            return connection
        } catch {
            throw .opening(error, access).without(address.secrets)
        }
    }

    /// Lets go of the engine's file, for a writer; what is asked next opens it again.
    package func letGo() {
        guard address.file != nil else { return }
        state.withLock { $0.connection = nil }
    }

    /// Sets the zone in which time stamps that have one are told, in minutes east of UTC.
    package func use(zoneMinutes minutes: Int) throws(ADBCError) {
        guard state.withLock({ $0.zone }) != minutes else { return }
        try set(zoneMinutes: minutes, try connection)
        state.withLock { $0.zone = minutes }
    }

    private func set(zoneMinutes minutes: Int, _ connection: Connection) throws(ADBCError) {
        let (hours, rest) = (abs(minutes) / 60, abs(minutes) % 60)
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        let offset = "\(minutes < 0 ? "-" : "+")\(two(hours)):\(two(rest))"
        switch address.kind {
        case .postgresql: try connection.execute("set time zone interval '\(offset)' hour to minute")
        // Not all that speak Spark Connect have a setting for it; those that have none know UTC.
        case .spark: try? connection.execute("set spark.sql.session.timeZone = \(minutes == 0 ? "UTC" : offset)")
        // The same holds without DuckDB's extension for zones, whose names for them are of whole hours and have the other sign.
        case .duckdb: try? connection.execute("set timezone = '\(minutes == 0 ? "UTC" : "Etc/GMT\(minutes < 0 ? "+" : "-")\(hours)")'")
        case .sqlite, .flightsql, .other: break
        }
    }

    /// The rows of a query, for an answer.
    package func rows(_ sql: String, interrupt: Interrupt? = nil) throws(ADBCError) -> [[Value]] {
        let connection = try connection
        return try connection.reading(interrupt) { () throws(ADBCError) in try connection.query(sql, interrupt: interrupt).rows() }
    }

    /// Whether another connection speaks to the same engine: one in memory has its tables for itself.
    package func isPlace(of other: RemoteEngine) -> Bool {
        let isMemory = (address.kind == .duckdb || address.kind == .sqlite) && address.file == nil
        return self === other || (!isMemory && address.isPlace(of: other.address) && file == other.file)
    }

    /// Whether the file of this address is the one that is open here.
    package func hasOpen(_ address: EngineAddress) -> Bool {
        guard let named = address.file.flatMap({ FileIdentity($0) }) else { return false }
        return file == named
    }

    /// Whether this can stand for another connection to the address. A process that opens a file of DuckDB twice and closes it
    /// once has lost its lock of it, so one is enough.
    package func canStand(for address: EngineAddress) -> Bool {
        address.kind == .duckdb && access == .reading && hasOpen(address) && self.address.isPlace(of: address)
    }

    private var file: FileIdentity? { state.withLock { $0.file } }

    /// `PostgreSQL 15.18`
    package var versionText: String {
        var version = (try? connection)?.version().version.map { $0.hasPrefix("v") ? String($0.dropFirst()) : $0 }
        // PostgreSQL tells 150018 for 15.18.
        if address.kind == .postgresql, let number = version.flatMap({ Int($0) }) { version = "\(number / 10_000).\(number % 10_000)" }
        return [address.kind.title, version].compactMap { $0 }.joined(separator: " ")
    }

    // MARK: - Tables

    /// The columns of a table, as the engine tells them.
    package func describe(_ path: [String], interrupt: Interrupt?) throws(ADBCError) -> RemoteTable {
        let name = path.map(quoted).joined(separator: ".")
        var told: [(name: String, type: String)] = []
        func take(_ rows: [[Value]]) {
            for row in rows {
                // Spark tells partitions behind the columns, under a heading.
                guard row.count >= 2, case .text(let column) = row[0], case .text(let type) = row[1], !column.isEmpty, !column.hasPrefix("#") else { break }
                told.append((column, type))
            }
        }
        switch address.kind {
        case .postgresql:
            let table = FileReader.literal(path.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: "."))
            take(
                try rows(
                    """
                    select attname::text, format_type(atttypid, atttypmod) from pg_attribute
                    where attrelid = to_regclass(\(table)) and attnum > 0 and not attisdropped order by attnum
                    """, interrupt: interrupt))
        case .sqlite:
            take(try rows("select name, type from pragma_table_info(\(FileReader.literal(path.last ?? "")))", interrupt: interrupt))
        case .duckdb, .spark, .flightsql, .other:
            do throws(ADBCError) {
                take(try rows("describe \(address.dialect == "spark" ? "table " : "")\(name)", interrupt: interrupt))
            } catch {
                guard error.reason != .interrupted else { throw error }
                // What can be asked may not be a table: Spark reads files by a path in backquotes.
                guard let fields = try? fields(of: name, interrupt) else {
                    throw .noTable(path, address.shown, tables(interrupt), error)
                }
                var table = RemoteTable(path: path, columns: fields.map { RemoteColumn(name: $0.name, type: RemoteType($0.type)) })
                try scale(&table, interrupt)
                return table
            }
        }
        guard !told.isEmpty else { throw .noTable(path, address.shown, tables(interrupt), nil) }
        var table = RemoteTable(path: path, columns: told.map { RemoteColumn(name: $0.name, type: RemoteType($0.type, address.kind)) })
        try scale(&table, interrupt)
        return table
    }

    private func fields(of name: String, _ interrupt: Interrupt?) throws(ADBCError) -> [ArrowField] {
        try connection.query("select * from \(name) limit 0", interrupt: interrupt).fields
    }

    /// Binary numbers, and decimals without a declared scale, are kept with as many digits as their values need, as those of a
    /// file are: the engine is asked how many.
    private func scale(_ table: inout RemoteTable, _ interrupt: Interrupt?) throws(ADBCError) {
        let open = table.columns.indices.filter { table.columns[$0].type.isOpenNumber }
        guard !open.isEmpty else { return }
        let parts = open.map { index in
            let column = quoted(table.columns[index].name)
            return
                "max(\(digits(column))), cast(max(abs(\(column))) as \(address.kind == .sqlite ? "real" : "double\(address.kind == .postgresql ? " precision" : "")"))"
        }
        let found = try rows("select \(parts.joined(separator: ", ")) from \(name(of: table))", interrupt: interrupt).first ?? []
        for (place, index) in open.enumerated() where found.count > 2 * place + 1 {
            let needed = Int(found[2 * place].double ?? 0)
            let largest = found[2 * place + 1].double ?? 0
            table.columns[index].scale = NumberScale.scale(needed: needed, largest: largest)
        }
    }

    /// How many digits a number has behind the point.
    private func digits(_ column: String) -> String {
        switch address.kind {
        case .postgresql: "scale(trim_scale((\(column))::numeric))"
        case .sqlite:
            "case when \(column) is null or \(column) = cast(\(column) as integer) then 0 else length(substr(cast(\(column) as text), instr(cast(\(column) as text), '.') + 1)) end"
        case .spark:
            "case when \(column) is null or \(column) = floor(\(column)) then 0 else length(substring_index(cast(\(column) as string), '.', -1)) end"
        case .duckdb, .flightsql, .other:
            "case when \(column) is null or \(column) = floor(\(column)) then 0 else length(split_part(cast(\(column) as varchar), '.', 2)) end"
        }
    }

    /// The rows of a table, column by column.
    package func columns(
        of table: RemoteTable, limit: Int? = nil, interrupt: Interrupt?, progress: (Int) -> Void = { _ in }
    ) throws(ADBCError) -> ArrowFile {
        let sql = "select \(table.columns.map { read($0) }.joined(separator: ", ")) from \(name(of: table))\(limit.map { " limit \($0)" } ?? "")"
        let options = address.kind == .sqlite ? [("adbc.sqlite.query.batch_rows", "1000000")] : []
        let connection = try connection
        return try connection.reading(interrupt) { () throws(ADBCError) in
            try connection.query(sql, options: options, interrupt: interrupt).columns(progress: progress)
        }
    }

    private func read(_ column: RemoteColumn) -> String {
        let name = quoted(column.name)
        guard case .textOf = column.type else { return name }
        return "cast(\(name) as \(address.kind == .spark ? "string" : address.kind == .duckdb ? "varchar" : "text")) as \(name)"
    }

    /// The texts of a column, each once.
    package func texts(of column: String, in table: RemoteTable, interrupt: Interrupt?) throws(ADBCError) -> [String] {
        let name = quoted(column)
        var texts: [String] = []
        for row in try rows("select distinct \(name) from \(self.name(of: table)) where \(name) is not null limit 10000", interrupt: interrupt) {
            if case .text(let text)? = row.first { texts.append(text) }
        }
        return texts.sorted()
    }

    /// The names of the engine's tables, for who has mistyped one.
    private func tables(_ interrupt: Interrupt?) -> [String] {
        let sql: String
        switch address.kind {
        case .sqlite: sql = "select name from sqlite_master where type in ('table', 'view')"
        case .postgresql, .duckdb:
            sql = """
                select case when table_schema in ('public', 'main') then table_name else table_schema || '.' || table_name end
                from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') order by 1 limit 1000
                """
        case .spark, .flightsql, .other: return []
        }
        guard let rows = try? rows(sql, interrupt: interrupt) else { return [] }
        return rows.compactMap { row in
            guard case .text(let name)? = row.first else { return nil }
            return name
        }
    }

    // MARK: - Names

    private func name(of table: RemoteTable) -> String { table.path.map(quoted).joined(separator: ".") }

    func quoted(_ name: String) -> String {
        address.dialect == "spark" ? "`" + name.replacing("`", with: "``") + "`" : FileReader.quoted(name)
    }
}
