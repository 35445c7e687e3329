/// One bit a row, in 64-bit words, least significant first: Arrow's validity layout. Bits past `count` are zero.
package struct Bitmap: Sendable {
    package let words: Buffer<UInt64>
    package let count: Int

    package init(words: Buffer<UInt64>, count: Int) {
        precondition(words.count >= (count + 63) / 64)
        self.words = words
        self.count = count
    }

    package init(_ bits: some Collection<Bool>) {
        let words = Buffer<UInt64>(zeros: (bits.count + 63) / 64)
        for (index, bit) in bits.enumerated() where bit {
            words.base[index >> 6] |= 1 << UInt64(index & 63)
        }
        self.init(words: words, count: bits.count)
    }

    package subscript(index: Int) -> Bool {
        precondition(index >= 0 && index < count, "row \(index) of \(count)")
        return words.base[index >> 6] >> UInt64(index & 63) & 1 == 1
    }

    /// The bits of the rows named, in their order; each of them is there.
    func selecting(_ rows: UnsafeBufferPointer<Int>) -> Bitmap {
        let found = Buffer<UInt64>(zeros: (rows.count + 63) / 64)
        let source = words.base
        for at in 0..<rows.count { found.base[at >> 6] |= (source[rows[at] >> 6] >> UInt64(rows[at] & 63) & 1) << UInt64(at & 63) }
        return Bitmap(words: found, count: rows.count)
    }

    /// The same bits, in a buffer of one's own over the same memory.
    package var lent: Bitmap { Bitmap(words: words.lent, count: count) }

    /// The first bits.
    func first(_ count: Int) -> Bitmap {
        precondition(count <= self.count)
        let words = Buffer<UInt64>(count: (count + 63) / 64) { out in
            out.update(from: self.words.base, count: (count + 63) / 64)
            if count % 64 != 0 { out[count / 64] &= 1 << UInt64(count % 64) - 1 }
        }
        return Bitmap(words: words, count: count)
    }

    /// How many bits are set.
    package var population: Int {
        var total = 0
        for index in 0..<(count + 63) / 64 { total &+= words.base[index].nonzeroBitCount }
        return total
    }
}
