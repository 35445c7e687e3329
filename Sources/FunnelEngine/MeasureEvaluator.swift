import FunnelModel
import FunnelPlan

/// Arithmetic on the results of aggregates. What can be exact is; a division, and what does not fit 128 bits, is binary.
struct MeasureEvaluator {
    /// Slot by slot, line by line.
    let slots: [[Value]]
    /// The slots over all rows, for shares.
    let totals: [[Value]]
    /// What measures over the groups need: the slots of each frame, the line of the period before, the ranks of each value that is ranked.
    var frames: [Frame: [[Value]]] = [:]
    var previous: [Int] = []
    var ranks: [MeasureValue: [Value]] = [:]

    init(slots: [[Value]], totals: [[Value]]) {
        self.slots = slots
        self.totals = totals
    }

    /// For the groups of an answer, with what its measures look back on.
    init(_ plan: Plan, _ groups: Groups, slots: [[Value]], totals: [[Value]]) {
        self.init(slots: slots, totals: totals)
        for measure in plan.measures { prepare(measure.value, groups) }
        if let having = plan.having { prepare(having, groups) }
    }

    private mutating func prepare(_ condition: MeasureCondition, _ groups: Groups) {
        switch condition {
        case .compare(_, let a, let b):
            prepare(a, groups)
            prepare(b, groups)
        case .isMissing(let inner): prepare(inner, groups)
        case .not(let inner): prepare(inner, groups)
        case .and(let a, let b), .or(let a, let b):
            prepare(a, groups)
            prepare(b, groups)
        }
    }

    private mutating func prepare(_ measure: MeasureValue, _ groups: Groups) {
        switch measure {
        case .slot, .exact: break
        case .arithmetic(_, let a, let b):
            prepare(a, groups)
            prepare(b, groups)
        case .share(let inner): prepare(inner, groups)
        case .cumulative: if frames[.cumulative] == nil { frames[.cumulative] = groups.results(.cumulative) }
        case .rolling(_, let periods): if frames[.rolling(periods)] == nil { frames[.rolling(periods)] = groups.results(.rolling(periods)) }
        case .change: if previous.isEmpty { previous = groups.previous }
        case .rank(let inner): if ranks[inner] == nil { ranks[inner] = ranked(inner, among: groups.rivals) }
        case .wilson, .newcombe: break
        }
    }

    func value(_ measure: MeasureValue, line: Int) -> Value { value(measure, slots, line) }

    /// The values of a measure of some lines.
    func values(_ measure: MeasureValue, lines: [Int]) -> [Value] {
        switch measure {
        case .slot(let slot):
            let values = slots[slot]
            return lines.map { values[$0] }
        case .arithmetic(let operation, let a, let b):
            return zip(values(a, lines: lines), values(b, lines: lines)).map { Self.arithmetic(operation, $0, $1) }
        case .share(let inner):
            let total = value(inner, totals, 0)
            return values(inner, lines: lines).map { Self.arithmetic(.divide, $0, total) }
        default: return lines.map { value(measure, slots, $0) }
        }
    }

    private func value(_ measure: MeasureValue, _ slots: [[Value]], _ line: Int) -> Value {
        switch measure {
        case .slot(let slot): return slots[slot][line]
        case .exact(let exact): return .exact(exact)
        case .arithmetic(let operation, let a, let b):
            return Self.arithmetic(operation, value(a, slots, line), value(b, slots, line))
        case .share(let inner):
            return Self.arithmetic(.divide, value(inner, slots, line), value(inner, totals, 0))
        case .cumulative(let inner): return frames[.cumulative].map { value(inner, $0, line) } ?? .missing
        case .rolling(let inner, let periods): return frames[.rolling(periods)].map { value(inner, $0, line) } ?? .missing
        case .change(let inner):
            guard previous.indices.contains(line), previous[line] >= 0 else { return .missing }
            return Self.arithmetic(.subtract, value(inner, slots, line), value(inner, slots, previous[line]))
        case .rank(let inner): return ranks[inner]?[line] ?? .missing
        case .wilson(let successes, let trials, let level, let isUpper):
            guard let x = value(successes, slots, line).double, let n = value(trials, slots, line).double,
                let bounds = Intervals.wilson(x, of: n, level: level)
            else { return .missing }
            return .real(isUpper ? bounds.high : bounds.low)
        case .newcombe(let later, let earlier, let level, let isUpper):
            guard let a = proportion(later, slots, line), let b = proportion(earlier, slots, line), let bounds = Intervals.newcombe(a, b, level: level)
            else { return .missing }
            return .real(isUpper ? bounds.high : bounds.low)
        }
    }

    private func proportion(_ proportion: Proportion, _ slots: [[Value]], _ line: Int) -> (successes: Double, trials: Double)? {
        guard let x = value(proportion.successes, slots, line).double, let n = value(proportion.trials, slots, line).double else { return nil }
        return (x, n)
    }

    /// For each line one more than how many rivals have a larger value; equal ones share a place. What is missing has none.
    private func ranked(_ inner: MeasureValue, among rivals: [[Int]]) -> [Value] {
        let all = values(inner, lines: Array(rivals.indices))
        let series = Dictionary(grouping: rivals.indices.filter { !all[$0].isMissing }) { rivals[$0] }
        let sorted = series.mapValues { lines in lines.map { all[$0] }.sorted { Value.compare($0, $1) > 0 } }
        return rivals.indices.map { line in
            guard !all[line].isMissing, let values = sorted[rivals[line]] else { return .missing }
            // The first that is no larger.
            var (low, high) = (0, values.count)
            while low < high {
                let middle = (low + high) / 2
                if Value.compare(values[middle], all[line]) > 0 { low = middle + 1 } else { high = middle }
            }
            return .exact(Exact(low + 1))
        }
    }

    static func arithmetic(_ operation: Arithmetic, _ a: Value, _ b: Value) -> Value {
        if case .exact(let x) = a, case .exact(let y) = b {
            let exact: Exact? =
                switch operation {
                case .add: Exact.adding(x, y)
                case .subtract: Exact.subtracting(x, y)
                case .multiply: Exact.multiplying(x, y)
                case .divide: nil
                }
            if let exact { return .exact(exact) }
            if operation == .divide { return Exact.dividing(x, y).map(finite) ?? .missing }
        }
        guard let x = a.double, let y = b.double else { return .missing }
        switch operation {
        case .add: return finite(x + y)
        case .subtract: return finite(x - y)
        case .multiply: return finite(x * y)
        case .divide: return y == 0 ? .missing : finite(x / y)
        }
    }

    private static func finite(_ value: Double) -> Value { value.isFinite ? .real(value) : .missing }

    func holds(_ condition: MeasureCondition, line: Int) -> Bool {
        switch condition {
        case .compare(let comparison, let a, let b):
            let (x, y) = (value(a, line: line), value(b, line: line))
            if x.isMissing || y.isMissing { return comparison == .notEqual }
            return comparison.holds(Value.compare(x, y))
        case .isMissing(let inner): return value(inner, line: line).isMissing
        case .not(let inner): return !holds(inner, line: line)
        case .and(let a, let b): return holds(a, line: line) && holds(b, line: line)
        case .or(let a, let b): return holds(a, line: line) || holds(b, line: line)
        }
    }
}
