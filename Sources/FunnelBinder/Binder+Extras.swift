import FunnelModel
import FunnelPlan
import FunnelSyntax
import FunnelText

/// `with total, share, interval, target`.
extension Binder {
    mutating func addExtras(_ query: Query, _ measures: inout [PlanMeasure], _ typed: [TypedMeasure]) throws(Diagnostic) {
        let own = Array(measures.prefix(typed.count))
        for extra in query.extras {
            if extra.level != nil, extra.name.folded != "interval" { throw error(.levelOfWhat(extra.name.text), extra.name.range) }
            switch extra.name.folded {
            case "total": break
            case "share":
                guard typed.contains(where: \.isAdditive) else { throw error(.noShare(own.map(\.name).joined(separator: ", ")), extra.name.range) }
                for (measure, typed) in zip(own, typed) where typed.isAdditive {
                    measures.append(PlanMeasure(name: "share(\(measure.name))", quantity: .percent, value: .share(measure.value)))
                }
            case "interval": try addIntervals(extra, own, &measures)
            case "target": try addTargets(extra, query, own, &measures)
            default: throw error(.unknownExtra(extra.name.text), extra.name.range)
            }
        }
    }

    // MARK: - Intervals

    private func addIntervals(_ extra: Extra, _ own: [PlanMeasure], _ measures: inout [PlanMeasure]) throws(Diagnostic) {
        let level = try level(of: extra)
        let shares = own.compactMap { measure in proportion(measure.value).map { (measure.name, $0) } }
        guard !shares.isEmpty else { throw error(.noInterval(own.map(\.name).joined(separator: ", ")), extra.name.range) }
        for (name, share) in shares {
            for (word, isUpper) in [("low", false), ("high", true)] {
                let value = MeasureValue.wilson(successes: share.successes, trials: share.trials, level: level, isUpper: isUpper)
                measures.append(PlanMeasure(name: "\(name) \(word)", quantity: .percent, value: value))
            }
        }
    }

    /// The level of `interval 95%`.
    func level(of extra: Extra) throws(Diagnostic) -> Double {
        guard let written = extra.level else { return 0.95 }
        let level = Exact(written.units, scale: written.scale).double
        guard written.isPercent, level > 0, level < 1 else { throw error(.badLevel, extra.name.range) }
        return level
    }

    /// Whether a measure is a count ÷ a count of the same rows, of which it counts some: then it has an interval.
    func proportion(_ value: MeasureValue) -> Proportion? {
        guard case .arithmetic(.divide, .slot(let top), .slot(let bottom)) = value else { return nil }
        for list in aggregates.values {
            guard let part = list.first(where: { $0.slot == top }), let whole = list.first(where: { $0.slot == bottom }),
                part.function == .count, whole.function == .count, Self.isPart(part, of: whole)
            else { continue }
            return Proportion(successes: .slot(top), trials: .slot(bottom))
        }
        return nil
    }

    /// Whether every row that `part` counts is one that `whole` counts, as far as their conditions show it.
    private static func isPart(_ part: PlanAggregate, of whole: PlanAggregate) -> Bool {
        guard part.argument == whole.argument || whole.argument == nil else { return false }
        guard let filter = whole.filter else { return true }
        guard let mine = part.filter else { return false }
        if mine == filter { return true }
        switch (mine, filter) {
        case (.and(let parts), .and(let wholes)): return wholes.allSatisfy(parts.contains)
        case (.and(let parts), _): return parts.contains(filter)
        case (_, .or(let choices)): return choices.contains(mine)
        default: return false
        }
    }

    // MARK: - Targets

    /// The target and how far it is attained, beside each measure that has one. A target `where …` is held against the
    /// rows for which that holds.
    private mutating func addTargets(_ extra: Extra, _ query: Query, _ own: [PlanMeasure], _ measures: inout [PlanMeasure]) throws(Diagnostic) {
        var found = false
        for (measure, shown) in zip(query.measures, own) {
            for target in context.targets {
                guard case .binary(let operation, let left, let right, _) = target.statement.condition, left == measure.expression else { continue }
                found = true
                let name = shown.name + (target.statement.filter.map { " where " + Printer.text($0) } ?? "")
                let goal = try inside(target.source) { binder throws(Diagnostic) in try binder.measure(right) }
                extraFilter = target.statement.filter.map { ($0, target.source) }
                defer { extraFilter = nil }
                let actual = try self.measure(measure.expression)
                let isAtLeast = operation == .greater || operation == .greaterOrEqual
                let attained: MeasureValue = isAtLeast ? .arithmetic(.divide, actual.value, goal.value) : .arithmetic(.divide, goal.value, actual.value)
                measures.append(PlanMeasure(name: "\(name) target", quantity: actual.quantity, value: goal.value))
                measures.append(PlanMeasure(name: "\(name) attained", quantity: .percent, value: attained))
            }
        }
        guard found else { throw error(.noTarget(own.map(\.name)), extra.name.range) }
    }
}
