package import FunnelModel
package import FunnelPlan
package import FunnelSyntax
package import FunnelText

/// What a text is bound against: the tables that are there, the names that are defined, and the time.
package struct BindingContext: Sendable {
    package var schemas: [TableRole: TableSchema]
    package var definitions: Definitions
    /// The values of `$name`, with the source in which each is written.
    package var parameters: [String: (value: Expression, source: Source)]
    package var rules: CalendarRules
    package var now: Instant
    package var targets: [(statement: TargetStatement, source: Source)] = []
    /// The stages that the store knows; nil where they are not known before a file is read.
    package var stages: [String]?
    /// Their order, set or inferred; and those of them that a funnel without steps goes through.
    package var stageOrder: [String] = []
    package var stagesAreSet = false
    package var funnelStages: [String] = []

    package init(
        schemas: [TableRole: TableSchema], definitions: Definitions, parameters: [String: (value: Expression, source: Source)] = [:],
        rules: CalendarRules = CalendarRules(), now: Instant
    ) {
        self.schemas = schemas
        self.definitions = definitions
        self.parameters = parameters
        self.rules = rules
        self.now = now
    }
}

/// A text that a query compares a column with: whether the column holds it can only be said of a store.
package struct ValueProbe: Sendable {
    package var column: ColumnReference
    package var text: String
    package var source: Source
    package var range: TextRange
}

/// A query, bound.
package struct BoundQuery: Sendable {
    package var plan: Plan
    package var warnings: [Diagnostic]
    package var probes: [ValueProbe]
    package var facts: QueryFacts
}

/// What the foot of the answer has to say about how it came about.
package struct QueryFacts: Sendable {
    /// The tables read, and the name of the date that places each in time, where the query asks for time.
    package var axes: [(table: TableRole, axis: String)] = []
    package var asksForTime = false
    package var period: String?
    /// The windows asked about, each with the place among the plan's counts of the leads younger than it.
    package var windows: [(name: String, tooYoung: Int?)] = []
    /// What the period is compared with.
    package var comparison: String?
    /// The moment whose knowledge is asked for.
    package var asOf: String?
    /// Whether it places wins by the creation of their leads, without a window.
    package var isCohort = false
    /// The place among the plan's counts of the leads that are still open, where a cohort measure without a window reads them.
    package var stillOpen: Int?
    /// Whether it reads the time from a lead's creation to its first win.
    package var readsCycle = false
    /// Whether it reads how long customers buy.
    package var readsLifetime = false
    /// Whether deals or stage rows are asked for a column of their lead.
    package var readsLeadOf: Set<TableRole> = []
}

/// From what was written to what will be done: names, types, quantities and time axes.
///
/// A binder binds one statement; it throws the first error of an expression, placed in the text.
package struct Binder {
    var context: BindingContext
    /// The text that ranges lie in; the text of a definition while its inside is bound.
    var source: Source
    var warnings: [Diagnostic] = []
    var probes: [ValueProbe] = []
    var facts = QueryFacts()
    /// The definitions being expanded, outermost first: a name that stands in here again is a cycle.
    var expanding: [String] = []
    /// How many definitions have been expanded; with how deep they stand in each other it bounds the work of a statement.
    var expansions = 0
    /// How many definitions and values of parameters are open, one inside the other.
    var insideDepth = 0
    /// Where the outermost of the definitions being expanded is named.
    var outermost: (range: TextRange, source: Source)?
    /// How many expressions are being bound, one inside the other and through definitions: what is planned of them is
    /// as deep, and is walked by recursion.
    var depth = 0
    static let deepest = 100
    static let deepestExpression = 4000
    static let mostExpansions = 20_000

    // The query being bound.
    var query: Query?
    /// The aggregates found so far, by table.
    var aggregates: [TableRole: [PlanAggregate]] = [:]
    var slotCount = 0
    /// What the remarks under the answer count.
    var counts: [RowCount] = []
    var aliases: [String: TypedMeasure] = [:]
    /// The measures bound so far.
    var bound: [PlanMeasure] = []
    /// The window that `won` of a lead means inside the measure being bound, and whether it met one.
    var window: TimeSpan?
    var metWon = false
    var leavesOutYoung = false
    /// A condition that every aggregate is given besides, with the text in which it stands.
    var extraFilter: (condition: Expression, source: Source)?
    /// The measure being bound, for messages.
    var subject = ""

    package init(_ context: BindingContext, source: Source) {
        self.context = context
        self.source = source
    }

    func schema(_ table: TableRole, at range: TextRange) throws(Diagnostic) -> TableSchema {
        guard let schema = context.schemas[table] else { throw error(.tableNotLoaded(table), range) }
        return schema
    }

    /// A message, placed in the text that is being bound.
    func error(_ diagnostic: Diagnostic, _ range: TextRange) -> Diagnostic { diagnostic.placed(in: source, at: range) }

    /// What a parameter stands for.
    func parameter(_ name: Identifier) throws(Diagnostic) -> (value: Expression, source: Source) {
        guard insideDepth < Self.deepest, expansions < Self.mostExpansions else { throw error(.parameterCycle(name.text), name.range) }
        guard let value = context.parameters[name.folded] else {
            throw error(.unknownParameter(name.text, known: Array(context.parameters.keys)), name.range)
        }
        return value
    }

    /// Goes one expression deeper; whoever calls it comes up again by `depth -= 1`.
    mutating func descend(into expression: Expression) throws(Diagnostic) {
        guard depth < Self.deepestExpression else {
            let place = expanding.isEmpty ? (expression.range, source) : outermost ?? (expression.range, source)
            throw Diagnostic.tooManyDefinitions.placed(in: place.1, at: place.0)
        }
        depth += 1
    }

    /// Binds something that is written elsewhere: a definition, a parameter's value.
    mutating func inside<T>(_ other: Source, _ body: (inout Binder) throws(Diagnostic) -> T) throws(Diagnostic) -> T {
        let outer = source
        source = other
        insideDepth += 1
        expansions += 1
        defer {
            source = outer
            insideDepth -= 1
        }
        return try body(&self)
    }
}
