import FunnelModel
import FunnelPlan
import FunnelText

/// A part that has a row for each combination of some keys, and columns of some aggregates.
struct Unit {
    var name: String
    var components: [Component]
    /// Whether its rows are lines of the answer.
    var makesGroups: Bool
}

/// How rows come into lines of another part than the groups of their own keys.
struct LineMap {
    /// The part, called `m`, and how a row, called `v`, finds its lines.
    var relation: String
    var condition: String
    /// The keys of a line, each as a column of `m` or `v`.
    var keys: [(text: String, name: String)]
}

/// Writes the scans of a plan.
struct ScanWriter {
    let draft: Draft
    let plan: Plan
    let shapes: [KeyShape]
    let names: [String]

    private var rules: any DialectRules { draft.rules }

    /// How the deals stand that a scan keeps, where its conditions say so.
    private static func kept(_ scan: Scan) -> RowWriter.Kept? {
        guard scan.table == .deals else { return nil }
        func stands(_ condition: RowCondition?) -> RowWriter.Kept? {
            switch condition {
            case .column(let reference):
                switch reference.index {
                case .derived(.dealWon), .derived(.dealNewCustomer): return .won
                case .derived(.dealLost): return .closed
                case .derived(.dealOpen): return .open
                default: return nil
                }
            case .and(let parts): return parts.lazy.compactMap(stands).first
            case .or(let parts):
                let ways = Set(parts.map(stands))
                if ways.count == 1 { return ways.first ?? nil }
                return ways.isSubset(of: [.won, .closed]) ? .closed : nil
            default: return nil
            }
        }
        if let way = stands(scan.filter) { return way }
        guard !scan.aggregates.isEmpty, scan.aggregates.allSatisfy({ $0.filter != nil }) else { return nil }
        return stands(.or(scan.aggregates.compactMap(\.filter)))
    }

    /// The rows that a scan keeps: of no use are those that no aggregate counts.
    private func filter(_ scan: Scan, _ slots: [Slot], _ rows: RowWriter) throws(Diagnostic) -> (rows: Condition, common: RowCondition?) {
        var parts: [Condition] = []
        if let filter = scan.filter { parts.append(try rows.condition(filter)) }
        var filters: [RowCondition] = []
        for aggregate in scan.aggregates {
            guard let filter = aggregate.filter else { return (.all(parts), nil) }
            if !filters.contains(filter) { filters.append(filter) }
        }
        var any: [Condition] = []
        for filter in filters { any.append(try rows.condition(filter)) }
        parts.append(.any(any))
        return (.all(parts), filters.count == 1 ? filters[0] : nil)
    }

    /// The percentiles whose values few rows may have, where all rows would be sorted beside them: those with a filter of their own,
    /// and those of what other tables say of a lead.
    func sparse(_ index: Int, _ slots: [Slot]) throws(Diagnostic) -> [Slot] {
        let scan = plan.scans[index]
        guard rules.sortsForPercentiles else { return [] }
        let isFiltered = scan.aggregates.contains { $0.filter != scan.aggregates[0].filter }
        var sparse: [Slot] = []
        for slot in slots where slot.components[0].function == "percentile" {
            let rows = RowWriter(draft, scan.table)
            if scan.table == .leads { _ = try rows.argument(of: slot) }
            if !rows.joins.isEmpty || (isFiltered && slot.aggregate.filter != nil) { sparse.append(slot) }
        }
        return sparse
    }

    /// The rows that one aggregate looks at.
    private func filter(for slot: Slot, _ scan: Scan, _ rows: RowWriter) throws(Diagnostic) -> Condition {
        var parts: [Condition] = []
        if let filter = scan.filter { parts.append(try rows.condition(filter)) }
        if let filter = slot.aggregate.filter { parts.append(try rows.condition(filter)) }
        if let value = try rows.argument(of: slot) { parts.append(Condition("\(value) is not null", mayBeUnknown: false)) }
        return .all(parts)
    }

