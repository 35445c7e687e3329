/// One or more measures, then clauses in any order, each at most once.
package struct Query: Sendable, Hashable {
    package var measures: [Measure]
    package var filter: Expression?
    package var during: PeriodRange?
    package var comparison: ComparisonClause?
    package var asOf: AsOfClause?
    package var keys: [Key] = []
    package var window: WindowClause?
    package var having: Expression?
    package var order: [OrderTerm] = []
    package var top: TopClause?
    package var limit: LimitClause?
    package var extras: [Extra] = []
    package var format: Identifier?
    package var into: FileName?
    package var place: Place

    package init(measures: [Measure], place: Place) {
        self.measures = measures
        self.place = place
    }
}

/// `roas = revenue / cost`
package struct Measure: Sendable, Hashable {
    package var alias: Identifier?
    package var expression: Expression

    package init(alias: Identifier?, expression: Expression) {
        self.alias = alias
        self.expression = expression
    }
}

/// `during 2018`, `during 2018-01 to 2018-06`
package struct PeriodRange: Sendable, Hashable {
    package var first: Expression
    package var last: Expression?
    package var place: Place
}

/// What rows are grouped by: `source`, `month`, `month of created`.
package struct Key: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case expression(Expression)
        /// A grain, on each table's own time axis or on the column named.
        case grain(Identifier, of: QualifiedName?)
    }

    package var kind: Kind
    package var place: Place
}

/// `within 30, 90 days`
package struct WindowClause: Sendable, Hashable {
    package var durations: [DurationLiteral]
    package var place: Place

    package init(durations: [DurationLiteral], place: Place) {
        self.durations = durations
        self.place = place
    }
}

/// `vs previous`, `vs year ago`, `vs 2017`: what a query's period is compared with.
package struct ComparisonClause: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// `full`: the whole earlier period, even where the later one is not over.
        case previous(full: Bool)
        case yearAgo(full: Bool)
        case period(PeriodRange)
    }

    package var kind: Kind
    package var place: Place
}

/// `as of 2018-03-31`: what was known then.
package struct AsOfClause: Sendable, Hashable {
    package var date: Expression
    package var place: Place
}

package struct OrderTerm: Sendable, Hashable {
    package var expression: Expression
    /// nil where neither `asc` nor `desc` is written.
    package var descending: Bool?
}

package struct TopClause: Sendable, Hashable {
    package var count: Int
    package var by: Expression?
    package var withOther: Bool
    package var place: Place
}

package struct LimitClause: Sendable, Hashable {
    package var count: Int
    package var place: Place
}

/// `with total`, `with share`, `with interval 95%`
package struct Extra: Sendable, Hashable {
    package var name: Identifier
    package var level: NumberLiteral?
}

package struct FileName: Sendable, Hashable {
    package var path: String
    package var place: Place
}

/// The clauses of a query, a row each: parser, help, completion and the grammar's law read this list.
package enum QueryClause: String, CaseIterable, Sendable {
    case filter = "where"
    case during
    case comparison = "vs"
    case asOf = "as of"
    case keys = "by"
    case window = "within"
    case having
    case order = "order by"
    case top
    case limit
    case extras = "with"
    case format = "as"
    case into

    package var firstWord: String { self == .order ? "order" : self == .asOf ? "as" : rawValue }
}
