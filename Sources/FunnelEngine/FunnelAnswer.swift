package import FunnelModel
package import FunnelPlan
import FunnelStore
package import FunnelText

/// Funnels, their leaks, and the leads behind a drop.
extension Engine {
    /// For each group and step: entered, of the step before, of the first, lost, and the time from the step before.
    package func funnel(_ plan: FunnelPlan) throws(Diagnostic) -> Answer {
        let runner = runner(plan)
        let (windows, spaces) = try runner.run()
        let byKey = windows.map { groups in Dictionary(uniqueKeysWithValues: groups.map { ($0.key, $0) }) }
        var lines: [(keys: [Value], name: [Value], step: Int, group: FunnelTally.Group)] = []
        for key in Self.groups(windows, spaces) {
            let keys = Self.values(key, spaces)
            for (window, groups) in byKey.enumerated() {
                let name = plan.windows.count > 1 ? [Value.text(plan.windows[window].name)] : []
                let group = groups[key] ?? FunnelTally.Group(key: key, steps: plan.steps.count)
                for step in plan.steps.indices { lines.append((keys, name, step, group)) }
            }
        }
        let made = lines
        let numbers = Workers.map(made.count, threads: threads) { line in StepNumbers(made[line].step, plan, made[line].group).values }
        let rows = zip(made, numbers).map { line, numbers in line.keys + line.name + [.text(plan.steps[line.step].name)] + numbers }
        var columns = zip(plan.keys, spaces).map { AnswerColumn($0.name, .key($1.grain)) }
        if plan.windows.count > 1 { columns.append(AnswerColumn("within", .key(nil))) }
        columns += [
            AnswerColumn("step", .key(nil)), AnswerColumn("entered", .measure(.count)), AnswerColumn("of before", .measure(.percent)),
            AnswerColumn("of first", .measure(.percent)), AnswerColumn("lost", .measure(.count)), AnswerColumn("median time", .measure(.days)),
            AnswerColumn("p90 time", .measure(.days)),
        ]
        return Answer(columns: columns, rows: rows)
    }

    /// Where leads are lost.
    package func leaks(_ plan: FunnelPlan, dealSize: Double?) throws(Diagnostic) -> Answer {
        let (windows, spaces) = try runner(plan).run()
        var leaks = Leaks(plan, dealSize: dealSize)
        for groups in windows.prefix(1) {
            for group in groups { leaks.add(Self.values(group.key, spaces), entered: group.entered) }
        }
        return leaks.answer(zip(plan.keys, spaces).map { AnswerColumn($0.name, .key($1.grain)) })
    }

    /// The rows of the leads table whose furthest step is this one.
    func leads(of plan: FunnelPlan, stoppedAt step: Int) throws(Diagnostic) -> [Int] { try runner(plan).leads(stoppedAt: step) }

    /// `others` are tables that are read besides those of the plan's steps, keys and conditions.
    func runner(_ plan: FunnelPlan, reading others: Set<TableRole> = []) -> FunnelRunner {
        guard let asOf = plan.asOf else { return FunnelRunner(plan: plan, store: store, threads: threads, interrupt: interrupt) }
        let past = store.asOf(asOf.total, reading: plan.tables.union(others), threads: threads)
        return FunnelRunner(plan: plan, store: past, threads: threads, interrupt: interrupt)
    }

    /// A loop, for a `map` with the closure of a key inside makes the compiler of Swift 6.3 crash where it optimises.
    private static func values(_ group: [Int], _ spaces: [FunnelKeySpace]) -> [Value] {
        var values: [Value] = []
        for (code, space) in zip(group, spaces) { values.append(space.value(code)) }
        return values
    }

    /// The groups of all windows: with a key of time in its order, else the fullest first. A group is there in every window.
    private static func groups(_ windows: [[FunnelTally.Group]], _ spaces: [FunnelKeySpace]) -> [[Int]] {
        if spaces.isEmpty { return [[]] }
        var entered: [[Int]: Int] = [:]
        for group in windows.joined() { entered[group.key] = max(entered[group.key] ?? 0, group.entered.max() ?? 0) }
        let byTime = spaces.contains { $0.grain != nil }
        return entered.keys.sorted { a, b in
            if !byTime, entered[a] != entered[b] { return (entered[a] ?? 0) > (entered[b] ?? 0) }
            for (space, (x, y)) in zip(spaces, zip(a, b)) {
                let comparison = Value.compare(space.value(x), space.value(y))
                if comparison != 0 { return comparison < 0 }
            }
            return false
        }
    }
}

/// What one line of a funnel says.
private struct StepNumbers {
    let values: [Value]

    init(_ step: Int, _ plan: FunnelPlan, _ group: FunnelTally.Group) {
        let mine = group.entered[step]
        let before = (0..<step).last { !plan.steps[$0].isOptional } ?? (step > 0 ? 0 : nil)
        let ofBefore = before.map { Self.share(mine, group.entered[$0]) } ?? .missing
        let ofFirst = step > 0 ? Self.share(mine, group.entered[0]) : .missing
        // What may be skipped, entered anywhere or done in any order is not lost by who has not done it.
        let counts = !plan.steps[step].isOptional && plan.order != .any && !plan.isOpen
        let lost = counts ? before.map { Value.exact(Exact(group.entered[$0] - mine)) } ?? .missing : .missing
        let times = Selection.percentiles(group.elapsed[step].flatMap(\.pieces), thousandths: [500, 900]).map { rank in
            rank.map { Value.real($0.between / Double(microsecondsPerDay)) } ?? .missing
        }
        values = [.exact(Exact(mine)), ofBefore, ofFirst, lost] + times
    }

    private static func share(_ part: Int, _ whole: Int) -> Value { whole == 0 ? .missing : .real(Double(part) / Double(whole)) }
}
