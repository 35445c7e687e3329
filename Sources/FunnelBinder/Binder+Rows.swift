import FunnelModel
import FunnelPlan
import FunnelSyntax
import FunnelText

/// Values of one row.
extension Binder {
    mutating func row(_ expression: Expression, in scope: RowScope) throws(Diagnostic) -> TypedRow {
        try descend(into: expression)
        defer { depth -= 1 }
        switch expression {
        case .number(let number, _):
            let exact = Exact(number.units, scale: number.scale)
            return TypedRow(value: .exact(exact), type: .exact(scale: number.scale), quantity: number.isPercent ? .percent : .number, isLiteral: true)
        case .string(let text, _): return TypedRow(value: .text(text), type: .text, quantity: .number, isLiteral: true)
        case .date, .relative:
            let bounds = try period(expression)
            return TypedRow(value: .instant(bounds.from), type: bounds.from.microseconds == 0 ? .date : .timestamp, quantity: .number, isLiteral: true)
        case .duration(let duration, let place):
            return TypedRow(value: .duration(try fixedSpan(duration, place.range)), type: .duration, quantity: .days, isLiteral: true)
        case .truth(let truth, _): return TypedRow(value: .condition(.always(truth)), type: .yesNo, quantity: .number, isLiteral: true)
        case .parameter(let name):
            let value = try parameter(name)
            return try inside(value.source) { binder throws(Diagnostic) in try binder.row(value.value, in: scope) }
        case .name(let name): return try row(name, in: scope)
        case .call(let call): return try row(call, in: scope)
        case .unary(.negate, let operand, let place):
            let inner = try row(operand, in: scope)
            guard inner.type.isNumber || inner.type == .duration else { throw error(.needs("a number", found: inner.type), place.range) }
            if case .exact(let exact) = inner.value {
                return TypedRow(value: .exact(Exact(-exact.units, scale: exact.scale)), type: inner.type, quantity: inner.quantity, isLiteral: inner.isLiteral)
            }
            let zero: RowValue = inner.type == .duration ? .duration(0) : .exact(Exact(0))
            return TypedRow(value: .arithmetic(.subtract, zero, inner.value), type: inner.type, quantity: inner.quantity)
        case .binary(let operation, let left, let right, _) where operation.precedence > .comparison:
            return try arithmetic(operation, left, right, in: scope)
        case .cases(let branches, let otherwise, let place): return try cases(branches, otherwise, in: scope, at: place.range)
        case .unary, .binary, .isIn, .between, .isMissing, .matches, .any:
            return TypedRow(value: .condition(try condition(expression, in: scope)), type: .yesNo, quantity: .number)
        }
    }

    private mutating func row(_ name: QualifiedName, in scope: RowScope) throws(Diagnostic) -> TypedRow {
        switch try resolve(name, in: scope) {
        case .column(let reference, let quantity):
            return TypedRow(value: .column(reference), type: reference.type, quantity: quantity)
        case .condition(let condition): return TypedRow(value: .condition(condition), type: .yesNo, quantity: .number)
        case .definition(let entry):
            return try expand(entry, at: name.range) { binder throws(Diagnostic) in try binder.row(entry.definition.expression, in: scope) }
        }
    }

    /// Binds the inside of a definition; an error in there is shown where the name is used.
    mutating func expand<T>(
        _ entry: DefinitionEntry, at range: TextRange, _ body: (inout Binder) throws(Diagnostic) -> T
    ) throws(Diagnostic) -> T {
        let name = entry.definition.name.folded
        guard !expanding.contains(name) else { throw error(.cycle(expanding.drop { $0 != name } + [name]), range) }
        if expanding.isEmpty { outermost = (range, source) }
        guard expanding.count < Self.deepest, expansions < Self.mostExpansions else {
            throw Diagnostic.tooManyDefinitions.placed(in: outermost?.source ?? source, at: outermost?.range ?? range)
        }
        expanding.append(name)
        defer { expanding.removeLast() }
        do {
            return try inside(entry.source, body)
        } catch {
            guard error.source !== source else { throw error }
            var moved = error
            moved.source = source
            moved.range = range
            if !moved.message.contains("`\(entry.name)`") { moved.message = "`\(entry.name)`: " + moved.message }
            throw moved
        }
    }

    // MARK: - Arithmetic

    private mutating func arithmetic(_ operation: BinaryOperator, _ left: Expression, _ right: Expression, in scope: RowScope) throws(Diagnostic) -> TypedRow {
        let a = try row(left, in: scope)
        let b = try row(right, in: scope)
        let sign: Arithmetic =
            switch operation {
            case .add: .add
            case .subtract: .subtract
            case .multiply: .multiply
            default: .divide
            }
        if let time = try timeArithmetic(sign, a, b, left, right) { return time }
        guard a.type.isNumber || a.type == .duration else { throw error(.needs("a number", found: a.type), left.range) }
        guard b.type.isNumber || b.type == .duration else { throw error(.needs("a number", found: b.type), right.range) }
        let quantity: Quantity
        switch sign {
        case .add, .subtract:
            guard let sum = a.isLiteral ? b.quantity : b.isLiteral ? a.quantity : Quantity.adding(a.quantity, b.quantity) else {
                throw error(.cannotAdd(a.quantity, b.quantity, sign.rawValue), left.range.union(right.range))
            }
            quantity = sum
        case .multiply: quantity = Quantity.multiplying(a.quantity, b.quantity)
        case .divide: quantity = Quantity.dividing(a.quantity, b.quantity)
        }
        return TypedRow(
            value: .arithmetic(sign, a.value, b.value), type: Self.type(sign, a.type, b.type), quantity: quantity, isLiteral: a.isLiteral && b.isLiteral)
    }

