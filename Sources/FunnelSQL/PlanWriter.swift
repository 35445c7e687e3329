import FunnelModel
import FunnelPlan
import FunnelText

/// Writes a plan: scans, their groups met on the keys, periods without rows, measures, and the lines of the answer.
struct PlanWriter {
    let plan: Plan
    let draft: Draft
    let shapes: [KeyShape]
    /// The columns of the keys, in every part.
    let names: [String]
    let slots: [Slot]
    let scans: ScanWriter

    var rules: any DialectRules { draft.rules }

    init(_ plan: Plan, _ draft: Draft) throws(Diagnostic) {
        self.plan = plan
        self.draft = draft
        var shapes: [KeyShape] = []
        for (index, key) in plan.keys.enumerated() {
            var types: [RowType] = []
            for scan in plan.scans { if case .value(let value) = scan.keys[index] { types.append(try RowWriter(draft, scan.table).type(value)) } }
            shapes.append(KeyShape(key.kind, types))
        }
        self.shapes = shapes
        var names: [String] = []
        for key in plan.keys {
            var name = Layout.name(key.name) + "_key"
            if names.contains(name) { name += "_\(names.count + 1)" }
            names.append(name)
        }
        self.names = names
        var slots: [Slot?] = Array(repeating: nil, count: plan.slotCount)
        for (index, scan) in plan.scans.enumerated() {
            for aggregate in scan.aggregates {
                let type = try aggregate.argument.map { value throws(Diagnostic) in try RowWriter(draft, scan.table).type(value) }
                slots[aggregate.slot] = Slot(aggregate, Argument(type), scan: index)
            }
        }
        self.slots = slots.compactMap { $0 }
        scans = ScanWriter(draft: draft, plan: plan, shapes: shapes, names: names)
    }

    // MARK: - Keys

    var times: [Int] { shapes.indices.filter { if case .period = shapes[$0] { true } else { false } } }

    /// The time key along which gaps are filled and measures look back.
    var axis: Int? { plan.axis }

    private func title(_ table: TableRole, _ keys: [Int]) -> String {
        keys.isEmpty ? "all_\(table.rawValue)" : "\(table.rawValue)_by_" + keys.map { Layout.name(plan.keys[$0].name) }.joined(separator: "_")
    }

    // MARK: - Groups

    /// The groups of all scans; the part's columns are the keys and the components of all slots.
    func groups() throws(Diagnostic) -> String {
        let keys = Array(plan.keys.indices)
        var units: [Unit] = []
        for (index, scan) in plan.scans.enumerated() {
            let mine = slots.filter { $0.scan == index }
            let sparse = keys.isEmpty ? [] : try scans.sparse(index, mine)
            let others = mine.filter { slot in !sparse.contains { $0.aggregate.slot == slot.aggregate.slot } }
            let plain = others.filter { rules.hasPercentile || $0.components[0].function != "percentile" }
            if !plain.isEmpty || !keys.isEmpty { units.append(try scans.unit(index, plain, by: keys, named: title(scan.table, keys))) }
            for slot in sparse {
                units.append(try scans.unit(index, sparse: slot, by: keys, named: "\(slot.components[0].name)_\(title(scan.table, keys))"))
            }
            for slot in others where !plain.contains(where: { $0.aggregate.slot == slot.aggregate.slot }) {
                let map = LineMap(relation: "", condition: "", keys: names.map { ("v.\($0)", $0) })
                units.append(try scans.numbered(index, slot, map: map, named: "\(slot.components[0].name)_\(title(scan.table, keys))"))
            }
        }
        // Only scans decide which groups are lines; percentiles of their own stand beside them.
        let isPlain = plan.scans.allSatisfy(\.makesGroups)
        if isPlain { for index in units.indices { units[index].makesGroups = true } }
        return scans.meet(units, on: names, named: keys.isEmpty ? "all_rows" : "groups", onlyShown: true)
    }

