import FunnelModel
import FunnelPlan
import FunnelText

/// What an aggregate adds up.
enum Argument: Hashable {
    case none
    case exact(scale: Int)
    case duration
    case real
    case time(RowType)
    case text

    init(_ type: RowType?) {
        switch type {
        case nil: self = .none
        case .exact(let scale): self = .exact(scale: scale)
        case .duration: self = .duration
        case .real: self = .real
        case .date: self = .time(.date)
        case .timestamp: self = .time(.timestamp)
        case .text, .yesNo, .unknown: self = .text
        }
    }
}

/// A column that an aggregate's result is computed from, and how those of several groups become one.
struct Component: Hashable {
    enum Merge: String { case sum, min, max, again }

    var name: String
    var type: SQLType
    var merge: Merge
    var function: String
}

/// An aggregate's place in the query: the columns that hold its state.
struct Slot {
    let aggregate: PlanAggregate
    let argument: Argument
    let components: [Component]
    let scan: Int

    init(_ aggregate: PlanAggregate, _ argument: Argument, scan: Int) {
        self.aggregate = aggregate
        self.argument = argument
        self.scan = scan
        let slot = aggregate.slot
        func component(_ name: String, _ type: SQLType, _ merge: Component.Merge, _ function: String) -> Component {
            Component(name: "\(name)_\(slot)", type: type, merge: merge, function: function)
        }
        let sumType: SQLType
        let valueType: SQLType
        switch argument {
        case .exact(let scale): (sumType, valueType) = (.exact(scale: scale), .exact(scale: scale))
        case .duration, .none: (sumType, valueType) = (.exact(scale: 0), .exact(scale: 0))
        case .real: (sumType, valueType) = (.real, .real)
        case .time(let type): (sumType, valueType) = (.exact(scale: 0), type == .date ? .date : .timestamp)
        case .text: (sumType, valueType) = (.exact(scale: 0), .text)
        }
        switch aggregate.function {
        case .count: components = [component("count", .exact(scale: 0), .sum, "count")]
        case .sum: components = [component("sum", sumType, .sum, "sum")]
        case .mean: components = [component("sum", sumType, .sum, "sum"), component("count", .exact(scale: 0), .sum, "count")]
        case .min: components = [component("min", valueType, .min, "min")]
        case .max: components = [component("max", valueType, .max, "max")]
        case .span: components = [component("first", valueType, .min, "min"), component("last", valueType, .max, "max")]
        case .percentile: components = [component(aggregate.function.name, .real, .again, "percentile")]
        case .distinct: components = [component("distinct", .exact(scale: 0), .again, "distinct")]
        }
    }

    /// Whether the results of several groups give that of all.
    var isMergeable: Bool { components.allSatisfy { $0.merge != .again } }

    /// Whether it counts rows, whatever they hold.
    var isPlainCount: Bool { aggregate.function == .count && aggregate.argument == nil }
}

extension RowWriter {
    /// The value that an aggregate adds up; nil where it counts rows.
    func argument(of slot: Slot) throws(Diagnostic) -> String? {
        guard let value = slot.aggregate.argument else { return nil }
        switch (slot.aggregate.function, slot.argument) {
        case (.percentile, .exact), (.percentile, .duration), (.percentile, .real), (.percentile, .time): return Layout.bare(try real(value))
        case (.sum, .time), (.mean, .time): return Layout.bare(try exact(value))
        case (.min, .text), (.max, .text): return null(.text)
        default: return Layout.bare(try self.value(value))
        }
    }
}

extension DialectRules {
    /// The aggregates of a slot over `value`, of the rows for which a condition holds.
    func aggregates(of slot: Slot, over value: String?, where condition: String?) -> [String] {
        slot.components.map { component in
            let text =
                switch component.function {
                case "count": "count(\(value ?? "*"))"
                case "distinct": "count(distinct \(value ?? "null"))"
                case "percentile": percentile(value ?? "null", slot.thousandths)
                default: "\(component.function)(\(nullable(value ?? "null")))"
                }
            let whole = filtered(text, condition)
            return (component.function == "count" || component.function == "distinct" ? integer(whole) : whole) + " as \(component.name)"
        }
    }

    func null(_ type: SQLType) -> String { "cast(null as \(self.type(type)))" }
}

extension Slot {
    var thousandths: Int { if case .percentile(let thousandths) = aggregate.function { thousandths } else { 0 } }
}
