/// Whole numbers, one behind the other, that only ever become more: cheaper to add to than an array.
final class Series: @unchecked Sendable {
    private var base: UnsafeMutablePointer<Int64>
    private(set) var count = 0
    private var capacity = 16

    init() { base = .allocate(capacity: capacity) }

    deinit { base.deallocate() }

    @inline(__always)
    func append(_ value: Int64) {
        if count == capacity { grow() }
        base[count] = value
        count &+= 1
    }

    private func grow() {
        let larger = UnsafeMutablePointer<Int64>.allocate(capacity: capacity * 2)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
        capacity *= 2
    }

    /// The values, for as long as the series is there and nothing is added.
    var values: UnsafeBufferPointer<Int64> { UnsafeBufferPointer(start: base, count: count) }
}
