import FunnelModel
import FunnelPlan
package import FunnelSyntax
import FunnelText

/// Conditions on one row.
extension Binder {
    mutating func condition(_ expression: Expression, in scope: RowScope) throws(Diagnostic) -> RowCondition {
        try descend(into: expression)
        defer { depth -= 1 }
        switch expression {
        case .truth(let truth, _): return .always(truth)
        case .unary(.not, let operand, _): return .not(try condition(operand, in: scope))
        case .binary(.and, let a, let b, _): return .and([try condition(a, in: scope), try condition(b, in: scope)])
        case .binary(.or, let a, let b, _): return .or([try condition(a, in: scope), try condition(b, in: scope)])
        case .binary(let operation, let a, let b, _) where operation.isComparison: return try comparison(operation, a, b, in: scope)
        case .isIn(let value, let list, let negated, _):
            var parts: [RowCondition] = []
            var texts: [String] = []
            let left = try row(value, in: scope)
            for item in list {
                if left.type.isText, case .string(let text, let place) = item, case .column = left.value {
                    texts.append(text)
                    probe(left, text, place.range)
                } else {
                    parts.append(try comparison(.equal, value, item, in: scope))
                }
            }
            if !texts.isEmpty { parts.append(.text(left.value, .isIn(texts))) }
            let any: RowCondition = parts.count == 1 ? parts[0] : .or(parts)
            return negated ? .not(any) : any
        case .between(let value, let low, let high, let negated, _):
            let inside = RowCondition.and([
                try comparison(.greaterOrEqual, value, low, in: scope), try comparison(.lessOrEqual, value, high, in: scope),
            ])
            return negated ? .not(inside) : inside
        case .isMissing(let value, let negated, _):
            let inner = try row(value, in: scope)
            return negated ? .not(.isMissing(inner.value)) : .isMissing(inner.value)
        case .matches(let value, let pattern, let negated, let place):
            let text = try row(value, in: scope)
            guard text.type.isText else { throw error(.needs("a text", found: text.type), value.range) }
            guard (try? Regex(pattern)) != nil else { throw error(.badPattern(pattern), place.range) }
            let test = RowCondition.text(text.value, .matches(pattern))
            return negated ? .not(test) : test
        case .any(let inner, let place): return try any(inner, in: scope, at: place.range)
        case .name(let name): return try condition(name, in: scope)
        case .parameter(let name):
            let value = try parameter(name)
            return try inside(value.source) { binder throws(Diagnostic) in try binder.condition(value.value, in: scope) }
        case .call, .cases:
            let value = try row(expression, in: scope)
            if case .condition(let condition) = value.value { return condition }
            throw error(.needsCondition(value.type), expression.range)
        case .number, .string, .date, .relative, .duration, .binary, .unary:
            let value = try row(expression, in: scope)
            throw error(.needsCondition(value.type), expression.range)
        }
    }

    private mutating func condition(_ name: QualifiedName, in scope: RowScope) throws(Diagnostic) -> RowCondition {
        switch try resolve(name, in: scope) {
        case .condition(let condition): return condition
        case .column(let reference, _):
            switch reference.type {
            case .yesNo: return .column(reference)
            case .date, .timestamp, .unknown:
                // A lead is qualified if it has a date of qualification.
                if context.schemas[reference.table]?.roles[.qualified].map({ reference.index == .file($0) }) == true {
                    return .not(.isMissing(.column(reference)))
                }
                if reference.type == .unknown { return .column(reference) }
            case .exact, .real, .duration, .text: break
            }
            throw error(.columnIsNoCondition(name.text, reference.type), name.range)
        case .definition(let entry):
            return try expand(entry, at: name.range) { binder throws(Diagnostic) in try binder.condition(entry.definition.expression, in: scope) }
        }
    }

    // MARK: - Any

    /// The condition is bound in the table that its names are of, and holds of the leads that have such a row.
    private mutating func any(_ inner: Expression, in scope: RowScope, at range: TextRange) throws(Diagnostic) -> RowCondition {
        guard scope.table != .costs, !scope.isAny else { throw error(.anyHasNoPlace(scope.table), range) }
        var tables: Set<TableRole> = []
        Self.names(of: inner) { name in
            if let table = name.qualifier.flatMap({ Self.table(named: $0.folded) }) { tables.insert(table) }
        }
        tables.remove(.leads)
        guard tables.count == 1, let table = tables.first, table != .costs else { throw error(.anyOfWhat, range) }
        guard try schema(table, at: range).roles[.lead] != nil, context.schemas[.leads] != nil else { throw error(.noLink(table), range) }
        return .any(table, try condition(inner, in: RowScope(table: table, isAny: true)))
    }

