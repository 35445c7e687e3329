/// Values of a morsel, widened to 64 bits.
extension Kernels {
    package static func widen(_ values: Integers, _ rows: Range<Int>, _ out: UnsafeMutablePointer<Int64>) {
        precondition(rows.upperBound <= values.count)
        switch values {
        case .int8(let buffer): widen(buffer.base + rows.lowerBound, rows.count, out)
        case .int16(let buffer): widen(buffer.base + rows.lowerBound, rows.count, out)
        case .int32(let buffer): widen(buffer.base + rows.lowerBound, rows.count, out)
        case .int64(let buffer): widen(buffer.base + rows.lowerBound, rows.count, out)
        case .computed(let values): values.read(rows, out)
        }
    }

    /// The values times a factor.
    package static func widen(_ values: Integers, _ rows: Range<Int>, by factor: Int64, _ out: UnsafeMutablePointer<Int64>) {
        guard case .int32(let buffer) = values else {
            widen(values, rows, out)
            return scale(out, by: factor, rows.count)
        }
        precondition(rows.upperBound <= buffer.count)
        let base = buffer.base + rows.lowerBound
        for row in 0..<rows.count { out[row] = Int64(base[row]) &* factor }
    }

    private static func widen<T: FixedWidthInteger & SignedInteger>(_ base: UnsafePointer<T>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) {
        for row in 0..<count { out[row] = Int64(truncatingIfNeeded: base[row]) }
    }

    /// The values of the rows that an index names; 0 for -1.
    package static func gather(_ values: Integers, _ index: UnsafePointer<Int32>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) {
        switch values {
        case .int8(let buffer): gather(buffer.base, index, count, out)
        case .int16(let buffer): gather(buffer.base, index, count, out)
        case .int32(let buffer): gather(buffer.base, index, count, out)
        case .int64(let buffer): gather(buffer.base, index, count, out)
        case .computed(let values): for row in 0..<count { out[row] = index[row] >= 0 ? values[Int(index[row])] : 0 }
        }
    }

    private static func gather<T: FixedWidthInteger & SignedInteger>(
        _ base: UnsafePointer<T>, _ index: UnsafePointer<Int32>, _ count: Int, _ out: UnsafeMutablePointer<Int64>
    ) {
        for row in 0..<count {
            let target = Int(index[row])
            out[row] = target >= 0 ? Int64(truncatingIfNeeded: base[target]) : 0
        }
    }

    package static func widen(_ codes: Codes, _ rows: Range<Int>, _ out: UnsafeMutablePointer<UInt32>) {
        precondition(rows.upperBound <= codes.count)
        switch codes {
        case .uint8(let buffer): widen(buffer.base + rows.lowerBound, rows.count, out)
        case .uint16(let buffer): widen(buffer.base + rows.lowerBound, rows.count, out)
        case .uint32(let buffer): widen(buffer.base + rows.lowerBound, rows.count, out)
        }
    }

    private static func widen<T: FixedWidthInteger & UnsignedInteger>(_ base: UnsafePointer<T>, _ count: Int, _ out: UnsafeMutablePointer<UInt32>) {
        for row in 0..<count { out[row] = UInt32(truncatingIfNeeded: base[row]) }
    }

    package static func widen(_ codes: UnsafePointer<UInt32>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) {
        for row in 0..<count { out[row] = Int64(codes[row]) }
    }

    /// The codes of the rows that an index names; `missingCode` for -1 and for rows without a bit.
    package static func gather(_ codes: Codes, _ validity: Bitmap?, _ index: UnsafePointer<Int32>, _ count: Int, _ out: UnsafeMutablePointer<UInt32>) {
        precondition(validity.map { $0.count >= codes.count } ?? true)
        let there = validity.map { UnsafePointer($0.words.base) }
        switch codes {
        case .uint8(let buffer): gather(buffer.base, there, index, count, out)
        case .uint16(let buffer): gather(buffer.base, there, index, count, out)
        case .uint32(let buffer): gather(buffer.base, there, index, count, out)
        }
    }

    private static func gather<T: FixedWidthInteger & UnsignedInteger>(
        _ base: UnsafePointer<T>, _ there: UnsafePointer<UInt64>?, _ index: UnsafePointer<Int32>, _ count: Int, _ out: UnsafeMutablePointer<UInt32>
    ) {
        guard let there else {
            for row in 0..<count {
                let target = Int(index[row])
                out[row] = target >= 0 ? UInt32(truncatingIfNeeded: base[target]) : missingCode
            }
            return
        }
        for row in 0..<count {
            let target = Int(index[row])
            let isThere = target >= 0 && there[target >> 6] >> UInt64(truncatingIfNeeded: target & 63) & 1 == 1
            out[row] = isThere ? UInt32(truncatingIfNeeded: base[target]) : missingCode
        }
    }

