import CSystem

/// Rows counted by few codes of 8 bits, many rows at a time, so that no addition waits for the one before it, whatever the codes are.
package final class FewCounts: @unchecked Sendable {
    package enum Way: Sendable {
        /// A block of rows is compared with one code after another. Rows that have a mark are counted beside all rows: the mark is the
        /// top bit of a code.
        case compared
        /// From the bits of the codes: where the processor can.
        case sliced

        /// So many codes can be counted; up to so many, it is faster than a table of pairs.
        var most: Int { self == .sliced ? Int(system_most_slices) : 16 }

        package static let fastest = system_can_count_codes() != 0 ? sliced : compared
    }

    /// Up to so many codes, this is faster than a table of pairs.
    package static let most = Way.fastest.most

    /// Where one row in so many counts, it is faster than to look for the rows that do.
    private static func leastShare(_ size: Int) -> Int { size <= 16 ? 16 : 8 }

    /// Whether it is the fastest way to count so many rows of a run by these codes.
    package static func fits(_ codes: Codes, size: Int, _ kept: Int, of rows: Int) -> Bool {
        if case .uint8 = codes { size <= most && kept * leastShare(size) > rows } else { false }
    }

    private typealias Lanes = SIMD32<UInt8>

    private let way: Way
    private let size: Int
    private let hasMarks: Bool
    /// Rows by code and, from `size` on, those of them with a mark.
    private var totals: [Int64]
    /// A block's codes with their marks.
    private let marked: UnsafeMutablePointer<UInt8>

    /// For codes that fit; no row has `size` or more.
    package init(size: Int, marks: Bool, way: Way = .fastest) {
        precondition(size <= way.most)
        self.way = way
        self.size = size
        hasMarks = marks
        totals = [Int64](repeating: 0, count: 2 * size)
        marked = Kernels.block(marks && way == .compared ? Self.block : 0)
    }

    deinit { marked.deallocate() }

    /// Rows in a block: no lane of a comparison counts more than a byte can hold, and a block stays in the nearest cache.
    private static let block = 128 * Lanes.scalarCount

    /// Counts a run of rows; with `marks`, a bit a row, it begins at a multiple of 64.
    package func count(_ codes: Codes, _ range: Range<Int>, marks: UnsafePointer<UInt64>? = nil) {
        guard case .uint8(let buffer) = codes else { preconditionFailure("codes of more than 8 bits") }
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count && hasMarks == (marks != nil))
        let base = buffer.base + range.lowerBound
        totals.withUnsafeMutableBufferPointer { totals in
            let (all, own) = (totals.baseAddress!, totals.baseAddress! + size)
            if way == .sliced { return system_count_codes(base, marks, range.count, size, all, own) }
            var first = 0
            while first < range.count {
                let rows = min(Self.block, range.count - first)
                let words = rows / 64
                let vectors = words * 64 / Lanes.scalarCount
                Self.add(UnsafeRawPointer(base + first), vectors, from: 0, size, all)
                if let marks {
                    Kernels.mark(base + first, marks + first / 64, words: words, marked)
                    Self.add(UnsafeRawPointer(marked), vectors, from: Self.mark, size, own)
                }
                for row in first + words * 64..<first + rows {
                    all[Int(base[row])] += 1
                    if let marks, marks[row >> 6] >> UInt64(row & 63) & 1 == 1 { own[Int(base[row])] += 1 }
                }
                first += rows
            }
        }
    }

    private static let mark: UInt8 = 128

    /// Adds to `counts`, which has an entry for each of `size` codes, the rows with a bit: a run of rows that begins at a multiple of 64.
    static func add(_ codes: UnsafePointer<UInt8>, _ count: Int, bits: UnsafePointer<UInt64>, size: Int, _ counts: UnsafeMutablePointer<Int64>) {
        if Way.fastest == .sliced { return system_count_codes(codes, bits, count, size, nil, counts) }
        withUnsafeTemporaryAllocation(byteCount: block, alignment: 64) { memory in
            let marked = memory.baseAddress!.bindMemory(to: UInt8.self, capacity: block)
            var first = 0
            while first < count {
                let rows = min(block, count - first)
                Kernels.mark(codes + first, bits + first / 64, words: rows / 64, marked)
                add(UnsafeRawPointer(marked), rows / 64 * 64 / Lanes.scalarCount, from: mark, size, counts)
                for row in first + rows / 64 * 64..<first + rows where bits[row >> 6] >> UInt64(row & 63) & 1 == 1 { counts[Int(codes[row])] += 1 }
                first += rows
            }
        }
    }

    /// Adds to `totals` how often each of `size` codes, from a first on, stands among some vectors of codes. Four codes at a time, for
    /// each of which a register holds what is met in each lane.
    private static func add(_ codes: UnsafeRawPointer, _ vectors: Int, from first: UInt8, _ size: Int, _ totals: UnsafeMutablePointer<Int64>) {
        var code = 0
        while code + 4 <= size {
            let own = first &+ UInt8(truncatingIfNeeded: code)
            let (k, l, m, n) = (Lanes(repeating: own), Lanes(repeating: own &+ 1), Lanes(repeating: own &+ 2), Lanes(repeating: own &+ 3))
            var (a, b, c, d) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
            for vector in 0..<vectors {
                let some = codes.loadUnaligned(fromByteOffset: vector &* Lanes.scalarCount, as: Lanes.self)
                a &-= equal(some, k)
                b &-= equal(some, l)
                c &-= equal(some, m)
                d &-= equal(some, n)
            }
            totals[code] &+= sum(a)
            totals[code &+ 1] &+= sum(b)
            totals[code &+ 2] &+= sum(c)
            totals[code &+ 3] &+= sum(d)
            code &+= 4
        }
        while code < size {
            let k = Lanes(repeating: first &+ UInt8(truncatingIfNeeded: code))
            var a = Lanes.zero
            for vector in 0..<vectors { a &-= equal(codes.loadUnaligned(fromByteOffset: vector &* Lanes.scalarCount, as: Lanes.self), k) }
            totals[code] &+= sum(a)
            code &+= 1
        }
    }

    /// All bits of a lane where both are the same.
    @inline(__always)
    private static func equal(_ some: Lanes, _ other: Lanes) -> Lanes { unsafeBitCast(some .== other, to: Lanes.self) }

    @inline(__always)
    private static func sum(_ lanes: Lanes) -> Int64 {
        let pairs = unsafeBitCast(lanes, to: SIMD16<UInt16>.self)
        return Int64((pairs & 0xFF &+ pairs &>> 8).wrappedSum())
    }

    /// Adds what was counted to `counts`, which has an entry, `stride` apart, for each code, and begins anew. Of marks, the rows
    /// that have one are added to `marked` as well.
    package func fold(stride: Int = 1, _ counts: UnsafeMutablePointer<Int64>, marked: UnsafeMutablePointer<Int64>? = nil) {
        for code in 0..<size {
            counts[code * stride] += totals[code]
            if hasMarks { marked?[code * stride] += totals[size + code] }
        }
        totals = [Int64](repeating: 0, count: 2 * size)
    }
}
