package import FunnelModel

/// What a row can be asked. There are two answers, never a third: every test of a missing value but `isMissing` says no,
/// so that `not` and `!=` say yes.
package indirect enum RowCondition: Sendable, Hashable {
    case always(Bool)
    /// A yes/no column.
    case column(ColumnReference)
    case isMissing(RowValue)
    /// Numbers, lengths of time, or two points in time.
    case compare(Comparison, RowValue, RowValue)
    /// In `from ..< until`; nil is unbounded.
    case during(RowValue, from: Instant?, until: Instant?)
    case text(RowValue, TextTest)
    /// Two texts of one row.
    case sameText(RowValue, RowValue)
    case not(RowCondition)
    case and([RowCondition])
    case or([RowCondition])
    /// Of a lead: whether some row of it in another table satisfies the condition.
    case any(TableRole, RowCondition)
    /// Of a lead: whether its first win came no later than so long after its creation, ends included.
    case wonWithin(TimeSpan)
    /// Of a lead: whether it was at least so old at that time.
    case agedAtLeast(TimeSpan, at: Instant)
}

package enum Comparison: String, Sendable, Hashable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    /// The same with its sides exchanged.
    package var mirrored: Comparison {
        switch self {
        case .equal, .notEqual: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }

    /// Whether -1, 0 or 1 satisfies it.
    package func holds(_ order: Int) -> Bool {
        switch self {
        case .equal: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }
}

/// A test of one text; it is made once for each entry of a dictionary.
package enum TextTest: Sendable, Hashable {
    case isIn([String])
    case contains(String)
    case startsWith(String)
    case endsWith(String)
    /// `%` stands for any run of characters, `_` for one.
    case like(String)
    case matches(String)
    case compare(Comparison, String)
}
