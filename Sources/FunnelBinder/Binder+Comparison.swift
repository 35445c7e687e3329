import FunnelModel
import FunnelPlan
import FunnelSyntax
import FunnelText

/// `vs`: each measure's earlier value, the change, and the change in percent. The earlier rows are scans of their own that
/// meet the later ones on the keys, their periods moved to stand beside the later ones'.
extension Binder {
    /// Returns where each of the measures stands now.
    mutating func compare(
        _ query: Query, _ clause: ComparisonClause, _ measures: inout [PlanMeasure], _ scans: inout [Scan], _ keys: [PlanKey], shown: Int
    ) throws(Diagnostic) -> [Int] {
        let earlier = try earlier(query, clause, keys)
        let offset = slotCount
        for scan in scans {
            var filter = earlier.during == nil && earlier.without == nil ? scan.filter : try scanFilter(query, scan.table, during: earlier.during).condition
            if let without = earlier.without {
                let axis = try axis(of: scan.table, at: clause.place.range)
                let rest = RowCondition.not(.during(axis.value, from: without.from, until: without.until))
                filter = filter.map { .and([$0, rest]) } ?? rest
            }
            let aggregates = scan.aggregates.map { aggregate in
                var copy = aggregate
                copy.slot += offset
                return copy
            }
            scans.append(
                Scan(
                    table: scan.table, filter: filter, keys: scan.keys.map { Self.moved($0, earlier.shift) }, aggregates: aggregates,
                    makesGroups: earlier.makesGroups))
        }
        slotCount *= 2
        let level = try query.extras.first { $0.name.folded == "interval" }.map { extra throws(Diagnostic) in try self.level(of: extra) }
        var all: [PlanMeasure] = []
        var places: [Int] = []
        for (index, measure) in measures.enumerated() {
            places.append(all.count)
            all.append(measure)
            guard index < shown, measure.isShown else { continue }
            all += comparison(of: measure, offset, level)
        }
        measures = all
        facts.comparison = earlier.words
        return places
    }

    private func comparison(of measure: PlanMeasure, _ offset: Int, _ level: Double?) -> [PlanMeasure] {
        let before = Self.moved(measure.value, offset)
        let change = MeasureValue.arithmetic(.subtract, measure.value, before)
        var columns = [
            PlanMeasure(name: "\(measure.name) before", quantity: measure.quantity, value: before),
            PlanMeasure(name: "\(measure.name) change", quantity: measure.quantity, value: change),
            PlanMeasure(name: "\(measure.name) change %", quantity: .percent, value: .arithmetic(.divide, change, before)),
        ]
        if let level, let share = proportion(measure.value) {
            let old = Proportion(successes: Self.moved(share.successes, offset), trials: Self.moved(share.trials, offset))
            for (word, isUpper) in [("low", false), ("high", true)] {
                let value = MeasureValue.newcombe(later: share, earlier: old, level: level, isUpper: isUpper)
                columns.append(PlanMeasure(name: "\(measure.name) change \(word)", quantity: measure.quantity, value: value))
            }
        }
        return columns
    }

    // MARK: - The earlier rows

    private struct Earlier {
        /// The period to read in the place of `during`.
        var during: PeriodBounds?
        /// A part of it that is left out, as the later period is not over.
        var without: PeriodBounds?
        var shift = PeriodShift.none
        var makesGroups = true
        var words = ""
    }

    private mutating func earlier(_ query: Query, _ clause: ComparisonClause, _ keys: [PlanKey]) throws(Diagnostic) -> Earlier {
        let grain = keys.compactMap { key -> Grain? in if case .period(let grain) = key.kind { grain } else { nil } }.first
        guard let during = query.during else {
            guard let grain, grain.isCalendar else { throw error(.nothingToCompare, clause.place.range) }
            return try neighbour(clause, grain)
        }
        let later = try bounds(of: during)
        var earlier: PeriodBounds
        var isFull = true
        switch clause.kind {
        case .period(let range): earlier = try bounds(of: range)
        case .previous(let full):
            earlier = Self.preceding(later)
            isFull = full
        case .yearAgo(let full):
            earlier = PeriodBounds(from: Self.moved(later.from, months: -12), until: Self.moved(later.until, months: -12))
            isFull = full
        }
        var shift = PeriodShift.none
        if let grain, grain.isCalendar {
            let (a, b) = (
                Period.index(of: grain, holding: later.from.day, rules: context.rules), Period.index(of: grain, holding: earlier.from.day, rules: context.rules)
            )
            shift = .periods(a - b)
        }
        var words = PeriodName.text(earlier)
        if !isFull, context.now < later.until, later.from < context.now {
            let elapsed = context.now.total - later.from.total
            let cut = if case .yearAgo = clause.kind { Self.moved(context.now, months: -12) } else { Self.instant(earlier.from.total + elapsed) }
            earlier.until = min(earlier.until, cut)
            words = "\(PeriodName.text(earlier)), the same part, as \(PeriodName.text(later)) is not over"
        }
        return Earlier(during: earlier, shift: shift, words: words)
    }

