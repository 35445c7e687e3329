/// The decimal mark of numbers, where a column leaves it open: `1.234` is one and a bit, or more than a thousand. Other
/// columns of the same file tell it, as one program wrote them all; else the separator does.
extension ColumnDecision {
    /// What tells a mark that a column's own values leave open.
    enum MarkProof: Equatable {
        case column(String)
        /// Programs write `;` where the comma is their decimal mark.
        case separator
        /// Nothing does, and a point is taken for what it mostly is.
        case nothing
    }

    /// The first columns that prove a mark decide, where they do not contradict each other. Looks at the first rows.
    private func markProof(besides column: Int) -> (mark: DecimalMark, proof: MarkProof) {
        var columns: [DecimalMark: Int] = [:]
        for other in sample.indices where other != column {
            guard let mark = sample[other].provenMark, columns[mark] == nil else { continue }
            columns[mark] = other
        }
        if columns.count == 1, let (mark, other) = columns.first { return (mark, .column(file.header.names[other])) }
        return file.dialect.delimiter == UInt8(ascii: ";") ? (.comma, .separator) : (.point, .nothing)
    }

    /// The rule that the evidence speaks for, its decimal mark told by the rest of the file where it is open.
    mutating func rule(_ column: Int, _ evidence: Evidence, isWhole: Bool) -> ColumnRule? {
        let rule = wishes[column].rule(for: evidence, isWhole: isWhole)
        guard evidence.leavesMarkOpen, case .number(var number)? = rule else { return rule }
        let (mark, proof) = markProof(besides: column)
        markProofs[column] = proof
        number.mark = mark
        return .number(number)
    }
}

extension Evidence {
    /// Whether some numbers are others with the other mark, and none is a number with one mark only.
    var leavesMarkOpen: Bool { ambiguousNumbers > 0 && pointNumbers == eitherNumbers && commaNumbers == eitherNumbers }

    /// The mark that all of the column are numbers with, and some with no other.
    fileprivate var provenMark: DecimalMark? {
        switch (pointNumbers == values && pointNumbers > eitherNumbers, commaNumbers == values && commaNumbers > eitherNumbers) {
        case (true, false): .point
        case (false, true): .comma
        case (true, true), (false, false): nil
        }
    }
}
