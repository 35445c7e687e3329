package import FunnelModel
package import FunnelPlan
import FunnelStore
package import FunnelText

/// Funnels, their leaks, and the leads behind a drop.
extension Engine {
    /// For each group and step: entered, of the step before, of the first, lost, and the time from the step before.
    package func funnel(_ plan: FunnelPlan) throws(Diagnostic) -> Answer {
        let runner = runner(plan)
        let (tallies, spaces) = try runner.run()
        var rows: [[Value]] = []
        for group in Self.groups(tallies, spaces) {
            for (window, tally) in tallies.enumerated() {
                let name = plan.windows.count > 1 ? [Value.text(plan.windows[window].name)] : []
                let index = tally.groups[group]
                let keys = Self.values(group, spaces)
                for step in plan.steps.indices {
                    let own = index.map { StepNumbers(step, plan, tally.entered[$0], tally.elapsed[$0][step]) } ?? StepNumbers(step, plan, [], [])
                    rows.append(keys + name + [.text(plan.steps[step].name)] + own.values)
                }
            }
        }
        var columns = zip(plan.keys, spaces).map { AnswerColumn($0.name, .key($1.grain)) }
        if plan.windows.count > 1 { columns.append(AnswerColumn("within", .key(nil))) }
        columns += [
            AnswerColumn("step", .key(nil)), AnswerColumn("entered", .measure(.count)), AnswerColumn("of before", .measure(.percent)),
            AnswerColumn("of first", .measure(.percent)), AnswerColumn("lost", .measure(.count)), AnswerColumn("median time", .measure(.days)),
            AnswerColumn("p90 time", .measure(.days)),
        ]
        return Answer(columns: columns, rows: rows)
    }

    /// Where leads are lost: for each group and step how many did not go on, and what they would be worth if they had gone
    /// on from the next step as others do: lost × the share of those there who reached the end × `dealSize`.
    package func leaks(_ plan: FunnelPlan, dealSize: Double?) throws(Diagnostic) -> Answer {
        let (tallies, spaces) = try runner(plan).run()
        let required = plan.steps.indices.filter { !plan.steps[$0].isOptional }
        var rows: [[Value]] = []
        for tally in tallies.prefix(1) {
            for (group, key) in tally.keys.enumerated() {
                let keys = Self.values(key, spaces)
                let entered = tally.entered[group]
                for (from, to) in zip(required, required.dropFirst()) where entered[from] > 0 {
                    let lost = entered[from] - entered[to]
                    guard lost > 0 else { continue }
                    let onward = entered[to] > 0 ? Double(entered[required[required.count - 1]]) / Double(entered[to]) : nil
                    let worth = onward.flatMap { share in dealSize.map { .real(Double(lost) * share * $0) } } ?? Value.missing
                    rows.append(
                        keys + [
                            .text(plan.steps[from].name), .text(plan.steps[to].name), .exact(Exact(lost)), .real(Double(lost) / Double(entered[from])), worth,
                        ])
                }
            }
        }
        let worth = spaces.count + 4
        rows.sort { a, b in
            let comparison = a[worth].isMissing && b[worth].isMissing ? 0 : Value.compare(a[worth], b[worth])
            if a[worth].isMissing != b[worth].isMissing { return b[worth].isMissing }
            if comparison != 0 { return comparison > 0 }
            let lost = Value.compare(a[worth - 2], b[worth - 2])
            if lost != 0 { return lost > 0 }
            return (0..<worth - 2).lazy.map { Value.compare(a[$0], b[$0]) }.first { $0 != 0 } ?? 0 < 0
        }
        let columns =
            zip(plan.keys, spaces).map { AnswerColumn($0.name, .key($1.grain)) } + [
                AnswerColumn("from", .key(nil)), AnswerColumn("to", .key(nil)), AnswerColumn("lost", .measure(.count)),
                AnswerColumn("share lost", .measure(.percent)), AnswerColumn("worth", .measure(.money)),
            ]
        return Answer(columns: columns, rows: rows)
    }

    /// The rows of the leads table whose furthest step is this one.
    package func leads(of plan: FunnelPlan, stoppedAt step: Int) throws(Diagnostic) -> [Int] { try runner(plan).leads(stoppedAt: step) }

    func runner(_ plan: FunnelPlan) -> FunnelRunner {
        guard let asOf = plan.asOf else { return FunnelRunner(plan: plan, store: store, threads: threads, interrupt: interrupt) }
        return FunnelRunner(plan: plan, store: store.asOf(asOf.total), threads: threads, interrupt: interrupt)
    }

    /// A loop, for a `map` with the closure of a key inside makes the compiler of Swift 6.3 crash where it optimises.
    private static func values(_ group: [Int], _ spaces: [FunnelKeySpace]) -> [Value] {
        var values: [Value] = []
        for (code, space) in zip(group, spaces) { values.append(space.value(code)) }
        return values
    }

    /// The groups of all windows: with a key of time in its order, else the fullest first. A group is there in every window.
    private static func groups(_ tallies: [FunnelRunner.Tally], _ spaces: [FunnelKeySpace]) -> [[Int]] {
        if spaces.isEmpty { return [[]] }
        var entered: [[Int]: Int] = [:]
        for tally in tallies {
            for (index, key) in tally.keys.enumerated() { entered[key] = max(entered[key] ?? 0, tally.entered[index].max() ?? 0) }
        }
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

    init(_ step: Int, _ plan: FunnelPlan, _ entered: [Int], _ elapsed: [Int64]) {
        let mine = entered.isEmpty ? 0 : entered[step]
        let before = (0..<step).last { !plan.steps[$0].isOptional } ?? (step > 0 ? 0 : nil)
        let ofBefore = before.map { Self.share(mine, entered.isEmpty ? 0 : entered[$0]) } ?? .missing
        let ofFirst = step > 0 ? Self.share(mine, entered.first ?? 0) : .missing
        // What may be skipped, entered anywhere or done in any order is not lost by who has not done it.
        let counts = !plan.steps[step].isOptional && plan.order != .any && !plan.isOpen
        let lost = counts ? before.map { Value.exact(Exact((entered.isEmpty ? 0 : entered[$0]) - mine)) } ?? .missing : .missing
        var times = elapsed
        let (median, p90) = times.withUnsafeMutableBufferPointer { buffer -> (Value, Value) in
            guard let base = buffer.baseAddress else { return (.missing, .missing) }
            return (Self.days(base, buffer.count, 500), Self.days(base, buffer.count, 900))
        }
        values = [.exact(Exact(mine)), ofBefore, ofFirst, lost, median, p90]
    }

    private static func share(_ part: Int, _ whole: Int) -> Value { whole == 0 ? .missing : .real(Double(part) / Double(whole)) }

    private static func days(_ times: UnsafeMutablePointer<Int64>, _ count: Int, _ thousandths: Int) -> Value {
        guard let (low, high, fraction) = Selection.percentile(times, count, thousandths: thousandths) else { return .missing }
        return .real((Double(low) + (Double(high) - Double(low)) * fraction) / Double(microsecondsPerDay))
    }
}
