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
    /// Rows in no table's entry, by code and mark.
    private var singles = [Int64](repeating: 0, count: 256)
    /// How many pairs the table holds.
    private var pairs = 0

    /// For codes that fit.
    package init(size: Int, marks: Bool) {
        self.size = min(size, marks ? 128 : 256)
        hasMarks = marks
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 1 << 17, alignment: 64)
        table = memory.initializeMemory(as: UInt16.self, repeating: 0, count: 1 << 16)
    }

    deinit { table.deallocate() }

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
        let table = table
        let base = UnsafeRawPointer(codes)
        var row = 0
        @inline(__always)
        func add(_ eight: UInt64) {
            table[Int(truncatingIfNeeded: eight & 0xFFFF)] &+= 1
            table[Int(truncatingIfNeeded: eight >> 16 & 0xFFFF)] &+= 1
            table[Int(truncatingIfNeeded: eight >> 32 & 0xFFFF)] &+= 1
            table[Int(truncatingIfNeeded: eight >> 48)] &+= 1
        }
        if let marks {
            while row &+ 64 <= count {
                var bits = marks[row >> 6]
                for _ in 0..<8 {
                    add(base.loadUnaligned(fromByteOffset: row, as: UInt64.self) | Kernels.topBits(bits))
                    bits >>= 8
                    row &+= 8
                }
            }
        } else {
            while row &+ 8 <= count {
                add(base.loadUnaligned(fromByteOffset: row, as: UInt64.self))
                row &+= 8
            }
        }
        while row < count {
            let mark = marks.map { Int($0[row >> 6] >> UInt64(row & 63) & 1) } ?? 0
            singles[Int(codes[row]) | mark << 7] += 1
            row &+= 1
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
