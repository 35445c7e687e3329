import FunnelStore

/// Rows being counted by the codes of a text key, before they are brought to the groups. One thread counts.
final class CodeCounter {
    /// Where they are counted: in the way that is fastest for so many codes.
    private enum Counts {
        case few(FewCounts)
        case pairs(PairCounts)
    }

    private var counts: Counts?
    /// What a code counts in the number of a group, the first group, how many entries there are, the last for rows without a value, and
    /// whether marked rows are counted too.
    private var use: (stride: Int, offset: Int, size: Int, marks: Bool)?

    /// Whether what was counted so far belongs to the same groups.
    func isFor(_ stride: Int, _ offset: Int, _ size: Int, marks: Bool) -> Bool {
        use.map { $0 == (stride, offset, size, marks) } ?? true
    }

    func count(_ codes: Codes, _ rows: Range<Int>, _ stride: Int, _ offset: Int, _ size: Int, marks: UnsafePointer<UInt64>? = nil) {
        let counts = counts ?? Self.counts(size, marks: marks != nil)
        self.counts = counts
        use = (stride, offset, size, marks != nil)
        switch counts {
        case .few(let few): few.count(codes, rows, marks: marks)
        case .pairs(let pairs): pairs.count(codes, rows, marks: marks)
        }
    }

    private static func counts(_ size: Int, marks: Bool) -> Counts {
        // A row without a value holds the code 0.
        let codes = max(1, size - 1)
        return codes <= FewCounts.most ? .few(FewCounts(size: codes, marks: marks)) : .pairs(PairCounts(size: size, marks: marks))
    }

    /// Adds what was counted to the groups' counts, and that of marked rows to `marked`, and begins anew.
    func fold(into all: UnsafeMutablePointer<Int64>?, _ marked: UnsafeMutablePointer<Int64>?) {
        guard let counts, let use, let all else { return }
        switch counts {
        case .few(let few): few.fold(stride: use.stride, all + use.offset, marked: marked.map { $0 + use.offset })
        case .pairs(let pairs): pairs.fold(stride: use.stride, all + use.offset, marked: marked.map { $0 + use.offset })
        }
        (self.counts, self.use) = (nil, nil)
    }
}
