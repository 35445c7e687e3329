import FunnelBinder
import FunnelEngine
import FunnelModel
import FunnelPlan
import FunnelSyntax
import FunnelText

/// `why`: how much of a change is mix, how much is rate, by group; the parts add up to the change.
extension Session {
    func why(_ statement: WhyStatement, in source: Source, folder: String) throws(Diagnostic) {
        let query = statement.query
        guard query.measures.count == 1 else { throw Diagnostic.whyOfOneMeasure.placed(in: source, at: statement.place.range) }
        guard query.comparison != nil, query.during != nil, !query.keys.isEmpty else {
            throw Diagnostic.whyOfWhat.placed(in: source, at: statement.place.range)
        }
        let bound = try Binder.bind(query, in: source, context)
        for warning in bound.warnings { report(warning) }
        for warning in Values(store).warnings(bound.probes) { report(warning) }
        let (later, earlier) = (bound.plan.measures[0], bound.plan.measures[1].value)
        var answer: Answer
        if let product = try product(query, later, in: source) {
            answer = try self.answer(product, later)
        } else if case .arithmetic(.divide, let a, let b) = later.value, case .arithmetic(.divide, let c, let d) = earlier {
            answer = try ratio(bound.plan, (a, b, c, d), later, source)
        } else if later.quantity.kind == .count || later.quantity == .money {
            answer = try sum(bound.plan, later, earlier)
        } else {
            throw Diagnostic.whyNot(later.name).placed(in: source, at: query.measures[0].expression.range)
        }
        answer.remarks = try Foot(store: store, answer: self.answer).remarks(bound) + answer.remarks
        if let limit = query.limit { answer.rows = Array(answer.rows.prefix(limit.count)) }
        try present(answer, format: query.format, into: query.into, in: source, folder: folder)
    }

    /// Groups with the values of some measures, and those over all groups.
    private func groups(_ plan: Plan, _ values: [MeasureValue]) throws(Diagnostic) -> (
        keys: [AnswerColumn], groups: [(key: [Value], values: [Double])], total: [Double]
    ) {
        var plan = plan.uncounted
        plan.measures = values.enumerated().map { PlanMeasure(name: String($0.offset), quantity: .number, value: $0.element) }
        plan.having = nil
        plan.order = []
        plan.top = nil
        plan.limit = nil
        plan.withTotal = true
        let answer = try self.answer(plan)
        let keys = answer.keyCount
        let groups = answer.rows.map { row in (Array(row.prefix(keys)), row.suffix(values.count).map { $0.double ?? 0 }) }
        return (Array(answer.columns.prefix(keys)), groups, (answer.total ?? []).suffix(values.count).map { $0.double ?? 0 })
    }

    // MARK: - Ratios

    /// With shares of the denominator: mix = Δshare·(rate₀ − total₀), rate = share₀·Δrate, cross = Δshare·Δrate. A group that
    /// is new has the earlier total as its earlier rate, one that is gone keeps its rate: the sum is the change either way.
    private func ratio(
        _ plan: Plan, _ parts: (MeasureValue, MeasureValue, MeasureValue, MeasureValue), _ measure: PlanMeasure, _ source: Source
    ) throws(Diagnostic) -> Answer {
        let (keys, groups, total) = try groups(plan, [parts.0, parts.1, parts.2, parts.3])
        guard total[1] != 0, total[3] != 0 else { throw Diagnostic.whyNot(measure.name).placed(in: source, at: nil) }
        let before = total[2] / total[3]
        var sums = [Double](repeating: 0, count: 4)
        var rows: [[Value]] = []
        for (key, values) in groups {
            let shares = (earlier: values[3] / total[3], later: values[1] / total[1])
            let oldRate = values[3] == 0 ? before : values[2] / values[3]
            let newRate = values[1] == 0 ? oldRate : values[0] / values[1]
            let mix = (shares.later - shares.earlier) * (oldRate - before)
            let rate = shares.earlier * (newRate - oldRate)
            let cross = (shares.later - shares.earlier) * (newRate - oldRate)
            let effects = [mix, rate, cross, mix + rate + cross]
            for index in 0..<4 { sums[index] += effects[index] }
            rows.append(
                key + [
                    values[3] == 0 ? .missing : .real(oldRate), values[1] == 0 ? .missing : .real(newRate), .real(shares.earlier), .real(shares.later),
                ] + effects.map { .real($0) })
        }
        let width = keys.count
        rows.sort { Self.magnitude($0[width + 7]) > Self.magnitude($1[width + 7]) }
        let names: [(String, Quantity)] = [
            ("before", measure.quantity), ("after", measure.quantity), ("share before", .percent), ("share after", .percent), ("mix", measure.quantity),
            ("rate", measure.quantity), ("cross", measure.quantity), ("effect", measure.quantity),
        ]
        let line: [Value] = keys.map { _ in .missing } + [.real(before), .real(total[0] / total[1]), .real(1), .real(1)] + sums.map { .real($0) }
        var answer = Answer(columns: keys + names.map { AnswerColumn($0.0, .measure($0.1)) }, rows: rows, total: line)
        answer.remarks.append(Remark(.scope, "mix: the groups' shares moved; rate: their own \(measure.name) did; cross: both at once"))
        if let remark = Self.interval(total, measure) { answer.remarks.append(remark) }
        return answer
    }

