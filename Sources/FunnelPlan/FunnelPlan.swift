package import FunnelModel

/// A funnel, decided: which events are its steps, in what order they must come, and what leads are grouped by.
package struct FunnelPlan: Sendable, Hashable {
    package enum Order: Sendable, Hashable { case ordered, strict, any }

    package var steps: [PlanStep]
    package var order: Order
    /// A lead may enter at any step.
    package var isOpen: Bool
    /// How long after its first step a chain may go on, ends included; none is without end.
    package var windows: [PlanWindow]
    package var keys: [FunnelKey]
    /// Which leads, and which stage rows, take part.
    package var leadFilter: RowCondition?
    package var stageFilter: RowCondition?
    /// In which time the first step must lie.
    package var from: Instant?
    package var until: Instant?
    /// The stages in their declared order: rows of one time follow it. Empty where none was declared; then they follow the
    /// order of the steps.
    package var stageOrder: [String]
    package var rules: CalendarRules
    package var now: Instant
    package var asOf: Instant?

    package init(
        steps: [PlanStep], order: Order = .ordered, isOpen: Bool = false, windows: [PlanWindow] = [], keys: [FunnelKey] = [], leadFilter: RowCondition? = nil,
        stageFilter: RowCondition? = nil, from: Instant? = nil, until: Instant? = nil, stageOrder: [String], rules: CalendarRules, now: Instant,
        asOf: Instant? = nil
    ) {
        self.steps = steps
        self.order = order
        self.isOpen = isOpen
        self.windows = windows
        self.keys = keys
        self.leadFilter = leadFilter
        self.stageFilter = stageFilter
        self.from = from
        self.until = until
        self.stageOrder = stageOrder
        self.rules = rules
        self.now = now
        self.asOf = asOf
    }
}

package struct PlanWindow: Sendable, Hashable {
    package var name: String
    package var span: TimeSpan

    package init(name: String, span: TimeSpan) {
        self.name = name
        self.span = span
    }
}

/// A step of a funnel and where its events come from.
package struct PlanStep: Sendable, Hashable {
    package var name: String
    package var events: StepEvents
    package var isOptional: Bool

    package init(name: String, events: StepEvents, isOptional: Bool = false) {
        self.name = name
        self.events = events
        self.isOptional = isOptional
    }
}

package enum StepEvents: Sendable, Hashable {
    /// Stage rows of this stage, at the time entered.
    case stage(String)
    /// The lead's creation.
    case created
    /// The lead's qualification: its date or, of a yes, the lead's creation.
    case qualified(ColumnReference)
    /// The creation of a deal.
    case dealCreated
    /// The closing of a won deal.
    case won
    /// Stage rows for which a condition holds, at the time entered.
    case stages(RowCondition)
    /// Leads for which a condition holds, at their creation.
    case leads(RowCondition)
}

/// The leads behind a drop of a funnel over all leads: those whose furthest step is this one.
package struct LostAfter: Sendable, Hashable {
    package var funnel: FunnelPlan
    /// Its place among the steps; it is not the last.
    package var step: Int

    package init(_ funnel: FunnelPlan, step: Int) {
        self.funnel = funnel
        self.step = step
    }
}

/// What the leads of a funnel are grouped by.
package enum FunnelKey: Sendable, Hashable {
    /// A value of the lead.
    case lead(PlanKey, ScanKey)
    /// A value of the stage row that is the first step.
    case stage(PlanKey, ScanKey)
    /// The period of the first step.
    case period(String, Grain)

    package var name: String {
        switch self {
        case .lead(let key, _), .stage(let key, _): key.name
        case .period(let name, _): name
        }
    }
}
