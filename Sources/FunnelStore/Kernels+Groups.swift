import CSystem

/// Aggregation of a morsel into dense arrays, one entry a group. `groups` is nil where all rows are one group; `bits` says
/// which rows count, nil for all.
extension Kernels {
    @inline(__always)
    static func forEach(_ bits: Words?, _ count: Int, _ body: (Int) -> Void) {
        guard let bits else {
            for row in 0..<count { body(row) }
            return
        }
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

    /// `size` is the number of groups.
    package static func count(
        _ bits: Words?, _ count: Int, _ groups: UnsafePointer<UInt32>?, size: Int, _ counts: UnsafeMutablePointer<Int64>
    ) {
        if let groups {
            add(groups, count, bits, size: size, counts)
        } else {
            counts[0] &+= Int64(bits.map { population($0, count) } ?? count)
        }
    }

    /// `magnitude` is a bound of the values' magnitudes, where one is known: sums of a morsel that surely fit 64 bits are
    /// added in them.
    package static func sum(
        _ bits: Words?, _ count: Int, _ groups: UnsafePointer<UInt32>?, size: Int, _ values: UnsafePointer<Int64>, magnitude: UInt64,
        _ sums: UnsafeMutablePointer<Int128>
    ) {
        let fits = magnitude <= UInt64(Int64.max) / UInt64(max(1, count))
        guard let groups else {
            if fits {
                var total: Int64 = 0
                forEach(bits, count) { row in total &+= values[row] }
                sums[0] &+= Int128(total)
            } else {
                var total: Int128 = 0
                forEach(bits, count) { row in total &+= Int128(truncatingIfNeeded: values[row]) }
                sums[0] &+= total
            }
            return
        }
        guard fits, size <= fewCodes, count >= size * 2 else {
            return forEach(bits, count) { row in sums[Int(groups[row])] &+= Int128(truncatingIfNeeded: values[row]) }
        }
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: size) { table in
            let base = table.baseAddress!
            base.update(repeating: 0, count: size)
            if let bits, population(bits, count) * 3 > count {
                // Where many rows count, the others add nothing, without a branch.
                for row in 0..<count {
                    let mask = 0 &- Int64(truncatingIfNeeded: bits[row >> 6] >> UInt64(truncatingIfNeeded: row & 63) & 1)
                    base[Int(groups[row])] &+= values[row] & mask
                }
            } else {
                forEach(bits, count) { row in base[Int(groups[row])] &+= values[row] }
            }
            for group in 0..<size { sums[group] &+= Int128(base[group]) }
        }
    }

    /// The binary point of sums of binary numbers: they are added as whole numbers of 2^-56, so that the order of adding
    /// does not matter.
    package static let fraction = 0x1p56

    /// Returns false where a value is too large to be added in fixed point.
    package static func sum(
        _ bits: Words?, _ count: Int, _ groups: UnsafePointer<UInt32>?, _ values: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Int128>
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
        _ bits: Words?, _ count: Int, _ groups: UnsafePointer<UInt32>?, _ values: UnsafePointer<Int64>, _ out: UnsafeMutablePointer<Int64>
    ) {
        forEach(bits, count) { row in
            let group = groups.map { Int($0[row]) } ?? 0
            out[group] = Swift.min(out[group], values[row])
        }
    }

    package static func greatest(
        _ bits: Words?, _ count: Int, _ groups: UnsafePointer<UInt32>?, _ values: UnsafePointer<Int64>, _ out: UnsafeMutablePointer<Int64>
    ) {
        forEach(bits, count) { row in
            let group = groups.map { Int($0[row]) } ?? 0
            out[group] = Swift.max(out[group], values[row])
        }
    }

    /// Appends the value of each row that counts to the series of its group.
    package static func collect(
        _ bits: Words?, _ count: Int, _ groups: UnsafePointer<UInt32>?, first: Int = 0, _ values: UnsafePointer<Int64>, _ series: SeriesList
    ) {
        guard count > 0 else { return }
        if bits == nil, let groups, series.appendsRuns(of: count) { return series.append(values, count, to: groups) }
        let all = series.all
        if let groups {
            forEach(bits, count) { row in SeriesList.append(values[row], to: all + Int(groups[row])) }
        } else {
            forEach(bits, count) { row in SeriesList.append(values[row], to: all + first) }
        }
    }

    /// How many numbers `indices` may write behind those that it counts.
    package static let indexPadding = 8

    /// The numbers of the rows with a bit, `first` more than their place in the morsel or, with an index, what it says there.
    package static func indices(_ bits: Words, _ count: Int, first: Int, _ index: UnsafePointer<Int32>?, _ out: UnsafeMutablePointer<Int32>) {
        var at = 0
        for word in 0..<wordCount(count) {
            let rest = bits[word]
            if rest == 0 { continue }
            // Eight rows at a step: the places of a byte's bits stand in a table; what is written behind them is written over.
            for byte in 0..<8 {
                let mask = Int(truncatingIfNeeded: rest >> UInt64(truncatingIfNeeded: byte &* 8) & 0xFF)
                let rows = SIMD8<Int32>(truncatingIfNeeded: BitPlaces.table[mask]) &+ Int32(truncatingIfNeeded: word << 6 &+ byte &* 8)
                UnsafeMutableRawPointer(out + at).storeBytes(of: rows, as: SIMD8<Int32>.self)
                at &+= mask.nonzeroBitCount
            }
        }
        if let index {
            for place in 0..<at { out[place] = index[Int(out[place])] }
        } else if first != 0 {
            for place in 0..<at { out[place] &+= Int32(truncatingIfNeeded: first) }
        }
    }