    /// Newcombe's interval of the change of a share of counts.
    private static func interval(_ total: [Double], _ measure: PlanMeasure) -> Remark? {
        guard measure.quantity == .percent, total.allSatisfy({ $0 >= 0 && $0 == $0.rounded() }), total[0] <= total[1], total[2] <= total[3],
            let bounds = Intervals.newcombe((total[0], total[1]), (total[2], total[3]), level: 0.95)
        else { return nil }
        let isSure = bounds.low > 0 || bounds.high < 0
        return Remark(
            .caution,
            "the change lies between \(points(bounds.low)) and \(points(bounds.high)) points with 95 % confidence" + (isSure ? "" : ": it may be chance"))
    }

    private static func points(_ share: Double) -> String {
        let rounded = (share * 10_000).rounded() / 100
        return (rounded > 0 ? "+" : "") + "\(rounded)"
    }

    // MARK: - Sums

    private func sum(_ plan: Plan, _ measure: PlanMeasure, _ earlier: MeasureValue) throws(Diagnostic) -> Answer {
        let (keys, groups, total) = try groups(plan, [measure.value, earlier])
        let change = total[0] - total[1]
        var rows = groups.map { key, values -> [Value] in
            let own = values[0] - values[1]
            return key + [.real(values[1]), .real(values[0]), .real(own), change == 0 ? .missing : .real(own / change)]
        }
        let width = keys.count
        rows.sort { Self.magnitude($0[width + 2]) > Self.magnitude($1[width + 2]) }
        let names: [(String, Quantity)] = [
            ("before", measure.quantity), ("after", measure.quantity), ("change", measure.quantity), ("share of change", .percent),
        ]
        let line: [Value] = keys.map { _ in .missing } + [.real(total[1]), .real(total[0]), .real(change), change == 0 ? .missing : .real(1)]
        return Answer(columns: keys + names.map { AnswerColumn($0.0, .measure($0.1)) }, rows: rows, total: line)
    }

    // MARK: - Volume × rate × size

    /// Revenue is leads × wins a lead × amount a win, where the tables for that are there.
    private func product(_ query: Query, _ measure: PlanMeasure, in source: Source) throws(Diagnostic) -> BoundQuery? {
        guard case .name(let name) = query.measures[0].expression, name.qualifier == nil, ["revenue", "sales"].contains(name.name.folded),
            definitions["revenue"]?.isBuiltIn == true
        else { return nil }
        var asked = query
        asked.measures = ["leads", "won", "revenue"].map { Measure(alias: nil, expression: .name(QualifiedName(Identifier($0, at: name.range)))) }
        asked.limit = nil
        return try? Binder.bind(asked, in: source, context)
    }

    /// volume = Δleads·rate₀·size₀, rate = leads₁·Δrate·size₀, size = leads₁·rate₁·Δsize: they add up to the change.
    private func answer(_ bound: BoundQuery, _ measure: PlanMeasure) throws(Diagnostic) -> Answer {
        let shown = bound.plan.measures.map(\.value)
        let (keys, groups, total) = try groups(bound.plan, [shown[0], shown[4], shown[8], shown[1], shown[5], shown[9]])
        var sums = [Double](repeating: 0, count: 4)
        var rows: [[Value]] = []
        for (key, values) in groups {
            let effects = Self.product(later: Array(values[0..<3]), earlier: Array(values[3..<6]))
            for index in 0..<4 { sums[index] += effects[index] }
            rows.append(key + [.real(values[5]), .real(values[2])] + effects.map { .real($0) })
        }
        let width = keys.count
        rows.sort { Self.magnitude($0[width + 5]) > Self.magnitude($1[width + 5]) }
        let names = ["before", "after", "volume", "rate", "size", "change"]
        let line: [Value] = keys.map { _ in .missing } + [.real(total[5]), .real(total[2])] + sums.map { .real($0) }
        var answer = Answer(columns: keys + names.map { AnswerColumn($0, .measure(.money)) }, rows: rows, total: line)
        answer.remarks.append(Remark(.scope, "volume: more or fewer leads; rate: wins a lead; size: amount a win; taken one after the other"))
        return answer
    }

    private static func product(later: [Double], earlier: [Double]) -> [Double] {
        let change = later[2] - earlier[2]
        // Without leads before there is no rate to hold still: all of it is volume.
        guard earlier[0] != 0 else { return [change, 0, 0, change] }
        let rates = (old: earlier[1] / earlier[0], new: later[0] == 0 ? earlier[1] / earlier[0] : later[1] / later[0])
        let newSize = later[1] == 0 ? nil : later[2] / later[1]
        let oldSize = earlier[1] == 0 ? newSize ?? 0 : earlier[2] / earlier[1]
        let volume = (later[0] - earlier[0]) * rates.old * oldSize
        let rate = later[0] * (rates.new - rates.old) * oldSize
        // What is left is size: also where revenue came without leads.
        return [volume, rate, change - volume - rate, change]
    }

    private static func magnitude(_ value: Value) -> Double { abs(value.double ?? 0) }
}
