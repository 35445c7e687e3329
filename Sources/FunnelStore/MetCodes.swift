/// Which codes of a small dictionary each group has met, a bit for each: what a distinct count of texts asks.
package final class MetCodes {
    /// Dictionaries of no more than so many texts: their bits take about as much memory as the head of a series.
    package static func fits(_ size: Int) -> Bool { size <= 512 }

    private let size: Int
    /// The words of a group. A row without a text sets the bit behind the last code, which is not counted.
    private let wordsOfGroup: Int
    private var words: [UInt64] = []
    private var isFull = false

    /// `size`: how many texts the dictionary has.
    package init(size: Int) {
        self.size = size
        wordsOfGroup = size / 64 + 1
    }

    package func grow(to groups: Int) {
        let missing = groups * wordsOfGroup - words.count
        if missing > 0 { words.append(contentsOf: repeatElement(0, count: missing)) }
        isFull = false
    }

    /// Whether no row can add anything any more. So many groups that a look at all of them takes long are not looked at.
    package var hasMetAll: Bool {
        if !isFull, words.count <= 1024 { isFull = (0..<words.count / wordsOfGroup).allSatisfy { count(of: $0) == size } }
        return isFull
    }

    /// Adds the rows of a morsel with a bit, nil for all, of the groups beside them; without those, all of the group `first`.
    package func add(_ codes: UnsafePointer<UInt32>, _ count: Int, _ bits: Kernels.Words?, _ groups: UnsafePointer<UInt32>?, first: Int) {
        let (last, wordsOfGroup) = (UInt32(size), wordsOfGroup)
        words.withUnsafeMutableBufferPointer { words in
            let base = words.baseAddress!
            Kernels.forEach(bits, count) { row in
                let code = Int(min(codes[row], last))
                let group = groups.map { Int($0[row]) } ?? first
                base[group &* wordsOfGroup &+ code >> 6] |= 1 &<< UInt64(truncatingIfNeeded: code & 63)
            }
        }
    }

    /// Adds what another has met; group `g` of it is group `map[g]` here.
    package func merge(_ other: MetCodes, map: [UInt32]) {
        for (group, target) in map.enumerated() {
            for word in 0..<wordsOfGroup { words[Int(target) * wordsOfGroup + word] |= other.words[group * wordsOfGroup + word] }
        }
    }

    /// How many different codes a group has met.
    package func count(of group: Int) -> Int {
        let own = words[group * wordsOfGroup..<(group + 1) * wordsOfGroup]
        let missing = own.last! >> UInt64(size & 63) & 1
        return own.reduce(0) { $0 + $1.nonzeroBitCount } - Int(missing)
    }
}
