/// Runs of whole numbers that only ever become longer, told apart by a number: cheaper to add to than arrays.
final class SeriesList {
    private struct Series {
        var base: UnsafeMutablePointer<Int64>
        var count: Int
        var capacity: Int
    }

    private var all: UnsafeMutablePointer<Series>
    private(set) var count = 0
    private var capacity = 16

    init() { all = .allocate(capacity: capacity) }

    deinit {
        for index in 0..<count { all[index].base.deallocate() }
        all.deallocate()
    }

    /// Makes more empty series, so that there are `wanted`.
    func grow(to wanted: Int) {
        if wanted > capacity {
            capacity = max(wanted, capacity * 2)
            let larger = UnsafeMutablePointer<Series>.allocate(capacity: capacity)
            larger.update(from: all, count: count)
            all.deallocate()
            all = larger
        }
        while count < wanted {
            all[count] = Series(base: .allocate(capacity: 4), count: 0, capacity: 4)
            count += 1
        }
    }

    @inline(__always)
    func append(_ value: Int64, to index: Int) {
        let series = all + index
        if series.pointee.count == series.pointee.capacity { Self.grow(series) }
        series.pointee.base[series.pointee.count] = value
        series.pointee.count &+= 1
    }

    private static func grow(_ series: UnsafeMutablePointer<Series>) {
        let larger = UnsafeMutablePointer<Int64>.allocate(capacity: series.pointee.capacity * 2)
        larger.update(from: series.pointee.base, count: series.pointee.count)
        series.pointee.base.deallocate()
        series.pointee.base = larger
        series.pointee.capacity *= 2
    }

    /// One series of it.
    subscript(index: Int) -> Part {
        precondition(index >= 0 && index < count, "series \(index) of \(count)")
        return Part(list: self, index: index)
    }

    /// A series, with the list that holds its memory.
    struct Part: @unchecked Sendable {
        fileprivate let list: SeriesList
        fileprivate let index: Int

        var count: Int { list.all[index].count }
        /// For as long as the list is there and nothing is added.
        var values: UnsafeBufferPointer<Int64> { UnsafeBufferPointer(start: list.all[index].base, count: list.all[index].count) }
    }
}
