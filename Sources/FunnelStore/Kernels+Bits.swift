import CSystem

/// The only loops over rows. Each works on one morsel, with concrete types, unchecked behind the entrance's check.
package enum Kernels {
    package typealias Words = UnsafeMutablePointer<UInt64>

    /// Writes a bit a row: `test(row)` for each row of the range. Inlined into its callers, where the type is known.
    ///
    /// Some rows have a byte each first: so the compiler compares many at a time, and the bits of 64 are taken together.
    @inline(__always)
    static func fill(_ words: Words, _ count: Int, _ test: (Int) -> Bool) { fill(words, count, byte: { test($0) ? 0xFF : 0 }) }

    /// The same, where a row's bit is the top one of a byte.
    @inline(__always)
    private static func fill(_ words: Words, _ count: Int, byte: (Int) -> UInt8) {
        withUnsafeTemporaryAllocation(byteCount: bytesAtOnce, alignment: 64) { memory in
            let bytes = memory.baseAddress!.assumingMemoryBound(to: UInt8.self)
            var first = 0
            while first < count {
                let rows = Swift.min(bytesAtOnce, count &- first)
                for row in 0..<rows { bytes[row] = byte(first &+ row) }
                if rows % 64 != 0 { for row in rows..<wordCount(rows) &* 64 { bytes[row] = 0 } }
                for word in 0..<wordCount(rows) { words[first >> 6 &+ word] = system_top_bits(bytes + word &* 64) }
                first &+= rows
            }
        }
    }

    /// A multiple of 64; so many that what is written is in the cache when it is read, not on its way there.
    private static let bytesAtOnce = 1024
}

/// Bitmaps of a morsel: conditions.
extension Kernels {
    /// How many words hold a bit for each of `count` rows.
    package static func wordCount(_ count: Int) -> Int { (count + 63) / 64 }

    package static func set(_ truth: Bool, _ words: Words, _ count: Int) {
        let whole = count / 64
        for word in 0..<whole { words[word] = truth ? .max : 0 }
        if count % 64 != 0 { words[whole] = truth ? (1 << UInt64(count % 64)) - 1 : 0 }
    }

    /// The bits of a column for a morsel; `rows.lowerBound` is a multiple of 64.
    package static func copy(_ bitmap: Bitmap, _ rows: Range<Int>, _ words: Words) {
        precondition(rows.lowerBound % 64 == 0 && rows.upperBound <= bitmap.count)
        let source = bitmap.words.base + rows.lowerBound / 64
        let count = rows.count
        for word in 0..<wordCount(count) { words[word] = source[word] }
        if count % 64 != 0 { words[count / 64] &= (1 << UInt64(count % 64)) - 1 }
    }

    package static func and(_ words: Words, _ other: Words, _ count: Int) {
        for word in 0..<wordCount(count) { words[word] &= other[word] }
    }

    /// Takes away the rows of a column that have no bit; `rows.lowerBound` is a multiple of 64.
    package static func and(_ words: Words, _ bitmap: Bitmap, _ rows: Range<Int>) {
        precondition(rows.lowerBound % 64 == 0 && rows.upperBound <= bitmap.count)
        let source = bitmap.words.base + rows.lowerBound / 64
        for word in 0..<wordCount(rows.count) { words[word] &= source[word] }
    }

    package static func or(_ words: Words, _ other: Words, _ count: Int) {
        for word in 0..<wordCount(count) { words[word] |= other[word] }
    }

    package static func not(_ words: Words, _ count: Int) {
        for word in 0..<wordCount(count) { words[word] = ~words[word] }
        if count % 64 != 0 { words[count / 64] &= (1 << UInt64(count % 64)) - 1 }
    }

    /// Takes away each bit whose place among the bits that are set has none in `kept`.
    package static func narrow(_ words: Words, _ count: Int, by kept: Words) {
        var place = 0
        for word in 0..<wordCount(count) where words[word] != 0 {
            let own = words[word].nonzeroBitCount
            // The bits of this word's rows, which may go on in the next one.
            let (at, shift) = (place >> 6, UInt64(truncatingIfNeeded: place & 63))
            var bits = kept[at] &>> shift
            if shift != 0, place & 63 &+ own > 64 { bits |= kept[at &+ 1] &<< (64 &- shift) }
            words[word] = system_deposit(bits, words[word])
            place &+= own
        }
    }

    /// Which of the bits that are set in `all`, counted from the lowest, are set in `bits`.
    @inline(__always)
    static func places(of bits: UInt64, among all: UInt64) -> UInt64 { system_extract(bits, all) }

    /// How many of the first `count` bits are set, here and, where there are others, there as well; what lies behind them is not looked at.
    package static func population(_ words: UnsafePointer<UInt64>, both others: UnsafePointer<UInt64>?, _ count: Int) -> Int {
        let whole = count / 64
        var total = 0
        if let others {
            for word in 0..<whole { total &+= (words[word] & others[word]).nonzeroBitCount }
        } else {
            for word in 0..<whole { total &+= words[word].nonzeroBitCount }
        }
        guard count % 64 != 0 else { return total }
        return total &+ (words[whole] & (others?[whole] ?? .max) & (1 << UInt64(count % 64) &- 1)).nonzeroBitCount
    }

    package static func population(_ words: Words, _ count: Int) -> Int {
        var total = 0
        for word in 0..<wordCount(count) { total &+= words[word].nonzeroBitCount }
        return total
    }

    /// The bits of the rows that an index names; -1 names none.
    package static func gather(_ bitmap: Bitmap, _ index: UnsafePointer<Int32>, _ count: Int, _ words: Words) {
        let source = bitmap.words.base
        fill(words, count) { row in
            let target = Int(index[row])
            return target >= 0 && source[target >> 6] >> UInt64(target & 63) & 1 == 1
        }
    }

