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
            let plain = mine.filter { rules.hasPercentile || $0.components[0].function != "percentile" }
            if !plain.isEmpty || !keys.isEmpty { units.append(try scans.unit(index, plain, by: keys, named: title(scan.table, keys))) }
            for slot in mine where !plain.contains(where: { $0.aggregate.slot == slot.aggregate.slot }) {
                let map = LineMap(relation: "", condition: "", keys: names.map { ("v.\($0)", $0) })
                units.append(try scans.numbered(index, slot, map: map, named: "\(slot.components[0].name)_\(title(scan.table, keys))"))
            }
        }
        // Only scans decide which groups are lines; what was numbered stands beside them.
        let isPlain = plan.scans.allSatisfy(\.makesGroups)
        if isPlain { for index in units.indices { units[index].makesGroups = true } }
        return scans.meet(units, on: names, named: keys.isEmpty ? "all_rows" : "groups", onlyShown: true)
    }

    /// The groups with those that lie between the first and the last period and have no rows, for each series; and, where they
    /// might be more than are filled in, the part whose `is_unfilled` says whether they were.
    func filled(_ groups: String) throws(Diagnostic) -> (relation: String, bounds: String?) {
        guard times.count == 1, let axis, case .period(let grain) = shapes[axis] else { return (groups, nil) }
        let period = names[axis]
        let others = names.indices.filter { $0 != axis }
        var series: String?
        if !others.isEmpty {
            series = draft.add(
                "series", "select distinct \(others.map { names[$0] }.joined(separator: ", "))\nfrom \(groups)\nwhere \(period) is not null")
        }
        let bounds = bounds(grain, of: period, in: groups, series)
        let plural = grain == .day ? "days" : "\(grain.rawValue)s"
        let spine = try draft.add("all_\(plural)") { name throws(Diagnostic) in rules.series(name, grain, bounds: bounds) }
        let components = slots.flatMap(\.components)
        let source = series.map { "from \($0) as s\ncross join \(spine) as p" } ?? "from \(spine) as p"
        let empty = names.indices.map { $0 == axis ? "p.period as \(names[$0])" : "s.\(names[$0]) as \(names[$0])" }
        let both =
            Layout.clause("select", names + components.map(\.name)) + "\nfrom \(groups)\nunion all\n"
            + Layout.clause("select", empty + components.map { "\(rules.null($0.type)) as \($0.name)" }) + "\n" + source
        let filled = draft.add(
            "filled",
            Layout.clause("select", names + components.map { "max(\($0.name)) as \($0.name)" }) + "\nfrom (\n" + Layout.indented(both, rules)
                + "\n) as lines\ngroup by " + names.joined(separator: ", "))
        return (filled, mayStayUnfilled ? bounds : nil)
    }

    /// Adds the part of the first and the last period; of neither, where all between them would be too many lines.
    private func bounds(_ grain: Grain, of period: String, in groups: String, _ series: String?) -> String {
        let (first, last) = mayStayUnfilled ? ("earliest", "latest") : ("first_period", "last_period")
        let reach = draft.add(
            mayStayUnfilled ? "reach" : "bounds", "select min(\(period)) as \(first), max(\(period)) as \(last)\nfrom \(groups)\nwhere \(period) is not null")
        guard mayStayUnfilled else { return reach }
        let periods = rules.periods(of: grain, from: first, to: last)
        let counted = series.map { "\ncross join (select count(*) as series_count from \($0)) as n" } ?? ""
        let fits = "line_count <= \(Plan.mostFilledLines)"
        let items = [
            "case when \(fits) then earliest end as first_period", "case when \(fits) then latest end as last_period",
            "case when \(fits) or line_count is null then 0 else 1 end as is_unfilled",
        ]
        let lines = "select earliest, latest, \(series == nil ? periods : "\(periods) * series_count") as line_count\nfrom \(reach)\(counted)"
        return draft.add("bounds", Layout.clause("select", items) + "\nfrom (\n" + Layout.indented(lines, rules) + "\n) as r")
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
