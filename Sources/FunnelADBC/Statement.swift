import CADBC

/// A statement of a connection, which lives as long as it does.
final class Statement: @unchecked Sendable {
    let connection: Connection
    let handle: UnsafeMutablePointer<AdbcStatement>

    var driver: Driver { connection.driver }

    init(_ connection: Connection) throws(ADBCError) {
        self.connection = connection
        handle = .allocate(capacity: 1)
        handle.initialize(to: AdbcStatement(private_data: nil, private_driver: connection.driver.functions))
        let functions = connection.driver.functions.pointee
        let handle = handle
        do throws(ADBCError) {
            try connection.driver.call { functions.StatementNew!(connection.handle, handle, $0) }
        } catch {
            handle.pointee.private_data = nil
            throw error
        }
    }

    deinit {
        if handle.pointee.private_data != nil {
            let functions = driver.functions.pointee
            try? driver.call { functions.StatementRelease!(handle, $0) }
        }
        handle.deallocate()
    }

    func set(sql: String) throws(ADBCError) {
        try driver.withText(sql) { text throws(ADBCError) in
            try driver.call { driver.functions.pointee.StatementSetSqlQuery!(handle, text, $0) }
        }
    }

    func set(_ key: String, _ value: String) throws(ADBCError) {
        try driver.withText(key) { key throws(ADBCError) in
            try driver.withText(value) { value throws(ADBCError) in
                try driver.call { driver.functions.pointee.StatementSetOption!(handle, key, value, $0) }
            }
        }
    }

    /// Runs it. Returns what went wrong.
    func execute(into stream: UnsafeMutablePointer<ArrowArrayStream>?) -> ADBCError? {
        do throws(ADBCError) {
            try driver.call { driver.functions.pointee.StatementExecuteQuery!(handle, stream, nil, $0) }
            return nil
        } catch {
            return error
        }
    }

    /// Whether the driver has more to say to `cancel` than that it does not do this.
    static func canBeCancelled(_ driver: Driver, _ connection: UnsafeMutablePointer<AdbcConnection>) -> Bool {
        let functions = driver.functions.pointee
        guard driver.hasDetails, let cancel = functions.StatementCancel else { return false }
        var statement = AdbcStatement(private_data: nil, private_driver: driver.functions)
        guard (try? driver.call { functions.StatementNew!(connection, &statement, $0) }) != nil else { return false }
        defer { try? driver.call { functions.StatementRelease!(&statement, $0) } }
        do throws(ADBCError) {
            try driver.call { cancel(&statement, $0) }
            return true
        } catch {
            return error.reason != .notImplemented
        }
    }

    /// Asks the engine to stop what it does for this statement. Any thread may.
    func cancel() {
        guard driver.hasDetails else { return }
        if let cancel = driver.functions.pointee.StatementCancel, (try? driver.call { cancel(handle, $0) }) != nil { return }
        guard let cancel = driver.functions.pointee.ConnectionCancel else { return }
        try? driver.call { cancel(connection.handle, $0) }
    }
}