    /// Calls `body` for each name of an expression.
    package static func names(of expression: Expression, _ body: (QualifiedName) -> Void) {
        switch expression {
        case .number, .string, .date, .relative, .duration, .truth, .parameter: break
        case .name(let name): body(name)
        case .call(let call):
            for argument in call.arguments { names(of: argument, body) }
            if let condition = call.condition { names(of: condition, body) }
        case .unary(_, let operand, _), .any(let operand, _): names(of: operand, body)
        case .binary(_, let a, let b, _):
            names(of: a, body)
            names(of: b, body)
        case .isIn(let value, let list, _, _):
            names(of: value, body)
            for item in list { names(of: item, body) }
        case .between(let value, let low, let high, _, _):
            for part in [value, low, high] { names(of: part, body) }
        case .isMissing(let value, _, _), .matches(let value, _, _, _): names(of: value, body)
        case .cases(let branches, let otherwise, _):
            for branch in branches {
                names(of: branch.condition, body)
                names(of: branch.value, body)
            }
            if let otherwise { names(of: otherwise, body) }
        }
    }

    // MARK: - Comparisons

    mutating func comparison(_ operation: BinaryOperator, _ left: Expression, _ right: Expression, in scope: RowScope) throws(Diagnostic) -> RowCondition {
        let a = try side(left, against: right, in: scope)
        let b = try side(right, against: left, in: scope)
        if let textual = try textual(operation, a, b, left, right) { return textual }
        guard let comparison = Comparison(rawValue: operation.rawValue) else {
            throw error(.needs("a text", found: a.type), left.range)
        }
        if a.type == .yesNo || b.type == .yesNo { return try truths(comparison, a, b, left, right) }
        if a.type.isTime, let bounds = try bounds(right, against: a) { return Self.during(a.value, comparison, bounds) }
        if b.type.isTime, let bounds = try bounds(left, against: b) { return Self.during(b.value, comparison.mirrored, bounds) }
        return try ordered(comparison, a, b, left.range.union(right.range))
    }

    /// A side of a comparison; `yes` and `no` are words where the other side is a yes/no column.
    private mutating func side(_ expression: Expression, against other: Expression, in scope: RowScope) throws(Diagnostic) -> TypedRow {
        if case .name(let name) = expression, name.qualifier == nil, name.name.folded == "yes" || name.name.folded == "no",
            case .name = other, (try? resolve(name, in: scope)) == nil
        {
            return TypedRow(value: .condition(.always(name.name.folded == "yes")), type: .yesNo, quantity: .number, isLiteral: true)
        }
        if isDate(expression) { return TypedRow(value: .missing(.date), type: .date, quantity: .number, isLiteral: true) }
        return try row(expression, in: scope)
    }

    /// Whether an expression is written as a date: `2024-03`, `today`, `today - 1 year`.
    func isDate(_ expression: Expression) -> Bool {
        switch expression {
        case .date, .relative: true
        case .binary(let operation, let base, .duration, _): (operation == .add || operation == .subtract) && isDate(base)
        default: false
        }
    }

    private mutating func textual(
        _ operation: BinaryOperator, _ a: TypedRow, _ b: TypedRow, _ left: Expression, _ right: Expression
    ) throws(Diagnostic) -> RowCondition? {
        let literal: (TypedRow) -> String? = { if case .text(let text) = $0.value { text } else { nil } }
        if let test = Self.textTests[operation] {
            guard a.type.isText else { throw error(.needs("a text", found: a.type), left.range) }
            guard let text = literal(b) else { throw error(.needsText(operation.rawValue), right.range) }
            let condition = RowCondition.text(a.value, test.make(text))
            return test.negated ? .not(condition) : condition
        }
        guard a.type == .text || b.type == .text else { return nil }
        guard a.type.isText, b.type.isText else {
            let (text, other, range) = a.type == .text ? (a, b, left.range) : (b, a, right.range)
            throw error(.textAgainst(other.type, text: literal(text)), literal(text) == nil ? left.range.union(right.range) : range)
        }
        guard let comparison = Comparison(rawValue: operation.rawValue) else { return nil }
        if let text = literal(b) { return texts(comparison, a, text, right.range) }
        if let text = literal(a) { return texts(comparison.mirrored, b, text, left.range) }
        switch comparison {
        case .equal: return .sameText(a.value, b.value)
        case .notEqual: return .not(.sameText(a.value, b.value))
        case .less, .lessOrEqual, .greater, .greaterOrEqual: throw error(.textOrder, left.range.union(right.range))
        }
    }

