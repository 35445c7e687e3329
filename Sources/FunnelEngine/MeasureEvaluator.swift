import FunnelModel
import FunnelPlan

/// Arithmetic on the results of aggregates. What can be exact is; a division, and what does not fit 128 bits, is binary.
struct MeasureEvaluator {
    /// Slot by slot, line by line.
    let slots: [[Value]]
    /// The slots over all rows, for shares.
    let totals: [[Value]]

    func value(_ measure: MeasureValue, line: Int) -> Value { Self.value(measure, slots, totals, line) }

    private static func value(_ measure: MeasureValue, _ slots: [[Value]], _ totals: [[Value]], _ line: Int) -> Value {
        switch measure {
        case .slot(let slot): return slots[slot][line]
        case .exact(let exact): return .exact(exact)
        case .arithmetic(let operation, let a, let b):
            return arithmetic(operation, value(a, slots, totals, line), value(b, slots, totals, line))
        case .share(let inner):
            return arithmetic(.divide, value(inner, slots, totals, line), value(inner, totals, totals, 0))
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
