import FunnelModel
import FunnelPlan
import FunnelText

/// A measure in SQL, and what kind of number it is.
struct Measured {
    var text: String
    var type: SQLType
}

/// Which rows the components of a line hold.
enum LineContext: Hashable {
    /// Those of a group; of a frame, those of the periods before it as well.
    case group
    case soFar
    case last(Int)
    /// Those of some groups together, of which none is before another.
    case merged
    /// All rows.
    case total
}

/// Writes what is computed for a line from its components. What can be exact is; a division is binary.
struct MeasureWriter {
    /// A measure that looks at other lines, in a context.
    struct Node: Hashable {
        var measure: MeasureValue
        var context: LineContext
    }

    let rules: any DialectRules
    let slots: [Slot]
    /// The columns of what looks at other lines.
    var columns: [Node: String] = [:]

    init(_ writer: PlanWriter) {
        rules = writer.rules
        slots = writer.slots
    }

    static func column(_ name: String, _ context: LineContext) -> String {
        switch context {
        case .group, .merged: name
        case .soFar: "\(name)_so_far"
        case .last(let count): "\(name)_last_\(count)"
        case .total: "all_\(name)"
        }
    }

    func type(_ measure: MeasureValue) -> SQLType {
        switch measure {
        case .slot(let slot): type(of: slots[slot])
        case .exact(let exact): .exact(scale: exact.scale)
        case .arithmetic(let operation, let a, let b): type(operation, type(a), type(b))
        case .cumulative(let inner), .rolling(let inner, _): type(inner)
        case .change(let inner): type(.subtract, type(inner), type(inner))
        case .rank: .exact(scale: 0)
        case .share, .wilson, .newcombe: .real
        }
    }

    private func type(_ operation: Arithmetic, _ a: SQLType, _ b: SQLType) -> SQLType {
        guard case .exact(let x) = a, case .exact(let y) = b, operation != .divide else { return .real }
        if operation == .multiply { return x + y <= 30 ? .exact(scale: x + y) : .real }
        return .exact(scale: max(x, y))
    }

    private func type(of slot: Slot) -> SQLType {
        switch (slot.aggregate.function, slot.argument) {
        case (.count, _), (.distinct, _): .exact(scale: 0)
        case (.mean, _), (.percentile, _), (.span, _): .real
        case (.sum, .exact), (.min, .exact), (.max, .exact), (.min, .time), (.max, .time), (.min, .text), (.max, .text): slot.components[0].type
        case (.sum, _), (.min, _), (.max, _): .real
        }
    }

    // MARK: - Values

    func write(_ measure: MeasureValue, _ context: LineContext = .group) -> String {
        let isMerged = context == .merged || context == .total
        switch measure {
        case .slot(let slot): return slotText(slots[slot], context)
        case .exact(let exact): return rules.countsInUnits ? exact.units.description : rules.literal(exact)
        case .arithmetic(let operation, let a, let b): return arithmetic(operation, (a, context), (b, context))
        case .share(let inner): return arithmetic(.divide, (inner, context), (inner, .total))
        case .cumulative(let inner): return isMerged ? rules.null(type(measure)) : write(inner, .soFar)
        case .rolling(let inner, let periods): return isMerged ? rules.null(type(measure)) : write(inner, .last(periods))
        case .change, .rank: return isMerged ? rules.null(type(measure)) : columns[Node(measure: measure, context: context)] ?? rules.null(type(measure))
        case .wilson(let successes, let trials, let level, let isUpper):
            let bound = IntervalWriter(rules: rules, level: level).wilson(real(successes, context), real(trials, context), isUpper: isUpper)
            return "case when \(real(trials, context)) > 0 then \(bound) end"
        case .newcombe(let later, let earlier, let level, let isUpper):
            let (a, b) = ((real(later.successes, context), real(later.trials, context)), (real(earlier.successes, context), real(earlier.trials, context)))
            let bound = IntervalWriter(rules: rules, level: level).newcombe(a, b, isUpper: isUpper)
            return "case when \(a.1) > 0 and \(b.1) > 0 then \(bound) end"
        }
    }

    private func slotText(_ slot: Slot, _ context: LineContext) -> String {
        let names = slot.components.map { Self.column($0.name, context) }
        switch (slot.aggregate.function, slot.argument) {
        case (.count, _), (.distinct, _): return "coalesce(\(names[0]), 0)"
        case (.sum, .exact): return "coalesce(\(names[0]), 0)"
        case (.sum, .real): return "coalesce(\(names[0]), 0)"
        case (.sum, _): return "(\(rules.real("coalesce(\(names[0]), 0)")) / 86400000000)"
        case (.mean, .exact(let scale)):
            let divisor = rules.countsInUnits && scale > 0 ? "(nullif(\(names[1]), 0) * \(rules.power10(scale)))" : "nullif(\(names[1]), 0)"
            return "(\(rules.real(names[0])) / \(divisor))"
        case (.mean, .real): return "(\(names[0]) / nullif(\(names[1]), 0))"
        case (.mean, _): return "(\(rules.real(names[0])) / (nullif(\(names[1]), 0) * 86400000000))"
        case (.min, .duration), (.max, .duration): return "(\(rules.real(names[0])) / 86400000000)"
        case (.min, _), (.max, _), (.percentile, _): return names[0]
        case (.span, .time(let type)):
            let micros =
                type == .date ? "(\(rules.days(from: names[0], to: names[1])) * 86400000000)" : rules.microseconds(from: names[0], to: names[1])
            return "(\(rules.real(micros)) / 86400000000)"
        case (.span, _): return "(\(rules.real("(\(names[1]) - \(names[0]))")) / 86400000000)"
        }
    }

