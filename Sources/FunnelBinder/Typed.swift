import FunnelModel
import FunnelPlan

/// A measure and what it measures.
struct TypedMeasure {
    var value: MeasureValue
    var quantity: Quantity
    /// A number as written takes the quantity of what it meets.
    var isLiteral = false
    /// Whether its total is the sum of its groups: only such measures have shares.
    var isAdditive = false
    /// The earliest or the latest date: it can be shown, but not reckoned with.
    var isDate = false
}

/// A value of a row and what it is.
struct TypedRow {
    var value: RowValue
    var type: RowType
    var quantity: Quantity
    var isLiteral = false
}

/// What a name means in a row.
enum Resolution {
    case column(ColumnReference, Quantity)
    case condition(RowCondition)
    case definition(DefinitionEntry)
}

/// The table whose rows an expression is about.
struct RowScope {
    var table: TableRole
    /// Inside an aggregate's own condition: there `won` heeds the window.
    var heedsWindow = false
    /// Inside `any`: which names of other tables lead here.
    var isAny = false
}
