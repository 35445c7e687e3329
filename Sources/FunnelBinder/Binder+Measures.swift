import FunnelModel
import FunnelPlan
import FunnelSyntax
import FunnelText

/// Measures: arithmetic over aggregates, with quantities checked.
extension Binder {
    mutating func measure(_ expression: Expression) throws(Diagnostic) -> TypedMeasure {
        try descend(into: expression)
        defer { depth -= 1 }
        switch expression {
        case .number(let number, _):
            return TypedMeasure(value: .exact(Exact(number.units, scale: number.scale)), quantity: number.isPercent ? .percent : .number, isLiteral: true)
        case .duration(let duration, let place):
            let microseconds = try fixedSpan(duration, place.range)
            guard microseconds % microsecondsPerDay != 0 else {
                return TypedMeasure(value: .exact(Exact(Int128(microseconds / microsecondsPerDay))), quantity: .days, isLiteral: true)
            }
            let day = MeasureValue.exact(Exact(Int128(microsecondsPerDay)))
            return TypedMeasure(value: .arithmetic(.divide, .exact(Exact(Int128(microseconds))), day), quantity: .days, isLiteral: true)
        case .parameter(let name):
            let value = try parameter(name)
            return try inside(value.source) { binder throws(Diagnostic) in try binder.measure(value.value) }
        case .name(let name): return try measure(name)
        case .call(let call): return try measure(call)
        case .unary(.negate, let operand, _):
            let inner = try measure(operand)
            if case .exact(let exact) = inner.value {
                return TypedMeasure(value: .exact(Exact(-exact.units, scale: exact.scale)), quantity: inner.quantity, isLiteral: inner.isLiteral)
            }
            return TypedMeasure(value: .arithmetic(.subtract, .exact(Exact(0)), inner.value), quantity: inner.quantity, isAdditive: inner.isAdditive)
        case .binary(let operation, let left, let right, _) where operation.precedence > .comparison:
            return try arithmetic(operation, left, right)
        case .string, .date, .relative, .truth, .unary, .binary, .isIn, .between, .isMissing, .matches, .any, .cases:
            throw error(.notAMeasure, expression.range)
        }
    }

    private mutating func measure(_ name: QualifiedName) throws(Diagnostic) -> TypedMeasure {
        if let qualifier = name.qualifier {
            guard let table = Self.table(named: qualifier.folded) else { throw error(.unknownTable(qualifier.text), qualifier.range) }
            throw columnIsNoMeasure(name.name, of: table, at: name.range)
        }
        if let alias = aliases[name.name.folded] { return alias }
        if let entry = context.definitions[name.name.folded] {
            guard !isRowDefinition(entry) else { throw error(.rowDefinitionIsNoMeasure(entry.name), name.range) }
            return try expand(entry, at: name.range) { binder throws(Diagnostic) in try binder.measure(of: entry) }
        }
        if let table = TableRole(rawValue: name.name.folded) {
            let count = Identifier("count", at: name.range)
            return try measure(
                Call(function: count, arguments: [.name(QualifiedName(Identifier(table.rawValue, at: name.range)))], condition: nil, place: Place(name.range)))
        }
        for table in TableRole.allCases {
            guard let schema = context.schemas[table], Self.index(of: name.name, in: schema) != nil else { continue }
            throw columnIsNoMeasure(name.name, of: table, at: name.range)
        }
        throw error(.unknownMeasure(name.text, known: context.definitions.names + aliases.keys), name.range)
    }

    private func columnIsNoMeasure(_ name: Identifier, of table: TableRole, at range: TextRange) -> Diagnostic {
        let column = "\(table.rawValue).\(Printer.name(name))"
        let type = context.schemas[table].flatMap { schema in Self.index(of: name, in: schema).map { schema.columns[$0].type } }
        let isNumber =
            switch type {
            case .integer, .decimal, .unknown: true
            case .text, .date, .timestamp, .yesNo, nil: false
            }
        return error(.columnIsNoMeasure(source.text(in: range), example: isNumber ? "sum(\(column))" : "distinct(\(column))"), range)
    }

