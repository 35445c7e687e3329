import FunnelText

// What can be wrong with a driver or an engine.
extension ADBCError {
    static func noLibrary(_ path: String, _ reason: String) -> ADBCError {
        ADBCError(.other, "`\(path)` can't be loaded as a library: \(reason)", mends: ["the path of a driver is that of a shared library, a `.so` file"])
    }

    static func noEntry(_ path: String, _ entries: [String]) -> ADBCError {
        ADBCError(
            .other, "`\(path)` is no ADBC driver: it has no function \(entries.map { "`\($0)`" }.joined(separator: " or "))",
            mends: ["a manifest of the driver can name another one as its `entrypoint`"])
    }

    static func refusesToStart(_ path: String, _ reason: String) -> ADBCError { ADBCError(.other, "the driver `\(path)` does not start: \(reason)") }

    /// `type`: what it is, as `a list`.
    static func nestedColumn(_ column: String, _ type: String) -> ADBCError {
        ADBCError(
            .other, "column `\(column)` is \(type), which a table of text, numbers and dates has no place for",
            mends: ["leave it out, or turn it into text or numbers, in a view"])
    }

    /// `part`: what of it does not fit.
    static func damagedColumn(_ column: String, _ part: String) -> ADBCError {
        ADBCError(.other, "of column `\(column)` of the result, \(part): the driver is at fault")
    }

    static func noSuchDriver(_ path: String) -> ADBCError { ADBCError(.other, "there is no driver `\(path)`") }

    static func emptyManifest(_ path: String) -> ADBCError {
        ADBCError(.other, "the manifest `\(path)` names no library for this machine", mends: ["it has `\(DriverManifest.platform)` under `[Driver.shared]`"])
    }

    static func noDriver(_ kind: EngineKind, _ found: DriverSearch.Found) -> ADBCError {
        if let obstacle = found.obstacle { return ADBCError(.other, obstacle, mends: [found.obstacleMend].compactMap { $0 }) }
        return ADBCError(
            .other, "there is no driver for \(kind.title) on this machine",
            mends: [
                "install it: `\(kind.installation)`, in the virtual environment that is active", "looked at " + found.looked.joined(separator: ", "),
            ])
    }

    static func noExtension(_ name: String, _ installation: String, _ error: ADBCError) -> ADBCError {
        ADBCError(
            .other, "DuckDB can't load its extension `\(name)`: \(error.message)", mends: ["install it: \(installation), in the environment of the driver"])
    }

    static func whichTable(_ tables: [String]) -> ADBCError {
        tables.isEmpty
            ? ADBCError(.other, "it has no table")
            : ADBCError(
                .other, "it has \(tables.count) tables, and one is loaded at a time",
                mends: ["say which: `table \"\(tables[0])\"`", "they are " + tables.map { "`\($0)`" }.joined(separator: ", ")])
    }

    // MARK: - Connect strings

    private static let addresses = "such as `postgres://user@host/database`, `duckdb:crm.duckdb`, `sqlite:crm.sqlite` or `spark://host:15002`"

    static func noAddress(_ text: String) -> ADBCError { ADBCError(.other, "`\(text)` is no address of an engine", mends: ["it is \(addresses)"]) }

    static func noDialect(_ text: String) -> ADBCError {
        ADBCError(.other, "`\(text)` does not say which SQL the engine speaks", mends: ["add `?dialect=` and one of duckdb, postgres, sqlite, spark"])
    }

    static func unknownEngine(_ name: String) -> ADBCError {
        ADBCError(
            .other, "`\(name)` is no engine that is known",
            mends: ["an address is \(addresses)", "any other engine needs `?driver=` with the path of its driver"])
    }

    static func noVariable(_ name: String) -> ADBCError {
        ADBCError(.other, "the environment has no variable `\(name)`", mends: ["set it before funnel is started"])
    }

    /// `tables`: those that there are.
    static func noTable(_ path: [String], _ engine: String, _ tables: [String], _ error: ADBCError?) -> ADBCError {
        let name = path.joined(separator: ".")
        let near = Suggestion.mend(for: name, among: tables) ?? Suggestion.mend(for: path.last ?? name, among: tables)
        let listed = tables.isEmpty ? nil : "its tables are " + tables.prefix(20).map { "`\($0)`" }.joined(separator: ", ") + (tables.count > 20 ? " …" : "")
        return ADBCError(
            .other, "`\(engine)` has no table `\(name)`" + (tables.isEmpty ? error.map { ": " + $0.message } ?? "" : ""),
            mends: [near ?? listed].compactMap { $0 })
    }

    package static func noFile(_ address: String, near: String?) -> ADBCError {
        ADBCError(.other, "there is no such file", mends: [near.map { "`\($0)` may be meant" } ?? "`save to \"\(address)\"` makes it"])
    }

    /// What an engine says when it is opened, with the mend where it has one.
    static func opening(_ error: ADBCError, _ access: EngineAccess) -> ADBCError {
        var error = error
        if error.message.contains("Could not set lock on file") {
            error.mends.append(
                access == .reading
                    ? "another program is writing into the file: try again when it is done"
                    : "another program has the file open: close it there; while a file is read, nobody can write into it")
        } else if error.message.contains("attempt to write a readonly database") {
            error.mends.append("a program that wrote into it was cut short: open the file once with one that may write, `sqlite3 FILE .tables`")
        }
        return error
    }

    static func takesNoTables(_ kind: EngineKind) -> ADBCError {
        ADBCError(
            .notImplemented, "the driver of \(kind.title) takes no tables in", mends: ["write them as files that it reads: `save`, or `list … into \"FILE\"`"])
    }
}
