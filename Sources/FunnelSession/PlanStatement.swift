import FunnelBinder
import FunnelEngine
import FunnelModel
import FunnelPlan
import FunnelRender
import FunnelSyntax
import FunnelText

/// `plan`: how a query will be answered, what is read for it and, where it is run, how long that took.
extension Session {
    func plan(_ query: Query, runs: Bool, in source: Source) throws(Diagnostic) {
        let bound = try Binder.bind(query, in: source, context)
        if let remote = remote(of: bound.plan.tables) {
            if runs { _ = try answer(bound.plan) }
            return show(PlanText.lines(bound.plan), by: remote)
        }
        let costs = try engine.costs(bound.plan)
        var times: [Double] = []
        if runs { _ = try engine.answer(bound.plan, watch: ScanWatch(stopwatch: configuration.stopwatch) { times.append($0) }) }
        show(costs, times) { PlanText.lines(bound.plan, costs: $0) }
    }

    func plan(_ funnel: FunnelStatement, runs: Bool, in source: Source) throws(Diagnostic) {
        let plan = try bound(funnel, in: source)
        if let remote = remote(of: plan.tables) {
            if runs { _ = try answer(plan) }
            return show(PlanText.lines(plan), by: remote)
        }
        let cost = try engine.cost(plan)
        var times: [Double] = []
        if runs {
            let start = configuration.stopwatch()
            _ = try engine.funnel(plan)
            times.append(configuration.stopwatch() - start)
        }
        show([cost], times) { PlanText.lines(plan, cost: $0[0]) }
    }

    private func remote(of tables: Set<TableRole>) -> BoundTable? {
        TableRole.allCases.filter(tables.contains).lazy.compactMap { self.bound[$0] }.first
    }

    /// What an engine reads is its own affair.
    private func show(_ lines: [String], by remote: BoundTable) { emit(.text((lines + ["carried out by \(remote.place)"]).map { StyledLine($0) })) }

    /// `lines` are those of the plan, with what each scan costs.
    private func show(_ costs: [ScanCost], _ times: [Double], _ lines: ([[String]]) -> [String]) {
        let texts = costs.enumerated().map { index, cost in
            cost.parts.map { "reads \($0.name): \($0.way), \(Grouped.text($0.bytes)) bytes" } + (cost.groups.map { ["into \($0)"] } ?? [])
                + (times.indices.contains(index) ? ["took \(Self.milliseconds(times[index]))"] : [])
        }
        let bytes = Grouped.text(costs.reduce(0) { $0 + $1.bytes })
        let total = times.isEmpty ? "reads \(bytes) bytes" : "read \(bytes) bytes in \(Self.milliseconds(times.reduce(0, +)))"
        emit(.text((lines(texts) + [total]).map { StyledLine($0) }))
    }

    /// `3.142 ms`
    private static func milliseconds(_ seconds: Double) -> String {
        let micros = Int((seconds * 1_000_000).rounded())
        let fraction = String(micros % 1000)
        return "\(Grouped.text(micros / 1000)).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) ms"
    }
}
