package import FunnelModel

/// What will be done, as data: the waist between languages above and engines below.
///
/// Each scan aggregates one table by the keys; the groups of all scans meet on the keys; measures are computed for each
/// group from the aggregates' slots; then come `having`, order, `top` and `limit`.
package struct Plan: Sendable, Hashable {
    package var keys: [PlanKey]
    package var scans: [Scan]
    package var slotCount: Int
    package var measures: [PlanMeasure]
    package var having: MeasureCondition?
    package var order: [PlanOrder]
    package var top: PlanTop?
    package var limit: Int?
    package var withTotal: Bool
    /// What remarks under the answer count, besides its lines.
    package var counts: [RowCount]
    package var rules: CalendarRules
    package var now: Instant
    /// `as of`: what happened at or after this moment does not exist.
    package var asOf: Instant?

    package init(
        keys: [PlanKey], scans: [Scan], slotCount: Int, measures: [PlanMeasure], having: MeasureCondition? = nil, order: [PlanOrder] = [],
        top: PlanTop? = nil, limit: Int? = nil, withTotal: Bool = false, counts: [RowCount] = [], rules: CalendarRules, now: Instant,
        asOf: Instant? = nil
    ) {
        self.keys = keys
        self.scans = scans
        self.slotCount = slotCount
        self.measures = measures
        self.having = having
        self.order = order
        self.top = top
        self.limit = limit
        self.withTotal = withTotal
        self.counts = counts
        self.rules = rules
        self.now = now
        self.asOf = asOf
    }
}

extension Plan {
    /// The key along which measures look back: the first of the calendar's periods; where there is none, of weekdays or hours.
    package var axis: Int? {
        func first(where isRight: (Grain) -> Bool) -> Int? {
            keys.firstIndex { if case .period(let grain) = $0.kind { isRight(grain) } else { false } }
        }
        return first(where: \.isCalendar) ?? first { _ in true }
    }

    /// Gaps in time are filled with as many lines at most: more than that nobody reads.
    package static let mostFilledLines = 1_000_000
}

/// A key of the answer.
package struct PlanKey: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case period(Grain)
        case text
        case number
        case yesNo
        case date
    }

    package var name: String
    package var kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// One pass over one table.
package struct Scan: Sendable, Hashable {
    package var table: TableRole
    package var filter: RowCondition?
    /// The plan's keys, as this table computes them.
    package var keys: [ScanKey]
    package var aggregates: [PlanAggregate]
    /// Whether its groups are lines of the answer, or only stand beside those of other scans.
    package var makesGroups: Bool

    package init(table: TableRole, filter: RowCondition?, keys: [ScanKey], aggregates: [PlanAggregate], makesGroups: Bool = true) {
        self.makesGroups = makesGroups
        self.table = table
        self.filter = filter
        self.keys = keys
        self.aggregates = aggregates
    }
}

package enum ScanKey: Sendable, Hashable {
    case value(RowValue)
    /// The period that holds a date, moved by `shift`: so an earlier period stands beside a later one.
    case period(Grain, of: RowValue, shift: PeriodShift)
}

/// How far the periods of an earlier scan are moved to stand beside those of a later one.
package enum PeriodShift: Sendable, Hashable {
    case periods(Int)
    /// Dates are moved by calendar months before their period is taken.
    case months(Int)

    package static let none = PeriodShift.periods(0)
}

package struct PlanAggregate: Sendable, Hashable {
    package var function: AggregateFunction
    package var argument: RowValue?
    package var argumentType: RowType?
    package var filter: RowCondition?
    /// Where its result goes.
    package var slot: Int

    package init(function: AggregateFunction, argument: RowValue?, argumentType: RowType?, filter: RowCondition?, slot: Int) {
        self.function = function
        self.argument = argument
        self.argumentType = argumentType
        self.filter = filter
        self.slot = slot
    }
}

package struct PlanOrder: Sendable, Hashable {
    package enum Term: Sendable, Hashable {
        case key(Int)
        case measure(Int)
    }

    package var term: Term
    package var descending: Bool

    package init(_ term: Term, descending: Bool) {
        self.term = term
        self.descending = descending
    }
}

/// The first groups by a measure, descending; the rest in one line, if asked for.
package struct PlanTop: Sendable, Hashable {
    package var count: Int
    package var measure: Int
    package var withOther: Bool

    package init(count: Int, measure: Int, withOther: Bool) {
        self.count = count
        self.measure = measure
        self.withOther = withOther
    }
}

/// Rows themselves, as `list` shows them.
package struct ListPlan: Sendable, Hashable {
    package struct Order: Sendable, Hashable {
        package var value: RowValue
        package var type: RowType
        package var descending: Bool

        package init(value: RowValue, type: RowType, descending: Bool) {
            self.value = value
            self.type = type
            self.descending = descending
        }
    }

    package var table: TableRole
    package var columns: [ColumnReference]
    package var filter: RowCondition?
    package var order: [Order]
    package var limit: Int?
    /// Only the leads behind a drop of a funnel.
    package var lostAfter: LostAfter?

    package init(table: TableRole, columns: [ColumnReference], filter: RowCondition?, order: [Order], limit: Int?, lostAfter: LostAfter? = nil) {
        self.lostAfter = lostAfter
        self.table = table
        self.columns = columns
        self.filter = filter
        self.order = order
        self.limit = limit
    }
}