    /// Adds the part of a percentile by some of the keys, of the rows alone that it looks at.
    func unit(_ index: Int, sparse slot: Slot, by keys: [Int], named name: String) throws(Diagnostic) -> Unit {
        let rows = RowWriter(draft, plan.scans[index].table)
        rows.kept = Self.kept(plan.scans[index])
        let filter = try self.filter(for: slot, plan.scans[index], rows)
        var unit = try unit(index, [slot], by: keys, of: rows, where: filter, common: slot.aggregate.filter, named: name)
        unit.makesGroups = false
        return unit
    }

    /// Adds the part of a scan's aggregates by some of the keys.
    func unit(_ index: Int, _ slots: [Slot], by keys: [Int], named name: String) throws(Diagnostic) -> Unit {
        let rows = RowWriter(draft, plan.scans[index].table)
        rows.kept = Self.kept(plan.scans[index])
        let (filter, common) = try self.filter(plan.scans[index], slots, rows)
        return try unit(index, slots, by: keys, of: rows, where: filter, common: common, named: name)
    }

    private func unit(
        _ index: Int, _ slots: [Slot], by keys: [Int], of rows: RowWriter, where filter: Condition, common: RowCondition?, named name: String
    ) throws(Diagnostic) -> Unit {
        let scan = plan.scans[index]
        var items: [String] = []
        var outer: [String] = []
        for key in keys {
            if let numbered = try rows.numbered(scan.keys[key], plan.rules) {
                items.append("\(numbered.number) as \(names[key])_number")
                outer.append("\(numbered.key("\(names[key])_number")) as \(names[key])")
            } else {
                items.append("\(try rows.key(scan.keys[key], shapes[key], plan.rules)) as \(names[key])")
                outer.append(names[key])
            }
        }
        for slot in slots {
            let own = slot.aggregate.filter
            let condition = own == common ? nil : try own.map { condition throws(Diagnostic) in try rows.condition(condition).text }
            items += rules.aggregates(of: slot, over: try rows.argument(of: slot), where: condition)
        }
        if items.isEmpty { items = ["1 as present"] }
        var body = [
            Layout.clause("select", items), try rows.source(), filter.text == "true" ? nil : "where \(filter.text)", group(keys.count, of: items.count),
        ].compactMap { $0 }.joined(separator: "\n")
        if outer != keys.map({ names[$0] }) {
            body = Layout.clause("select", outer + slots.flatMap(\.components).map(\.name)) + "\nfrom (\n" + Layout.indented(body, rules) + "\n) as numbered"
        }
        return Unit(name: draft.add(name, body), components: slots.flatMap(\.components), makesGroups: scan.makesGroups)
    }

    private func group(_ keys: Int, of items: Int) -> String? {
        keys == 0 ? nil : "group by " + (1...keys).map(String.init).joined(separator: ", ")
    }

    /// The rows of a scan with their keys and the values of some aggregates.
    private func values(_ index: Int, _ slots: [Slot]) throws(Diagnostic) -> String {
        let scan = plan.scans[index]
        let rows = RowWriter(draft, scan.table)
        rows.kept = Self.kept(scan)
        let (filter, common) = try self.filter(scan, slots, rows)
        var items: [String] = []
        for key in plan.keys.indices { items.append("\(try rows.key(scan.keys[key], shapes[key], plan.rules)) as \(names[key])") }
        for slot in slots {
            let value = try rows.argument(of: slot) ?? "1"
            let own = slot.aggregate.filter
            let condition = own == common ? nil : try own.map { condition throws(Diagnostic) in try rows.condition(condition).text }
            items.append(condition.map { "case when \($0) then \(value) end as value_\(slot.aggregate.slot)" } ?? "\(value) as value_\(slot.aggregate.slot)")
        }
        return [Layout.clause("select", items), try rows.source(), filter.text == "true" ? nil : "where \(filter.text)"].compactMap { $0 }.joined(
            separator: "\n")
    }

