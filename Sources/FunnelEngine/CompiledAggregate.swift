import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// An aggregate made ready for a store: what it adds up, and which rows count.
struct CompiledAggregate: Sendable {
    enum Argument: Sendable {
        case none
        case exact(any NumberNode<Int64>, unit: Unit)
        case real(any NumberNode<Double>)
        case text(any TextNode)

        var isNone: Bool { if case .none = self { true } else { false } }
    }

    /// What a whole number of an argument stands for.
    enum Unit: Sendable {
        case decimal(scale: Int)
        case microseconds
        case date
        case timestamp
    }

    let function: AggregateFunction
    let slot: Int
    let argument: Argument
    let filter: (any BitsNode)?

    /// The same, for one worker.
    var lent: CompiledAggregate { CompiledAggregate(function: function, slot: slot, argument: argument, filter: filter?.lent) }

    private init(function: AggregateFunction, slot: Int, argument: Argument, filter: (any BitsNode)?) {
        (self.function, self.slot, self.argument, self.filter) = (function, slot, argument, filter)
    }

    init(_ aggregate: PlanAggregate, _ compiler: RowCompiler) throws(Diagnostic) {
        function = aggregate.function
        slot = aggregate.slot
        filter = try aggregate.filter.map { condition throws(Diagnostic) in try compiler.bits(condition) }
        guard let value = aggregate.argument else {
            argument = .none
            return
        }
        switch try compiler.type(value) {
        case .exact(let scale): argument = .exact(try compiler.exact(value, scale: scale), unit: .decimal(scale: scale))
        case .duration: argument = .exact(try compiler.exact(value), unit: .microseconds)
        case .date: argument = .exact(try compiler.exact(value), unit: .date)
        case .timestamp: argument = .exact(try compiler.exact(value), unit: .timestamp)
        case .real: argument = .real(try compiler.real(value))
        case .text, .yesNo, .unknown: argument = .text(try compiler.text(value))
        }
    }
}
