import FunnelModel
import FunnelPlan
import FunnelText

/// Writes the lines of an answer: which groups, in what order, with `other` and the total.
struct LineWriter {
    private let writer: PlanWriter
    private var plan: Plan { writer.plan }
    private var rules: any DialectRules { writer.rules }
    private var names: [String] { writer.names }

    init(_ writer: PlanWriter) { self.writer = writer }

    private struct Source {
        var relation: String
        var totals: String?
        var measures: MeasureWriter

        func from(_ alias: String = "") -> String {
            "from \(relation)\(alias.isEmpty ? "" : " as \(alias)")" + (totals.map { "\ncross join \($0)" } ?? "")
        }
    }

    func select() throws(Diagnostic) -> (String, [SQLColumn]) {
        let groups = try writer.groups()
        let (filled, unfilled) = try writer.filled(groups)
        let values = plan.measures.map(\.value) + (plan.having.map(Self.values) ?? [])
        let frames = FrameWriter(writer)
        let framed = try frames.framed(filled, values)
        let totals = plan.withTotal || values.contains(where: Self.looksAtTotal) ? try writer.totals(filled) : nil
        var measures = MeasureWriter(writer)
        let inner = values.contains(where: Self.looksAtTotal) ? totals : nil
        let relation = try frames.compared(framed, values, totals: nil, &measures)
        let source = Source(relation: relation, totals: inner, measures: measures)
        let columns = self.columns(measures)
        let counts = try CountWriter(writer).columns(groups, unfilled)
        guard plan.top != nil || plan.withTotal else { return (plain(source, counts), columns) }
        let lines = try self.lines(source)
        guard plan.withTotal, let totals else { return (ordered(lines, counts), columns) }
        return (withTotal(lines, totals, measures, counts), columns)
    }

    private static func values(_ condition: MeasureCondition) -> [MeasureValue] {
        switch condition {
        case .compare(_, let a, let b): [a, b]
        case .isMissing(let value): [value]
        case .not(let inner): values(inner)
        case .and(let a, let b), .or(let a, let b): values(a) + values(b)
        }
    }

    private static func looksAtTotal(_ measure: MeasureValue) -> Bool {
        switch measure {
        case .share: true
        case .slot, .exact, .wilson, .newcombe: false
        case .arithmetic(_, let a, let b): looksAtTotal(a) || looksAtTotal(b)
        case .cumulative(let inner), .rolling(let inner, _), .change(let inner), .rank(let inner): looksAtTotal(inner)
        }
    }

    // MARK: - Columns

    private var shown: [Int] { plan.measures.indices.filter { plan.measures[$0].isShown } }

    /// The columns of the answer; one whose name is taken is numbered.
    private func columns(_ measures: MeasureWriter) -> [SQLColumn] {
        var taken: Set<String> = []
        return all(measures).map { column in
            var name = column.name
            var number = 2
            while !taken.insert(name.lowercased()).inserted {
                name = "\(column.name) \(number)"
                number += 1
            }
            return SQLColumn(name, column.type)
        }
    }

    private func all(_ measures: MeasureWriter) -> [SQLColumn] {
        plan.keys.indices.map { SQLColumn(plan.keys[$0].name, writer.shapes[$0].type) }
            + shown.map { SQLColumn(plan.measures[$0].name, measures.type(plan.measures[$0].value)) }
            + (LineMarks.hasFewRows(plan) ? [SQLColumn(LineMarks.fewRows, .exact(scale: 0))] : [])
            + (LineMarks.hasKinds(plan) ? [SQLColumn(LineMarks.kind, .exact(scale: 0))] : [])
            + ((writer.mayStayUnfilled ? [LineMarks.unfilled] : []) + plan.counts.map(\.name)).map { SQLColumn($0, .exact(scale: 0)) }
    }

    private func output(_ text: String, _ column: SQLColumn) -> String { rules.output(Layout.bare(text), column.type) + " as " + rules.quoted(column.name) }

    private func fewRows(_ measures: MeasureWriter) -> String {
        let tests = LineMarks.trials(plan).sorted().map { "\(measures.write(.slot($0))) between 1 and 29" }
        return "case when \(tests.joined(separator: " or ")) then 1 else 0 end"
    }

    // MARK: - Lines that are groups

    private func plain(_ source: Source, _ counts: CountColumns) -> String {
        let columns = self.columns(source.measures)
        var texts = names + shown.map { source.measures.write(plan.measures[$0].value) }
        if LineMarks.hasFewRows(plan) { texts.append(fewRows(source.measures)) }
        texts += counts.names
        let items = zip(texts, columns).map { output($0, $1) }
        // A measure that is shown is ordered by under its name.
        let order = terms(isOther: nil) { measure in
            shown.firstIndex(of: measure).map { rules.quoted(columns[names.count + $0].name) } ?? source.measures.write(plan.measures[measure].value)
        }
        return [
            Layout.clause("select", items.isEmpty ? ["1"] : items), source.from() + counts.joins,
            plan.having.map { "where \(source.measures.condition($0).text)" },
            order.isEmpty ? nil : "order by " + order.joined(separator: ", "), plan.limit.map { "limit \($0)" },
        ].compactMap { $0 }.joined(separator: "\n")
    }

