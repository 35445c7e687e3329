import CADBC
import Dispatch
package import FunnelStore
import Synchronization

/// A connection to an engine, open as long as this object lives. One thread at a time uses it.
package final class Connection: @unchecked Sendable {
    package let driver: Driver
    private let database: UnsafeMutablePointer<AdbcDatabase>
    /// Whether the driver can stop a statement; else its thread is left behind where the user asks to stop.
    private let canCancel: Bool
    let handle: UnsafeMutablePointer<AdbcConnection>

    package static func open(_ driver: Driver, options: [(key: String, value: String)]) throws(ADBCError) -> Connection {
        let database = UnsafeMutablePointer<AdbcDatabase>.allocate(capacity: 1)
        database.initialize(to: AdbcDatabase(private_data: nil, private_driver: driver.functions))
        let functions = driver.functions.pointee
        do throws(ADBCError) {
            try driver.call { functions.DatabaseNew!(database, $0) }
        } catch {
            database.deallocate()
            throw error
        }
        let connection = UnsafeMutablePointer<AdbcConnection>.allocate(capacity: 1)
        connection.initialize(to: AdbcConnection(private_data: nil, private_driver: driver.functions))
        var isNew = false
        do throws(ADBCError) {
            for option in options {
                try driver.withText(option.key) { key throws(ADBCError) in
                    try driver.withText(option.value) { value throws(ADBCError) in
                        try driver.call { functions.DatabaseSetOption!(database, key, value, $0) }
                    }
                }
            }
            try driver.call { functions.DatabaseInit!(database, $0) }
            try driver.call { functions.ConnectionNew!(connection, $0) }
            isNew = true
            try driver.call { functions.ConnectionInit!(connection, database, $0) }
        } catch {
            if isNew { try? driver.call { functions.ConnectionRelease!(connection, $0) } }
            try? driver.call { functions.DatabaseRelease!(database, $0) }
            connection.deallocate()
            database.deallocate()
            throw error
        }
        return Connection(driver, database, connection, canCancel: Statement.canBeCancelled(driver, connection))
    }

    private init(
        _ driver: Driver, _ database: UnsafeMutablePointer<AdbcDatabase>, _ handle: UnsafeMutablePointer<AdbcConnection>, canCancel: Bool
    ) {
        self.canCancel = canCancel
        self.driver = driver
        self.database = database
        self.handle = handle
    }

    deinit {
        let functions = driver.functions.pointee
        try? driver.call { functions.ConnectionRelease!(handle, $0) }
        try? driver.call { functions.DatabaseRelease!(database, $0) }
        handle.deallocate()
        database.deallocate()
    }

    /// Makes a call that may take long. Where the driver can't stop it, the call goes on by itself when the user asks to stop:
    /// `body` must keep all that it touches.
    func call<Result: Sendable>(_ interrupt: Interrupt?, _ body: @escaping @Sendable () -> Result) throws(ADBCError) -> Result {
        guard let interrupt, !canCancel else { return body() }
        let answer = Answer<Result>()
        DispatchQueue(label: "funnel.call").async {
            answer.value.withLock { $0 = body() }
            answer.isHere.signal()
        }
        while answer.isHere.wait(timeout: .now() + .milliseconds(20)) == .timedOut {
            if interrupt.isRaised { throw .interrupted }
        }
        guard let value = answer.value.withLock({ $0 }) else { throw .interrupted }
        return value
    }

    /// What a call on another thread has given.
    private final class Answer<Result: Sendable>: Sendable {
        let isHere = DispatchSemaphore(value: 0)
        let value = Mutex<Result?>(nil)
    }

    // MARK: - Statements

    /// Runs a query. Batches come as they are asked for; `interrupt` stops the engine while it works on any of them.
    package func query(
        _ sql: String, options: [(key: String, value: String)] = [], interrupt: Interrupt? = nil
    ) throws(ADBCError) -> ResultStream {
        let statement = try Statement(self)
        try statement.set(sql: sql)
        for option in options { try statement.set(option.key, option.value) }
        return try ResultStream(statement, interrupt: interrupt)
    }

    /// Reads the result of a query whole. DuckDB stops its other threads when one fails, and now and then hands on what one of those
    /// says, that it was interrupted: the query is asked again then, for its own message.
    func reading<Result>(_ interrupt: Interrupt?, _ body: () throws(ADBCError) -> Result) throws(ADBCError) -> Result {
        for _ in 0..<3 {
            do throws(ADBCError) { return try body() } catch {
                guard error.message.contains("Interrupted!"), interrupt?.isRaised != true else { throw error }
            }
        }
        return try body()
    }

    /// Runs a text that answers with nothing.
    package func execute(_ sql: String, interrupt: Interrupt? = nil) throws(ADBCError) {
        let statement = try Statement(self)
        try statement.set(sql: sql)
        let watch = CancelWatch(statement, interrupt)
        defer { watch.end() }
        if let error = try call(interrupt, { statement.execute(into: nil) }) { throw interrupt?.isRaised == true ? .interrupted : error }
    }

    /// The name and the version of the engine, as far as the driver tells.
    package func version() -> (engine: String?, version: String?, driver: String?) {
        guard let ask = driver.functions.pointee.ConnectionGetInfo else { return (nil, nil, nil) }
        // Codes of the interface: the engine's name and version, the driver's version.
        let codes: [UInt32] = [0, 1, 101]
        let stream = UnsafeMutablePointer<ArrowArrayStream>.allocate(capacity: 1)
        stream.initialize(to: ArrowArrayStream())
        defer {
            stream.pointee.release?(stream)
            stream.deallocate()
        }
        guard (try? driver.call { ask(handle, codes, codes.count, stream, $0) }) != nil else { return (nil, nil, nil) }
        let found = InfoReading.texts(stream)
        return (found[0], found[1], found[101])
    }
}
