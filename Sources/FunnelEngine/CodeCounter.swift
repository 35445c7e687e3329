import FunnelStore

/// Rows being counted by the codes of a text key, before they are brought to the groups. One thread counts.
final class CodeCounter {
    private var table: PairCounts?
    /// What a code counts in the number of a group, the first group, how many codes there are, and whether marked rows are counted too.
    private var use: (stride: Int, offset: Int, size: Int, marks: Bool)?

    /// Whether what was counted so far belongs to the same groups.
    func isFor(_ stride: Int, _ offset: Int, _ size: Int, marks: Bool) -> Bool {
        use.map { $0 == (stride, offset, size, marks) } ?? true
    }

    func count(_ codes: Codes, _ rows: Range<Int>, _ stride: Int, _ offset: Int, _ size: Int, marks: UnsafePointer<UInt64>? = nil) {
        let table = table ?? PairCounts(size: size, marks: marks != nil)
        self.table = table
        use = (stride, offset, size, marks != nil)
        table.count(codes, rows, marks: marks)
    }

    /// Adds what was counted to the groups' counts, and that of marked rows to `marked`, and begins anew.
    func fold(into counts: UnsafeMutablePointer<Int64>?, _ marked: UnsafeMutablePointer<Int64>?) {
        guard let table, let use, let counts else { return }
        table.fold(stride: use.stride, counts + use.offset, marked: marked.map { $0 + use.offset })
        (self.table, self.use) = (nil, nil)
    }
}
