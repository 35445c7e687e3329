import FunnelModel
import FunnelPlan
import FunnelText

/// Writes chains of which steps may be skipped, entered anywhere, done in any order or only one right behind the other. Events
/// are numbered in each lead's history, so that one is behind another whatever their times.
struct LongChainWriter {
    private let chains: ChainWriter
    private var draft: Draft { chains.draft }
    private var plan: FunnelPlan { chains.plan }
    private var rules: any DialectRules { draft.rules }
    private var steps: Range<Int> { plan.steps.indices }

    init(_ chains: ChainWriter) { self.chains = chains }

    func reached(_ window: TimeSpan?) throws(Diagnostic) -> String {
        let events = try draft.shared("histories") { () throws(Diagnostic) in try chains.events.placed() }
        var candidates: [String] = []
        switch plan.order {
        case .ordered: for entry in entries { candidates += try ordered(events, entry, window) }
        case .strict: for entry in entries { candidates.append(try strict(events, entry, window)) }
        case .any: candidates = [try anyOrder(events, window)]
        }
        return try reached(events, best(candidates))
    }

    /// The steps at which a chain may begin: the first and those that follow it while all before them may be skipped; in an
    /// open funnel all.
    private var entries: [Int] {
        if plan.isOpen { return Array(steps) }
        let required = plan.steps.firstIndex { !$0.isOptional } ?? plan.steps.count - 1
        return Array(0...max(0, required))
    }

    // MARK: - Columns

    private static func place(_ step: Int) -> String { "place_\(step + 1)" }
    private static func time(_ step: Int) -> String { "time_\(step + 1)" }

    private var stand: [String] { ["lead_key", "start_place", "first_time"] }
    private var ways: [String] { steps.flatMap { [Self.place($0), Self.time($0)] } }

    /// The columns of a way whose only event is `e`, of one step.
    private func beginning(_ entry: Int) throws(Diagnostic) -> [String] {
        let type = SQLType(try chains.events.timeType())
        return steps.flatMap { step in
            step == entry
                ? ["place as \(Self.place(step))", "step_time as \(Self.time(step))"]
                : ["\(rules.null(.exact(scale: 0))) as \(Self.place(step))", "\(rules.null(type)) as \(Self.time(step))"]
        }
    }

    // MARK: - Ordered

    /// From a first event on, each step as early as may be. A step that may be skipped is taken where that costs no later
    /// step: for so many of them taken, the way that ends earliest goes on.
    private func ordered(_ events: String, _ entry: Int, _ window: TimeSpan?) throws(Diagnostic) -> [String] {
        var stopped: [String] = []
        var state = draft.add(
            "ways_from_\(entry + 1)",
            Layout.clause(
                "select",
                ["lead_key", "place as start_place", "step_time as first_time", "\(plan.steps[entry].isOptional ? 1 : 0) as taken", "place as end_place"]
                    + (try beginning(entry))) + "\nfrom \(events)\nwhere is_\(entry + 1) = 1")
        for step in steps where step > entry {
            let isOptional = plan.steps[step].isOptional
            let within = try chains.isWithin(window, first: "s.first_time", time: "e.step_time").map { " and \($0)" } ?? ""
            let own = ["s.lead_key", "s.start_place", "s.first_time", "s.taken", "s.end_place"]
            let kept = ways.filter { $0 != Self.place(step) && $0 != Self.time(step) }
            let items =
                [
                    "s.lead_key as lead_key", "s.start_place as start_place", "s.first_time as first_time", "s.taken\(isOptional ? " + 1" : "") as taken",
                    "min(e.place) as end_place",
                ]
                + ways.map { column in
                    column == Self.place(step)
                        ? "min(e.place) as \(column)" : column == Self.time(step) ? "min(e.step_time) as \(column)" : "s.\(column) as \(column)"
                }
            let moved = draft.add(
                "ways_to_\(step + 1)",
                Layout.clause("select", items)
                    + "\nfrom \(state) as s\njoin \(events) as e on e.lead_key = s.lead_key and e.place > s.end_place and e.is_\(step + 1) = 1\(within)\n"
                    + Layout.clause("group by", own + kept.map { "s.\($0)" }))
            let all = stand + ["taken", "end_place"] + ways
            if isOptional {
                let both = draft.add(
                    "ways_with_\(step + 1)",
                    Layout.clause("select", all + ["0 as is_new"]) + "\nfrom \(state)\nunion all\n" + Layout.clause("select", all + ["1 as is_new"])
                        + "\nfrom \(moved)")
                let ranked = draft.add(
                    "ways_ranked",
                    Layout.clause(
                        "select", all + ["row_number() over (partition by lead_key, start_place, taken order by end_place, is_new) as way_number"])
                        + "\nfrom \(both)")
                state = draft.add("ways_past_\(step + 1)", Layout.clause("select", all) + "\nfrom \(ranked)\nwhere way_number = 1")
            } else {
                let movers = draft.add("movers", "select distinct lead_key, start_place, 1 as has_moved\nfrom \(moved)")
                stopped.append(
                    draft.add(
                        "ways_before_\(step + 1)",
                        Layout.clause("select", (stand + ["taken", "end_place"] + ways).map { "s.\($0) as \($0)" })
                            + "\nfrom \(state) as s\nleft join \(movers) as m on m.lead_key = s.lead_key and m.start_place = s.start_place\nwhere m.has_moved is null"
                    ))
                state = moved
            }
        }
        return stopped + [state]
    }

    // MARK: - Strict

