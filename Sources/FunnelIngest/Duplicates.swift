import FunnelStore

/// Rows of a table whose id another row has as well.
enum Duplicates {
    /// For each row to be left out, the row that is kept in its place; in order of the rows. Missing ids are never the same.
    static func find(_ column: Column, among rows: some Sequence<Int>, keepsLast: Bool) -> [(row: Int, kept: Int)] {
        if isDistinct(column) { return [] }
        switch column.values {
        case .text(let codes, let dictionary):
            var owner = [Int](repeating: -1, count: dictionary.count)
            return sift(rows, column, keepsLast: keepsLast) { row in
                let before = owner[codes[row]]
                owner[codes[row]] = before < 0 || keepsLast ? row : before
                return before < 0 ? nil : before
            }
        case .integer(let integers):
            var owner = IntegerTable(capacity: column.count)
            return sift(rows, column, keepsLast: keepsLast) { row in
                owner.exchange(integers[row], row, replaces: keepsLast)
            }
        default: return []
        }
    }

    /// Whether all values differ, as far as a quick look can tell: true is certain.
    private static func isDistinct(_ column: Column) -> Bool {
        switch column.values {
        case .text(_, let dictionary): return dictionary.count == column.count - column.missing
        case .integer(.computed(.sequence)): return true
        case .integer(let integers):
            var low = Int64.max
            var high = Int64.min
            for row in 0..<column.count {
                let value = integers[row]
                low = min(low, value)
                high = max(high, value)
            }
            let (span, overflow) = high.subtractingReportingOverflow(low)
            guard !overflow, span >= 0, span < Int64(column.count) * 64 else { return false }
            let seen = Buffer<UInt64>(zeros: Int(span) / 64 + 1)
            let words = seen.base
            for row in 0..<column.count where !column.isMissing(row) {
                let at = Int(integers[row] - low)
                if words[at >> 6] >> UInt64(at & 63) & 1 == 1 { return false }
                words[at >> 6] |= 1 << UInt64(at & 63)
            }
            return true
        default: return false
        }
    }

    private static func sift(
        _ rows: some Sequence<Int>, _ column: Column, keepsLast: Bool, _ meet: (Int) -> Int?
    ) -> [(row: Int, kept: Int)] {
        var found: [(row: Int, kept: Int)] = []
        for row in rows where !column.isMissing(row) {
            guard let before = meet(row) else { continue }
            found.append(keepsLast ? (before, row) : (row, before))
        }
        if keepsLast { found.sort { $0.row < $1.row } }
        return found
    }
}

/// From whole numbers to rows: open addressing, as large as it must become from the start.
private struct IntegerTable {
    private var keys: [Int64]
    private var rows: [Int]
    private let mask: Int

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        keys = [Int64](repeating: 0, count: size)
        rows = [Int](repeating: -1, count: size)
        mask = size - 1
    }

    /// The row that had the key before, or nil; the new row takes its place where there was none, or `replaces` says so.
    mutating func exchange(_ key: Int64, _ row: Int, replaces: Bool) -> Int? {
        var slot = Int(truncatingIfNeeded: (UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
        while rows[slot] >= 0 {
            if keys[slot] == key {
                let before = rows[slot]
                if replaces { rows[slot] = row }
                return before
            }
            slot = (slot + 1) & mask
        }
        keys[slot] = key
        rows[slot] = row
        return nil
    }
}
