import FunnelModel
import FunnelPlan
import FunnelText

/// Adds columns of what measures look back on and compare with: components over the periods before, differences, ranks.
struct FrameWriter {
    let writer: PlanWriter
    private var rules: any DialectRules { writer.rules }
    private var names: [String] { writer.names }

    init(_ writer: PlanWriter) { self.writer = writer }

    // MARK: - Frames

    private static func frames(_ measure: MeasureValue, _ found: inout [LineContext]) {
        switch measure {
        case .slot, .exact: break
        case .arithmetic(_, let a, let b):
            frames(a, &found)
            frames(b, &found)
        case .share(let inner), .change(let inner), .rank(let inner): frames(inner, &found)
        case .cumulative(let inner): add(.soFar, inner, &found)
        case .rolling(let inner, let periods): add(.last(periods), inner, &found)
        case .wilson(let x, let n, _, _):
            frames(x, &found)
            frames(n, &found)
        case .newcombe(let a, let b, _, _): for part in [a.successes, a.trials, b.successes, b.trials] { frames(part, &found) }
        }
    }

    private static func add(_ frame: LineContext, _ inner: MeasureValue, _ found: inout [LineContext]) {
        if !found.contains(frame) { found.append(frame) }
        frames(inner, &found)
    }

    /// Whether the line before one of its series is that of the period before.
    private var hasNoGaps: Bool { writer.times.count == 1 && !writer.mayStayUnfilled }

    /// The windows of a line's series in the order of `order`: of its periods, where nothing else is said.
    private func series(_ axis: Int, by order: String? = nil) -> String {
        let others = names.indices.filter { $0 != axis }.map { names[$0] }
        return "partition by " + (others + ["case when \(names[axis]) is null then 1 else 0 end"]).joined(separator: ", ") + " order by \(order ?? names[axis])"
    }

    /// The number of a line's period, and how much it grows from one period to the next.
    private func number(_ axis: Int) -> (text: String, step: Int) {
        guard case .period(let grain) = writer.shapes[axis] else { return (names[axis], 1) }
        return rules.number(of: grain, names[axis])
    }

    /// The window of a frame: by lines where each period has one, else by how far periods lie apart.
    private func window(_ frame: LineContext, _ axis: Int) -> String {
        guard case .last(let count) = frame else { return "(\(series(axis)) rows between unbounded preceding and current row)" }
        if hasNoGaps { return "(\(series(axis)) rows between \(count - 1) preceding and current row)" }
        let number = number(axis)
        return "(\(series(axis, by: Layout.bare(number.text))) range between \((count - 1) * number.step) preceding and current row)"
    }

    /// The relation with the components of all frames.
    func framed(_ relation: String, _ measures: [MeasureValue]) throws(Diagnostic) -> String {
        var frames: [LineContext] = []
        for measure in measures { Self.frames(measure, &frames) }
        guard !frames.isEmpty else { return relation }
        let components = writer.slots.flatMap(\.components)
        var items = names + components.map(\.name)
        guard let axis = writer.axis else {
            for frame in frames { items += components.map { "\($0.name) as \(MeasureWriter.column($0.name, frame))" } }
            return writer.draft.add("framed", Layout.clause("select", items) + "\nfrom \(relation)")
        }
        for frame in frames {
            let window = window(frame, axis)
            for component in components where component.merge != .again {
                items.append("\(component.merge.rawValue)(\(component.name)) over \(window) as \(MeasureWriter.column(component.name, frame))")
            }
        }
        var result = writer.draft.add("framed", Layout.clause("select", items) + "\nfrom \(relation)")
        let again = writer.slots.filter { !$0.isMergeable }
        guard !again.isEmpty else { return result }
        for frame in frames { result = try joined(result, relation, again, frame, axis, frames) }
        return result
    }