    /// Adds a part of aggregates that are computed from the rows, which a map brings into lines.
    func unit(_ index: Int, _ slots: [Slot], map: LineMap, named name: String) throws(Diagnostic) -> Unit {
        let values = draft.add("\(plan.scans[index].table.rawValue)_values", try values(index, slots))
        let source = "from \(values) as v" + (map.relation.isEmpty ? "" : "\njoin \(map.relation) as m on \(map.condition)")
        let keys = map.keys.map { "\($0.text) as \($0.name)" }
        var items = keys
        for slot in slots { items += rules.aggregates(of: slot, over: "v.value_\(slot.aggregate.slot)", where: nil) }
        let body = [Layout.clause("select", items), source, group(keys.count, of: items.count)].compactMap { $0 }.joined(separator: "\n")
        return Unit(name: draft.add(name, body), components: slots.flatMap(\.components), makesGroups: plan.scans[index].makesGroups)
    }

    /// Adds a part for a percentile where the engine has none: from the rows in the order of their values, each weighed by how
    /// near its place is to the percentile's.
    func numbered(_ index: Int, _ slot: Slot, map: LineMap, named name: String) throws(Diagnostic) -> Unit {
        let values = draft.add("\(plan.scans[index].table.rawValue)_values", try values(index, [slot]))
        let column = "v.value_\(slot.aggregate.slot)"
        let keys = map.keys.map(\.text).joined(separator: ", ")
        let partition = keys.isEmpty ? "" : "partition by \(keys)"
        let items =
            map.keys.map { "\($0.text) as \($0.name)" } + [
                "\(column) as sorted_value", "row_number() over (\(partition.isEmpty ? "" : partition + " ")order by \(column)) as place",
                "count(*) over (\(partition)) as size",
            ]
        let join = map.relation.isEmpty ? "" : "\njoin \(map.relation) as m on \(map.condition)"
        let sorted = draft.add("sorted_values", Layout.clause("select", items) + "\nfrom \(values) as v\(join)\nwhere \(column) is not null")
        let share = Exact(Int128(slot.thousandths), scale: 3).text
        let weight = rules.greatest("0.0", "1.0 - abs(place - 1 - (size - 1) * \(share))")
        let names = map.keys.map(\.name)
        let body = [
            Layout.clause("select", names + ["sum(sorted_value * \(weight)) as \(slot.components[0].name)"]), "from \(sorted)", group(names.count, of: 0),
        ].compactMap { $0 }.joined(separator: "\n")
        return Unit(name: draft.add(name, body), components: slot.components, makesGroups: false)
    }

    /// The units of some slots brought into lines by a map.
    func units(_ slots: [Slot], map: LineMap, named name: String) throws(Diagnostic) -> [Unit] {
        var units: [Unit] = []
        for index in plan.scans.indices {
            let mine = slots.filter { $0.scan == index }
            let plain = mine.filter { rules.hasPercentile || $0.components[0].function != "percentile" }
            if !plain.isEmpty { units.append(try unit(index, plain, map: map, named: name)) }
            for slot in mine where !plain.contains(where: { $0.aggregate.slot == slot.aggregate.slot }) {
                units.append(try numbered(index, slot, map: map, named: name))
            }
        }
        return units
    }

    /// Brings units together on their keys; a line's columns of other units are missing.
    func meet(_ units: [Unit], on keys: [String], named name: String, prefix: String = "", onlyShown: Bool = false) -> String {
        let all = units.flatMap(\.components)
        let flagged = onlyShown && !keys.isEmpty && units.contains { !$0.makesGroups }
        if units.count == 1, prefix.isEmpty { return units[0].name }
        let selects = units.map { unit -> String in
            let items =
                keys + all.map { unit.components.contains($0) ? $0.name : "\(rules.null($0.type)) as \($0.name)" }
                + (flagged ? ["\(unit.makesGroups ? 1 : 0) as shown"] : [])
            return Layout.clause("select", items) + "\nfrom \(unit.name)"
        }
        let columns = keys + all.map { "max(\($0.name)) as \(prefix)\($0.name)" }
        let group = keys.isEmpty ? "" : "\ngroup by " + keys.joined(separator: ", ")
        return draft.add(
            name,
            Layout.clause("select", columns.isEmpty ? ["1 as present"] : columns) + "\nfrom (\n"
                + Layout.indented(selects.joined(separator: "\nunion all\n"), rules) + "\n) as parts" + group + (flagged ? "\nhaving max(shown) = 1" : ""))
    }
}
