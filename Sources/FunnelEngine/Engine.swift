package import FunnelModel
package import FunnelPlan
package import FunnelStore
package import FunnelText

/// What is told how long scans take.
package struct ScanWatch {
    /// Seconds since some fixed moment.
    let stopwatch: () -> Double
    let took: (Double) -> Void

    package init(stopwatch: @escaping () -> Double, took: @escaping (Double) -> Void) {
        self.stopwatch = stopwatch
        self.took = took
    }
}

/// Carries a plan out over a store.
package struct Engine {
    let store: Store
    let threads: Int
    let interrupt: Interrupt?

    package init(store: Store, threads: Int, interrupt: Interrupt?) {
        self.store = store
        self.threads = threads
        self.interrupt = interrupt
    }

    /// The answer's columns are the keys and the measures that are shown; its remarks are those of the groups.
    ///
    /// `watch` is told, for each scan, how long it took.
    package func answer(_ plan: Plan, watch: ScanWatch? = nil) throws(Diagnostic) -> Answer {
        if let asOf = plan.asOf {
            var now = plan
            now.asOf = nil
            let past = store.asOf(asOf.total, reading: plan.tables, threads: threads)
            return try Engine(store: past, threads: threads, interrupt: interrupt).answer(now, watch: watch)
        }
        var (groups, counts) = try groups(of: plan, watch)
        let isFilled = groups.fillGaps()
        let identity = Array(0..<groups.count)
        let totals = groups.results(map: Array(repeating: 0, count: groups.count), lines: 1)
        var lines = Lines(plan: plan, groups: groups, slots: groups.results(map: identity, lines: groups.count), totals: totals)
        if let having = plan.having { lines.keep { evaluator, line in evaluator.holds(having, line: line) } }
        if let top = plan.top { try takeTop(top, plan, groups, &lines) }
        lines.sort(by: plan.order)
        if let limit = plan.limit { lines.cut(to: limit) }
        var answer = lines.answer()
        answer.counts = counts
        if !isFilled { answer.remarks.append(.unfilled) }
        return answer
    }

    /// What computes rows of each scan, and the values of each key.
    func prepare(_ plan: Plan) throws(Diagnostic) -> (compilers: [RowCompiler], spaces: [KeySpace]) {
        let compilers = plan.scans.map { RowCompiler(store: store, table: $0.table, threads: threads, interrupt: interrupt) }
        var spaces: [KeySpace] = []
        for index in plan.keys.indices { spaces.append(try KeySpace(index, of: plan, compilers: compilers)) }
        return (compilers, spaces)
    }

    /// The groups of all scans, and what the plan counts besides.
    private func groups(of plan: Plan, _ watch: ScanWatch?) throws(Diagnostic) -> (Groups, counts: [Int]) {
        let (compilers, spaces) = try prepare(plan)
        var results: [ScanResult] = []
        var counts = [Int](repeating: 0, count: plan.counts.count)
        let passes = plan.countPasses
        func run(_ scan: ScanRunner, counting places: [Int]) throws(Diagnostic) -> ScanResult {
            let start = watch?.stopwatch() ?? 0
            let result = try scan.run(counting: places.map { plan.counts[$0].condition })
            for (place, count) in zip(places, result.counts) { counts[place] = count }
            if let watch { watch.took(watch.stopwatch() - start) }
            return result
        }
        for (index, scan) in plan.scans.enumerated() {
            let runner = ScanRunner(scan: scan, compiler: compilers[index], spaces: spaces, index: index)
            results.append(try run(runner, counting: passes.filter { $0.scan == index }.flatMap(\.counts)))
        }
        for pass in passes where pass.scan == nil {
            let compiler = RowCompiler(store: store, table: pass.table, threads: threads, interrupt: interrupt)
            let scan = Scan(table: pass.table, filter: pass.scope, keys: [], aggregates: [])
            _ = try run(ScanRunner(scan: scan, compiler: compiler, spaces: [], index: 0), counting: pass.counts)
        }
        return (Groups(plan, spaces, results, threads: threads), counts)
    }

    /// Keeps the best series; with a time key beside other keys, a series is a combination of the others over all time.
    private func takeTop(_ top: PlanTop, _ plan: Plan, _ groups: Groups, _ lines: inout Lines) throws(Diagnostic) {
        let others = groups.spaces.indices.filter { !groups.spaces[$0].isTime }
        let ranked = others.isEmpty ? Array(groups.spaces.indices) : others
        // Rank each series by the measure over its own rows.
        var series: [UInt64: Int] = [:]
        var order: [Int] = []
        let map = (0..<groups.count).map { group in
            let name = groups.name(group, of: ranked)
            if let known = series[name] { return known }
            series[name] = order.count
            order.append(group)
            return order.count - 1
        }
        let evaluator = MeasureEvaluator(slots: groups.results(map: map, lines: order.count), totals: lines.totals)
        let alive = Set(lines.groups.map { map[$0] })
        // Of equal series the first by the keys' values, as lines are sorted; codes are in the order of the file.
        func precedes(_ a: Int, _ b: Int) -> Bool {
            for key in ranked {
                let (x, y) = (groups.value(groups.code(a, ofKey: key), ofKey: key), groups.value(groups.code(b, ofKey: key), ofKey: key))
                let comparison = Value.compare(x, y)
                if comparison != 0 { return comparison < 0 }
            }
            return false
        }
        let values = evaluator.values(plan.measures[top.measure].value, lines: Array(order.indices))
        let chosen = Set(
            order.indices.filter { alive.contains($0) && !values[$0].isMissing }.best(top.count) { a, b in
                let comparison = Value.compare(values[a], values[b])
                return comparison != 0 ? comparison > 0 : precedes(order[a], order[b])
            })
        let rest = lines.groups.filter { !chosen.contains(map[$0]) }
        lines.keep { group in chosen.contains(map[group]) }
        if top.withOther, !rest.isEmpty { lines.addOther(rest, ranked: ranked) }
    }

    /// Rows themselves.
    package func list(_ plan: ListPlan) throws(Diagnostic) -> Answer {
        let lost = try plan.lostAfter.map { lost throws(Diagnostic) in Set(try leads(of: lost.funnel, stoppedAt: lost.step)) }
        return try RowLister(plan: plan, compiler: RowCompiler(store: store, table: plan.table, threads: threads, interrupt: interrupt)).answer(only: lost)
    }

    /// The rows of a table for which a condition holds.
    package func rows(of table: TableRole, where condition: RowCondition) throws(Diagnostic) -> [Int] {
        let compiler = RowCompiler(store: store, table: table, threads: threads, interrupt: interrupt)
        return try RowLister.rows(where: condition, compiler)
    }
}

extension [Int] {
    /// The first `count` of what they would be in order; few are found without bringing the others into one.
    fileprivate func best(_ count: Int, by precedes: (Int, Int) -> Bool) -> ArraySlice<Int> {
        guard count < 64, count < self.count else { return sorted(by: precedes).prefix(count) }
        var best: [Int] = []
        for candidate in self where best.count < count || best.last.map({ precedes(candidate, $0) }) ?? false {
            best.insert(candidate, at: best.firstIndex { precedes(candidate, $0) } ?? best.count)
            if best.count > count { best.removeLast() }
        }
        return best[...]
    }
}
