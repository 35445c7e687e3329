/// Runs of whole numbers that only ever become longer, told apart by a number: cheaper to add to than arrays.
package final class SeriesList: @unchecked Sendable {
    package struct Series {
        /// Allocated with the first value.
        package var base: UnsafeMutablePointer<Int64>?
        package var count: Int
        package var capacity: Int
    }

    /// The series, for loops that add to them by themselves.
    package private(set) var all: UnsafeMutablePointer<Series>
    package private(set) var count = 0
    private var capacity = 16

    package init() { all = .allocate(capacity: capacity) }

    deinit {
        for index in 0..<count { all[index].base?.deallocate() }
        all.deallocate()
    }

    /// Makes more empty series, so that there are `wanted`.
    package func grow(to wanted: Int) {
        if wanted > capacity {
            capacity = max(wanted, capacity * 2)
            let larger = UnsafeMutablePointer<Series>.allocate(capacity: capacity)
            larger.update(from: all, count: count)
            all.deallocate()
            all = larger
        }
        while count < wanted {
            all[count] = Series(base: nil, count: 0, capacity: 0)
            count += 1
        }
    }

    @inline(__always)
    package func append(_ value: Int64, to index: Int) { Self.append(value, to: all + index) }

    @inline(__always)
    static func append(_ value: Int64, to series: UnsafeMutablePointer<Series>) {
        if series.pointee.count == series.pointee.capacity { Self.grow(series) }
        series.pointee.base.unsafelyUnwrapped[series.pointee.count] = value
        series.pointee.count &+= 1
    }

    /// Makes room for more in a series that is full.
    package static func grow(_ series: UnsafeMutablePointer<Series>) {
        // Short series are many and must be small; of the longer ones little is ever copied.
        let before = series.pointee.capacity
        let capacity = max(4, before * (before >= 64 && before < 65_536 ? 4 : 2))
        let larger = UnsafeMutablePointer<Int64>.allocate(capacity: capacity)
        if let old = series.pointee.base {
            larger.update(from: old, count: series.pointee.count)
            old.deallocate()
        }
        series.pointee.base = larger
        series.pointee.capacity = capacity
    }

    /// One series of it.
    package subscript(index: Int) -> Part {
        precondition(index >= 0 && index < count, "series \(index) of \(count)")
        return Part(list: self, index: index)
    }

    /// A series, with the list that holds its memory.
    package struct Part: @unchecked Sendable {
        fileprivate let list: SeriesList
        fileprivate let index: Int

        package var count: Int { list.all[index].count }
        /// For as long as the list is there and nothing is added.
        package var values: UnsafeBufferPointer<Int64> { UnsafeBufferPointer(start: list.all[index].base, count: list.all[index].count) }
    }
}
