import CADBC

/// The C struct of a stream, and the statement that it comes from; it is given back before the statement is.
final class StreamHandle: @unchecked Sendable {
    let statement: Statement
    let pointer: UnsafeMutablePointer<ArrowArrayStream>

    init(_ statement: Statement) {
        self.statement = statement
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: ArrowArrayStream())
    }

    deinit {
        pointer.pointee.release?(pointer)
        pointer.deallocate()
    }
}
