import CADBC

/// A batch that an engine has handed over; it is given back with this object.
final class ImportedArray: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<ArrowArray>

    init() {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: ArrowArray())
    }

    var rowCount: Int { Int(pointer.pointee.length) }

    deinit {
        pointer.pointee.release?(pointer)
        pointer.deallocate()
    }
}
