import FunnelPlan
import FunnelText

/// Writes a plain funnel of stage rows out of lists of times, one for each step and lead.
///
/// The rows are read once, in the order of an index on their leads where there is one; a join for each step reads and sorts
/// them again and again.
struct HistoryWriter {
    let chains: ChainWriter

    private var draft: Draft { chains.draft }
    private var plan: FunnelPlan { chains.plan }

    /// Whether the funnel can be written so, and the engine is faster for it.
    var isFit: Bool {
        guard draft.rules.gathersTimes, chains.isPlain, plan.steps.count > 1, plan.windows.isEmpty else { return false }
        return plan.steps.allSatisfy { if case .stage = $0.events { true } else { false } }
    }

    /// What the time of a step is called.
    static func time(_ step: Int) -> String { step == 0 ? "first_time" : "time_\(step + 1)" }

    /// Adds the part of the leads that entered: `lead_key`, `first_time`, and `time_2` and so on, missing where a step was not reached.
    func times() throws(Diagnostic) -> String {
        var part = draft.add("histories", try chains.events.gathered())
        for step in plan.steps.indices.dropFirst() {
            let isBehind = chains.rank(step) > chains.rank(step - 1) ? ">=" : ">"
            part = draft.add(
                "reached_\(Layout.name(plan.steps[step].name))",
                draft.rules.earliest(Self.time(step), of: "times_\(step + 1)", "\(isBehind) \(Self.time(step - 1))", in: part))
        }
        return part
    }
}

extension FunnelWriter {
    /// Adds the part of how many entered each step, and their times, out of a part with a row for each lead and a time for each step.
    func counted(byLead times: String, _ chains: ChainWriter, _ shapes: [KeyShape], _ names: [String]) throws(Diagnostic) -> String {
        let type = try chains.events.timeType()
        let (keys, source) = try leads(of: times, chains.events, shapes, names)
        let later = plan.steps.indices.dropFirst()
        var items = keys
        for step in later {
            let (from, to) = ("r." + HistoryWriter.time(step - 1), "r." + HistoryWriter.time(step))
            let days = type == .date ? rules.real(rules.days(from: from, to: to)) : rules.realDays(from: from, to: to)
            items.append("\(Layout.bare(days)) as days_\(step + 1)")
        }
        let timed = draft.add("steps_of_leads", Layout.clause("select", items) + "\n" + source)
        let group = names.isEmpty ? "" : "\ngroup by " + names.joined(separator: ", ")
        let counts = ["\(rules.integer("count(*)")) as entered_1"] + later.map { "\(rules.integer("count(days_\($0 + 1))")) as entered_\($0 + 1)" }
        let entered = draft.add("entered_by_group", Layout.clause("select", names + counts) + "\nfrom \(timed)\(group)")
        let percentiles = later.flatMap { step in
            [("median", 500), ("p90", 900)].map { "\(rules.percentile("days_\(step + 1)", $0.1)) as \($0.0)_\(step + 1)" }
        }
        // Rows are sorted for percentiles, so those are left out that have no time.
        let took = draft.add("times_by_group", Layout.clause("select", names + percentiles) + "\nfrom \(timed)\nwhere days_2 is not null\(group)")
        let match = names.indices.map { rules.same("t.\(names[$0])", "e.\(names[$0])", shapes[$0].type) }.joined(separator: " and ")
        let selects = plan.steps.indices.map { step in
            let values = step == 0 ? Array(repeating: rules.null(.real), count: 2) : ["t.median_\(step + 1)", "t.p90_\(step + 1)"]
            let items =
                names.map { "e.\($0) as \($0)" } + ["1 as window_number", "\(step + 1) as step_number", "e.entered_\(step + 1) as entered"]
                + zip(values, ["median_days", "p90_days"]).map { "\($0) as \($1)" }
            let join = step == 0 ? "" : "\njoin \(took) as t on \(names.isEmpty ? "true" : match)"
            return Layout.clause("select", items) + "\nfrom \(entered) as e\(join)\nwhere e.entered_\(step + 1) > 0"
        }
        return draft.add("counted", selects.joined(separator: "\nunion all\n"))
    }
}