    /// By the order asked for, then by the keys; `other` comes last: of its period, where the lines are in the order of time.
    private func terms(isOther: String?, _ measure: (Int) -> String) -> [String] {
        let all = plan.order + plan.keys.indices.map { PlanOrder(.key($0), descending: false) }
        var terms: [String] = []
        var seen: Set<Int> = []
        var leadsWithTime = false
        if case .key(let index)? = all.first?.term, case .period = writer.shapes[index] { leadsWithTime = true }
        if let isOther, !leadsWithTime { terms.append(isOther) }
        for term in all {
            let direction = term.descending ? " desc" : ""
            switch term.term {
            case .key(let index):
                guard seen.insert(index).inserted else { continue }
                if let isOther, index == ranked.first, leadsWithTime { terms.append(isOther) }
                let name = writer.shapes[index] == .text ? rules.byCodePoints(names[index]) : names[index]
                terms.append("\(name)\(direction) nulls last")
            case .measure(let index): terms.append("\(measure(index))\(direction) nulls last")
            }
        }
        if let isOther, leadsWithTime { terms.append(isOther) }
        return terms
    }

    // MARK: - Top and other

    /// The keys that name a series: all but time, where there are others.
    private var ranked: [Int] {
        let others = names.indices.filter { !writer.times.contains($0) }
        return others.isEmpty ? Array(names.indices) : others
    }

    /// All measures of a line under names of their own.
    private func items(_ keys: [String], _ measures: MeasureWriter, _ context: LineContext, kind: Int) -> [String] {
        keys + plan.measures.indices.map { "\(Layout.bare(measures.write(plan.measures[$0].value, context))) as measure_\($0 + 1)" }
            + (LineMarks.hasFewRows(plan) ? [kind == 0 ? "\(fewRows(measures)) as few_rows" : "0 as few_rows"] : [])
            + ["\(kind) as line_kind"]
    }

    private func lines(_ source: Source) throws(Diagnostic) -> String {
        let having = plan.having.map { source.measures.condition($0) } ?? .yes
        guard let top = plan.top else {
            let filter = having.text == "true" ? "" : "\nwhere \(having.text)"
            return writer.draft.add("lines", Layout.clause("select", items(names, source.measures, .group, kind: 0)) + "\n" + source.from() + filter)
        }
        let best = try self.best(top, source, having)
        let onBest = writer.same("g", "m", ranked)
        let keys = names.map { "g.\($0) as \($0)" }
        let filter = having.text == "true" ? "" : "\nwhere \(having.text)"
        var text =
            Layout.clause("select", items(keys, source.measures, .group, kind: 0))
            + "\nfrom \(source.relation) as g\njoin \(best) as m on \(onBest)" + (source.totals.map { "\ncross join \($0)" } ?? "") + filter
        if top.withOther {
            let components = writer.slots.flatMap(\.components).map(\.name)
            let rest = writer.draft.add(
                "rest",
                Layout.clause("select", keys + components)
                    + "\nfrom \(source.relation) as g\nleft join \(best) as m on \(onBest)" + (source.totals.map { "\ncross join \($0)" } ?? "")
                    + "\nwhere m.is_best is null" + (having.text == "true" ? "" : " and \(having.within(.and))"))
            let free = names.indices.filter { !ranked.contains($0) }
            let map = LineMap(relation: rest, condition: writer.same("v", "m", Array(names.indices)), keys: free.map { ("m.\(names[$0])", names[$0]) })
            let other = try writer.merged("from \(rest)", by: free, map: map, named: "others")
            let otherKeys = names.indices.map { key -> String in
                if free.contains(key) { return names[key] }
                return (key == ranked.first && writer.shapes[key] == .text ? rules.output("'other'", .text) : rules.null(writer.shapes[key].type))
                    + " as \(names[key])"
            }
            text +=
                "\nunion all\n" + Layout.clause("select", items(otherKeys, source.measures, .merged, kind: 1))
                + "\nfrom \(other)" + (source.totals.map { "\ncross join \($0)" } ?? "")
                + (free.isEmpty ? "\ncross join (select count(*) as row_count from \(rest)) as n\nwhere n.row_count > 0" : "")
        }
        return writer.draft.add("lines", text)
    }

