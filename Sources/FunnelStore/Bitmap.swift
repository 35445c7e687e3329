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

    /// How many bits are set.
    package var population: Int {
        var total = 0
        for index in 0..<(count + 63) / 64 { total &+= words.base[index].nonzeroBitCount }
        return total
    }
}