    /// Rows whose value lies in `low...high`.
    package static func range(_ values: Integers, _ rows: Range<Int>, low: Int64, high: Int64, _ words: Words) {
        precondition(rows.upperBound <= values.count)
        switch values {
        case .int8(let buffer): range(buffer, rows, low, high, words)
        case .int16(let buffer): range(buffer, rows, low, high, words)
        case .int32(let buffer): range(buffer, rows, low, high, words)
        case .int64(let buffer): range(buffer, rows, low, high, words)
        case .computed:
            // A chunk begins at a word, for it has a multiple of 64 values.
            values.forEachChunk(rows) { first, chunk, count in range(chunk, count, low: low, high: high, words + (first - rows.lowerBound) / 64) }
        }
    }

    private static func range<T: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
        _ buffer: Buffer<T>, _ rows: Range<Int>, _ low: Int64, _ high: Int64, _ words: Words
    ) {
        let count = rows.count
        guard low <= high, low <= Int64(T.max), high >= Int64(T.min) else { return set(false, words, count) }
        let low = T(clamping: low)
        let high = T(clamping: high)
        let base = buffer.base + rows.lowerBound
        fill(words, count) { row in base[row] >= low && base[row] <= high }
    }

    package static func range(_ values: UnsafePointer<Int64>, _ count: Int, low: Int64, high: Int64, _ words: Words) {
        fill(words, count) { row in values[row] >= low && values[row] <= high }
    }

    /// Rows whose code a table marks: by the top bit of its byte.
    package static func marked(_ codes: Codes, _ rows: Range<Int>, table: UnsafePointer<UInt8>, _ words: Words) {
        precondition(rows.upperBound <= codes.count)
        let count = rows.count
        switch codes {
        case .uint8(let buffer):
            let base = buffer.base + rows.lowerBound
            fill(words, count, byte: { table[Int(base[$0])] })
        case .uint16(let buffer):
            let base = buffer.base + rows.lowerBound
            fill(words, count, byte: { table[Int(base[$0])] })
        case .uint32(let buffer):
            let base = buffer.base + rows.lowerBound
            fill(words, count, byte: { table[Int(base[$0])] })
        }
    }

    /// Rows whose code is this one.
    package static func equal(_ codes: Codes, _ rows: Range<Int>, code: Int, _ words: Words) {
        precondition(rows.upperBound <= codes.count)
        let count = rows.count
        switch codes {
        case .uint8(let buffer):
            let base = buffer.base + rows.lowerBound
            let code = UInt8(truncatingIfNeeded: code)
            let whole = count / 64
            for word in 0..<whole { words[word] = system_equal_codes(base + word << 6, code) }
            if count % 64 != 0 { fill(words + whole, count % 64) { base[whole << 6 &+ $0] == code } }
        case .uint16(let buffer):
            let base = buffer.base + rows.lowerBound
            let code = UInt16(truncatingIfNeeded: code)
            let whole = count / 64
            for word in 0..<whole { words[word] = system_equal_wide_codes(base + word << 6, code) }
            if count % 64 != 0 { fill(words + whole, count % 64) { base[whole << 6 &+ $0] == code } }
        case .uint32(let buffer):
            let base = buffer.base + rows.lowerBound
            let code = UInt32(truncatingIfNeeded: code)
            fill(words, count) { base[$0] == code }
        }
    }

    /// Rows whose code a table marks; `missingCode` marks nothing.
    package static func marked(_ codes: UnsafePointer<UInt32>, _ count: Int, table: UnsafePointer<UInt8>, _ words: Words) {
        fill(words, count, byte: { codes[$0] == missingCode ? 0 : table[Int(codes[$0])] })
    }

    /// What stands for a missing text in a vector of codes.
    @inlinable
    package static var missingCode: UInt32 { .max }

    package static func present(_ codes: UnsafePointer<UInt32>, _ count: Int, _ words: Words) {
        fill(words, count) { codes[$0] != missingCode }
    }

    package static func compare(_ comparison: Comparing, _ a: UnsafePointer<Int64>, _ b: UnsafePointer<Int64>, _ count: Int, _ words: Words) {
        switch comparison {
        case .equal: fill(words, count) { a[$0] == b[$0] }
        case .less: fill(words, count) { a[$0] < b[$0] }
        case .lessOrEqual: fill(words, count) { a[$0] <= b[$0] }
        }
    }

    package static func compare(_ comparison: Comparing, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int, _ words: Words) {
        switch comparison {
        case .equal: fill(words, count) { a[$0] == b[$0] }
        case .less: fill(words, count) { a[$0] < b[$0] }
        case .lessOrEqual: fill(words, count) { a[$0] <= b[$0] }
        }
    }

    /// The comparisons that have a loop; the others are these, negated or with sides exchanged.
    package enum Comparing: Sendable { case equal, less, lessOrEqual }
}

/// Conditions over links, texts and choices.
extension Kernels {
    /// Rows that have a lead.
    package static func linked(_ index: UnsafePointer<Int32>, _ count: Int, _ words: Words) {
        fill(words, count) { index[$0] >= 0 }
    }

    /// Rows whose two codes are there and equal.
    package static func same(_ a: UnsafePointer<UInt32>, _ b: UnsafePointer<UInt32>, _ count: Int, _ words: Words) {
        fill(words, count) { a[$0] == b[$0] && a[$0] != missingCode }
    }

    /// Takes the bits of `other` where `chosen` has one.
    package static func blendBits(_ words: Words, _ other: Words, chosen: Words, _ count: Int) {
        for word in 0..<wordCount(count) { words[word] = (words[word] & ~chosen[word]) | (other[word] & chosen[word]) }
    }
}