    /// Adds the part of the best series.
    private func best(_ top: PlanTop, _ source: Source, _ having: Condition) throws(Diagnostic) -> String {
        let keys = ranked.map { names[$0] }
        var relation = source.relation
        var conditions: [String] = []
        var join = ""
        if ranked.count < names.count {
            if having.text != "true" {
                let alive = writer.draft.add("alive", "select distinct \(keys.joined(separator: ", "))\n\(source.from())\nwhere \(having.text)")
                join = "\njoin \(alive) as m on \(writer.same("g", "m", ranked))"
            }
            var map: LineMap?
            if writer.slots.contains(where: { !$0.isMergeable && !plan.scans[$0.scan].makesGroups }) {
                map = LineMap(
                    relation: source.relation, condition: writer.same("v", "m", Array(names.indices)), keys: ranked.map { ("m.\(names[$0])", names[$0]) })
            }
            relation = try writer.merged("from \(source.relation)", by: ranked, map: map, named: "series_in_all")
        } else if having.text != "true" {
            conditions.append(having.within(.and))
        }
        let score = source.measures.write(plan.measures[top.measure].value, .merged)
        conditions.append("\(score) is not null")
        let order = ["\(score) desc"] + ranked.map { (writer.shapes[$0] == .text ? rules.byCodePoints("g.\(names[$0])") : "g.\(names[$0])") + " nulls last" }
        let from =
            "\nfrom \(relation) as g\(join)" + (source.totals.map { "\ncross join \($0)" } ?? "") + "\nwhere \(conditions.joined(separator: " and "))"
        let items = keys.map { "g.\($0) as \($0)" }
        if rules.numbersFirst {
            let place = "row_number() over (order by \(order.joined(separator: ", "))) as place"
            let all = writer.draft.add("placed", Layout.clause("select", items + [place]) + from)
            return writer.draft.add("best", "select \(keys.joined(separator: ", ")), 1 as is_best\nfrom \(all)\nwhere place <= \(top.count)")
        }
        return writer.draft.add(
            "best", Layout.clause("select", items + ["1 as is_best"]) + from + "\norder by " + order.joined(separator: ", ") + "\nlimit \(top.count)")
    }

    // MARK: - The last select

    private func outputs(_ columns: [SQLColumn], _ counts: CountColumns) -> [String] {
        let texts =
            names + shown.map { "measure_\($0 + 1)" } + (LineMarks.hasFewRows(plan) ? ["few_rows"] : []) + (LineMarks.hasKinds(plan) ? ["line_kind"] : [])
            + counts.names
        return zip(texts, columns).map { output($0, $1) }
    }

    private func ordered(_ lines: String, _ counts: CountColumns) -> String {
        let order = terms(isOther: plan.top?.withOther == true ? "line_kind" : nil) { "measure_\($0 + 1)" }
        return Layout.clause("select", outputs(columns(MeasureWriter(writer)), counts)) + "\nfrom \(lines)" + counts.joins
            + (order.isEmpty ? "" : "\norder by " + order.joined(separator: ", ")) + (plan.limit.map { "\nlimit \($0)" } ?? "")
    }

    private func withTotal(_ lines: String, _ totals: String, _ measures: MeasureWriter, _ counts: CountColumns) -> String {
        let order = terms(isOther: plan.top?.withOther == true ? "line_kind" : nil) { "measure_\($0 + 1)" }
        let all =
            names + plan.measures.indices.map { "measure_\($0 + 1)" } + (LineMarks.hasFewRows(plan) ? ["few_rows"] : []) + ["line_kind"]
        let place =
            order.isEmpty ? "\(rules.integer("1")) as place" : rules.integer("row_number() over (order by \(order.joined(separator: ", ")))") + " as place"
        let numbered = writer.draft.add(
            "numbered_lines", Layout.clause("select", all + [place]) + "\nfrom \(lines)" + (plan.limit.map { "\norder by place\nlimit \($0)" } ?? ""))
        let keys = names.indices.map { "\(rules.null(writer.shapes[$0].type)) as \(names[$0])" }
        let total = items(keys, measures, .total, kind: 2) + ["\(rules.null(.exact(scale: 0))) as place"]
        let both =
            Layout.clause("select", all + ["place"]) + "\nfrom \(numbered)" + "\nunion all\n"
            + Layout.clause("select", total) + "\nfrom \(totals)"
        return Layout.clause("select", outputs(columns(measures), counts)) + "\nfrom (\n" + Layout.indented(both, rules) + "\n) as answer" + counts.joins
            + "\norder by place is null, place"
    }
}

/// The columns beside those of the answer that say what a line is.
enum LineMarks {
    /// 0 of a group, 1 of `other`, 2 of the total.
    static let kind = "line"
    /// 1 where a share rests on fewer than 30 rows.
    static let fewRows = "few rows"

    /// 1 where gaps in time are not filled, in every line.
    static let unfilled = "unfilled"

    static func hasKinds(_ plan: Plan) -> Bool { plan.withTotal || plan.top != nil }
    static func hasFewRows(_ plan: Plan) -> Bool { !plan.keys.isEmpty && !trials(plan).isEmpty }

    /// The counts that shown shares rest on.
    static func trials(_ plan: Plan) -> Set<Int> {
        let counts = Set(plan.scans.flatMap(\.aggregates).filter { $0.function == .count }.map(\.slot))
        return Set(
            plan.measures.compactMap { measure -> Int? in
                guard measure.isShown, measure.quantity == .percent, case .arithmetic(.divide, _, .slot(let slot)) = measure.value, counts.contains(slot)
                else { return nil }
                return slot
            })
    }
}