    /// The groups of the rows with a bit.
    package static func compact(_ bits: Words, _ count: Int, _ groups: UnsafePointer<UInt32>, _ out: UnsafeMutablePointer<UInt32>) {
        var at = 0
        forEach(bits, count) { row in
            out[at] = groups[row]
            at &+= 1
        }
    }

    /// The numbers of the groups of the rows with a bit by the codes of a text: a code counts `stride`, from `offset` on, and rows without a value have
    /// the last of `size` codes. `rows` begins at a multiple of 64. False, and nothing is written, where codes are wider than 8 bits.
    package static func pick(
        _ codes: Codes, _ validity: Bitmap?, _ rows: Range<Int>, _ bits: Words, size: Int, stride: Int, offset: Int, _ groups: UnsafeMutablePointer<UInt32>
    ) -> Bool {
        precondition(rows.lowerBound % 64 == 0 && rows.upperBound <= codes.count)
        guard case .uint8(let buffer) = codes else { return false }
        let (base, whole) = (buffer.base + rows.lowerBound, rows.count / 64)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: rows.count + 64) { memory in
            let picked = memory.baseAddress!
            var count = system_pick_codes(base, bits, whole, picked)
            for row in whole * 64..<rows.count where bits[whole] >> UInt64(row & 63) & 1 == 1 {
                picked[count] = base[row]
                count += 1
            }
            let (stride, offset) = (UInt32(stride), UInt32(offset))
            for row in 0..<count { groups[row] = UInt32(picked[row]) &* stride &+ offset }
        }
        guard let validity else { return true }
        precondition(rows.upperBound <= validity.count)
        let there = validity.words.base + rows.lowerBound / 64
        var first = 0
        for word in 0..<wordCount(rows.count) {
            if bits[word] & ~there[word] != 0 {
                var missing = places(of: ~there[word], among: bits[word])
                while missing != 0 {
                    groups[first &+ missing.trailingZeroBitCount] = UInt32(size - 1) &* UInt32(stride) &+ UInt32(offset)
                    missing &= missing &- 1
                }
            }
            first &+= bits[word].nonzeroBitCount
        }
        return true
    }

    /// Group numbers for a first key: its codes, those without one in the last group of `size`.
    package static func begin(_ codes: UnsafePointer<UInt32>, _ count: Int, size: UInt32, _ groups: UnsafeMutablePointer<UInt32>) {
        for row in 0..<count { groups[row] = Swift.min(codes[row], size &- 1) }
    }

    /// Group numbers for one more key of `size` codes, missing included.
    package static func extend(_ codes: UnsafePointer<UInt32>, _ count: Int, size: UInt32, _ groups: UnsafeMutablePointer<UInt32>) {
        for row in 0..<count { groups[row] = groups[row] &* size &+ Swift.min(codes[row], size &- 1) }
    }

    /// The same for a key that is of one code for all rows.
    package static func extend(_ code: UInt32, _ count: Int, size: UInt32, _ groups: UnsafeMutablePointer<UInt32>) {
        for row in 0..<count { groups[row] = groups[row] &* size &+ code }
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
    /// Codes by a table from whole numbers on from `low`, of rows that all have one.
    package static func look(_ values: Integers, _ rows: Range<Int>, low: Int64, table: UnsafePointer<UInt32>, size: Int, _ codes: UnsafeMutablePointer<UInt32>)
    {
        precondition(rows.upperBound <= values.count)
        switch values {
        case .int8(let buffer): look(buffer.base + rows.lowerBound, rows.count, low, table, size, codes)
        case .int16(let buffer): look(buffer.base + rows.lowerBound, rows.count, low, table, size, codes)
        case .int32(let buffer): look(buffer.base + rows.lowerBound, rows.count, low, table, size, codes)
        case .int64(let buffer): look(buffer.base + rows.lowerBound, rows.count, low, table, size, codes)
        case .computed:
            values.forEachChunk(rows) { first, chunk, count in look(chunk, count, low, table, size, codes + (first - rows.lowerBound)) }
        }
    }

    private static func look<T: FixedWidthInteger & SignedInteger>(
        _ base: UnsafePointer<T>, _ count: Int, _ low: Int64, _ table: UnsafePointer<UInt32>, _ size: Int, _ codes: UnsafeMutablePointer<UInt32>
    ) {
        for row in 0..<count {
            let at = Int(truncatingIfNeeded: Int64(base[row]) &- low)
            codes[row] = at >= 0 && at < size ? table[at] : missingCode
        }
    }

    /// Sets the bit of the lead of each row that counts.
    package static func mark(_ bits: Words, _ count: Int, _ index: UnsafePointer<Int32>, _ leads: Words) {
        forEach(bits, count) { row in
            let lead = Int(index[row])
            if lead >= 0 { leads[lead >> 6] |= 1 << UInt64(lead & 63) }
        }
    }
}

/// For each byte the places of its bits, lowest first.
private enum BitPlaces {
    nonisolated(unsafe) static let table: UnsafePointer<SIMD8<UInt8>> = {
        let table = UnsafeMutablePointer<SIMD8<UInt8>>.allocate(capacity: 256)
        for byte in 0..<256 {
            var places = SIMD8<UInt8>()
            var count = 0
            for bit in 0..<8 where byte >> bit & 1 == 1 {
                places[count] = UInt8(bit)
                count += 1
            }
            table[byte] = places
        }
        return UnsafePointer(table)
    }()
}
