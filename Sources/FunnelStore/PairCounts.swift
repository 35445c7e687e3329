/// Rows counted by codes of 8 bits, two at a time: a table has an entry for each two codes that stand side by side, so that
/// two rows cost one addition. What it holds is folded into counts of single codes in the end.
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

    /// Counts a run of rows; false where the codes are of another width, and nothing was counted.
    package func count(_ codes: Codes, _ range: Range<Int>) -> Bool {
        guard case .uint8(let buffer) = codes else { return false }
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count)
        let table = table
        let base = UnsafeRawPointer(buffer.base + range.lowerBound)
        var row = 0
        while row &+ 8 <= range.count {
            let eight = base.loadUnaligned(fromByteOffset: row, as: UInt64.self)
            table[Int(truncatingIfNeeded: eight & 0xFFFF)] &+= 1
            table[Int(truncatingIfNeeded: eight >> 16 & 0xFFFF)] &+= 1
            table[Int(truncatingIfNeeded: eight >> 32 & 0xFFFF)] &+= 1
            table[Int(truncatingIfNeeded: eight >> 48)] &+= 1
            row &+= 8
        }
        while row < range.count {
            singles[Int(buffer.base[range.lowerBound &+ row])] += 1
            row &+= 1
        }
        rows += range.count
        // An entry holds 32 bits.
        precondition(rows < Int(UInt32.max))
        return true
    }

    /// Adds what was counted to `counts`, which has an entry for each of `size` codes, and begins anew.
    package func fold(size: Int, stride: Int = 1, _ counts: UnsafeMutablePointer<Int64>) {
        for high in 0..<size {
            for low in 0..<size {
                let both = Int64(table[high << 8 | low])
                guard both > 0 else { continue }
                counts[high * stride] += both
                counts[low * stride] += both
                table[high << 8 | low] = 0
            }
            counts[high * stride] += singles[high]
            singles[high] = 0
        }
        rows = 0
    }
}
