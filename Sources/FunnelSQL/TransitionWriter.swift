import FunnelModel
import FunnelPlan
import FunnelText

/// Writes which stage leads move from and to: each stage row with the one before it in its lead's history.
struct TransitionWriter {
    let plan: FunnelPlan
    let draft: Draft

    private var rules: any DialectRules { draft.rules }

    func select() throws(Diagnostic) -> (String, [SQLColumn]) {
        let writer = FunnelWriter(plan: plan, draft: draft)
        let (shapes, names) = (try writer.shapes(), writer.names)
        let counted = counted(try timed(try moves(shapes, names), shapes, names), names)
        let partition = (names + ["from_stage"]).joined(separator: ", ")
        let share = "\(rules.real("moves")) / \(rules.real("sum(moves) over (partition by \(partition))"))"
        let step = "to_rank - from_rank"
        let kind = "case when \(step) = 1 then 'forward' when \(step) > 1 then 'skip' when \(step) = 0 then 'again' else 'back' end"
        let columns =
            zip(plan.keys, shapes).map { SQLColumn($0.name, $1.type) } + [
                SQLColumn("from", .text), SQLColumn("to", .text), SQLColumn("moves", .exact(scale: 0)), SQLColumn("of all from", .real),
                SQLColumn("kind", .text), SQLColumn("median time", .real),
            ]
        let items = zip(names + ["from_stage", "to_stage", "moves", share, kind, "median_days"], columns).map { text, column in
            "\(rules.output(text, column.type)) as \(rules.quoted(column.name))"
        }
        let keys = names.indices.map { (shapes[$0] == .text ? rules.byCodePoints(names[$0]) : names[$0]) + " nulls last" }
        let order = keys + ["from_rank", rules.byCodePoints("from_stage"), "to_rank", rules.byCodePoints("to_stage")]
        return (Layout.clause("select", items) + "\nfrom \(counted)\norder by " + order.joined(separator: ", "), columns)
    }

    /// Where each stage stands in the declared order; those that are not in it stand behind.
    private func rank(_ events: EventWriter, _ rows: RowWriter) throws(Diagnostic) -> String {
        var seen: Set<String> = []
        var text = ""
        for (place, name) in plan.stageOrder.enumerated() where seen.insert(Name.fold(name)).inserted {
            text += " when \(try events.stages(named: name, rows).text) then \(place)"
        }
        return text.isEmpty ? "0" : "case\(text) else \(plan.stageOrder.count) end"
    }

    /// Adds the part of stage rows with the row before each; their own keys are those of the row before.
    private func moves(_ shapes: [KeyShape], _ names: [String]) throws(Diagnostic) -> String {
        let rows = RowWriter(draft, .stages)
        let events = EventWriter(draft: draft, plan: plan)
        guard let key = try rows.own(.lead), let time = try rows.own(.entered), let stage = try rows.own(.stage) else { throw .noTable("stages") }
        let isOfLeads = draft.catalog.tables[.leads] != nil
        let read = rules.read(time.text, time.type)
        let rank = try rank(events, rows)
        let window = "over (partition by \(key.text) order by \(read), \(rank), \(rules.byCodePoints(stage.text)))"
        var items: [String] = []
        for (index, key) in plan.keys.enumerated() {
            switch key {
            case .lead(_, let scanKey): items.append("\(try leadKey(scanKey, shapes[index], rows)) as \(names[index])")
            case .stage(_, let scanKey):
                items.append("lag(\(rules.nullable(try rows.key(scanKey, shapes[index], plan.rules)))) \(window) as \(names[index])")
            case .period: break
            }
        }
        items += [
            "\(stage.text) as to_stage", "\(rank) as to_rank", "\(read) as to_time", "lag(\(rules.nullable(stage.text))) \(window) as from_stage",
            "lag(\(rules.nullable(rank))) \(window) as from_rank", "lag(\(rules.nullable(read))) \(window) as from_time",
        ]
        var conditions = [stage.text, time.text, key.text].map { Condition("\($0) is not null", mayBeUnknown: false) }
        if isOfLeads, let hasLead = try rows.hasLead() { conditions.append(hasLead) }
        if let filter = plan.stageFilter { conditions.append(try rows.condition(filter)) }
        if isOfLeads, let filter = plan.leadFilter { conditions.append(try rows.ofLead { rows throws(Diagnostic) in try rows.condition(filter) }) }
        return draft.add("stage_moves", Layout.clause("select", items) + "\n\(try rows.source())\nwhere \(Condition.all(conditions).text)")
    }

    private func leadKey(_ key: ScanKey, _ shape: KeyShape, _ rows: RowWriter) throws(Diagnostic) -> String {
        try rows.ofLead { rows throws(Diagnostic) in try rows.key(key, shape, plan.rules) }
    }

    /// Adds the part of moves in the time asked for, with the days that they took.
    private func timed(_ moves: String, _ shapes: [KeyShape], _ names: [String]) throws(Diagnostic) -> String {
        let writer = FunnelWriter(plan: plan, draft: draft)
        let type = try draft.table(.stages).schema.column(.entered).map { RowType($0.type) } ?? .date
        var items: [String] = []
        for (index, key) in plan.keys.enumerated() {
            if case .period(_, let grain) = key {
                items.append("\(writer.period(grain, "to_time", type)) as \(names[index])")
            } else {
                items.append(names[index])
            }
        }
        let days = type == .date ? rules.real(rules.days(from: "from_time", to: "to_time")) : rules.realDays(from: "from_time", to: "to_time")
        items += ["from_stage", "from_rank", "to_stage", "to_rank", "\(Layout.bare(days)) as days"]
        var conditions = [Condition("from_stage is not null", mayBeUnknown: false)]
        if let from = plan.from { conditions.append(Condition("to_time >= \(writer.bound(from, type))")) }
        if let until = plan.until { conditions.append(Condition("to_time < \(writer.bound(until, type))")) }
        return draft.add("timed_moves", Layout.clause("select", items) + "\nfrom \(moves)\nwhere \(Condition.all(conditions).text)")
    }

    private func counted(_ timed: String, _ names: [String]) -> String {
        let keys = names + ["from_stage", "from_rank", "to_stage", "to_rank"]
        let group = "group by " + keys.joined(separator: ", ")
        if rules.hasPercentile {
            return draft.add(
                "counted_moves",
                Layout.clause("select", keys + ["\(rules.integer("count(*)")) as moves", "\(rules.percentile("days", 500)) as median_days"])
                    + "\nfrom \(timed)\n\(group)")
        }
        let partition = "partition by " + keys.joined(separator: ", ")
        let sorted = draft.add(
            "sorted_moves",
            Layout.clause("select", keys + ["days", "row_number() over (\(partition) order by days) as place", "count(*) over (\(partition)) as size"])
                + "\nfrom \(timed)")
        let median = "sum(days * \(rules.greatest("0.0", "1.0 - abs(place - 1 - (size - 1) * 0.5)")))"
        return draft.add("counted_moves", Layout.clause("select", keys + ["count(*) as moves", "\(median) as median_days"]) + "\nfrom \(sorted)\n\(group)")
    }
}
