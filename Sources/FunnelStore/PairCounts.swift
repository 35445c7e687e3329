/// Rows counted by codes of 8 bits, two at a time: a table has an entry for each two codes that stand side by side, so that
/// two rows cost one addition. Its entries are short, for the whole of what is in use must lie near; before one can be full, all
/// of them are brought to counts of single codes.
///
/// Where there are no more than 128 codes, rows that have a mark are counted beside all rows: the mark is the top bit of the code.
package final class PairCounts: @unchecked Sendable {
    private typealias Block = SIMD16<UInt16>

    private let table: UnsafeMutablePointer<UInt16>
    /// How many codes there are, and whether some rows may have a mark.
    private let size: Int
    private let hasMarks: Bool
    /// The codes of a block of rows with their marks; it stays in the nearest cache.
    private let marked: UnsafeMutablePointer<UInt8>
    private static let block = 4096
    /// Rows in no table's entry, by code and mark.
    private var singles = [Int64](repeating: 0, count: 256)
    /// How many pairs the table holds.
    private var pairs = 0

    /// For codes that fit.
    package init(size: Int, marks: Bool) {
        self.size = min(size, marks ? 128 : 256)
        hasMarks = marks
        marked = Kernels.block(marks ? Self.block : 0)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 1 << 17, alignment: 64)
        table = memory.initializeMemory(as: UInt16.self, repeating: 0, count: 1 << 16)
    }

    deinit {
        marked.deallocate()
        table.deallocate()
    }

    /// Whether these codes can be counted, and with marks.
    package static func fits(_ codes: Codes, size: Int, marks: Bool) -> Bool {
        if case .uint8 = codes { size <= (marks ? 128 : 257) } else { false }
    }

    /// Counts a run of rows, whose codes fit; with `marks`, a bit a row, it begins at a multiple of 64.
    package func count(_ codes: Codes, _ range: Range<Int>, marks: UnsafePointer<UInt64>? = nil) {
        guard case .uint8(let buffer) = codes else { preconditionFailure("codes of more than 8 bits") }
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count && hasMarks == (marks != nil))
        var first = 0
        while first < range.count {
            let count = min(range.count - first, Self.longest)
            if pairs + count / 2 > Self.most { spill() }
            pairs += count / 2
            add(buffer.base + (range.lowerBound + first), count, marks.map { $0 + first / 64 })
            first += count
        }
    }

    /// So many pairs an entry can count.
    private static let most = Int(UInt16.max)
    /// So many rows, a multiple of 64, are counted without a look at the entries.
    private static let longest = 1 << 16

    private func add(_ codes: UnsafePointer<UInt8>, _ count: Int, _ marks: UnsafePointer<UInt64>?) {
        let words = count / 64
        if let marks {
            var first = 0
            while first < words {
                let some = min(Self.block / 64, words - first)
                Kernels.mark(codes + first * 64, marks + first, words: some, marked)
                Self.add(marked, words: some, table)
                first += some
            }
        } else {
            Self.add(codes, words: words, table)
        }
        for row in words * 64..<count {
            let mark = marks.map { Int($0[row >> 6] >> UInt64(row & 63) & 1) } ?? 0
            singles[Int(codes[row]) | mark << 7] += 1
        }
    }

    /// The loop: the codes of two rows are one number of 16 bits.
    private static func add(_ codes: UnsafePointer<UInt8>, words: Int, _ table: UnsafeMutablePointer<UInt16>) {
        let base = UnsafeRawPointer(codes)
        var at = 0
        while at < words << 6 {
            for step in 0..<8 { table[Int(base.loadUnaligned(fromByteOffset: at &+ step &* 2, as: UInt16.self))] &+= 1 }
            at &+= 16
        }
    }

    /// Brings what the table holds to the counts of single codes. No sum of its entries is larger than an entry can be.
    private func spill() {
        let width = Block.scalarCount
        let blocks = [0..<(size + width - 1) / width] + (hasMarks ? [128 / width..<(128 + size + width - 1) / width] : [])
        withUnsafeTemporaryAllocation(of: Block.self, capacity: 256 / width) { sums in
            sums.update(repeating: .zero)
            for high in [0..<size] + (hasMarks ? [128..<128 + size] : []) {
                for code in high {
                    let row = UnsafeMutableRawPointer(table + code << 8).assumingMemoryBound(to: Block.self)
                    var mine = Block.zero
                    for block in blocks.joined() {
                        let entries = row[block]
                        row[block] = .zero
                        sums[block] &+= entries
                        mine &+= entries
                    }
                    singles[code] += Int64(mine.wrappedSum())
                }
            }
            for block in blocks.joined() { for lane in 0..<width { singles[block * width + lane] += Int64(sums[block][lane]) } }
        }
        pairs = 0
    }

    /// Adds what was counted to `counts`, which has an entry, `stride` apart, for each code, and begins anew. Of marks, the rows
    /// that have one are added to `marked` as well.
    package func fold(stride: Int = 1, _ counts: UnsafeMutablePointer<Int64>, marked: UnsafeMutablePointer<Int64>? = nil) {
        spill()
        for code in 0..<size {
            counts[code * stride] += singles[code]
            if hasMarks {
                counts[code * stride] += singles[code | 128]
                marked?[code * stride] += singles[code | 128]
            }
        }
        singles.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }
}
