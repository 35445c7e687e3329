import FunnelModel
import FunnelPlan
import FunnelText

/// Writes the events of leads' histories: what happened to whom, when, and which steps of a funnel it is.
struct EventWriter {
    let draft: Draft
    let plan: FunnelPlan

    private var rules: any DialectRules { draft.rules }

    // MARK: - Keys and times

    /// What names a lead in the tables that take part: its id, and the lead of stage rows and deals.
    private func keyTypes() throws(Diagnostic) -> Set<ColumnType> {
        var types: Set<ColumnType> = []
        for (table, role) in [(TableRole.leads, ColumnRole.id), (.stages, .lead), (.deals, .lead)] {
            guard let column = draft.catalog.tables[table]?.schema.column(role), isUsed(table) else { continue }
            types.insert(column.type)
        }
        return types
    }

    private func isUsed(_ table: TableRole) -> Bool {
        table == .leads || table == .stages && plan.order == .strict || plan.steps.contains { Self.table(of: $0.events) == table }
    }

    static func table(of events: StepEvents) -> TableRole {
        switch events {
        case .stage, .stages: .stages
        case .created, .qualified, .leads: .leads
        case .dealCreated, .won: .deals
        }
    }

    /// A lead's key as all tables have it.
    func key(_ column: (text: String, type: RowType)) throws(Diagnostic) -> String {
        try keyTypes().count > 1 && column.type != .text ? "cast(\(column.text) as \(rules.type(.text)))" : column.text
    }

    /// Dates, where all steps have dates alone; else time stamps.
    func timeType() throws(Diagnostic) -> RowType {
        for step in plan.steps {
            let rows = RowWriter(draft, Self.table(of: step.events))
            if let column = try time(step.events, rows), column.type == .timestamp { return .timestamp }
        }
        if plan.order == .strict, let table = draft.catalog.tables[.stages], table.schema.column(.entered)?.type == .timestamp { return .timestamp }
        return .date
    }

    private func time(_ events: StepEvents, _ rows: RowWriter) throws(Diagnostic) -> (text: String, type: RowType)? {
        switch events {
        case .stage, .stages: return try rows.own(.entered)
        case .created, .leads: return try rows.own(.created)
        case .qualified(let reference): return try rows.type(of: reference) == .yesNo ? try rows.own(.created) : try rows.own(.qualified)
        case .dealCreated: return try rows.own(.created)
        case .won: return try rows.own(.closed)
        }
    }

    // MARK: - One step

    private func condition(_ events: StepEvents, _ rows: RowWriter) throws(Diagnostic) -> Condition {
        switch events {
        case .stage(let stage): return try stages(named: stage, rows)
        case .stages(let condition), .leads(let condition): return try rows.condition(condition)
        case .created, .dealCreated: return .yes
        case .qualified(let reference): return try rows.type(of: reference) == .yesNo ? try rows.condition(.column(reference)) : .yes
        case .won: return try rows.derivedCondition(.dealWon)
        }
    }

    /// Stages are known by their folded names.
    func stages(named name: String, _ rows: RowWriter) throws(Diagnostic) -> Condition {
        guard let column = try rows.own(.stage) else { throw .noTable("stages") }
        let known = try draft.table(.stages).stages.filter { Name.fold($0) == Name.fold(name) }
        let texts = (known.isEmpty ? [name] : known).map(rules.literal)
        return Condition(texts.count == 1 ? "\(column.text) = \(texts[0])" : "\(column.text) in (\(texts.joined(separator: ", ")))")
    }

    /// The events of one step: `lead_key` and `step_time`.
    func events(of step: Int) throws(Diagnostic) -> String {
        let events = plan.steps[step].events
        let rows = RowWriter(draft, Self.table(of: events))
        guard let time = try time(events, rows), let key = try rows.own(rows.table == .leads ? .id : .lead) else { throw .noTable(rows.table.rawValue) }
        var conditions = [try condition(events, rows)]
        if rows.table == .stages, let filter = plan.stageFilter { conditions.append(try rows.condition(filter)) }
        conditions.append(Condition("\(time.text) is not null", mayBeUnknown: false))
        if rows.table != .leads { conditions.append(Condition("\(key.text) is not null", mayBeUnknown: false)) }
        let read = rows.time(rules.read(time.text, time.type), time.type, as: try timeType())
        return "select \(try self.key(key)) as lead_key, \(read) as step_time\n\(try rows.source())\nwhere \(Condition.all(conditions).text)"
    }

    /// The times of steps that are stage rows, lead by lead: `lead_key`, the first step's `first_time`, and the lists `times_2` and so on.
    func gathered() throws(Diagnostic) -> String {
        let rows = RowWriter(draft, .stages)
        guard let key = try rows.own(.lead), let time = try rows.own(.entered) else { throw .noTable("stages") }
        let read = rows.time(rules.read(time.text, time.type), time.type, as: try timeType())
        var steps: [Condition] = []
        for step in plan.steps { steps.append(try condition(step.events, rows)) }
        var conditions = [
            Condition("\(key.text) is not null", mayBeUnknown: false), Condition("\(time.text) is not null", mayBeUnknown: false), .any(steps),
        ]
        if let filter = plan.stageFilter { conditions.append(try rows.condition(filter)) }
        let first = rules.filtered("min(\(read))", steps[0].text)
        var items = ["\(try self.key(key)) as lead_key", "\(first) as first_time"]
        for step in steps.indices.dropFirst() { items.append("\(rules.filtered(rules.list(read), steps[step].text)) as times_\(step + 1)") }
        return Layout.clause("select", items) + "\n\(try rows.source())\nwhere \(Condition.all(conditions).text)\ngroup by 1\nhaving \(first) is not null"
    }

