import FunnelADBC
package import FunnelModel
package import FunnelText

// What a session has to say of engines.
extension Diagnostic {
    /// What an engine says of a question; passwords in its words are masked.
    static func engine(_ error: ADBCError) -> Diagnostic {
        guard error.reason != .interrupted else { return .interrupted }
        let state = error.sqlState.map { " (SQLSTATE \($0))" } ?? ""
        return Diagnostic(.error, Secrets.masked(error.message) + state, cause: .data, mends: error.mends.map(Secrets.masked))
    }

    static func engine(_ error: ADBCError, _ address: String) -> Diagnostic {
        guard error.reason != .interrupted else { return .interrupted }
        return Diagnostic(.error, "`\(address)` says: ", cause: .data).followed(by: engine(error))
    }

    /// `written`: the tables that stay, for the engine can't take them back.
    static func saving(_ error: ADBCError, _ address: String, written: [String]) -> Diagnostic {
        var diagnostic = engine(error, address)
        if !written.isEmpty {
            let one = written.count == 1
            diagnostic.mends.append(
                "\(written.map { "`\($0)`" }.joined(separator: ", ")) \(one ? "was" : "were") written before it and \(one ? "stays" : "stay"): the driver has no transactions"
            )
        }
        return diagnostic
    }

    static func connection(_ error: ADBCError, _ address: String) -> Diagnostic {
        guard error.reason != .interrupted else { return .interrupted }
        return Diagnostic(.error, "can't connect to `\(address)`: ", cause: .data).followed(by: engine(error))
    }

    private func followed(by other: Diagnostic) -> Diagnostic {
        var both = self
        // Drivers write paragraphs; a message is a sentence on one line.
        both.message += other.message.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " || $0 == "\t" } }.filter { !$0.isEmpty }.joined(
            separator: "; ")
        both.mends += other.mends
        return both
    }

    package static let notConnected = Diagnostic(
        .error, "no engine is connected, of which this could be a table",
        mends: ["`connect \"postgres://user@host/database\"` before it", "a file stands in quotes: `load leads from \"leads.csv\"`"])

    package static func onTwoEngines(_ a: (role: TableRole, place: String), _ b: (role: TableRole, place: String), path: [String]) -> Diagnostic {
        Diagnostic(
            .error, "\(a.role) are \(a.place), and \(b.role) are \(b.place): a query reads tables of one place",
            mends: ["copy the one to the other: `load \(a.role) from table \(path.joined(separator: ".")) … into memory`"])
    }

    /// `what`: a clause, as it is called.
    package static func onlyIntoMemory(_ what: String) -> Diagnostic {
        Diagnostic(
            .error, "a table that stays in its engine is taken as it is, without \(what)",
            mends: ["add `into memory` to copy it", "make a view of it in the engine"])
    }

    package static func wrongType(_ column: String, _ type: ColumnType, _ role: ColumnRole?) -> Diagnostic {
        Diagnostic(
            .error, "`\(column)` is \(type.name) in its engine, which can't be the `\(role?.rawValue ?? "role")` of a row",
            cause: .data, mends: ["turn it into another type in a view of the engine", "add `into memory`: then its values are read as a file's are"])
    }

    package static func noParts(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` has no tables", mends: ["`table \"…\"` names a table of an SQLite database or a sheet of a workbook"])
    }

    package static let nothingToSave = Diagnostic(
        .error, "no table is in memory that could be written", cause: .tableNotLoaded, mends: ["load one: `load leads from \"leads.csv\"`"])

    static func keptNowhere(_ address: String) -> Diagnostic {
        Diagnostic(
            .error, "what is written into `\(address)` would be gone at once: it is no file of a database", cause: .data,
            mends: ["name one, which is made if it is not there: `save to \"duckdb:crm.duckdb\"`"])
    }

    static func tableExists(_ name: String, _ address: String) -> Diagnostic {
        Diagnostic(
            .error, "`\(address)` has a table `\(name)` already", cause: .data,
            mends: ["`replace` at the end of the statement replaces it, with all that is in it"])
    }
}
