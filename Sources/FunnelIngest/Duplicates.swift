package import FunnelStore

/// Rows of a table whose id another row has as well.
package enum Duplicates {
    /// For each row to be left out, the row that is kept in its place; in order of the rows. Missing ids are never the same.
    package static func find(_ column: Column, among rows: some Sequence<Int>, keepsLast: Bool) -> [(row: Int, kept: Int)] {
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
            var numbers = NumberTable(capacity: column.count)
            var owner: [Int] = []
            return sift(rows, column, keepsLast: keepsLast) { row in
                let number = numbers.number(of: integers[row])
                if number == owner.count {
                    owner.append(row)
                    return nil
                }
                let before = owner[number]
                if keepsLast { owner[number] = row }
                return before
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
