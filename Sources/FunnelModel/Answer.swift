/// What comes back from a query: a table whose columns know what they measure, with remarks beside it.
package struct Answer: Sendable {
    package var columns: [AnswerColumn]
    /// Row by row, a value a column.
    package var rows: [[Value]]
    /// The line over all rows, computed from the rows of the store, where it was asked for; its keys are `missing`.
    package var total: [Value]?
    package var remarks: [Remark]
    /// What its plan counts besides; empty where no line came by which an engine could say it.
    package var counts: [Int]

    package init(columns: [AnswerColumn], rows: [[Value]], total: [Value]? = nil, remarks: [Remark] = [], counts: [Int] = []) {
        self.columns = columns
        self.rows = rows
        self.total = total
        self.remarks = remarks
        self.counts = counts
    }

    /// How many of the columns are keys; they come first.
    package var keyCount: Int { columns.prefix { $0.isKey }.count }
}

/// A column of an answer.
package struct AnswerColumn: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// What the rows are grouped by; with its grain where it is time.
        case key(Grain?)
        case measure(Quantity)
        /// A plain column of listed rows, with its type.
        case field(ColumnType)
    }

    package var name: String
    package var kind: Kind

    package init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    package var isKey: Bool {
        if case .key = kind { true } else { false }
    }
}

/// Something a reader must know to read an answer rightly: it stands in the foot.
package struct Remark: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// Which date places the rows in time, cohort or period.
        case axis
        /// The conversion window, the period asked about, the filter of a load.
        case scope
        /// Rows left out, and why.
        case leftOut
        /// Something odd in the data that was kept.
        case kept
        /// Groups too small, months too young.
        case caution
    }

    package var kind: Kind
    package var text: String

    /// Gaps in time would have been more lines than anybody reads.
    package static let unfilled = Remark(.leftOut, "periods without rows are not shown: there would be too many lines")

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}