    private mutating func texts(_ comparison: Comparison, _ value: TypedRow, _ text: String, _ range: TextRange) -> RowCondition {
        switch comparison {
        case .equal:
            probe(value, text, range)
            return .text(value.value, .isIn([text]))
        case .notEqual:
            probe(value, text, range)
            return .not(.text(value.value, .isIn([text])))
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return .text(value.value, .compare(comparison, text))
        }
    }

    private static let textTests: [BinaryOperator: (make: @Sendable (String) -> TextTest, negated: Bool)] = [
        .contains: ({ .contains($0) }, false), .notContains: ({ .contains($0) }, true), .startsWith: ({ .startsWith($0) }, false),
        .endsWith: ({ .endsWith($0) }, false), .like: ({ .like($0) }, false), .notLike: ({ .like($0) }, true),
    ]

    /// Remembers to look whether the column holds the text.
    private mutating func probe(_ value: TypedRow, _ text: String, _ range: TextRange) {
        // A definition is written for more than one table; what one of them does not hold is no mistake.
        guard expanding.isEmpty, case .column(let reference) = value.value, reference.type == .text else { return }
        probes.append(ValueProbe(column: reference, text: text, source: source, range: range))
    }

    private func truths(_ comparison: Comparison, _ a: TypedRow, _ b: TypedRow, _ left: Expression, _ right: Expression) throws(Diagnostic) -> RowCondition {
        guard comparison == .equal || comparison == .notEqual, case .condition(let x) = Self.asCondition(a).value,
            case .condition(let y) = Self.asCondition(b).value
        else { throw error(.notComparable(a.type, b.type), left.range.union(right.range)) }
        let same: RowCondition
        switch (x, y) {
        case (_, .always(let truth)): same = truth ? x : .not(x)
        case (.always(let truth), _): same = truth ? y : .not(y)
        default: same = .or([.and([x, y]), .and([.not(x), .not(y)])])
        }
        // `has_company = no` asks for a no that is there.
        var present: [RowCondition] = []
        for side in [a, b] { if case .column = side.value { present.append(.not(.isMissing(side.value))) } }
        let equal: RowCondition = present.isEmpty ? same : .and([same] + present)
        return comparison == .equal ? equal : .not(equal)
    }

    private static func asCondition(_ row: TypedRow) -> TypedRow {
        guard case .column(let reference) = row.value, row.type == .yesNo || row.type == .unknown else { return row }
        return TypedRow(value: .condition(.column(reference)), type: .yesNo, quantity: row.quantity)
    }

    private func ordered(_ comparison: Comparison, _ a: TypedRow, _ b: TypedRow, _ range: TextRange) throws(Diagnostic) -> RowCondition {
        var (a, b) = (a, b)
        if a.type == .duration, b.isLiteral, b.type != .duration { b = Self.days(b) }
        if b.type == .duration, a.isLiteral, a.type != .duration { a = Self.days(a) }
        let isTime: (RowType) -> Bool = { $0 == .date || $0 == .timestamp }
        let fits =
            a.type == .unknown || b.type == .unknown || (isTime(a.type) && isTime(b.type)) || (a.type == .duration && b.type == .duration)
            || (a.type.isNumber && b.type.isNumber)
        guard fits else { throw error(.notComparable(a.type, b.type), range) }
        return .compare(comparison, a.value, b.value)
    }

    /// A number of days as a length of time.
    private static func days(_ row: TypedRow) -> TypedRow {
        guard case .exact(let exact) = row.value else { return row }
        let (product, overflow) = exact.units.multipliedReportingOverflow(by: Int128(microsecondsPerDay))
        let microseconds = overflow ? Int64.max : Int64(clamping: product / Exact.power(min(exact.scale, 30)))
        return TypedRow(value: .duration(microseconds), type: .duration, quantity: .days, isLiteral: true)
    }

    /// A date stands for its whole period: `=` is in it, `<` before it, `>` behind it.
    private static func during(_ value: RowValue, _ comparison: Comparison, _ bounds: PeriodBounds) -> RowCondition {
        switch comparison {
        case .equal: .during(value, from: bounds.from, until: bounds.until)
        case .notEqual: .not(.during(value, from: bounds.from, until: bounds.until))
        case .less: .during(value, from: nil, until: bounds.from)
        case .lessOrEqual: .during(value, from: nil, until: bounds.until)
        case .greater: .during(value, from: bounds.until, until: nil)
        case .greaterOrEqual: .during(value, from: bounds.from, until: nil)
        }
    }
}
