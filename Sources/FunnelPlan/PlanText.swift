import FunnelModel

/// A plan in words, a line a node: what `plan QUERY` shows and golden files record.
package struct PlanText {
    /// `costs` are lines on what each scan reads, where a store is at hand; behind them those of the passes that only count.
    package static func lines(_ plan: Plan, costs: [[String]] = []) -> [String] {
        var lines: [String] = []
        if let asOf = plan.asOf { lines.append("as known before \(text(asOf))") }
        if let limit = plan.limit { lines.append("limit \(limit)") }
        if let top = plan.top {
            lines.append("top \(top.count) by \(plan.measures[top.measure].name)" + (top.withOther ? ", the rest as other" : ""))
        }
        if !plan.order.isEmpty { lines.append("order by " + plan.order.map { text($0, plan) }.joined(separator: ", ")) }
        if let having = plan.having { lines.append("having " + text(having)) }
        if plan.withTotal { lines.append("total over all rows") }
        for measure in plan.measures {
            lines.append("measure \(measure.name) = \(text(measure.value)) as \(measure.quantity.name)" + (measure.isShown ? "" : ", not shown"))
        }
        if !plan.keys.isEmpty { lines.append("meet on " + plan.keys.map(\.name).joined(separator: ", ")) }
        let passes = plan.countPasses
        for (index, scan) in plan.scans.enumerated() {
            lines.append("scan \(scan.table.rawValue)" + (scan.makesGroups ? "" : ", for lines of other scans"))
            if let filter = scan.filter { lines.append("  where " + text(filter)) }
            if !scan.keys.isEmpty { lines.append("  by " + scan.keys.map(text).joined(separator: ", ")) }
            lines.append(contentsOf: scan.aggregates.map { "  " + text($0) })
            for pass in passes where pass.scan == index { lines.append(contentsOf: text(pass, of: plan)) }
            if costs.indices.contains(index) { lines.append(contentsOf: costs[index].map { "  " + $0 }) }
        }
        for (index, pass) in passes.filter({ $0.scan == nil }).enumerated() {
            lines.append("scan \(pass.table.rawValue), for remarks")
            if let scope = pass.scope { lines.append("  where " + text(scope)) }
            lines.append(contentsOf: text(pass, of: plan))
            let place = plan.scans.count + index
            if costs.indices.contains(place) { lines.append(contentsOf: costs[place].map { "  " + $0 }) }
        }
        return lines
    }

    private static func text(_ pass: CountPass, of plan: Plan) -> [String] {
        pass.counts.map { "  \(plan.counts[$0].name) = count(where \(text(plan.counts[$0].condition)))" }
    }

    /// A funnel in words. `cost` are lines on what it reads.
    package static func lines(_ plan: FunnelPlan, cost: [String] = []) -> [String] {
        var lines: [String] = []
        if let asOf = plan.asOf { lines.append("as known before \(text(asOf))") }
        for (index, step) in plan.steps.enumerated() {
            lines.append("step \(index + 1) \(step.name) = \(text(step.events))" + (step.isOptional ? ", may be skipped" : ""))
        }
        let order =
            switch plan.order {
            case .ordered: "each step behind the one before"
            case .strict: "each step next behind the one before"
            case .any: "steps in any order"
            }
        lines.append("chains: " + order + (plan.isOpen ? ", from any step on" : ""))
        if !plan.windows.isEmpty { lines.append("within " + plan.windows.map(\.name).joined(separator: ", ") + " of the first step") }
        let bounds = [plan.from.map { "at or after \(text($0))" }, plan.until.map { "before \(text($0))" }].compactMap { $0 }
        if !bounds.isEmpty { lines.append("first step " + bounds.joined(separator: " and ")) }
        lines.append("scan the histories of leads")
        if let filter = plan.leadFilter { lines.append("  leads where " + text(filter)) }
        if let filter = plan.stageFilter { lines.append("  stage rows where " + text(filter)) }
        if !plan.keys.isEmpty { lines.append("  by " + plan.keys.map(text).joined(separator: ", ")) }
        return lines + cost.map { "  " + $0 }
    }

    private static func text(_ key: FunnelKey) -> String {
        switch key {
        case .lead(_, let key): text(key)
        case .stage(_, let key): text(key) + " of the first step"
        case .period(_, let grain): "\(grain.rawValue) of the first step"
        }
    }

    private static func text(_ order: PlanOrder, _ plan: Plan) -> String {
        let name =
            switch order.term {
            case .key(let index): plan.keys[index].name
            case .measure(let index): plan.measures[index].name
            }
        return name + (order.descending ? " desc" : "")
    }

    private static func text(_ aggregate: PlanAggregate) -> String {
        var result = "#\(aggregate.slot) = \(aggregate.function.name)(" + (aggregate.argument.map(text) ?? "")
        if let filter = aggregate.filter { result += (aggregate.argument == nil ? "" : " ") + "where " + text(filter) }
        return result + ")"
    }

    private static func text(_ key: ScanKey) -> String {
        switch key {
        case .value(let value): text(value)
        case .period(let grain, let value, .periods(0)): "\(grain.rawValue) of \(text(value))"
        case .period(let grain, let value, .periods(let count)): "\(grain.rawValue) of \(text(value)), \(count) later"
        case .period(let grain, let value, .months(let count)): "\(grain.rawValue) of \(text(value)), \(count) months later"
        }
    }

    package static func text(_ value: MeasureValue) -> String {
        switch value {
        case .slot(let slot): "#\(slot)"
        case .exact(let exact): exact.text
        case .arithmetic(let operation, let a, let b): "(\(text(a)) \(operation.rawValue) \(text(b)))"
        case .share(let inner): "share(\(text(inner)))"
        case .cumulative(let inner): "cumulative(\(text(inner)))"
        case .rolling(let inner, let periods): "rolling(\(text(inner)), \(periods) periods)"
        case .change(let inner): "change(\(text(inner)))"
        case .rank(let inner): "rank(\(text(inner)))"
        case .wilson(let successes, let trials, let level, let isUpper):
            "wilson(\(text(successes)) of \(text(trials)), \(level), \(isUpper ? "upper" : "lower"))"
        case .newcombe(let later, let earlier, let level, let isUpper):
            "newcombe(\(text(later.successes)) of \(text(later.trials)) less \(text(earlier.successes)) of \(text(earlier.trials)), \(level), \(isUpper ? "upper" : "lower"))"
        }
    }

    package static func text(_ condition: MeasureCondition) -> String {
        switch condition {
        case .compare(let comparison, let a, let b): "\(text(a)) \(comparison.rawValue) \(text(b))"
        case .isMissing(let value): "\(text(value)) is missing"
        case .not(let inner): "not (\(text(inner)))"
        case .and(let a, let b): "(\(text(a)) and \(text(b)))"
        case .or(let a, let b): "(\(text(a)) or \(text(b)))"
        }
    }

    package static func text(_ value: RowValue) -> String {
        switch value {
        case .column(let column): column.name
        case .exact(let exact): exact.text
        case .text(let text): "\"\(text)\""
        case .instant(let instant): text(instant)
        case .duration(let microseconds): text(.microseconds(microseconds))
        case .missing: "missing"
        case .condition(let condition): "(\(text(condition)))"
        case .arithmetic(let operation, let a, let b): "(\(text(a)) \(operation.rawValue) \(text(b)))"
        case .elapsed(let from, let to): "days(\(text(from)), \(text(to)))"
        case .between(let from, let to, _): "cycle(\(text(from)), \(text(to)))"
        case .textFunction(let function, let inner): "\(function.rawValue)(\(text(inner)))"
        case .length(let inner): "length(\(text(inner)))"
        case .datePart(let part, let inner): "\(part.rawValue)(\(text(inner)))"
        case .coalesce(let values): "coalesce(\(values.map(text).joined(separator: ", ")))"
        case .cases(let cases, let otherwise):
            "case " + cases.map { "when \(text($0.condition)) then \(text($0.value)) " }.joined() + (otherwise.map { "else \(text($0)) " } ?? "") + "end"
        }
    }

    package static func text(_ events: StepEvents) -> String {
        switch events {
        case .stage(let stage): "stage \(stage)"
        case .created: "lead"
        case .qualified: "qualified"
        case .dealCreated: "deal"
        case .won: "won"
        case .stages(let condition), .leads(let condition): "(\(text(condition)))"
        }
    }

    package static func text(_ instant: Instant) -> String {
        Calendar.text(instant.day) + (instant.microseconds == 0 ? "" : "T" + Calendar.text(timeOfDay: instant.microseconds))
    }

    package static func text(_ condition: RowCondition) -> String {
        switch condition {
        case .always(let truth): truth ? "true" : "false"
        case .column(let column): column.name
        case .isMissing(let value): "\(text(value)) is missing"
        case .compare(let comparison, let a, let b): "\(text(a)) \(comparison.rawValue) \(text(b))"
        case .during(let value, let from, let until):
            [from.map { "\(text(value)) >= \(text($0))" }, until.map { "\(text(value)) < \(text($0))" }].compactMap { $0 }.joined(separator: " and ")
        case .text(let value, let test): "\(text(value)) \(text(test))"
        case .sameText(let a, let b): "\(text(a)) = \(text(b))"
        case .not(let inner): "not (\(text(inner)))"
        case .and(let parts): parts.map { "(\(text($0)))" }.joined(separator: " and ")
        case .or(let parts): parts.map { "(\(text($0)))" }.joined(separator: " or ")
        case .any(let table, let inner): "any of \(table.rawValue) (\(text(inner)))"
        case .wonWithin(let span): "won within \(text(span))"
        case .agedAtLeast(let span, let now): "at least \(text(span)) old at \(text(now))"
        }
    }

    private static func text(_ test: TextTest) -> String {
        switch test {
        case .isIn(let texts): texts.count == 1 ? "= \"\(texts[0])\"" : "in (" + texts.map { "\"\($0)\"" }.joined(separator: ", ") + ")"
        case .contains(let text): "contains \"\(text)\""
        case .startsWith(let text): "starts with \"\(text)\""
        case .endsWith(let text): "ends with \"\(text)\""
        case .like(let text): "like \"\(text)\""
        case .matches(let pattern): "matches /\(pattern)/"
        case .compare(let comparison, let text): "\(comparison.rawValue) \"\(text)\""
        }
    }

    package static func text(_ span: TimeSpan) -> String {
        switch span {
        case .months(let months): "\(months) months"
        case .microseconds(let microseconds):
            microseconds % microsecondsPerDay == 0 ? "\(microseconds / microsecondsPerDay) days" : "\(microseconds / 60_000_000) minutes"
        }
    }
}
