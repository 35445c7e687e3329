import FunnelModel
import FunnelPlan
import FunnelText

/// Writes a funnel: for each group, window and step how many entered, of how many, and how long they took.
struct FunnelWriter {
    let plan: FunnelPlan
    let draft: Draft

    var rules: any DialectRules { draft.rules }
    private var spans: [TimeSpan?] { plan.windows.isEmpty ? [nil] : plan.windows.map(\.span) }

    static func shape(_ key: PlanKey, _ scanKey: ScanKey, _ table: TableRole, _ draft: Draft) throws(Diagnostic) -> KeyShape {
        guard case .value(let value) = scanKey else { return KeyShape(key.kind, []) }
        return KeyShape(key.kind, [try RowWriter(draft, table).type(value)])
    }

    func shapes() throws(Diagnostic) -> [KeyShape] {
        var shapes: [KeyShape] = []
        for key in plan.keys {
            switch key {
            case .lead(let key, let scanKey): shapes.append(try Self.shape(key, scanKey, .leads, draft))
            case .stage(let key, let scanKey): shapes.append(try Self.shape(key, scanKey, .stages, draft))
            case .period(_, let grain): shapes.append(.period(grain))
            }
        }
        return shapes
    }

    var names: [String] {
        var names: [String] = []
        for key in plan.keys {
            let name = Layout.name(key.name) + "_key"
            names.append(names.contains(name) ? "\(name)_\(names.count + 1)" : name)
        }
        return names
    }

    func select() throws(Diagnostic) -> (String, [SQLColumn]) {
        let shapes = try shapes()
        let names = names
        guard !plan.steps.isEmpty else {
            let columns = columns(shapes)
            let items = columns.map { "\(rules.null($0.type)) as \(rules.quoted($0.name))" }
            return (Layout.clause("select", items) + "\nwhere 1 = 0", columns)
        }
        let chains = ChainWriter(EventWriter(draft: draft, plan: plan))
        let histories = HistoryWriter(chains: chains)
        guard histories.isFit else { return try lines(counted(try timed(chains, shapes, names), names), shapes, names) }
        return try lines(try counted(byLead: try histories.times(), chains, shapes, names), shapes, names)
    }

    // MARK: - Steps reached

    /// Adds the part of the steps that leads reached, with the keys of their groups and the days since the step before.
    private func timed(_ chains: ChainWriter, _ shapes: [KeyShape], _ names: [String]) throws(Diagnostic) -> String {
        var selects: [String] = []
        for (window, span) in spans.enumerated() {
            let (keys, source) = try leads(of: try chains.reached(window: span), chains.events, shapes, names)
            let items = keys + ["\(window + 1) as window_number", "r.step_number as step_number", "\(rules.real("r.elapsed")) / 86400000000 as days"]
            selects.append(Layout.clause("select", items) + "\n" + source)
        }
        return draft.add("steps_of_leads", selects.joined(separator: "\nunion all\n"))
    }

    /// The keys of the groups of the leads in a part `r` of what they reached, and where these stand: the part, the leads of it, and
    /// what is asked of them.
    func leads(
        of reached: String, _ events: EventWriter, _ shapes: [KeyShape], _ names: [String]
    ) throws(Diagnostic) -> (keys: [String], source: String) {
        let type = try events.timeType()
        let leads = draft.catalog.tables[.leads].map { _ in RowWriter(draft, .leads) }
        var keys: [String] = []
        for (index, key) in plan.keys.enumerated() {
            let text: String
            switch key {
            case .lead(_, let scanKey): text = try leads?.key(scanKey, shapes[index], plan.rules) ?? rules.null(shapes[index].type)
            case .stage: text = "r.\(EventWriter.rowKey(index))"
            case .period(_, let grain): text = period(grain, "r.first_time", type)
            }
            keys.append("\(text) as \(names[index])")
        }
        var conditions: [Condition] = []
        if let leads, let filter = plan.leadFilter { conditions.append(try leads.condition(filter)) }
        if let from = plan.from { conditions.append(Condition("r.first_time >= \(bound(from, type))")) }
        if let until = plan.until { conditions.append(Condition("r.first_time < \(bound(until, type))")) }
        let filter = Condition.all(conditions)
        var source = "from \(reached) as r"
        if let leads, let id = try leads.own(.id) {
            source = try leads.source(joinedTo: "\(reached) as r", on: "\(try events.key(id)) = r.lead_key")
        }
        return (keys, source + (filter.text == "true" ? "" : "\nwhere \(filter.text)"))
    }

    /// A date where dates are compared: the first midnight that is not before the moment.
    func bound(_ instant: Instant, _ type: RowType) -> String {
        type == .date ? rules.literal(day: instant.microseconds == 0 ? instant.day : instant.day + 1) : rules.literal(instant)
    }

    func period(_ grain: Grain, _ time: String, _ type: RowType) -> String {
        if grain == .hour { return type == .date ? rules.integer("0") : rules.hour(ofTimestamp: time) }
        let day = type == .date ? time : rules.day(ofTimestamp: time)
        guard grain == .weekday else { return rules.start(of: grain, day, plan.rules) }
        let number = rules.weekday(day)
        let shifted = plan.rules.weekStart == 1 ? "\(number) - 1" : "(\(number) + \(7 - plan.rules.weekStart)) % 7"
        return "cast(\(shifted) as \(rules.type(.exact(scale: 0))))"
    }

    // MARK: - Counts

