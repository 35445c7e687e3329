/// Aggregation of a morsel into dense arrays, one entry a group. `groups` is nil where all rows are one group; `bits` says
/// which rows count.
extension Kernels {
    @inline(__always)
    private static func forEach(_ bits: Words, _ count: Int, _ body: (Int) -> Void) {
        for word in 0..<wordCount(count) {
            var rest = bits[word]
            if rest == .max {
                let first = word << 6
                for row in first..<(first &+ 64) { body(row) }
                continue
            }
            while rest != 0 {
                body(word << 6 &+ rest.trailingZeroBitCount)
                rest &= rest &- 1
            }
        }
    }

    package static func count(_ bits: Words, _ count: Int, _ groups: UnsafePointer<UInt32>?, _ counts: UnsafeMutablePointer<Int64>) {
        guard let groups else {
            counts[0] &+= Int64(population(bits, count))
            return
        }
        forEach(bits, count) { row in counts[Int(groups[row])] &+= 1 }
    }

    package static func sum(
        _ bits: Words, _ count: Int, _ groups: UnsafePointer<UInt32>?, _ values: UnsafePointer<Int64>, _ sums: UnsafeMutablePointer<Int128>
    ) {
        guard let groups else {
            var total: Int128 = 0
            forEach(bits, count) { row in total &+= Int128(truncatingIfNeeded: values[row]) }
            sums[0] &+= total
            return
        }
        forEach(bits, count) { row in sums[Int(groups[row])] &+= Int128(truncatingIfNeeded: values[row]) }
    }

    /// The binary point of sums of binary numbers: they are added as whole numbers of 2^-56, so that the order of adding
    /// does not matter.
    package static let fraction = 0x1p56

    /// Returns false where a value is too large to be added in fixed point.
    package static func sum(
        _ bits: Words, _ count: Int, _ groups: UnsafePointer<UInt32>?, _ values: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Int128>
    ) -> Bool {
        var fits = true
        forEach(bits, count) { row in
            let value = values[row]
            guard value.magnitude < 0x1p66 else {
                fits = false
                return
            }
            sums[groups.map { Int($0[row]) } ?? 0] &+= Int128((value * fraction).rounded())
        }
        return fits
    }

    package static func least(
        _ bits: Words, _ count: Int, _ groups: UnsafePointer<UInt32>?, _ values: UnsafePointer<Int64>, _ out: UnsafeMutablePointer<Int64>
    ) {
        forEach(bits, count) { row in
            let group = groups.map { Int($0[row]) } ?? 0
            out[group] = Swift.min(out[group], values[row])
        }
    }

    package static func greatest(
        _ bits: Words, _ count: Int, _ groups: UnsafePointer<UInt32>?, _ values: UnsafePointer<Int64>, _ out: UnsafeMutablePointer<Int64>
    ) {
        forEach(bits, count) { row in
            let group = groups.map { Int($0[row]) } ?? 0
            out[group] = Swift.max(out[group], values[row])
        }
    }

    /// Appends the value and the group of each row that counts; returns how many.
    package static func collect(
        _ bits: Words, _ count: Int, _ groups: UnsafePointer<UInt32>?, _ values: UnsafePointer<Int64>, _ outGroups: UnsafeMutablePointer<UInt32>,
        _ outValues: UnsafeMutablePointer<Int64>
    ) -> Int {
        var at = 0
        forEach(bits, count) { row in
            outGroups[at] = groups.map { $0[row] } ?? 0
            outValues[at] = values[row]
            at &+= 1
        }
        return at
    }

    /// Group numbers for a first key: its codes, those without one in the last group of `size`.
    package static func begin(_ codes: UnsafePointer<UInt32>, _ count: Int, size: UInt32, _ groups: UnsafeMutablePointer<UInt32>) {
        for row in 0..<count { groups[row] = Swift.min(codes[row], size &- 1) }
    }

    /// Group numbers for one more key of `size` codes, missing included.
    package static func extend(_ codes: UnsafePointer<UInt32>, _ count: Int, size: UInt32, _ groups: UnsafeMutablePointer<UInt32>) {
        for row in 0..<count { groups[row] = groups[row] &* size &+ Swift.min(codes[row], size &- 1) }
    }

    /// Codes of whole numbers that lie densely above `low`.
    package static func offsets(_ values: UnsafePointer<Int64>, _ count: Int, low: Int64, valid: Words?, _ codes: UnsafeMutablePointer<UInt32>) {
        for row in 0..<count { codes[row] = UInt32(truncatingIfNeeded: values[row] &- low) }
        if let valid { mask(codes, valid, count) }
    }

    /// Codes by a table that begins at `low`.
    package static func look(
        _ values: UnsafePointer<Int64>, _ count: Int, low: Int64, table: UnsafePointer<UInt32>, size: Int, valid: Words, _ codes: UnsafeMutablePointer<UInt32>
    ) {
        for row in 0..<count {
            let at = Int(truncatingIfNeeded: values[row] &- low)
            let known = valid[row >> 6] >> UInt64(row & 63) & 1 == 1 && at >= 0 && at < size
            codes[row] = known ? table[at] : missingCode
        }
    }
}

extension Kernels {
    /// Sets the bit of the lead of each row that counts.
    package static func mark(_ bits: Words, _ count: Int, _ index: UnsafePointer<Int32>, _ leads: Words) {
        forEach(bits, count) { row in
            let lead = Int(index[row])
            if lead >= 0 { leads[lead >> 6] |= 1 << UInt64(lead & 63) }
        }
    }
}
