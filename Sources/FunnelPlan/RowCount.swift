package import FunnelModel

/// Rows that a remark under the answer counts: those for which a condition holds, of all that the query asks about, whatever
/// `having`, `top` and `limit` leave of its lines.
package struct RowCount: Sendable, Hashable {
    /// What they are: `open leads`.
    package var name: String
    package var table: TableRole
    /// Which rows are asked about; all without one.
    package var scope: RowCondition?
    package var condition: RowCondition

    package init(name: String, table: TableRole, scope: RowCondition?, condition: RowCondition) {
        self.name = name
        self.table = table
        self.scope = scope
        self.condition = condition
    }
}

/// Counts that are made in one pass over a table.
package struct CountPass: Sendable, Hashable {
    /// The scan that reads the same rows, beside which they are made; nil where they take a pass of their own.
    package var scan: Int?
    package var table: TableRole
    package var scope: RowCondition?
    /// Which of the plan's counts they are.
    package var counts: [Int]
}

extension Plan {
    package var countPasses: [CountPass] {
        var passes: [CountPass] = []
        for (index, count) in counts.enumerated() {
            if let known = passes.firstIndex(where: { $0.table == count.table && $0.scope == count.scope }) {
                passes[known].counts.append(index)
            } else {
                let scan = scans.firstIndex { $0.table == count.table && $0.filter == count.scope && $0.sharedFilter == nil }
                passes.append(CountPass(scan: scan, table: count.table, scope: count.scope, counts: [index]))
            }
        }
        return passes
    }

    /// The same lines, with nothing counted besides.
    package var uncounted: Plan {
        var plan = self
        plan.counts = []
        return plan
    }

    /// The plan whose only line holds one of the counts.
    package func counting(_ count: RowCount) -> Plan {
        let filter = count.scope.map { RowCondition.and([$0, count.condition]) } ?? count.condition
        let aggregate = PlanAggregate(function: .count, argument: nil, argumentType: nil, filter: nil, slot: 0)
        return Plan(
            keys: [], scans: [Scan(table: count.table, filter: filter, keys: [], aggregates: [aggregate])], slotCount: 1,
            measures: [PlanMeasure(name: count.name, quantity: .count, value: .slot(0))], rules: rules, now: now, asOf: asOf)
    }
}

extension Scan {
    /// The condition that all aggregates have, where they have one: rows for which it does not hold need not be read.
    package var sharedFilter: RowCondition? {
        guard let shared = aggregates.first?.filter, aggregates.allSatisfy({ $0.filter == shared }) else { return nil }
        return shared
    }
}
