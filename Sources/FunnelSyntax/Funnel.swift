/// `funnel visit -> signup -> won within 14 days by month`
package struct FunnelStatement: Sendable, Hashable {
    package enum Order: String, CaseIterable, Sendable, Hashable {
        /// Steps in their order; others may lie between.
        case ordered
        /// Steps right behind one another.
        case strict
        /// All steps, in whatever order.
        case any = "any order"
    }

    /// The steps named; empty for the stages that the store knows.
    package var steps: [FunnelStep]
    package var order: Order
    /// A lead may enter at any step.
    package var isOpen: Bool
    /// The clauses; it has no measures.
    package var query: Query
    package var place: Place

    package init(steps: [FunnelStep], order: Order, isOpen: Bool, query: Query, place: Place) {
        self.steps = steps
        self.order = order
        self.isOpen = isOpen
        self.query = query
        self.place = place
    }
}

/// A step: a stage, `lead`, `qualified`, `deal`, `won`, or a condition in parentheses; in brackets it may be skipped.
package struct FunnelStep: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case name(Identifier)
        case condition(Expression)
    }

    package var kind: Kind
    package var isOptional: Bool
    package var place: Place
}