    // MARK: - All events

    /// The names of the first step's row among the columns of events.
    static func rowKey(_ index: Int) -> String { "row_key_\(index + 1)" }

    /// Adds the part of all events, each with its place in its lead's history and the steps that it is.
    func placed() throws(Diagnostic) -> String {
        var selects: [String] = []
        let steps = plan.steps.indices
        let rowKeys = try rowKeys()
        if draft.catalog.tables[.stages] != nil, plan.order == .strict || steps.contains(where: { Self.table(of: plan.steps[$0].events) == .stages }) {
            selects.append(try stageEvents())
        }
        for step in steps where Self.table(of: plan.steps[step].events) != .stages {
            let table = Self.table(of: plan.steps[step].events)
            let rank = plan.stageOrder.isEmpty ? step : table == .leads ? step - 1_000_000 : 2_000_000 + step
            let flags = steps.map { "\($0 == step ? 1 : 0) as is_\($0 + 1)" }
            selects.append(
                Layout.clause(
                    "select",
                    ["lead_key", "step_time", "\(rank) as event_rank", "\(rules.null(.text)) as tie"] + flags
                        + rowKeys.map { "\(rules.null($0.type)) as \($0.name)" })
                    + "\nfrom (\n" + Layout.indented(try events(of: step), draft.rules) + "\n) as e")
        }
        let all = draft.add("events", selects.joined(separator: "\nunion all\n"))
        let place = rules.integer("row_number() over (partition by lead_key order by step_time, event_rank, tie nulls last)") + " as place"
        return draft.add(
            "histories",
            Layout.clause("select", ["lead_key", "step_time", place] + steps.map { "is_\($0 + 1)" } + rowKeys.map(\.name)) + "\nfrom \(all)")
    }

    private func rowKeys() throws(Diagnostic) -> [(name: String, type: SQLType, key: ScanKey, shape: KeyShape)] {
        var keys: [(name: String, type: SQLType, key: ScanKey, shape: KeyShape)] = []
        for (index, key) in plan.keys.enumerated() {
            guard case .stage(let planKey, let scanKey) = key else { continue }
            let shape = try FunnelWriter.shape(planKey, scanKey, .stages, draft)
            keys.append((Self.rowKey(index), shape.type, scanKey, shape))
        }
        return keys
    }

    /// Stage rows that take part; those that are no step only where they stand in the way.
    private func stageEvents() throws(Diagnostic) -> String {
        let rows = RowWriter(draft, .stages)
        guard let key = try rows.own(.lead), let time = try rows.own(.entered), let stage = try rows.own(.stage) else { throw .noTable("stages") }
        var flags: [String] = []
        var steps: [Condition] = []
        for (index, step) in plan.steps.enumerated() {
            guard Self.table(of: step.events) == .stages else {
                flags.append("0 as is_\(index + 1)")
                continue
            }
            let condition = try condition(step.events, rows)
            steps.append(condition)
            flags.append("case when \(condition.text) then 1 else 0 end as is_\(index + 1)")
        }
        var conditions = [
            Condition("\(key.text) is not null", mayBeUnknown: false), Condition("\(time.text) is not null", mayBeUnknown: false),
        ]
        if let filter = plan.stageFilter { conditions.append(try rows.condition(filter)) }
        if plan.order != .strict { conditions.append(.any(steps)) }
        let rank = try rank(rows)
        let read = rows.time(rules.read(time.text, time.type), time.type, as: try timeType())
        var items = ["\(try self.key(key)) as lead_key", "\(read) as step_time", "\(rank) as event_rank", "\(stage.text) as tie"] + flags
        for key in try rowKeys() { items.append("\(try rows.key(key.key, key.shape, plan.rules)) as \(key.name)") }
        return Layout.clause("select", items) + "\n\(try rows.source())\nwhere \(Condition.all(conditions).text)"
    }

    /// Where rows of one time stand: by the declared order of the stages, where there is one, else by the first step that they are.
    private func rank(_ rows: RowWriter) throws(Diagnostic) -> String {
        var text = "case"
        if plan.stageOrder.isEmpty {
            for (index, step) in plan.steps.enumerated() where Self.table(of: step.events) == .stages {
                text += " when \(try condition(step.events, rows).text) then \(index)"
            }
            return text == "case" ? "1000000" : text + " else 1000000 end"
        }
        var seen: Set<String> = []
        for (place, name) in plan.stageOrder.enumerated() where seen.insert(Name.fold(name)).inserted {
            text += " when \(try stages(named: name, rows).text) then \(place)"
        }
        return text + " else 3000000 end"
    }

    // MARK: - The time between two steps

    /// The events of two steps alone.
    static func between(_ draft: Draft, _ from: StepEvents, _ to: StepEvents, _ stageOrder: [String]) -> EventWriter {
        let steps = [PlanStep(name: "from", events: from), PlanStep(name: "to", events: to)]
        return EventWriter(draft: draft, plan: FunnelPlan(steps: steps, stageOrder: stageOrder, rules: CalendarRules(), now: Instant(day: 0)))
    }

    /// Adds the part of the time of each lead between the steps: `lead_key` and `span`.
    func span() throws(Diagnostic) -> String {
        draft.add("spans", "select lead_key, elapsed as span\nfrom \(try ChainWriter(self).reached(window: nil))\nwhere step_number = 2")
    }
}
