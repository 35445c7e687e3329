import CSystem

/// Exact order statistics without a full sort.
package enum Selection {
    /// Puts the k-th smallest value (from 0) at index k, none that is larger before it and none that is smaller behind: quickselect after Lomuto,
    /// without a jump that depends on a value, with the median of three as pivot. What does not become shorter soon is sorted.
    package static func select(_ values: UnsafeMutablePointer<Int64>, _ count: Int, _ k: Int) -> Int64 {
        precondition(k >= 0 && k < count)
        var (low, high) = (0, count)
        for _ in 0..<64 where high - low > fewest {
            let (a, b, c) = (values[low], values[low + (high - low) / 2], values[high - 1])
            let pivot = max(min(a, b), min(max(a, b), c))
            let first = low + split(values + low, high - low) { $0 < pivot }
            if k < first {
                high = first
                continue
            }
            low = first + split(values + first, high - first) { $0 <= pivot }
            if k < low { return pivot }
        }
        var rest = UnsafeMutableBufferPointer(start: values + low, count: high - low)
        rest.sort()
        return values[k]
    }

    /// So few are sorted.
    private static let fewest = 24

    /// Puts those first that belong there, and says how many they are.
    @inline(__always)
    private static func split(_ values: UnsafeMutablePointer<Int64>, _ count: Int, _ isFirst: (Int64) -> Bool) -> Int {
        var firsts = 0
        for at in 0..<count {
            let value = values[at]
            values[at] = values[firsts]
            values[firsts] = value
            firsts &+= one(if: isFirst(value))
        }
        return firsts
    }

    /// The compiler makes a choice of a number by a condition a jump, at which the processor must guess; so it makes none.
    @inline(__always)
    private static func one(if condition: Bool) -> Int { Int(unsafeBitCast(condition, to: UInt8.self)) }

    /// The two closest ranks of a percentile and how far between them it lies.
    package struct Ranks: Sendable {
        package let low: Int64
        package let high: Int64
        package let fraction: Double

        /// The value between them.
        package var between: Double { low == high ? Double(low) : Double(low) + (Double(high) - Double(low)) * fraction }
    }

    /// Percentiles (in thousandths) of the values of all pieces together: type 7, linear between the closest ranks. Nil of no values.
    ///
    /// A single one is looked for between two values that a sample says it lies between. Several are counted first into some thousand ranges of
    /// the same width, so that only the values of the ranges that hold the ranks are looked at again.
    package static func percentiles(_ pieces: [UnsafeBufferPointer<Int64>], thousandths: [Int]) -> [Ranks?] {
        let count = pieces.reduce(0) { $0 + $1.count }
        guard count > 0 else { return thousandths.map { _ in nil } }
        if count <= few { return percentiles(ofFew: pieces, thousandths) }
        if thousandths.count == 1, let found = percentile(pieces, count, thousandths[0]) { return [found] }
        let ranges = Ranges(sampling: pieces)
        var counts = [Int](repeating: 0, count: Ranges.count)
        counts.withUnsafeMutableBufferPointer { counts in
            for piece in pieces { for value in piece { counts[ranges.range(of: value)] &+= 1 } }
        }
        let wanted = thousandths.map { (count - 1) * $0 / 1000 }
        let ranks = Set(wanted + wanted.map { Swift.min($0 + 1, count - 1) }).sorted()
        let found = values(atRanks: ranks, pieces, counts, of: ranges)
        return zip(thousandths, wanted).map { thousandths, rank in
            let fraction = Double((count - 1) * thousandths % 1000) / 1000
            let value = found[rank]!
            return fraction > 0
                ? Ranks(low: value, high: found[Swift.min(rank + 1, count - 1)]!, fraction: fraction) : Ranks(low: value, high: value, fraction: 0)
        }
    }

    /// Ranges of whole numbers, one above the other and all of the same width, but for the first and the last, to which belongs what lies beyond.
    private struct Ranges {
        private static let bits = 11
        static let count = 1 << bits

        private let low: Int64
        private let high: Int64
        private let width: UInt64

        /// Ranges between the ends of a sample of the values: where the others lie is not looked at, for few lie beyond.
        init(sampling pieces: [UnsafeBufferPointer<Int64>]) {
            var (low, high) = (Int64.max, Int64.min)
            for piece in pieces {
                for at in stride(from: 0, to: piece.count, by: 61) {
                    low = Swift.min(low, piece[at])
                    high = Swift.max(high, piece[at])
                }
            }
            (self.low, self.high) = (low, high)
            width = UInt64(Swift.max(0, 64 - UInt64(bitPattern: high &- low).leadingZeroBitCount - Self.bits))
        }

        @inline(__always)
        func range(of value: Int64) -> Int {
            let inside = Swift.max(low, Swift.min(high, value))
            return Int(truncatingIfNeeded: UInt64(bitPattern: inside &- low) &>> width)
        }
    }

    /// So few values are selected among at once.
    private static let few = 4096

    private static func percentiles(ofFew pieces: [UnsafeBufferPointer<Int64>], _ thousandths: [Int]) -> [Ranks?] {
        var values = Array(pieces.joined())
        return values.withUnsafeMutableBufferPointer { values in
            thousandths.map { ranks(values, at: (values.count - 1) * $0 / 1000, thousandths: (values.count - 1) * $0 % 1000) }
        }
    }

    /// The values at a place and, where there is a fraction, behind it.
    private static func ranks(_ values: UnsafeMutableBufferPointer<Int64>, at place: Int, thousandths: Int) -> Ranks {
        let low = select(values.baseAddress!, values.count, place)
        // All values behind the place are no smaller.
        guard thousandths > 0 else { return Ranks(low: low, high: low, fraction: 0) }
        return Ranks(low: low, high: values[(place + 1)...].min() ?? low, fraction: Double(thousandths) / 1000)
    }

    /// One percentile in one pass over the values: a sample says between which two values it very likely lies; those between them are kept and those
    /// below counted (after Floyd and Rivest, "Expected time bounds for selection", 1975). Nil where the sample was wrong.
    private static func percentile(_ pieces: [UnsafeBufferPointer<Int64>], _ count: Int, _ thousandths: Int) -> Ranks? {
        var sample: [Int64] = []
        for piece in pieces { for at in stride(from: 0, to: piece.count, by: 61) { sample.append(piece[at]) } }
        let (place, share) = (Double(sample.count) * Double(thousandths) / 1000, Double(thousandths) / 1000)
        let deviation = (Double(sample.count) * share * (1 - share)).squareRoot() * 3 + 2
        let (first, last) = (Int((place - deviation).rounded(.down)), Int(place + deviation))
        let (low, high) = sample.withUnsafeMutableBufferPointer { sample -> (Int64, Int64) in
            let low = first < 0 ? .min : select(sample.baseAddress!, sample.count, first)
            // Behind the first stands nothing smaller.
            let from = Swift.max(first, 0)
            return (low, last >= sample.count ? .max : select(sample.baseAddress! + from, sample.count - from, last - from))
        }
        // Some more places: what is not kept is written behind what is, and written over.
        let kept = UnsafeMutablePointer<Int64>.allocate(capacity: count + 8)
        defer { kept.deallocate() }
        var (at, below) = (0, 0)
        for piece in pieces { at += system_keep(piece.baseAddress, piece.count, low, high, kept + at, &below) }
        let (rank, rest) = ((count - 1) * thousandths / 1000, (count - 1) * thousandths % 1000)
        guard rank >= below, rank + (rest > 0 ? 1 : 0) < below + at else { return nil }
        return ranks(UnsafeMutableBufferPointer(start: kept, count: at), at: rank - below, thousandths: rest)
    }

    /// The values at some ranks, by way of the ranges that they lie in.
    private static func values(atRanks ranks: [Int], _ pieces: [UnsafeBufferPointer<Int64>], _ counts: [Int], of ranges: Ranges) -> [Int: Int64] {
        var found: [Int: Int64] = [:]
        var before = 0
        var next = 0
        for (range, count) in counts.enumerated() where count > 0 {
            let inside = ranks[next...].prefix { $0 < before + count }
            if !inside.isEmpty {
                // One more place: what is not of the range is written behind what is, and written over.
                withUnsafeTemporaryAllocation(of: Int64.self, capacity: count + 1) { values in
                    let base = values.baseAddress!
                    var at = 0
                    for piece in pieces {
                        for value in piece {
                            base[at] = value
                            at &+= one(if: ranges.range(of: value) == range)
                        }
                    }
                    for rank in inside { found[rank] = select(base, count, rank - before) }
                }
                next += inside.count
                if next == ranks.count { break }
            }
            before += count
        }
        return found
    }

    /// The same of one run of values.
    package static func percentile(_ values: UnsafeMutablePointer<Int64>, _ count: Int, thousandths: Int) -> Ranks? {
        percentiles([UnsafeBufferPointer(start: values, count: count)], thousandths: [thousandths])[0]
    }

    private static func extremes(of pieces: [UnsafeBufferPointer<Int64>]) -> (low: Int64, high: Int64) {
        var low = Int64.max
        var high = Int64.min
        for piece in pieces {
            for value in piece {
                low = Swift.min(low, value)
                high = Swift.max(high, value)
            }
        }
        return (low, high)
    }

    /// How many different values all pieces hold together.
    ///
    /// Values that lie close together are marked in a bitmap; others are sorted.
    package static func distinct(_ pieces: [UnsafeBufferPointer<Int64>]) -> Int {
        let count = pieces.reduce(0) { $0 + $1.count }
        guard count > 0 else { return 0 }
        let (low, high) = extremes(of: pieces)
        let span = UInt64(bitPattern: high &- low)
        guard span < UInt64(count) * 64 + 4096 else {
            var values = Array(pieces.joined())
            values.sort()
            return 1 + zip(values, values.dropFirst()).count { $0 != $1 }
        }
        let words = Buffer<UInt64>(zeros: Int(span / 64) + 1)
        for piece in pieces {
            for value in piece {
                let at = UInt64(bitPattern: value &- low)
                words.base[Int(truncatingIfNeeded: at >> 6)] |= 1 &<< (at & 63)
            }
        }
        return Bitmap(words: words, count: Int(span) + 1).population
    }
}
