import CADBC
import Glibc
import Synchronization

/// A driver: a library that speaks to one kind of database, and the functions that it hands over.
///
/// A library that has been loaded stays: some can't be taken out of a process again.
package final class Driver: @unchecked Sendable {
    package let location: DriverLocation
    /// Whether it keeps version 1.1 of the interface: errors with details, and statements that can be stopped.
    package let hasDetails: Bool
    let functions: UnsafeMutablePointer<AdbcDriver>

    private static let loaded = Mutex<[String: Driver]>([:])

    package static func load(_ location: DriverLocation) throws(ADBCError) -> Driver {
        if let known = loaded.withLock({ $0[location.path] }) { return known }
        let driver = try Driver(location)
        loaded.withLock { $0[location.path] = driver }
        return driver
    }

    private init(_ location: DriverLocation) throws(ADBCError) {
        let start = try Self.entry(location)
        let functions = UnsafeMutablePointer<AdbcDriver>.allocate(capacity: 1)
        functions.initialize(to: AdbcDriver())
        var hasDetails = true
        do throws(ADBCError) {
            do throws(ADBCError) {
                try Self.check(nil) { start(Int32(ADBC_VERSION_1_1), functions, $0) }
            } catch {
                guard error.reason == .notImplemented else { throw error }
                hasDetails = false
                functions.pointee = AdbcDriver()
                try Self.check(nil) { start(Int32(ADBC_VERSION_1_0), functions, $0) }
            }
            guard Self.isWhole(functions.pointee) else { throw ADBCError(.other, "functions of the interface are missing") }
        } catch {
            functions.deallocate()
            throw .refusesToStart(location.path, error.message)
        }
        self.location = location
        self.hasDetails = hasDetails
        self.functions = functions
    }

    private static func entry(_ location: DriverLocation) throws(ADBCError) -> AdbcDriverInitFunction {
        // What it needs is looked for where it stands, too: the wheels of DuckDB want the symbols of their Python.
        if let first = location.needsFirst { _ = dlopen(first, RTLD_NOW | RTLD_GLOBAL) }
        guard let library = dlopen(location.path, RTLD_LAZY | RTLD_LOCAL) else {
            throw .noLibrary(location.path, dlerror().map { String(cString: $0) } ?? "no reason is given")
        }
        guard let symbol = location.entries.lazy.compactMap({ dlsym(library, $0) }).first else {
            dlclose(library)
            throw .noEntry(location.path, location.entries)
        }
        return unsafeBitCast(symbol, to: AdbcDriverInitFunction.self)
    }

    /// Whether the functions are there that everything here stands on.
    private static func isWhole(_ driver: AdbcDriver) -> Bool {
        driver.DatabaseNew != nil && driver.DatabaseSetOption != nil && driver.DatabaseInit != nil && driver.DatabaseRelease != nil
            && driver.ConnectionNew != nil && driver.ConnectionInit != nil && driver.ConnectionRelease != nil && driver.StatementNew != nil
            && driver.StatementSetSqlQuery != nil && driver.StatementSetOption != nil && driver.StatementExecuteQuery != nil && driver.StatementRelease != nil
    }

    // MARK: - Calls

    /// Calls a function of the driver, and throws what it says where it fails.
    func call(_ body: (UnsafeMutablePointer<AdbcError>) -> AdbcStatus) throws(ADBCError) { try Self.check(self, body) }

    private static func check(_ driver: Driver?, _ body: (UnsafeMutablePointer<AdbcError>) -> AdbcStatus) throws(ADBCError) {
        var error = AdbcError()
        error.vendor_code = Int32.min
        error.private_driver = driver?.functions
        let status = body(&error)
        defer { error.release?(&error) }
        guard status != 0 else { return }
        throw ADBCError(status, &error, driver)
    }

    /// An option's text.
    func withText(_ text: String?, _ body: (UnsafePointer<CChar>?) throws(ADBCError) -> Void) throws(ADBCError) {
        guard let text else { return try body(nil) }
        var bytes = text.utf8CString
        // Letters behind a zero byte would be lost without a word.
        guard !text.utf8.contains(0) else { throw ADBCError(.other, "a text for the engine holds a zero byte") }
        let failure: ADBCError? = bytes.withUnsafeMutableBufferPointer { letters in
            do throws(ADBCError) {
                try body(UnsafePointer(letters.baseAddress))
                return nil
            } catch {
                return error
            }
        }
        bytes.removeAll()
        if let failure { throw failure }
    }
}

extension ADBCError {
    init(_ status: AdbcStatus, _ error: UnsafePointer<AdbcError>, _ driver: Driver?) {
        let told = error.pointee
        let text = told.message.map { String(cString: $0) } ?? ""
        self.init(Self.reason(status), text.isEmpty ? Self.words(status) : text)
        let state = [told.sqlstate.0, told.sqlstate.1, told.sqlstate.2, told.sqlstate.3, told.sqlstate.4].map { UInt8(bitPattern: $0) }
        if !state.contains(where: { $0 < 0x30 }), state != Array("00000".utf8) { sqlState = String(decoding: state, as: UTF8.self) }
        if told.vendor_code != 0, told.vendor_code != Int32.min { vendorCode = Int(told.vendor_code) }
        guard let driver, driver.hasDetails, told.vendor_code == Int32.min || told.private_driver != nil,
            let count = driver.functions.pointee.ErrorGetDetailCount, let detail = driver.functions.pointee.ErrorGetDetail
        else { return }
        for index in 0..<max(0, count(error)) { take(detail(error, index)) }
    }

    /// PostgreSQL's driver tells the fields of the server's message, under libpq's names.
    private mutating func take(_ detail: AdbcErrorDetail) {
        guard let key = detail.key, let value = detail.value else { return }
        let text = String(decoding: UnsafeBufferPointer(start: value, count: detail.value_length), as: UTF8.self)
        switch String(cString: key) {
        case "PG_DIAG_STATEMENT_POSITION": position = Int(text)
        case "PG_DIAG_MESSAGE_PRIMARY": message = text
        case "PG_DIAG_MESSAGE_HINT": mends.append(text)
        default: break
        }
    }

    private static func reason(_ status: AdbcStatus) -> Reason {
        switch Int(status) {
        case ADBC_NOT_IMPLEMENTED: .notImplemented
        case ADBC_ALREADY_EXISTS: .alreadyExists
        case ADBC_UNAUTHENTICATED: .unauthenticated
        case ADBC_IO: .unreachable
        case ADBC_CANCELLED: .interrupted
        default: .other
        }
    }

    private static func words(_ status: AdbcStatus) -> String {
        switch Int(status) {
        case ADBC_NOT_IMPLEMENTED: "the driver does not do this"
        case ADBC_NOT_FOUND: "it is not there"
        case ADBC_ALREADY_EXISTS: "it is there already"
        case ADBC_INVALID_ARGUMENT: "an argument is wrong"
        case ADBC_INVALID_STATE: "it can't be done now"
        case ADBC_INVALID_DATA: "the data are wrong"
        case ADBC_INTEGRITY: "a constraint does not hold"
        case ADBC_IO: "the engine can't be reached"
        case ADBC_CANCELLED: "stopped"
        case ADBC_TIMEOUT: "it took too long"
        case ADBC_UNAUTHENTICATED: "the engine does not know who asks"
        case ADBC_UNAUTHORIZED: "the engine does not allow it"
        default: "the driver gives no reason"
        }
    }
}