    /// Each period beside the one before it, or the one a year before.
    private func neighbour(_ clause: ComparisonClause, _ grain: Grain) throws(Diagnostic) -> Earlier {
        var earlier = Earlier(makesGroups: false)
        let isFull: Bool
        let current = Period(grain, holding: context.now.day, rules: context.rules)
        let old: Period
        switch clause.kind {
        case .previous(let full):
            earlier.shift = .periods(1)
            earlier.words = "the \(grain.rawValue) before"
            isFull = full
            old = Period(grain, index: current.index - 1, rules: context.rules)
        case .yearAgo(let full):
            earlier.shift = grain == .week ? .periods(52) : .months(12)
            earlier.words = "the \(grain.rawValue) a year before"
            isFull = full
            old =
                grain == .week
                ? Period(grain, index: current.index - 52, rules: context.rules)
                : Period(grain, holding: Calendar.adding(months: -12, to: current.start), rules: context.rules)
        case .period: throw error(.nothingToCompare, clause.place.range)
        }
        let elapsed = context.now.total - Instant(day: current.start).total
        if !isFull, Instant(day: old.start).total + elapsed < Instant(day: old.end).total {
            earlier.without = PeriodBounds(from: Self.instant(Instant(day: old.start).total + elapsed), until: Instant(day: old.end))
            earlier.words += "; of \(current.label), which is not over, the same part"
        }
        return earlier
    }

    /// The period of the same length before: whole months before whole months, else as many days.
    private static func preceding(_ later: PeriodBounds) -> PeriodBounds {
        let (a, b) = (Calendar.civil(later.from.day), Calendar.civil(later.until.day))
        if a.day == 1, b.day == 1, later.from.microseconds == 0, later.until.microseconds == 0 {
            let months = (b.year - a.year) * 12 + b.month - a.month
            return PeriodBounds(from: moved(later.from, months: -months), until: later.from)
        }
        return PeriodBounds(from: instant(2 * later.from.total - later.until.total), until: later.from)
    }

    private static func moved(_ instant: Instant, months: Int) -> Instant {
        Instant(day: Calendar.adding(months: months, to: instant.day), microseconds: instant.microseconds)
    }

    private static func moved(_ key: ScanKey, _ shift: PeriodShift) -> ScanKey {
        if case .period(let grain, let value, _) = key, grain.isCalendar { .period(grain, of: value, shift: shift) } else { key }
    }

    /// The same measure over slots further on.
    private static func moved(_ value: MeasureValue, _ offset: Int) -> MeasureValue {
        switch value {
        case .slot(let slot): .slot(slot + offset)
        case .exact: value
        case .arithmetic(let operation, let a, let b): .arithmetic(operation, moved(a, offset), moved(b, offset))
        case .share(let inner): .share(moved(inner, offset))
        case .cumulative(let inner): .cumulative(moved(inner, offset))
        case .rolling(let inner, let periods): .rolling(moved(inner, offset), periods: periods)
        case .change(let inner): .change(moved(inner, offset))
        case .rank(let inner): .rank(moved(inner, offset))
        case .wilson(let successes, let trials, let level, let isUpper):
            .wilson(successes: moved(successes, offset), trials: moved(trials, offset), level: level, isUpper: isUpper)
        case .newcombe(let later, let earlier, let level, let isUpper):
            .newcombe(later: moved(later, offset), earlier: moved(earlier, offset), level: level, isUpper: isUpper)
        }
    }

    private static func moved(_ share: Proportion, _ offset: Int) -> Proportion {
        Proportion(successes: moved(share.successes, offset), trials: moved(share.trials, offset))
    }
}
