/// What went wrong in a driver, or in the engine behind it.
package struct ADBCError: Error, Sendable, Hashable {
    /// The interface's reasons that something depends on.
    package enum Reason: Sendable, Hashable {
        case notImplemented, alreadyExists, unauthenticated, unreachable, interrupted, other
    }

    package var reason: Reason
    /// What is wrong, in the words of whoever noticed.
    package var message: String
    /// SQL's five letters for it, where the engine has them.
    package var sqlState: String?
    package var vendorCode: Int?
    /// Where in the SQL text, in letters from 1 on.
    package var position: Int?
    package var mends: [String]

    init(_ reason: Reason, _ message: String, sqlState: String? = nil, vendorCode: Int? = nil, position: Int? = nil, mends: [String] = []) {
        self.reason = reason
        self.message = message
        self.sqlState = sqlState
        self.vendorCode = vendorCode
        self.position = position
        self.mends = mends
    }

    /// The same with stars where these texts stand.
    func without(_ secrets: [String]) -> ADBCError {
        var error = self
        for secret in secrets {
            let stars = String(repeating: "*", count: secret.utf8.count)
            error.message = error.message.replacing(secret, with: stars)
            error.mends = error.mends.map { $0.replacing(secret, with: stars) }
        }
        return error
    }

    /// Whether a server has asked for a password and got none.
    var wantsPassword: Bool { message.contains("no password supplied") }

    package static let interrupted = ADBCError(.interrupted, "stopped")
}
