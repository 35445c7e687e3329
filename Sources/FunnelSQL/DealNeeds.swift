import FunnelModel
import FunnelPlan

/// What a plan asks of the deals of leads and buyers: told before anything is written, so that no more is joined than that.
struct DealNeeds {
    private(set) var wonAt = false
    private(set) var allDeals = false
    /// When a buyer bought for the last time.
    private(set) var lastBought = false
    /// Who a buyer is.
    private(set) var buyer = false

    /// Whether no more is asked of leads than which are won: a list of keys says that.
    var isList: Bool { !wonAt && !allDeals }

    init(_ plan: Plan) {
        for scan in plan.scans {
            scan.filter.map { look($0) }
            for key in scan.keys {
                switch key {
                case .value(let value), .period(_, let value, _): look(value)
                }
            }
            for aggregate in scan.aggregates {
                aggregate.filter.map { look($0) }
                aggregate.argument.map { look($0) }
            }
        }
    }

    private mutating func look(_ reference: ColumnReference) {
        switch reference.index {
        case .derived(.leadWonAt): wonAt = true
        case .derived(.leadLost), .derived(.leadOpen): allDeals = true
        case .derived(.dealLastBought): lastBought = true
        case .derived(.dealBuyer): buyer = true
        default: break
        }
    }

    private mutating func look(_ condition: RowCondition) {
        switch condition {
        case .always: break
        case .column(let reference): look(reference)
        case .isMissing(let value), .during(let value, _, _), .text(let value, _): look(value)
        case .compare(_, let a, let b), .sameText(let a, let b):
            look(a)
            look(b)
        case .not(let inner), .any(_, let inner): look(inner)
        case .and(let parts), .or(let parts): for part in parts { look(part) }
        case .wonWithin: wonAt = true
        case .agedAtLeast: break
        }
    }

    private mutating func look(_ value: RowValue) {
        switch value {
        case .column(let reference): look(reference)
        case .exact, .text, .instant, .duration, .missing, .between: break
        case .condition(let condition): look(condition)
        case .arithmetic(_, let a, let b), .elapsed(let a, let b):
            look(a)
            look(b)
        case .textFunction(_, let inner), .length(let inner), .datePart(_, let inner): look(inner)
        case .coalesce(let values): for value in values { look(value) }
        case .cases(let branches, let otherwise):
            for branch in branches {
                look(branch.condition)
                look(branch.value)
            }
            otherwise.map { look($0) }
        }
    }
}
