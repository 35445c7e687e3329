import CSystem
/// Rows counted by codes: of groups, or of a text column in their own width.
extension Kernels {
    /// Adds to `counts`, which has an entry for each code and a last one for rows without a value. `rows` begins at a multiple
    /// of 64; `bits` says which of them count, nil for all.
    package static func count(_ codes: Codes, _ validity: Bitmap?, _ rows: Range<Int>, _ bits: Words?, size: Int, _ counts: UnsafeMutablePointer<Int64>) {
        precondition(rows.lowerBound % 64 == 0 && rows.upperBound <= codes.count && size > 0)
        switch codes {
        case .uint8(let buffer):
            let own = buffer.base + rows.lowerBound
            if let bits, FewCounts.fits(codes, size: size, population(bits, rows.count), of: rows.count) {
                FewCounts.add(own, rows.count, bits: bits, size: size, counts)
            } else {
                add(own, rows.count, bits, size: size, counts)
            }
        case .uint16(let buffer): add(buffer.base + rows.lowerBound, rows.count, bits, size: size, counts)
        case .uint32(let buffer): add(buffer.base + rows.lowerBound, rows.count, bits, size: size, counts)
        }
        moveMissing(validity, rows, bits, size: size, counts)
    }

    /// A row without a value holds the code 0, and was counted there: it belongs to the last entry.
    package static func moveMissing(
        _ validity: Bitmap?, _ rows: Range<Int>, _ bits: UnsafePointer<UInt64>?, size: Int, stride: Int = 1, _ counts: UnsafeMutablePointer<Int64>
    ) {
        guard let validity else { return }
        precondition(rows.upperBound <= validity.count)
        let there = validity.words.base + rows.lowerBound / 64
        let whole = rows.count / 64
        var missing = 0
        if let bits {
            for word in 0..<whole { missing &+= (~there[word] & bits[word]).nonzeroBitCount }
        } else {
            for word in 0..<whole { missing &+= (~there[word]).nonzeroBitCount }
        }
        if rows.count % 64 != 0 {
            missing &+= (~there[whole] & (bits?[whole] ?? .max) & ((1 << UInt64(rows.count % 64)) - 1)).nonzeroBitCount
        }
        counts[0] &-= Int64(missing)
        counts[(size - 1) * stride] &+= Int64(missing)
    }

    /// Up to so many codes are counted in four tables by turns, so that a row need not wait for the one before it where both
    /// have the same.
    static let fewCodes = 1024

    /// Adds one for each row that counts to the entry of its code.
    static func add<T: FixedWidthInteger & UnsignedInteger>(
        _ codes: UnsafePointer<T>, _ count: Int, _ bits: Words?, size: Int, _ counts: UnsafeMutablePointer<Int64>
    ) {
        // Where many rows count, their bits are added without a branch.
        let isDense = bits.map { population($0, count) * 4 > count } ?? true
        guard isDense, size <= fewCodes, count >= size * 4 else { return addEach(codes, count, bits, counts) }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: size * 4) { tables in
            let base = tables.baseAddress!
            base.update(repeating: 0, count: size * 4)
            let (a, b, c, d) = (base, base + size, base + 2 * size, base + 3 * size)
            let whole = count / 64 * 64
            var row = 0
            while row < whole {
                guard let bits else {
                    a[Int(codes[row])] &+= 1
                    b[Int(codes[row &+ 1])] &+= 1
                    c[Int(codes[row &+ 2])] &+= 1
                    d[Int(codes[row &+ 3])] &+= 1
                    row &+= 4
                    continue
                }
                let four = bits[row >> 6] >> UInt64(truncatingIfNeeded: row & 63)
                a[Int(codes[row])] &+= UInt32(truncatingIfNeeded: four & 1)
                b[Int(codes[row &+ 1])] &+= UInt32(truncatingIfNeeded: four >> 1 & 1)
                c[Int(codes[row &+ 2])] &+= UInt32(truncatingIfNeeded: four >> 2 & 1)
                d[Int(codes[row &+ 3])] &+= UInt32(truncatingIfNeeded: four >> 3 & 1)
                row &+= 4
            }
            for row in whole..<count where bits.map({ $0[row >> 6] >> UInt64(row & 63) & 1 == 1 }) ?? true { a[Int(codes[row])] &+= 1 }
            for code in 0..<size { counts[code] &+= Int64(a[code] &+ b[code] &+ c[code] &+ d[code]) }
        }
    }

    private static func addEach<T: FixedWidthInteger & UnsignedInteger>(
        _ codes: UnsafePointer<T>, _ count: Int, _ bits: Words?, _ counts: UnsafeMutablePointer<Int64>
    ) {
        guard let bits else {
            for row in 0..<count { counts[Int(codes[row])] &+= 1 }
            return
        }
        for word in 0..<wordCount(count) {
            var rest = bits[word]
            while rest != 0 {
                counts[Int(codes[word << 6 &+ rest.trailingZeroBitCount])] &+= 1
                rest &= rest &- 1
            }
        }
    }

    /// Memory for codes of 8 bits that begins where a line of the cache does: whole vectors are written into it.
    static func block(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64).bindMemory(to: UInt8.self, capacity: count)
    }

    /// Writes the codes of some words of 64 rows, with the top bit where a row has a bit.
    static func mark(_ codes: UnsafePointer<UInt8>, _ bits: UnsafePointer<UInt64>, words: Int, _ marked: UnsafeMutablePointer<UInt8>) {
        for word in 0..<words { system_mark_codes(codes + word << 6, bits[word], marked + word << 6) }
    }

    /// Codes by a table from whole numbers on from `low`, of the rows that an index names, which all have one.
    package static func look(
        _ values: Integers, _ index: UnsafePointer<Int32>, _ count: Int, low: Int64, table: UnsafePointer<UInt32>, size: Int,
        _ codes: UnsafeMutablePointer<UInt32>
    ) {
        switch values {
        case .int8(let buffer): look(buffer.base, index, count, low, table, size, codes)
        case .int16(let buffer): look(buffer.base, index, count, low, table, size, codes)
        case .int32(let buffer): look(buffer.base, index, count, low, table, size, codes)
        case .int64(let buffer): look(buffer.base, index, count, low, table, size, codes)
        case .computed(let computed):
            for row in 0..<count {
                let at = Int(truncatingIfNeeded: computed[Int(index[row])] &- low)
                codes[row] = at >= 0 && at < size ? table[at] : missingCode
            }
        }
    }

    private static func look<T: FixedWidthInteger & SignedInteger>(
        _ base: UnsafePointer<T>, _ index: UnsafePointer<Int32>, _ count: Int, _ low: Int64, _ table: UnsafePointer<UInt32>, _ size: Int,
        _ codes: UnsafeMutablePointer<UInt32>
    ) {
        for row in 0..<count {
            let at = Int(truncatingIfNeeded: Int64(base[Int(index[row])]) &- low)
            codes[row] = at >= 0 && at < size ? table[at] : missingCode
        }
    }
}
