import FunnelModel
import FunnelPlan
import FunnelText

/// Writes which way each lead took through a funnel: of all chains the longest; of equally long ones the earliest.
///
/// What comes out is a part with a row for each lead and step that it reached: `lead_key`, `first_time`, `step_number`, and
/// `elapsed`, the microseconds from the step before.
struct ChainWriter {
    let events: EventWriter
    let draft: Draft
    let plan: FunnelPlan

    private var rules: any DialectRules { draft.rules }

    init(_ events: EventWriter) {
        self.events = events
        draft = events.draft
        plan = events.plan
    }

    /// Adds the part; it has the keys of the first step's row too, where they are asked for.
    func reached(window: TimeSpan?) throws(Diagnostic) -> String {
        if isPlain { return try plain(window) }
        guard !rules.repeatsParts else {
            throw draft.noSQL(
                "a funnel with steps that are conditions, may be skipped or repeated, in strict or any order, or open", others: SQLDialect.all)
        }
        return try LongChainWriter(self).reached(window)
    }

    // MARK: - Plain funnels

    /// Whether no step is skipped, none is entered but the first, and an event is one step: then each step's time is enough.
    var isPlain: Bool {
        guard plan.order == .ordered, !plan.isOpen, !plan.steps.contains(where: \.isOptional) else { return false }
        guard !plan.keys.contains(where: { if case .stage = $0 { true } else { false } }) else { return false }
        var seen: Set<StepEvents> = []
        let declared = Set(plan.stageOrder.map(Name.fold))
        for step in plan.steps {
            switch step.events {
            case .stages, .leads: return false
            case .stage(let name):
                if !declared.isEmpty, !declared.contains(Name.fold(name)) { return false }
                guard seen.insert(.stage(Name.fold(name))).inserted else { return false }
            case .created, .qualified, .dealCreated, .won: guard seen.insert(step.events).inserted else { return false }
            }
        }
        return true
    }

    /// Where a step's events stand among those of one time.
    func rank(_ step: Int) -> Int {
        guard !plan.stageOrder.isEmpty else { return step }
        switch plan.steps[step].events {
        case .stage(let name): return plan.stageOrder.firstIndex { Name.fold($0) == Name.fold(name) } ?? 0
        case .created, .qualified, .leads: return step - 1_000_000
        case .dealCreated, .won, .stages: return 2_000_000 + step
        }
    }

    /// Whether a time still lies in the window of a chain.
    func isWithin(_ window: TimeSpan?, first: String, time: String) throws(Diagnostic) -> String? {
        let type = try events.timeType()
        switch window {
        case nil: return nil
        case .microseconds(let microseconds):
            if type == .date { return "\(rules.days(from: first, to: time)) <= \(microseconds / microsecondsPerDay)" }
            return rules.isNoLonger(than: microseconds, from: first, to: time)
        case .months(let months):
            return "\(time) <= \(type == .date ? rules.adding(months: months, to: first) : rules.adding(months: months, toTimestamp: first))"
        }
    }

    func elapsed(from: String, to: String) throws(Diagnostic) -> String {
        try events.timeType() == .date ? "(\(rules.days(from: from, to: to)) * 86400000000)" : rules.microseconds(from: from, to: to)
    }

    /// Each step as early as may be behind the one before. With a window, a chain that begins later may get further.
    private func plain(_ window: TimeSpan?) throws(Diagnostic) -> String {
        var parts: [String] = []
        for step in plan.steps.indices {
            let name = "reached_\(Layout.name(plan.steps[step].name))"
            if step == 0 {
                let time = window == nil ? "min(step_time)" : "step_time"
                parts.append(
                    draft.add(
                        name,
                        "select lead_key, \(time) as first_time, \(time) as reached_time\nfrom (\n" + Layout.indented(try events.events(of: 0), draft.rules)
                            + "\n) as e\ngroup by lead_key" + (window == nil ? "" : ", step_time")))
                continue
            }
            let isBehind = rank(step) > rank(step - 1) ? ">=" : ">"
            let within = try isWithin(window, first: "p.first_time", time: "e.step_time").map { " and \($0)" } ?? ""
            parts.append(
                draft.add(
                    name,
                    """
                    select
                        p.lead_key as lead_key,
                        \(window == nil ? "min(p.first_time)" : "p.first_time") as first_time,
                        min(p.reached_time) as before_time,
                        min(e.step_time) as reached_time
                    from \(parts[step - 1]) as p
                    join (
                    \(Layout.indented(try events.events(of: step), draft.rules))
                    ) as e on e.lead_key = p.lead_key and e.step_time \(isBehind) p.reached_time\(within)
                    group by p.lead_key\(window == nil ? "" : ", p.first_time")
                    """))
        }
        var selects: [String] = []
        for (step, part) in parts.enumerated() {
            let time = step == 0 ? rules.null(.exact(scale: 0)) : try elapsed(from: "before_time", to: "reached_time")
            selects.append("select lead_key, first_time, \(step + 1) as step_number, \(Layout.bare(time)) as elapsed\nfrom \(part)")
        }
        let reached = draft.add("reached", selects.joined(separator: "\nunion all\n"))
        guard window != nil else { return reached }
        let lengths = draft.add(
            "lengths", "select lead_key, first_time, max(step_number) as steps\nfrom \(reached)\ngroup by lead_key, first_time")
        let longest = draft.add("longest", "select lead_key, max(steps) as steps\nfrom \(lengths)\ngroup by lead_key")
        let earliest = draft.add(
            "earliest",
            """
            select a.lead_key as lead_key, min(a.first_time) as first_time
            from \(lengths) as a
            join \(longest) as b on b.lead_key = a.lead_key and b.steps = a.steps
            group by a.lead_key
            """)
        return draft.add(
            "reached",
            """
            select r.lead_key as lead_key, r.first_time as first_time, r.step_number as step_number, r.elapsed as elapsed
            from \(reached) as r
            join \(earliest) as c on c.lead_key = r.lead_key and c.first_time = r.first_time
            """)
    }
}
