import FunnelModel

/// The order of day and month, where a column leaves it open and other columns of the same file tell it: one program wrote
/// them all.
extension ColumnDecision {
    /// The first columns of the file whose values, all of them, are read in one order only.
    struct OrderProof {
        var dayFirst: String?
        var monthFirst: String?

        /// The order, and the column that proves it; nil where none does, or where two columns contradict each other.
        var order: (order: DateRule.Order, column: String)? {
            switch (dayFirst, monthFirst) {
            case (let column?, nil): (.dayFirst, column)
            case (nil, let column?): (.monthFirst, column)
            case (nil, nil), (_?, _?): nil
            }
        }
    }

    /// What the dates of all columns but one say of the order. Reads those columns whole.
    func orderProof(besides column: Int) throws -> OrderProof {
        var proof = OrderProof()
        for other in rules.indices where other != column && mayBeDates(other) {
            let evidence = try file.evidence(other, wishes[other])
            let name = file.header.names[other]
            if evidence.dayFirst > evidence.eitherOrder, proof.dayFirst == nil { proof.dayFirst = name }
            if evidence.monthFirst > evidence.eitherOrder, proof.monthFirst == nil { proof.monthFirst = name }
        }
        return proof
    }

    private func mayBeDates(_ column: Int) -> Bool {
        switch rules[column] {
        case .date(let rule): rule.pattern == nil
        case .text, .key, .number, .yesNo: false
        case nil: true
        }
    }
}
