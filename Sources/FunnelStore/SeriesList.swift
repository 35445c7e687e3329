/// Runs of whole numbers that only ever become longer, told apart by a number: cheaper to add to than arrays.
package final class SeriesList: @unchecked Sendable {
    package struct Series {
        /// The memory that values are added to, allocated with the first one: how many of them lie there, and how many fit.
        package var base: UnsafeMutablePointer<Int64>?
        package var count: Int
        package var capacity: Int
        /// What is full, the latest first: of a long series nothing is ever copied.
        fileprivate var full: UnsafeMutablePointer<Full>?
    }

    fileprivate struct Full {
        let base: UnsafeMutablePointer<Int64>
        let count: Int
        let before: UnsafeMutablePointer<Full>?
    }

    /// The series, for loops that add to them by themselves.
    package private(set) var all: UnsafeMutablePointer<Series>
    package private(set) var count = 0
    private var capacity = 16

    private let none = UnsafeMutablePointer<Int64>.allocate(capacity: 1)

    package init() { all = .allocate(capacity: capacity) }

    deinit {
        none.deallocate()
        for index in 0..<count {
            all[index].base?.deallocate()
            var next = all[index].full
            while let full = next {
                next = full.pointee.before
                full.pointee.base.deallocate()
                full.deallocate()
            }
        }
        all.deallocate()
    }

    /// Makes more empty series, so that there are `wanted`.
    package func grow(to wanted: Int) {
        if wanted > capacity {
            capacity = max(wanted, capacity * 2)
            let larger = UnsafeMutablePointer<Series>.allocate(capacity: capacity)
            larger.moveInitialize(from: all, count: count)
            all.deallocate()
            all = larger
        }
        while count < wanted {
            all[count] = Series(base: nil, count: 0, capacity: 0, full: nil)
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

    /// So few series, and so few values at once, that room for all of them can be made in each series beforehand.
    func appendsRuns(of values: Int) -> Bool { count <= Self.mostInRun && values <= Self.longestRun }

    /// So many series a run may add to.
    package static let mostInRun = 64

    /// So many values a run may have.
    package static let longestRun = longest / 4

    /// Makes room for a run of values in each series, and writes to `ends`, which has room for one more, where the next value of each belongs. Whoever
    /// adds values moves the ends on, and may write what is not counted. Behind the last series stands a place for a value of none.
    package func beginRun(of values: Int, _ ends: UnsafeMutablePointer<UnsafeMutablePointer<Int64>>) {
        precondition(values <= Self.longestRun)
        for index in 0..<count {
            while all[index].capacity - all[index].count < values { Self.grow(all + index) }
            (ends + index).initialize(to: all[index].base.unsafelyUnwrapped + all[index].count)
        }
        (ends + count).initialize(to: none)
    }

    /// Takes over what a run has added.
    package func endRun(_ ends: UnsafePointer<UnsafeMutablePointer<Int64>>) {
        for index in 0..<count { all[index].count = ends[index] - all[index].base.unsafelyUnwrapped }
    }

    /// Adds some values, each to the series that is named beside it.
    func append(_ values: UnsafePointer<Int64>, _ count: Int, to series: UnsafePointer<UInt32>) {
        withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Int64>.self, capacity: self.count + 1) { ends in
            let ends = ends.baseAddress!
            beginRun(of: count, ends)
            for at in 0..<count {
                let index = Int(series[at])
                ends[index].pointee = values[at]
                ends[index] += 1
            }
            endRun(ends)
        }
    }

    /// Makes room for more in a series that is full. Its `count` may begin anew.
    package static func grow(_ series: UnsafeMutablePointer<Series>) {
        // Short series are many and must be small; they are copied to what is larger.
        let before = series.pointee.capacity
        if before >= longest, let base = series.pointee.base {
            let full = UnsafeMutablePointer<Full>.allocate(capacity: 1)
            full.initialize(to: Full(base: base, count: series.pointee.count, before: series.pointee.full))
            series.pointee.full = full
            series.pointee.base = .allocate(capacity: before)
            series.pointee.count = 0
            return
        }
        let capacity = max(4, before * (before >= 64 ? 4 : 2))
        let larger = UnsafeMutablePointer<Int64>.allocate(capacity: capacity)
        if let old = series.pointee.base {
            larger.update(from: old, count: series.pointee.count)
            old.deallocate()
        }
        series.pointee.base = larger
        series.pointee.capacity = capacity
    }

    /// So many values are never copied: more are put elsewhere.
    private static let longest = 16_384

    /// One series of it.
    package subscript(index: Int) -> Part {
        precondition(index >= 0 && index < count, "series \(index) of \(count)")
        return Part(list: self, index: index)
    }

    /// A series, with the list that holds its memory.
    package struct Part: @unchecked Sendable {
        fileprivate let list: SeriesList
        fileprivate let index: Int

        package var count: Int { pieces.reduce(0) { $0 + $1.count } }

        /// The values, in pieces of memory, in the order in which they were added; for as long as the list is there and nothing is added.
        package var pieces: [UnsafeBufferPointer<Int64>] {
            let series = list.all[index]
            var pieces: [UnsafeBufferPointer<Int64>] = []
            if series.count > 0 { pieces.append(UnsafeBufferPointer(start: series.base, count: series.count)) }
            var next = series.full
            while let full = next {
                pieces.append(UnsafeBufferPointer(start: full.pointee.base, count: full.pointee.count))
                next = full.pointee.before
            }
            return pieces.reversed()
        }
    }
}