    /// A definition's measure, in the unit that the definition states.
    mutating func measure(of entry: DefinitionEntry) throws(Diagnostic) -> TypedMeasure {
        var inner = try measure(entry.definition.expression)
        inner.isLiteral = false
        guard let unit = entry.definition.unit else { return inner }
        guard let quantity = Quantity(unit: unit.folded) else { throw error(.unknownUnit(unit.text), unit.range) }
        guard quantity.money == inner.quantity.money, quantity.time == inner.quantity.time else {
            throw error(.wrongUnit(quantity, found: inner.quantity), unit.range)
        }
        inner.quantity = quantity
        return inner
    }

    private mutating func measure(_ call: Call) throws(Diagnostic) -> TypedMeasure {
        if let function = AggregateFunction(name: call.function.folded) { return try aggregate(function, call) }
        if Self.isCycle(.call(call)) {
            // The time between two steps is their median unless another function is put around it.
            let median = Call(function: Identifier("median", at: call.function.range), arguments: [.call(call)], condition: nil, place: call.place)
            return try aggregate(.percentile(500), median)
        }
        if call.function.folded == "share" {
            guard call.arguments.count == 1, call.condition == nil else { throw error(.wrongArguments("share(measure)"), call.place.range) }
            let inner = try measure(call.arguments[0])
            guard inner.isAdditive else { throw error(.noShare(Printer.text(call.arguments[0])), call.arguments[0].range) }
            return TypedMeasure(value: .share(inner.value), quantity: .percent)
        }
        if let function = GroupFunction(rawValue: call.function.folded) { return try overGroups(function, call) }
        if ScalarFunction(rawValue: call.function.folded) != nil {
            throw error(.rowFunctionInMeasure(call.function.text), call.place.range)
        }
        let known = AggregateFunction.catalogue.map(\.name) + ScalarFunction.allCases.map(\.rawValue)
        throw error(.unknownFunction(call.function.text, known: known), call.function.range)
    }

    private mutating func arithmetic(_ operation: BinaryOperator, _ left: Expression, _ right: Expression) throws(Diagnostic) -> TypedMeasure {
        let a = try measure(left)
        let b = try measure(right)
        guard !a.isDate, !b.isDate else { throw error(.dateMeasure, left.range.union(right.range)) }
        switch operation {
        case .add, .subtract:
            guard let quantity = Self.adding(a, b) else {
                throw error(.cannotAdd(a.quantity, b.quantity, operation.rawValue), left.range.union(right.range))
            }
            let sign: Arithmetic = operation == .add ? .add : .subtract
            return TypedMeasure(
                value: .arithmetic(sign, a.value, b.value), quantity: quantity, isLiteral: a.isLiteral && b.isLiteral, isAdditive: a.isAdditive && b.isAdditive)
        case .multiply:
            return TypedMeasure(
                value: .arithmetic(.multiply, a.value, b.value), quantity: Self.multiplying(a, b),
                isLiteral: a.isLiteral && b.isLiteral, isAdditive: (a.isAdditive && b.isLiteral) || (a.isLiteral && b.isAdditive))
        default:
            return TypedMeasure(
                value: .arithmetic(.divide, a.value, b.value),
                quantity: b.isLiteral && b.quantity.isPlain && !a.isLiteral ? a.quantity : Quantity.dividing(a.quantity, b.quantity),
                isLiteral: a.isLiteral && b.isLiteral, isAdditive: a.isAdditive && b.isLiteral)
        }
    }

    /// The quantity of a sum; a number as written takes the other side's.
    static func adding(_ a: TypedMeasure, _ b: TypedMeasure) -> Quantity? {
        if a.isLiteral, a.quantity == .number { return b.quantity }
        if b.isLiteral, b.quantity == .number { return a.quantity }
        return Quantity.adding(a.quantity, b.quantity)
    }

    /// `conversion * 100` is a number, no percentage of its own.
    private static func multiplying(_ a: TypedMeasure, _ b: TypedMeasure) -> Quantity {
        let product = Quantity.multiplying(a.quantity, b.quantity)
        if a.quantity == .count, b.isLiteral { return b.quantity.isPlain && b.quantity.kind != .number ? product : .number }
        return product
    }

    // MARK: - Over the groups

