import CADBC

/// What is written between its beginning and its end: it is there as a whole once it is committed, and not at all else.
package struct Transaction {
    private let connection: Connection
    /// Whether the engine can take back what it was given; not all drivers have transactions.
    package let isWhole: Bool

    fileprivate init(_ connection: Connection) {
        self.connection = connection
        isWhole = (try? connection.set("adbc.connection.autocommit", "false")) != nil
    }

    /// Keeps what was written.
    package func commit() throws(ADBCError) {
        guard isWhole, let commit = connection.driver.functions.pointee.ConnectionCommit else { return }
        try connection.driver.call { commit(connection.handle, $0) }
        try? connection.set("adbc.connection.autocommit", "true")
    }

    /// Takes back what was written.
    package func undo() {
        guard isWhole, let rollback = connection.driver.functions.pointee.ConnectionRollback else { return }
        try? connection.driver.call { rollback(connection.handle, $0) }
        try? connection.set("adbc.connection.autocommit", "true")
    }
}

extension RemoteEngine {
    /// Begins to write. Ended by `commit` or `undo`.
    package func begin() throws(ADBCError) -> Transaction { Transaction(try connection) }
}

extension Connection {
    fileprivate func set(_ key: String, _ value: String) throws(ADBCError) {
        guard let set = driver.functions.pointee.ConnectionSetOption else { throw ADBCError(.notImplemented, "the driver has no options of a connection") }
        try driver.withText(key) { key throws(ADBCError) in
            try driver.withText(value) { value throws(ADBCError) in
                try driver.call { set(handle, key, value, $0) }
            }
        }
    }
}