    /// Marks as missing the codes of rows without a bit.
    package static func mask(_ codes: UnsafeMutablePointer<UInt32>, _ valid: Words, _ count: Int) {
        for word in 0..<wordCount(count) {
            var missing = ~valid[word]
            while missing != 0 {
                let row = word << 6 &+ missing.trailingZeroBitCount
                if row >= count { break }
                codes[row] = missingCode
                missing &= missing &- 1
            }
        }
    }

    /// Codes by way of a table from code to code.
    package static func translate(_ codes: UnsafeMutablePointer<UInt32>, _ table: UnsafePointer<UInt32>, _ count: Int) {
        for row in 0..<count where codes[row] != missingCode { codes[row] = table[Int(codes[row])] }
    }

    /// `out = days × microseconds a day + time × unit`.
    package static func instants(
        days: UnsafePointer<Int64>, time: UnsafePointer<Int64>, unit: Int64, perDay: Int64, _ count: Int, _ out: UnsafeMutablePointer<Int64>
    ) {
        for row in 0..<count { out[row] = days[row] &* perDay &+ time[row] &* unit }
    }

    package static func scale(_ values: UnsafeMutablePointer<Int64>, by factor: Int64, _ count: Int) {
        for row in 0..<count { values[row] = values[row] &* factor }
    }

    package static func subtract(_ a: UnsafeMutablePointer<Int64>, _ b: UnsafePointer<Int64>, _ count: Int) {
        for row in 0..<count { a[row] = a[row] &- b[row] }
    }

    /// Exact arithmetic in place; returns whether some result did not fit 64 bits in a row with a bit.
    package static func exact(
        _ operation: ExactOperation, _ a: UnsafeMutablePointer<Int64>, _ b: UnsafePointer<Int64>, valid: Words, _ count: Int
    ) -> Bool {
        var overflowed = false
        for row in 0..<count {
            let (value, overflow) =
                switch operation {
                case .add: a[row].addingReportingOverflow(b[row])
                case .subtract: a[row].subtractingReportingOverflow(b[row])
                case .multiply: a[row].multipliedReportingOverflow(by: b[row])
                }
            a[row] = value
            if overflow { overflowed = overflowed || valid[row >> 6] >> UInt64(row & 63) & 1 == 1 }
        }
        return overflowed
    }

    package enum ExactOperation: Sendable { case add, subtract, multiply }

    package static func real(_ values: UnsafePointer<Int64>, divisor: Double, _ count: Int, _ out: UnsafeMutablePointer<Double>) {
        if divisor == 1 {
            for row in 0..<count { out[row] = Double(values[row]) }
        } else {
            for row in 0..<count { out[row] = Double(values[row]) / divisor }
        }
    }

    /// Binary arithmetic in place; a division by zero clears the row's bit.
    package static func real(_ operation: RealOperation, _ a: UnsafeMutablePointer<Double>, _ b: UnsafePointer<Double>, valid: Words, _ count: Int) {
        switch operation {
        case .add: for row in 0..<count { a[row] += b[row] }
        case .subtract: for row in 0..<count { a[row] -= b[row] }
        case .multiply: for row in 0..<count { a[row] *= b[row] }
        case .divide:
            for row in 0..<count {
                if b[row] == 0 {
                    valid[row >> 6] &= ~(1 << UInt64(row & 63))
                    a[row] = 0
                } else {
                    a[row] /= b[row]
                }
            }
        }
    }

    package enum RealOperation: Sendable { case add, subtract, multiply, divide }

    /// Takes `other` where `chosen` has a bit.
    package static func blend(_ codes: UnsafeMutablePointer<UInt32>, _ other: UnsafePointer<UInt32>, chosen: Words, _ count: Int) {
        choose(codes, other, chosen, count)
    }

    @inline(__always)
    fileprivate static func choose<T>(_ values: UnsafeMutablePointer<T>, _ other: UnsafePointer<T>, _ chosen: Words, _ count: Int) {
        for row in 0..<count where chosen[row >> 6] >> UInt64(row & 63) & 1 == 1 { values[row] = other[row] }
    }

    /// An order-preserving whole number for a binary number, and back.
    @inline(__always)
    package static func ordered(_ value: Double) -> Int64 {
        let bits = Int64(bitPattern: (value == 0 ? 0.0 : value).bitPattern)
        return bits >= 0 ? bits : bits ^ Int64.max
    }