    static func type(_ operation: Arithmetic, _ a: RowType, _ b: RowType) -> RowType {
        switch (operation, a, b) {
        case (_, .unknown, _), (_, _, .unknown): .unknown
        case (.divide, _, _): .real
        case (.multiply, .exact(let x), .exact(let y)): x + y <= 9 ? .exact(scale: x + y) : .real
        case (_, .exact(let x), .exact(let y)): .exact(scale: max(x, y))
        case (.add, .duration, .duration), (.subtract, .duration, .duration): .duration
        case (.multiply, .duration, .exact(scale: 0)), (.multiply, .exact(scale: 0), .duration): .duration
        default: .real
        }
    }

    /// A date plus or minus a length of time; a date minus a date.
    private func timeArithmetic(_ operation: Arithmetic, _ a: TypedRow, _ b: TypedRow, _ left: Expression, _ right: Expression) throws(Diagnostic) -> TypedRow?
    {
        let isTime: (RowType) -> Bool = { $0 == .date || $0 == .timestamp }
        guard isTime(a.type) || isTime(b.type) else { return nil }
        if operation == .subtract, isTime(a.type), isTime(b.type) {
            return TypedRow(value: .elapsed(b.value, a.value), type: .duration, quantity: .days)
        }
        guard operation == .add || operation == .subtract, isTime(a.type), b.type == .duration else {
            throw error(.dateArithmetic, left.range.union(right.range))
        }
        return TypedRow(value: .arithmetic(operation, a.value, b.value), type: .timestamp, quantity: .number)
    }

    // MARK: - Functions and cases

    private mutating func row(_ call: Call, in scope: RowScope) throws(Diagnostic) -> TypedRow {
        if Self.isCycle(.call(call)) { return try cycle(call, in: scope) }
        guard let function = ScalarFunction(rawValue: call.function.folded) else {
            if AggregateFunction(name: call.function.folded) != nil || call.function.folded == "share" {
                throw error(.aggregateInRow(call.function.text), call.place.range)
            }
            throw error(.unknownFunction(call.function.text, known: ScalarFunction.allCases.map(\.rawValue)), call.function.range)
        }
        if let condition = call.condition { throw error(.whereInFunction(call.function.text), condition.range) }
        var arguments: [TypedRow] = []
        for argument in call.arguments { arguments.append(try row(argument, in: scope)) }
        func expect(_ count: ClosedRange<Int>) throws(Diagnostic) {
            guard count.contains(arguments.count) else { throw error(.wrongArguments(function.signature), call.place.range) }
        }
        func check(_ index: Int, _ holds: Bool, _ wanted: String) throws(Diagnostic) {
            guard holds else { throw error(.needs(wanted, found: arguments[index].type), call.arguments[index].range) }
        }
        switch function {
        case .lower, .upper, .trim:
            try expect(1...1)
            try check(0, arguments[0].type.isText, "a text")
            let named: TextFunction = function == .lower ? .lower : function == .upper ? .upper : .trim
            return TypedRow(value: .textFunction(named, arguments[0].value), type: .text, quantity: .number)
        case .length:
            try expect(1...1)
            try check(0, arguments[0].type.isText, "a text")
            return TypedRow(value: .length(arguments[0].value), type: .exact(scale: 0), quantity: .number)
        case .year, .quarter, .month, .day, .weekday, .hour:
            try expect(1...1)
            try check(0, arguments[0].type.isTime, "a date")
            guard let part = DatePart(rawValue: function.rawValue) else { throw error(.wrongArguments(function.signature), call.place.range) }
            return TypedRow(value: .datePart(part, arguments[0].value), type: .exact(scale: 0), quantity: .number)
        case .days:
            try expect(2...2)
            for index in 0..<2 { try check(index, arguments[index].type.isTime, "a date") }
            return TypedRow(value: .elapsed(arguments[0].value, arguments[1].value), type: .duration, quantity: .days)
        case .coalesce:
            try expect(1...64)
            let type = try common(zip(arguments, call.arguments).map { ($0, $1.range) })
            return TypedRow(value: .coalesce(arguments.map(\.value)), type: type, quantity: arguments[0].quantity)
        }
    }

    private mutating func cases(_ branches: [CaseBranch], _ otherwise: Expression?, in scope: RowScope, at range: TextRange) throws(Diagnostic) -> TypedRow {
        var bound: [RowCase] = []
        var values: [(TypedRow, TextRange)] = []
        for branch in branches {
            let condition = try condition(branch.condition, in: scope)
            let value = try row(branch.value, in: scope)
            bound.append(RowCase(condition: condition, value: value.value))
            values.append((value, branch.value.range))
        }
        var last: TypedRow?
        if let otherwise {
            let value = try row(otherwise, in: scope)
            values.append((value, otherwise.range))
            last = value
        }
        let type = try common(values)
        return TypedRow(value: .cases(bound, otherwise: last?.value), type: type, quantity: values[0].0.quantity)
    }

    /// The one type of several values.
    private func common(_ values: [(row: TypedRow, range: TextRange)]) throws(Diagnostic) -> RowType {
        var result = values[0].row.type
        for (value, range) in values.dropFirst() {
            switch (result, value.type) {
            case (let a, let b) where a == b: break
            case (.unknown, let b): result = b
            case (_, .unknown): break
            case (.exact(let a), .exact(let b)): result = .exact(scale: max(a, b))
            case (.exact, .real), (.real, .exact): result = .real
            case (.date, .timestamp), (.timestamp, .date): result = .timestamp
            default: throw error(.mixedTypes(result, value.type), range)
            }
        }
        return result
    }
}