    /// Adds the components of a frame that are computed from the rows.
    private func joined(
        _ framed: String, _ relation: String, _ slots: [Slot], _ frame: LineContext, _ axis: Int, _ frames: [LineContext]
    ) throws(Diagnostic) -> String {
        let (mine, theirs) = ("m.\(names[axis])", "v.\(names[axis])")
        var within = "\(theirs) <= \(mine)"
        if case .last(let count) = frame, case .period(let grain) = writer.shapes[axis] {
            let start = grain.isCalendar ? rules.adding(periods: -count, of: grain, to: mine) : "\(mine) - \(count)"
            within += " and \(theirs) > \(start)"
        }
        let others = writer.same("v", "m", names.indices.filter { $0 != axis })
        let condition = (others.isEmpty ? "" : others + " and ") + "(\(within) or \(mine) is null and \(theirs) is null)"
        let map = LineMap(relation: relation, condition: condition, keys: names.map { ("m.\($0)", $0) })
        var result = framed
        for unit in try writer.scans.units(slots, map: map, named: "values_in_frame") {
            let columns = unit.components.map { "u.\($0.name) as \(MeasureWriter.column($0.name, frame))" }
            result = writer.draft.add(
                "framed",
                "select g.*, \(columns.joined(separator: ", "))\nfrom \(result) as g\nleft join \(unit.name) as u on \(writer.same("g", "u", Array(names.indices)))"
            )
        }
        return result
    }

    // MARK: - Differences and ranks

    /// Differences and ranks in a measure, the innermost first.
    private static func nodes(_ measure: MeasureValue, _ context: LineContext, _ found: inout [MeasureWriter.Node]) {
        switch measure {
        case .slot, .exact: break
        case .arithmetic(_, let a, let b):
            nodes(a, context, &found)
            nodes(b, context, &found)
        case .share(let inner): nodes(inner, context, &found)
        case .cumulative(let inner): nodes(inner, .soFar, &found)
        case .rolling(let inner, let periods): nodes(inner, .last(periods), &found)
        case .change(let inner), .rank(let inner):
            nodes(inner, context, &found)
            let node = MeasureWriter.Node(measure: measure, context: context)
            if !found.contains(node) { found.append(node) }
        case .wilson(let x, let n, _, _):
            nodes(x, context, &found)
            nodes(n, context, &found)
        case .newcombe(let a, let b, _, _): for part in [a.successes, a.trials, b.successes, b.trials] { nodes(part, context, &found) }
        }
    }

    /// A value less that of the period before; missing where that has no line.
    private func change(_ value: String, _ axis: Int) -> String {
        func before(_ text: String) -> String { "lag(\(rules.nullable(Layout.bare(text)))) over (\(series(axis)))" }
        let change = "\(value) - \(before(value))"
        if hasNoGaps { return "(\(change))" }
        let number = number(axis)
        return "case when \(before(number.text)) = \(number.text) - \(number.step) then \(change) end"
    }

    /// The relation with a column for each difference and each rank.
    func compared(_ relation: String, _ measures: [MeasureValue], totals: String?, _ own: inout MeasureWriter) throws(Diagnostic) -> String {
        var nodes: [MeasureWriter.Node] = []
        for measure in measures { Self.nodes(measure, .group, &nodes) }
        var result = relation
        for (number, node) in nodes.enumerated() {
            let text: String
            switch node.measure {
            case .change(let inner):
                guard let axis = writer.axis else { continue }
                text = change(own.write(inner, node.context), axis)
            case .rank(let inner):
                let value = own.write(inner, node.context)
                let period = names.count > 1 ? writer.axis.map { "partition by \(names[$0]) " } ?? "" : ""
                text = "case when \(value) is not null then rank() over (\(period)order by \(value) desc nulls last) end"
            default: continue
            }
            let column = "compared_\(number + 1)"
            result = writer.draft.add("compared", "select r.*, \(text) as \(column)\nfrom \(result) as r\(totals.map { "\ncross join \($0)" } ?? "")")
            own.columns[node] = column
        }
        return result
    }
}