    /// A measure as a binary number.
    func real(_ measure: MeasureValue, _ context: LineContext) -> String {
        let text = write(measure, context)
        switch type(measure) {
        case .exact(let scale):
            let binary = rules.real(Layout.bare(text))
            return rules.countsInUnits && scale > 0 ? "(\(binary) / \(rules.power10(scale)))" : binary
        case .real: return text
        case .text, .yesNo, .date, .timestamp: return rules.null(.real)
        }
    }

    /// An exact measure; where the engine has no decimals, in units of 10^-scale.
    private func exact(_ measure: MeasureValue, scale: Int, _ context: LineContext) -> String {
        let text = write(measure, context)
        guard rules.countsInUnits, case .exact(let own) = type(measure), scale > own else { return text }
        return "(\(text) * \(rules.power10(scale - own)))"
    }

    typealias Operand = (measure: MeasureValue, context: LineContext)

    private func arithmetic(_ operation: Arithmetic, _ a: Operand, _ b: Operand) -> String {
        if operation == .divide { return rules.plainZero("(\(real(a.measure, a.context)) / nullif(\(real(b.measure, b.context)), 0))") }
        guard case .exact(let x) = type(a.measure), case .exact(let y) = type(b.measure) else {
            return rules.plainZero("(\(real(a.measure, a.context)) \(operation.rawValue) \(real(b.measure, b.context)))")
        }
        if operation == .multiply {
            guard x + y <= 30 else { return "(\(real(a.measure, a.context)) * \(real(b.measure, b.context)))" }
            return "(\(write(a.measure, a.context)) * \(write(b.measure, b.context)))"
        }
        let scale = max(x, y)
        return "(\(exact(a.measure, scale: scale, a.context)) \(operation.rawValue) \(exact(b.measure, scale: scale, b.context)))"
    }

    // MARK: - Conditions

    func condition(_ condition: MeasureCondition) -> Condition {
        switch condition {
        case .compare(.notEqual, let a, let b): return self.condition(.compare(.equal, a, b)).negated
        case .compare(let comparison, let a, let b):
            switch (type(a), type(b)) {
            case (.exact(let x), .exact(let y)):
                let scale = max(x, y)
                return Condition("\(exact(a, scale: scale, .group)) \(comparison.rawValue) \(exact(b, scale: scale, .group))")
            case (.date, .date), (.timestamp, .timestamp): return Condition("\(write(a)) \(comparison.rawValue) \(write(b))")
            default: return Condition("\(real(a, .group)) \(comparison.rawValue) \(real(b, .group))")
            }
        case .isMissing(let value): return Condition("\(write(value)) is null", mayBeUnknown: false)
        case .not(let inner): return self.condition(inner).negated
        case .and(let a, let b): return .all([self.condition(a), self.condition(b)])
        case .or(let a, let b): return .any([self.condition(a), self.condition(b)])
        }
    }
}

/// Bounds of confidence intervals as formulas.
struct IntervalWriter {
    let rules: any DialectRules
    let z: Double

    init(rules: any DialectRules, level: Double) {
        self.rules = rules
        z = Intervals.normalQuantile(0.5 + level / 2)
    }

    /// Wilson's interval, within 0 and 1.
    func wilson(_ x: String, _ n: String, isUpper: Bool) -> String {
        let p = "\(x) / nullif(\(n), 0)"
        let square = "\(z * z) / nullif(\(n), 0)"
        let root = "sqrt(\(rules.greatest("\(p) * (1 - \(p)) / nullif(\(n), 0) + \(square) / (4 * nullif(\(n), 0))", "0.0")))"
        let bound = "(\(p) + \(square) / 2 \(isUpper ? "+" : "-") \(z) * \(root)) / (1 + \(square))"
        return isUpper ? rules.least("1.0", bound) : rules.greatest("0.0", bound)
    }

    func newcombe(_ a: (x: String, n: String), _ b: (x: String, n: String), isUpper: Bool) -> String {
        let (p, q) = ("\(a.x) / nullif(\(a.n), 0)", "\(b.x) / nullif(\(b.n), 0)")
        let (mine, theirs) = (wilson(a.x, a.n, isUpper: isUpper), wilson(b.x, b.n, isUpper: !isUpper))
        func square(_ text: String) -> String { "(\(text)) * (\(text))" }
        let root = isUpper ? "\(square("\(mine) - \(p)")) + \(square("\(q) - \(theirs)"))" : "\(square("\(p) - \(mine)")) + \(square("\(theirs) - \(q)"))"
        return "\(p) - \(q) \(isUpper ? "+" : "-") sqrt(\(root))"
    }
}
