/// Rows counted by codes of 8 bits, two at a time: a table has an entry for each two codes that stand side by side, so that
/// two rows cost one addition. What it holds is folded into counts of single codes in the end.
///
/// Where there are no more than 128 codes, rows that have a mark are counted beside all rows: the mark is the top bit of the code.
package final class PairCounts: @unchecked Sendable {
    private let table: UnsafeMutablePointer<UInt32>
    /// What is left over at the end of runs.
    private var singles = [Int64](repeating: 0, count: 256)
    private var rows = 0

    package init() {
        table = .allocate(capacity: 1 << 16)
        table.initialize(repeating: 0, count: 1 << 16)
    }

    deinit { table.deallocate() }

    /// Whether these codes can be counted, and with marks.
    package static func fits(_ codes: Codes, size: Int, marks: Bool) -> Bool {
        if case .uint8 = codes { size <= (marks ? 128 : 257) } else { false }
    }

    /// Counts a run of rows, whose codes fit; with `marks`, a bit a row, it begins at a multiple of 64.
    package func count(_ codes: Codes, _ range: Range<Int>, marks: Kernels.Words? = nil) {
        guard case .uint8(let buffer) = codes else { preconditionFailure("codes of more than 8 bits") }
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count)
        let table = table
        let base = UnsafeRawPointer(buffer.base + range.lowerBound)
        var row = 0
        @inline(__always)
        func add(_ eight: UInt64) {
            table[Int(truncatingIfNeeded: eight & 0xFFFF)] &+= 1
            table[Int(truncatingIfNeeded: eight >> 16 & 0xFFFF)] &+= 1
            table[Int(truncatingIfNeeded: eight >> 32 & 0xFFFF)] &+= 1
            table[Int(truncatingIfNeeded: eight >> 48)] &+= 1
        }
        if let marks {
            while row &+ 64 <= range.count {
                var bits = marks[row >> 6]
                for _ in 0..<8 {
                    add(base.loadUnaligned(fromByteOffset: row, as: UInt64.self) | Self.spread(bits))
                    bits >>= 8
                    row &+= 8
                }
            }
        } else {
            while row &+ 8 <= range.count {
                add(base.loadUnaligned(fromByteOffset: row, as: UInt64.self))
                row &+= 8
            }
        }
        while row < range.count {
            let mark = marks.map { Int($0[row >> 6] >> UInt64(row & 63) & 1) } ?? 0
            singles[Int(buffer.base[range.lowerBound &+ row]) | mark << 7] += 1
            row &+= 1
        }
        rows += range.count
        // An entry holds 32 bits.
        precondition(rows < Int(UInt32.max))
    }

    /// The lowest eight bits as the top bits of eight bytes.
    @inline(__always)
    private static func spread(_ bits: UInt64) -> UInt64 {
        let chosen = (bits & 0xFF) &* 0x0101_0101_0101_0101 & 0x8040_2010_0804_0201
        return (chosen &+ 0x7F7F_7F7F_7F7F_7F7F) & 0x8080_8080_8080_8080
    }

    /// Adds what was counted to `counts`, which has an entry, `stride` apart, for each of `size` codes, and begins anew. With
    /// `marked`, the rows that have a mark are added there as well.
    package func fold(size: Int, stride: Int = 1, _ counts: UnsafeMutablePointer<Int64>, marked: UnsafeMutablePointer<Int64>? = nil) {
        func add(_ code: Int, _ rows: Int64) {
            guard let marked else { return counts[code * stride] += rows }
            counts[(code & 127) * stride] += rows
            if code > 127 { marked[(code & 127) * stride] += rows }
        }
        let codes = (0..<256).filter { (marked == nil ? $0 : $0 & 127) < size }
        for high in codes {
            for low in codes where table[high << 8 | low] > 0 {
                add(high, Int64(table[high << 8 | low]))
                add(low, Int64(table[high << 8 | low]))
                table[high << 8 | low] = 0
            }
            add(high, singles[high])
            singles[high] = 0
        }
        rows = 0
    }
}
