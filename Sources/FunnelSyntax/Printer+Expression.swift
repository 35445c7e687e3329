import FunnelText

/// Expressions, with no more brackets than they need.
extension Printer {
    package static func text(_ expression: Expression) -> String { text(expression, in: .or) }

    /// The expression, in brackets where it binds less tightly than its surroundings ask.
    package static func text(_ expression: Expression, in context: Precedence) -> String {
        precedence(of: expression) < context ? "(" + bare(expression) + ")" : bare(expression)
    }

    private static func precedence(of expression: Expression) -> Precedence {
        switch expression {
        case .binary(let operation, _, _, _): operation.precedence
        case .unary(.not, _, _): .not
        case .unary(.negate, _, _): .sign
        case .isIn, .between, .isMissing, .matches: .comparison
        case .any: .comparison
        case .number, .string, .date, .relative, .duration, .truth, .parameter, .name, .call, .cases: .primary
        }
    }

    private static func bare(_ expression: Expression) -> String {
        switch expression {
        case .number(let number, _): text(number)
        case .string(let text, _): quoted(text)
        case .date(let date, _): text(date)
        case .relative(let period, _): text(period)
        case .duration(let duration, _): text(duration)
        case .truth(let truth, _): truth ? "true" : "false"
        case .parameter(let name): "$" + name.text
        case .name(let name): text(name)
        case .call(let call): text(call)
        case .unary(.not, let operand, _): "not " + text(operand, in: .not)
        case .unary(.negate, let operand, _): "-" + (isSigned(operand) ? " " : "") + text(operand, in: .sign)
        case .binary(let operation, let left, let right, _):
            text(left, in: operation.isComparison ? .sum : operation.precedence) + " \(operation.rawValue) " + text(right, in: operation.precedence.next)
        case .isIn(let value, let list, let negated, _):
            text(value, in: .sum) + (negated ? " not in (" : " in (") + list.map { text($0, in: .sum) }.joined(separator: ", ") + ")"
        case .between(let value, let low, let high, let negated, _):
            text(value, in: .sum) + (negated ? " not between " : " between ") + text(low, in: .sum) + " and " + text(high, in: .sum)
        case .isMissing(let value, let negated, _): text(value, in: .sum) + (negated ? " is not missing" : " is missing")
        case .matches(let value, let pattern, let negated, _):
            text(value, in: .sum) + (negated ? " not matches /" : " matches /") + escaped(pattern) + "/"
        case .any(let condition, _):
            if case .any = condition { "any (" + text(condition) + ")" } else { "any " + text(condition, in: .comparison) }
        case .cases(let branches, let otherwise, _):
            "case " + branches.map { "when \(text($0.condition)) then \(text($0.value)) " }.joined() + (otherwise.map { "else \(text($0)) " } ?? "") + "end"
        }
    }

    private static func isSigned(_ expression: Expression) -> Bool {
        if case .unary(.negate, _, _) = expression { true } else { false }
    }

    private static func escaped(_ pattern: String) -> String { pattern.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "\\/") }

    package static func text(_ name: QualifiedName) -> String {
        (name.qualifier.map { self.name($0) + "." } ?? "") + self.name(name.name)
    }

    private static func text(_ call: Call) -> String {
        var inside = call.arguments.map { text($0) }.joined(separator: ", ")
        if let condition = call.condition { inside += (inside.isEmpty ? "" : " ") + "where " + text(condition) }
        return name(call.function) + "(" + inside + ")"
    }

    package static func text(_ number: NumberLiteral) -> String {
        let scale = number.isPercent ? number.scale - 2 : number.scale
        var digits = String(number.units)
        if scale > 0 {
            if digits.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.count) + digits }
            let point = digits.index(digits.endIndex, offsetBy: -scale)
            digits = digits[..<point] + "." + digits[point...]
        }
        return digits + (number.isPercent ? "%" : "")
    }

    package static func text(_ duration: DurationLiteral) -> String {
        "\(duration.amount) \(duration.unit.rawValue)" + (duration.amount == 1 ? "" : "s")
    }

    package static func text(_ date: DateLiteral) -> String {
        switch date {
        case .month(let year, let month): "\(padded(year, 4))-\(padded(month, 2))"
        case .quarter(let year, let quarter): "\(padded(year, 4))-Q\(quarter)"
        case .week(let year, let week): "\(padded(year, 4))-W\(padded(week, 2))"
        case .day(let year, let month, let day): "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        case .time(let year, let month, let day, let microseconds):
            "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T" + time(microseconds)
        }
    }

    private static func time(_ microseconds: Int64) -> String {
        let seconds = Int(microseconds / 1_000_000)
        let fraction = Int(microseconds % 1_000_000)
        let clock = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        return fraction == 0 ? clock : clock + "." + padded(fraction, 6)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    package static func text(_ period: RelativePeriod) -> String {
        switch period {
        case .now: "now"
        case .today: "today"
        case .yesterday: "yesterday"
        case .this(let unit): "this \(unit.rawValue)"
        case .last(let unit): "last \(unit.rawValue)"
        case .past(let duration): "last \(text(duration))"
        }
    }
}
