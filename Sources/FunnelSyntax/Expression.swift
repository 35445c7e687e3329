package import FunnelText

/// Where a node stands. It does not take part in comparisons: two trees are equal if they say the same.
package struct Place: Sendable, Hashable {
    package var range: TextRange

    package init(_ range: TextRange) { self.range = range }
    package static func == (_: Place, _: Place) -> Bool { true }
    package func hash(into _: inout Hasher) {}
}

/// A name as written, and in the form under which it is known.
package struct Identifier: Sendable, Hashable {
    package var text: String
    package var folded: String
    package var place: Place

    package init(_ text: String, at range: TextRange) {
        self.text = text
        self.folded = Name.fold(text)
        self.place = Place(range)
    }

    package var range: TextRange { place.range }
    package static func == (a: Identifier, b: Identifier) -> Bool { a.folded == b.folded }
    package func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}

/// What can be computed: measures, row expressions and conditions share one grammar; the binder tells them apart.
package indirect enum Expression: Sendable, Hashable {
    case number(NumberLiteral, Place)
    case string(String, Place)
    case date(DateLiteral, Place)
    case relative(RelativePeriod, Place)
    case duration(DurationLiteral, Place)
    case truth(Bool, Place)
    case parameter(Identifier)
    case name(QualifiedName)
    case call(Call)
    case unary(UnaryOperator, Expression, Place)
    case binary(BinaryOperator, Expression, Expression, Place)
    case isIn(Expression, [Expression], negated: Bool, Place)
    case between(Expression, low: Expression, high: Expression, negated: Bool, Place)
    case isMissing(Expression, negated: Bool, Place)
    case matches(Expression, pattern: String, negated: Bool, Place)
    /// `any deal.product = "x"`: true of a lead that has such a deal or stage row.
    case any(Expression, Place)
    case cases([CaseBranch], otherwise: Expression?, Place)

    package var range: TextRange {
        switch self {
        case .number(_, let place), .string(_, let place), .date(_, let place), .relative(_, let place), .duration(_, let place),
            .truth(_, let place), .unary(_, _, let place), .binary(_, _, _, let place), .isIn(_, _, _, let place),
            .between(_, _, _, _, let place), .isMissing(_, _, let place), .matches(_, _, _, let place), .any(_, let place),
            .cases(_, _, let place):
            place.range
        case .parameter(let name): name.range
        case .name(let name): name.range
        case .call(let call): call.place.range
        }
    }
}

/// `amount`, `deals.amount`, `deal.product`.
package struct QualifiedName: Sendable, Hashable {
    package var qualifier: Identifier?
    package var name: Identifier

    package init(_ name: Identifier, of qualifier: Identifier? = nil) {
        self.qualifier = qualifier
        self.name = name
    }

    package var range: TextRange { qualifier.map { $0.range.union(name.range) } ?? name.range }
    package var text: String { (qualifier.map { $0.text + "." } ?? "") + name.text }
}

/// `count(deals where won)`, `days(created, closed)`.
package struct Call: Sendable, Hashable {
    package var function: Identifier
    package var arguments: [Expression]
    package var condition: Expression?
    package var place: Place

    package init(function: Identifier, arguments: [Expression], condition: Expression?, place: Place) {
        self.function = function
        self.arguments = arguments
        self.condition = condition
        self.place = place
    }
}

package struct CaseBranch: Sendable, Hashable {
    package var condition: Expression
    package var value: Expression
}

package enum UnaryOperator: String, Sendable, Hashable {
    case not
    case negate = "-"
}

/// The binary operators, a row each: how tightly they bind, and how they are spelt.
package enum BinaryOperator: String, CaseIterable, Sendable, Hashable {
    case or, and
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contains
    case startsWith = "starts with"
    case endsWith = "ends with"
    case like
    case notContains = "not contains"
    case notLike = "not like"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"

    package var precedence: Precedence {
        switch self {
        case .or: .or
        case .and: .and
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contains, .startsWith, .endsWith, .like, .notContains, .notLike:
            .comparison
        case .add, .subtract: .sum
        case .multiply, .divide: .product
        }
    }

    package var isComparison: Bool { precedence == .comparison }
}

/// How tightly operators bind, loosest first.
package enum Precedence: Int, Comparable, Sendable {
    case or, and, not, comparison, sum, product, sign, primary

    package static func < (a: Precedence, b: Precedence) -> Bool { a.rawValue < b.rawValue }

    /// The next tighter one.
    package var next: Precedence { Precedence(rawValue: rawValue + 1) ?? .primary }
}

/// A period that depends on the time of asking.
package enum RelativePeriod: Sendable, Hashable {
    case now
    case today
    case yesterday
    /// `this month`
    case this(DurationLiteral.Unit)
    /// `last month`
    case last(DurationLiteral.Unit)
    /// `last 90 days`: the days up to now.
    case past(DurationLiteral)
}
