/// How a table is to look.
package struct TableOptions: Sendable {
    /// The columns of the terminal; nil where there is no limit.
    package var width: Int?
    /// How many rows are shown at most; nil for all.
    package var maxRows: Int?
    /// Digits behind the point of everything that is no count; nil to choose them for each column from its values.
    package var digits: Int?
    /// What money is called: `EUR`, `ریال`; empty for nothing.
    package var currency: String
    /// Whether frames are drawn and things are left out with Unicode characters, or with ASCII ones.
    package var unicode: Bool

    package init(
        width: Int? = nil, maxRows: Int? = nil, digits: Int? = nil, currency: String = "", unicode: Bool = true
    ) {
        self.width = width
        self.maxRows = maxRows
        self.digits = digits
        self.currency = currency
        self.unicode = unicode
    }

    /// What stands for a missing value.
    var missing: String { unicode ? "—" : "-" }
    /// What stands for something left out.
    var ellipsis: String { unicode ? "…" : "..." }
}