    /// Each step is the very next event.
    private func strict(_ events: String, _ entry: Int, _ window: TimeSpan?) throws(Diagnostic) -> String {
        var state = draft.add(
            "ways_from_\(entry + 1)",
            Layout.clause(
                "select",
                ["lead_key", "place as start_place", "step_time as first_time", "place as end_place", "0 as is_broken"] + (try beginning(entry)))
                + "\nfrom \(events)\nwhere is_\(entry + 1) = 1")
        for step in steps where step > entry {
            let within = try chains.isWithin(window, first: "s.first_time", time: "e.step_time").map { " and \($0)" } ?? ""
            let items =
                stand.map { "s.\($0) as \($0)" } + [
                    "coalesce(e.place, s.end_place) as end_place",
                    plan.steps[step].isOptional ? "s.is_broken as is_broken" : "case when e.place is null then 1 else s.is_broken end as is_broken",
                ]
                + ways.map { column in
                    column == Self.place(step) ? "e.place as \(column)" : column == Self.time(step) ? "e.step_time as \(column)" : "s.\(column) as \(column)"
                }
            state = draft.add(
                "ways_to_\(step + 1)",
                Layout.clause("select", items)
                    + "\nfrom \(state) as s\nleft join \(events) as e on e.lead_key = s.lead_key and e.place = s.end_place + 1 and e.is_\(step + 1) = 1 and s.is_broken = 0\(within)"
            )
        }
        return state
    }

    // MARK: - Any order

    /// The steps that happened within the window of some first event, whatever their order; each at its first time in it.
    private func anyOrder(_ events: String, _ window: TimeSpan?) throws(Diagnostic) -> String {
        let within = try chains.isWithin(window, first: "s.step_time", time: "e.step_time").map { " and \($0)" } ?? ""
        let items =
            ["s.lead_key as lead_key", "s.place as start_place", "s.step_time as first_time"]
            + steps.flatMap { step in
                [
                    "min(case when e.is_\(step + 1) = 1 then e.place end) as \(Self.place(step))",
                    "min(case when e.is_\(step + 1) = 1 then e.step_time end) as \(Self.time(step))",
                ]
            }
        return draft.add(
            "ways",
            Layout.clause("select", items)
                + "\nfrom \(events) as s\njoin \(events) as e on e.lead_key = s.lead_key and e.place >= s.place\(within)\ngroup by s.lead_key, s.place, s.step_time"
        )
    }

    // MARK: - The best

    /// Adds the part of one way for each lead: that with most steps of those that can't be skipped, then with most steps,
    /// then the earliest.
    private func best(_ candidates: [String]) -> String {
        func count(_ steps: [Int]) -> String {
            steps.isEmpty ? "0" : steps.map { "case when \(Self.place($0)) is not null then 1 else 0 end" }.joined(separator: " + ")
        }
        let required = plan.order == .any ? Array(steps) : steps.filter { !plan.steps[$0].isOptional }
        let selects = candidates.enumerated().map { number, candidate in
            Layout.clause("select", stand + ways + ["\(number) as way", "\(count(required)) as reach", "\(count(Array(steps))) as size"])
                + "\nfrom \(candidate)"
        }
        let all = draft.add("all_ways", selects.joined(separator: "\nunion all\n"))
        let number = "row_number() over (partition by lead_key order by reach desc, size desc, start_place, way) as way_number"
        let ranked = draft.add("ranked_ways", Layout.clause("select", stand + ways + [number]) + "\nfrom \(all)")
        return draft.add("chains", Layout.clause("select", stand + ways) + "\nfrom \(ranked)\nwhere way_number = 1")
    }

    private func reached(_ events: String, _ best: String) throws(Diagnostic) -> String {
        let rowKeys = plan.keys.indices.filter { if case .stage = plan.keys[$0] { true } else { false } }.map(EventWriter.rowKey)
        var chains = best
        if !rowKeys.isEmpty {
            let all = stand + ways
            chains = draft.add(
                "chains",
                Layout.clause("select", all.map { "c.\($0) as \($0)" } + rowKeys.map { "e.\($0) as \($0)" })
                    + "\nfrom \(best) as c\njoin \(events) as e on e.lead_key = c.lead_key and e.place = c.start_place")
        }
        var selects: [String] = []
        for step in steps {
            let before = try self.before(step)
            let elapsed =
                try before.map { before throws(Diagnostic) in try self.chains.elapsed(from: before, to: Self.time(step)) } ?? rules.null(.exact(scale: 0))
            selects.append(
                Layout.clause("select", ["lead_key", "first_time", "\(step + 1) as step_number", "\(Layout.bare(elapsed)) as elapsed"] + rowKeys)
                    + "\nfrom \(chains)\nwhere \(Self.place(step)) is not null")
        }
        return draft.add("reached", selects.joined(separator: "\nunion all\n"))
    }

    /// The time of the event before that of a step: of the last step before it that was taken; in any order, of the last before
    /// it in time.
    private func before(_ step: Int) throws(Diagnostic) -> String? {
        guard plan.order == .any else {
            let earlier = steps.prefix(step).reversed().map(Self.time)
            return earlier.count > 1 ? "coalesce(\(earlier.joined(separator: ", ")))" : earlier.first
        }
        let type = try chains.events.timeType()
        let none = type == .date ? rules.literal(day: -20_000) : rules.literal(Instant(day: -20_000))
        let others = steps.filter { $0 != step }.map { other -> String in
            let isBefore = "\(Self.place(other)) \(other < step ? "<=" : "<") \(Self.place(step))"
            return "coalesce(case when \(isBefore) then \(Self.time(other)) end, \(none))"
        }
        guard let first = others.first else { return nil }
        return "nullif(\(others.dropFirst().reduce(first) { rules.greatest($0, $1) }), \(none))"
    }
}