    /// `cumulative(m)`, `rolling(m, 3 months)`, `change(m)`, `rank(m)`
    private mutating func overGroups(_ function: GroupFunction, _ call: Call) throws(Diagnostic) -> TypedMeasure {
        guard call.arguments.count == (function == .rolling ? 2 : 1), call.condition == nil else {
            throw error(.wrongArguments(function.signature), call.place.range)
        }
        let inner = try measure(call.arguments[0])
        guard inner.value.isOfOneGroup else { throw error(.nestedGroupFunction(function.rawValue), call.arguments[0].range) }
        guard function == .rank || grain != nil else { throw error(.needsTimeKey(function.rawValue), call.place.range) }
        guard function != .change || !inner.isDate else { throw error(.dateMeasure, call.place.range) }
        switch function {
        case .cumulative: return TypedMeasure(value: .cumulative(inner.value), quantity: inner.quantity, isDate: inner.isDate)
        case .change: return TypedMeasure(value: .change(inner.value), quantity: inner.quantity)
        case .rank: return TypedMeasure(value: .rank(inner.value), quantity: .count)
        case .rolling:
            return TypedMeasure(value: .rolling(inner.value, periods: try periods(call.arguments[1])), quantity: inner.quantity, isDate: inner.isDate)
        }
    }

    /// The grain of the query's time key.
    private var grain: Grain? {
        query?.keys.lazy.compactMap { key -> Grain? in
            guard case .grain(let word, _) = key.kind, let grain = Grain(rawValue: word.folded), grain.isCalendar else { return nil }
            return grain
        }.first
    }

    /// How many periods of the query's grain a duration is.
    private func periods(_ expression: Expression) throws(Diagnostic) -> Int {
        guard case .duration(let duration, let place) = expression, let grain else {
            throw error(.wrongArguments(GroupFunction.rolling.signature), expression.range)
        }
        let sizes: [DurationLiteral.Unit: (days: Int, months: Int)] = [
            .day: (1, 0), .week: (7, 0), .month: (0, 1), .quarter: (0, 3), .year: (0, 12), .hour: (0, 0), .minute: (0, 0),
        ]
        let own: (days: Int, months: Int) =
            switch grain {
            case .day: (1, 0)
            case .week: (7, 0)
            case .month: (0, 1)
            case .quarter: (0, 3)
            case .year, .weekday, .hour: (0, 12)
            }
        guard let size = sizes[duration.unit] else { throw error(.monthsVary, place.range) }
        let (whole, unit) = own.days > 0 ? (size.days * duration.amount, own.days) : (size.months * duration.amount, own.months)
        guard whole > 0, whole % unit == 0, whole / unit <= 10_000 else { throw error(.noWholePeriods(grain.rawValue), place.range) }
        return whole / unit
    }

    // MARK: - Conditions on measures

    mutating func measureCondition(_ expression: Expression) throws(Diagnostic) -> MeasureCondition {
        try descend(into: expression)
        defer { depth -= 1 }
        switch expression {
        case .unary(.not, let operand, _): return .not(try measureCondition(operand))
        case .binary(.and, let a, let b, _): return .and(try measureCondition(a), try measureCondition(b))
        case .binary(.or, let a, let b, _): return .or(try measureCondition(a), try measureCondition(b))
        case .binary(let operation, let left, let right, _) where operation.isComparison:
            guard let comparison = Comparison(rawValue: operation.rawValue) else { throw error(.notAMeasureCondition, expression.range) }
            return try compare(comparison, left, right)
        case .between(let value, let low, let high, let negated, _):
            let inside = MeasureCondition.and(try compare(.greaterOrEqual, value, low), try compare(.lessOrEqual, value, high))
            return negated ? .not(inside) : inside
        case .isIn(let value, let list, let negated, _):
            var condition = try compare(.equal, value, list[0])
            for item in list.dropFirst() { condition = .or(condition, try compare(.equal, value, item)) }
            return negated ? .not(condition) : condition
        case .isMissing(let value, let negated, _):
            let missing = MeasureCondition.isMissing(try measure(value).value)
            return negated ? .not(missing) : missing
        case .number, .string, .date, .relative, .duration, .truth, .parameter, .name, .call, .unary, .binary, .matches, .any, .cases:
            throw error(.notAMeasureCondition, expression.range)
        }
    }

    private mutating func compare(_ comparison: Comparison, _ left: Expression, _ right: Expression) throws(Diagnostic) -> MeasureCondition {
        let a = try measure(left)
        let b = try measure(right)
        guard !a.isDate, !b.isDate else { throw error(.dateMeasure, left.range.union(right.range)) }
        guard Self.adding(a, b) != nil else { throw error(.cannotCompare(a.quantity, b.quantity), left.range.union(right.range)) }
        return .compare(comparison, a.value, b.value)
    }
}