    package static func unordered(_ bits: Int64) -> Double {
        Double(bitPattern: UInt64(bitPattern: bits >= 0 ? bits : bits ^ Int64.max))
    }

    package static func ordered(_ values: UnsafePointer<Double>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) {
        for row in 0..<count { out[row] = ordered(values[row]) }
    }
}

extension Kernels {
    /// The smallest and the largest of the values that are there; low > high where none is.
    package static func bounds(_ values: UnsafePointer<Int64>, _ valid: Words, _ count: Int) -> (low: Int64, high: Int64) {
        var low = Int64.max
        var high = Int64.min
        for row in 0..<count where valid[row >> 6] >> UInt64(row & 63) & 1 == 1 {
            low = Swift.min(low, values[row])
            high = Swift.max(high, values[row])
        }
        return (low, high)
    }

    /// The smallest and the largest value of the rows that have one; nil where none has.
    static func bounds(_ values: Integers, _ validity: Bitmap?) -> (low: Int64, high: Int64)? {
        guard let validity else { return bounds(values) }
        precondition(validity.count == values.count)
        var low = Int64.max
        var high = Int64.min
        values.forEachChunk(0..<values.count) { first, chunk, count in
            for at in 0..<count where validity[first + at] {
                low = Swift.min(low, chunk[at])
                high = Swift.max(high, chunk[at])
            }
        }
        return low <= high ? (low, high) : nil
    }

    /// The smallest and the largest value of a column; nil of no rows.
    package static func bounds(_ values: Integers) -> (low: Int64, high: Int64)? {
        if case .computed(let values) = values { values.bounds } else { bounds(values, 0..<values.count) }
    }

    /// The smallest and the largest value of a run of rows; nil of no rows.
    static func bounds(_ values: Integers, _ rows: Range<Int>) -> (low: Int64, high: Int64)? {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= values.count)
        switch values {
        case .int8(let buffer): return bounds(buffer, rows)
        case .int16(let buffer): return bounds(buffer, rows)
        case .int32(let buffer): return bounds(buffer, rows)
        case .int64(let buffer): return bounds(buffer, rows)
        case .computed:
            var low = Int64.max
            var high = Int64.min
            values.forEachChunk(rows) { _, chunk, count in
                for at in 0..<count {
                    low = Swift.min(low, chunk[at])
                    high = Swift.max(high, chunk[at])
                }
            }
            return low <= high ? (low, high) : nil
        }
    }

    private static func bounds<T: FixedWidthInteger & SignedInteger & BitwiseCopyable>(_ buffer: Buffer<T>, _ rows: Range<Int>) -> (low: Int64, high: Int64)? {
        guard !rows.isEmpty else { return nil }
        var low = T.max
        var high = T.min
        let base = buffer.base
        for row in rows {
            low = Swift.min(low, base[row])
            high = Swift.max(high, base[row])
        }
        return (Int64(low), Int64(high))
    }
}

/// The numbers that kernels know: each has loops of its own, so that no loop over rows is generic across rooms.
package protocol KernelNumber: BitwiseCopyable, Comparable, Sendable {
    /// Rows whose numbers compare so.
    static func compare(
        _ comparison: Kernels.Comparing, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, _ count: Int, _ words: Kernels.Words)
    /// Takes `other` where `chosen` has a bit.
    static func blend(_ values: UnsafeMutablePointer<Self>, _ other: UnsafePointer<Self>, chosen: Kernels.Words, _ count: Int)
}

extension Int64: KernelNumber {
    package static func compare(
        _ comparison: Kernels.Comparing, _ a: UnsafePointer<Int64>, _ b: UnsafePointer<Int64>, _ count: Int, _ words: Kernels.Words
    ) { Kernels.compare(comparison, a, b, count, words) }

    package static func blend(_ values: UnsafeMutablePointer<Int64>, _ other: UnsafePointer<Int64>, chosen: Kernels.Words, _ count: Int) {
        Kernels.choose(values, other, chosen, count)
    }
}

extension Double: KernelNumber {
    package static func compare(
        _ comparison: Kernels.Comparing, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int, _ words: Kernels.Words
    ) { Kernels.compare(comparison, a, b, count, words) }

    package static func blend(_ values: UnsafeMutablePointer<Double>, _ other: UnsafePointer<Double>, chosen: Kernels.Words, _ count: Int) {
        Kernels.choose(values, other, chosen, count)
    }
}
