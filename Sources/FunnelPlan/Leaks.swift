package import FunnelModel

/// Where leads are lost, out of how many entered each step of a funnel.
///
/// For each two steps that can't be skipped: how many did not go on, and what they would be worth if they had gone on from the
/// next step as others do: lost × the share of those there who reached the end × the size of a deal.
package struct Leaks {
    private let plan: FunnelPlan
    private let dealSize: Double?
    private var rows: [[Value]] = []

    package init(_ plan: FunnelPlan, dealSize: Double?) {
        self.plan = plan
        self.dealSize = dealSize
    }

    /// Adds a group: its keys, and how many entered each step.
    package mutating func add(_ keys: [Value], entered: [Int]) {
        let required = plan.steps.indices.filter { !plan.steps[$0].isOptional }
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

    /// The biggest first; `keys` are the columns of the funnel's keys.
    package func answer(_ keys: [AnswerColumn]) -> Answer {
        let worth = keys.count + 4
        let sorted = rows.sorted { a, b in
            let comparison = a[worth].isMissing && b[worth].isMissing ? 0 : Value.compare(a[worth], b[worth])
            if a[worth].isMissing != b[worth].isMissing { return b[worth].isMissing }
            if comparison != 0 { return comparison > 0 }
            let lost = Value.compare(a[worth - 2], b[worth - 2])
            if lost != 0 { return lost > 0 }
            return (0..<worth - 2).lazy.map { Value.compare(a[$0], b[$0]) }.first { $0 != 0 } ?? 0 < 0
        }
        let columns =
            keys + [
                AnswerColumn("from", .key(nil)), AnswerColumn("to", .key(nil)), AnswerColumn("lost", .measure(.count)),
                AnswerColumn("share lost", .measure(.percent)), AnswerColumn("worth", .measure(.money)),
            ]
        return Answer(columns: columns, rows: sorted)
    }
}
