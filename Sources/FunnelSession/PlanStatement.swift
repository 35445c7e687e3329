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
        if let remote = TableRole.allCases.filter(bound.plan.tables.contains).lazy.compactMap({ self.bound[$0] }).first {
            if runs { _ = try answer(bound.plan) }
            return emit(.text((PlanText.lines(bound.plan) + ["carried out by \(remote.place)"]).map { StyledLine($0) }))
        }
        let costs = try engine.costs(bound.plan)
        var times: [Double] = []
        if runs { _ = try engine.answer(bound.plan, watch: ScanWatch(stopwatch: configuration.stopwatch) { times.append($0) }) }
        let lines = costs.enumerated().map { index, cost in
            cost.parts.map { "reads \($0.name): \($0.way), \(Grouped.text($0.bytes)) bytes" } + (cost.groups.map { ["into \($0)"] } ?? [])
                + (times.indices.contains(index) ? ["took \(Self.milliseconds(times[index]))"] : [])
        }
        let bytes = Grouped.text(costs.reduce(0) { $0 + $1.bytes })
        let total = runs ? "read \(bytes) bytes in \(Self.milliseconds(times.reduce(0, +)))" : "reads \(bytes) bytes"
        emit(.text((PlanText.lines(bound.plan, costs: lines) + [total]).map { StyledLine($0) }))
    }

    /// `3.142 ms`
    private static func milliseconds(_ seconds: Double) -> String {
        let micros = Int((seconds * 1_000_000).rounded())
        let fraction = String(micros % 1000)
        return "\(Grouped.text(micros / 1000)).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) ms"
    }
}