    /// The groups with those that lie between the first and the last period and have no rows, for each series; and, where they
    /// might be more than are filled in, the part whose `is_unfilled` says whether they were.
    func filled(_ groups: String) throws(Diagnostic) -> (relation: String, unfilled: String?) {
        guard times.count == 1, let axis, case .period(let grain) = shapes[axis] else { return (groups, nil) }
        let others = names.indices.filter { $0 != axis }.map { names[$0] }
        let bounds = bounds(grain, of: names[axis], others, in: groups)
        let plural = grain == .day ? "days" : "\(grain.rawValue)s"
        let spine = try draft.add("all_\(plural)") { name throws(Diagnostic) in
            rules.series(name, grain, of: others, bounds: bounds, where: mayStayUnfilled ? "is_unfilled = 0" : nil)
        }
        let components = slots.flatMap(\.components)
        let empty = names.indices.map { $0 == axis ? "period as \(names[$0])" : names[$0] } + components.map { "\(rules.null($0.type)) as \($0.name)" }
        let both =
            Layout.clause("select", names + components.map(\.name)) + "\nfrom \(groups)\nunion all\n"
            + Layout.clause("select", empty) + "\nfrom \(spine)"
        let filled = draft.add(
            "filled",
            Layout.clause("select", names + components.map { "max(\($0.name)) as \($0.name)" }) + "\nfrom (\n" + Layout.indented(both, rules)
                + "\n) as lines\ngroup by " + names.joined(separator: ", "))
        guard mayStayUnfilled else { return (filled, nil) }
        guard !others.isEmpty else { return (filled, bounds) }
        return (filled, draft.add("unfilled", "select coalesce(max(is_unfilled), 0) as is_unfilled\nfrom \(bounds)"))
    }

    /// Adds the part of the series, each with the first and the last period of all; where these may be too many lines, with
    /// `is_unfilled`, which says whether they are.
    private func bounds(_ grain: Grain, of period: String, _ others: [String], in groups: String) -> String {
        let ends =
            others.isEmpty
            ? ["min(\(period)) as first_period", "max(\(period)) as last_period"]
            : ["min(min(\(period))) over () as first_period", "max(max(\(period))) over () as last_period", "count(*) over () as series_count"]
        let reach = draft.add(
            !mayStayUnfilled ? "bounds" : others.isEmpty ? "reach" : "series",
            Layout.clause("select", others + ends) + "\nfrom \(groups)\nwhere \(period) is not null"
                + (others.isEmpty ? "" : "\ngroup by " + others.joined(separator: ", ")))
        guard mayStayUnfilled else { return reach }
        let periods = rules.periods(of: grain, from: "first_period", to: "last_period")
        let isTooMany = "\(periods)\(others.isEmpty ? "" : " * series_count") > \(Plan.mostFilledLines)"
        let items = others + ["first_period", "last_period", "case when \(isTooMany) then 1 else 0 end as is_unfilled"]
        return draft.add("bounds", Layout.clause("select", items) + "\nfrom \(reach)")
    }

    /// Whether gaps in time may be more lines than are filled in: not where there are only periods, longer than a day.
    var mayStayUnfilled: Bool {
        guard times.count == 1, let axis, case .period(let grain) = shapes[axis] else { return false }
        return names.count > 1 || grain == .day
    }

    // MARK: - Groups brought together

    /// A part whose rows are groups of some relation brought together by some keys. What can't be merged is computed from
    /// the rows again.
    ///
    /// `map` says how rows find the lines; nil where the keys alone decide.
    func merged(_ source: String, by keys: [Int], map: LineMap?, named name: String, prefix: String = "") throws(Diagnostic) -> String {
        let own = keys.map { names[$0] }
        let mergeable = slots.filter(\.isMergeable).flatMap(\.components)
        let again = slots.filter { !$0.isMergeable }
        let items = own + mergeable.map { "\($0.merge.rawValue)(\($0.name)) as \(again.isEmpty ? prefix : "")\($0.name)" }
        let body =
            Layout.clause("select", items.isEmpty ? ["1 as present"] : items) + "\n" + source
            + (own.isEmpty ? "" : "\ngroup by " + own.joined(separator: ", "))
        let first = draft.add(again.isEmpty ? name : "\(name)_merged", body)
        guard !again.isEmpty else { return first }
        var units = [Unit(name: first, components: mergeable, makesGroups: true)]
        let plain = LineMap(relation: "", condition: "", keys: own.map { ("v.\($0)", $0) })
        units += try scans.units(again, map: map ?? plain, named: "\(name)_again")
        return scans.meet(units, on: own, named: name, prefix: prefix)
    }

    /// The part of one row over all groups; its columns begin with `all_`.
    func totals(_ groups: String) throws(Diagnostic) -> String {
        var map: LineMap?
        // Of a scan that makes no lines only the rows that stand beside one count.
        if slots.contains(where: { !$0.isMergeable && !plan.scans[$0.scan].makesGroups }), !names.isEmpty {
            map = LineMap(relation: groups, condition: same("v", "m", Array(names.indices)), keys: [])
        }
        return try merged("from \(groups)", by: [], map: map, named: "totals", prefix: "all_")
    }

    func same(_ a: String, _ b: String, _ keys: [Int]) -> String {
        keys.map { rules.same("\(a).\(names[$0])", "\(b).\(names[$0])", shapes[$0].type) }.joined(separator: " and ")
    }
}