    /// Adds the part of how many entered each step, and their times.
    private func counted(_ timed: String, _ names: [String]) -> String {
        let keys = names + ["window_number", "step_number"]
        let group = "group by " + keys.joined(separator: ", ")
        if rules.hasPercentile {
            let items =
                keys + [
                    "\(rules.integer("count(*)")) as entered", "\(rules.percentile("days", 500)) as median_days",
                    "\(rules.percentile("days", 900)) as p90_days",
                ]
            return draft.add("counted", Layout.clause("select", items) + "\nfrom \(timed)\n\(group)")
        }
        let partition = "partition by " + keys.joined(separator: ", ")
        let sorted = draft.add(
            "sorted_steps",
            Layout.clause(
                "select",
                keys + ["days", "row_number() over (\(partition) order by days nulls last) as place", "count(days) over (\(partition)) as size"])
                + "\nfrom \(timed)")
        func percentile(_ share: String) -> String { "sum(days * \(rules.greatest("0.0", "1.0 - abs(place - 1 - (size - 1) * \(share))")))" }
        let items = keys + ["count(*) as entered", "\(percentile("0.5")) as median_days", "\(percentile("0.9")) as p90_days"]
        return draft.add("counted", Layout.clause("select", items) + "\nfrom \(sorted)\n\(group)")
    }

    // MARK: - Lines

    /// Every group has a line for every window and step.
    private func lines(_ counted: String, _ shapes: [KeyShape], _ names: [String]) throws(Diagnostic) -> (String, [SQLColumn]) {
        let steps = plan.steps.indices
        let list = steps.flatMap { step in
            spans.indices.map { window in
                "select \(window + 1) as window_number, \(step + 1) as step_number, \(rules.output(rules.literal(plan.steps[step].name), .text)) as step_name"
                    + (plan.windows.count > 1 ? ", \(rules.output(rules.literal(plan.windows[window].name), .text)) as window_name" : "")
            }
        }
        let all = draft.add("all_steps", list.joined(separator: "\nunion all\n"))
        var source = "from \(all) as s"
        var match = "c.window_number = s.window_number and c.step_number = s.step_number"
        if !names.isEmpty {
            let groups = draft.add(
                "groups", Layout.clause("select", names + ["max(entered) as most"]) + "\nfrom \(counted)\ngroup by " + names.joined(separator: ", "))
            source = "from \(groups) as g\ncross join \(all) as s"
            match = names.indices.map { rules.same("c.\(names[$0])", "g.\(names[$0])", shapes[$0].type) }.joined(separator: " and ") + " and " + match
        }
        let windows = plan.windows.count > 1 ? ["s.window_name as window_name"] : []
        let keyed = draft.add(
            "numbers",
            Layout.clause(
                "select",
                names.map { "g.\($0) as \($0)" } + (names.isEmpty ? [] : ["g.most as most"])
                    + ["s.window_number as window_number", "s.step_number as step_number", "s.step_name as step_name"] + windows
                    + ["coalesce(c.entered, 0) as entered", "c.median_days as median_days", "c.p90_days as p90_days"])
                + "\n\(source)\nleft join \(counted) as c on \(match)")
        let partition = "over (partition by " + (names + ["window_number"]).joined(separator: ", ") + ")"
        func entered(_ step: Int) -> String { "max(case when step_number = \(step + 1) then entered end) \(partition)" }
        var before = "case step_number"
        var lost = "case when step_number in ("
        var losing: [String] = []
        for step in steps.dropFirst() {
            let last = steps.prefix(step).last { !plan.steps[$0].isOptional } ?? 0
            before += " when \(step + 1) then \(entered(last))"
            if !plan.steps[step].isOptional, plan.order != .any, !plan.isOpen { losing.append(String(step + 1)) }
        }
        before = steps.count > 1 ? before + " end" : rules.null(.exact(scale: 0))
        lost = losing.isEmpty ? rules.null(.exact(scale: 0)) : lost + losing.joined(separator: ", ") + ") then before_entered - entered end"
        let first = "case when step_number > 1 then \(entered(0)) end"
        let carried = names + (names.isEmpty ? [] : ["most"]) + ["window_number", "step_number", "step_name"] + (windows.isEmpty ? [] : ["window_name"])
        let compared = draft.add(
            "compared",
            Layout.clause(
                "select", carried + ["entered", "\(before) as before_entered", "\(first) as first_entered", "median_days", "p90_days"]) + "\nfrom \(keyed)")
        let share = { (whole: String) in "\(rules.real("entered")) / nullif(\(rules.real(whole)), 0)" }
        let texts =
            names + (windows.isEmpty ? [] : ["window_name"]) + [
                "step_name", "entered", share("before_entered"), share("first_entered"), lost, "median_days", "p90_days",
            ]
        let columns = columns(shapes)
        let items = zip(texts, columns).map { "\(rules.output($0, $1.type)) as \(rules.quoted($1.name))" }
        return (Layout.clause("select", items) + "\nfrom \(compared)\norder by " + order(names, shapes).joined(separator: ", "), columns)
    }

    private func columns(_ shapes: [KeyShape]) -> [SQLColumn] {
        zip(plan.keys, shapes).map { SQLColumn($0.name, $1.type) } + (plan.windows.count > 1 ? [SQLColumn("within", .text)] : []) + [
            SQLColumn("step", .text), SQLColumn("entered", .exact(scale: 0)), SQLColumn("of before", .real), SQLColumn("of first", .real),
            SQLColumn("lost", .exact(scale: 0)), SQLColumn("median time", .real), SQLColumn("p90 time", .real),
        ]
    }

    /// With a key of time in its order, else the fullest groups first.
    private func order(_ names: [String], _ shapes: [KeyShape]) -> [String] {
        let byTime = plan.keys.contains { if case .period = $0 { true } else { false } }
        let keys = names.indices.map { (shapes[$0] == .text ? rules.byCodePoints(names[$0]) : names[$0]) + " nulls last" }
        return (names.isEmpty || byTime ? [] : ["most desc"]) + keys + ["window_number", "step_number"]
    }
}
