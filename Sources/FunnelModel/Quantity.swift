/// What a number measures: money, time, how often, or what share. Arithmetic on quantities is checked when a query is
/// bound, so that a percentage is never added to money.
package struct Quantity: Sendable, Hashable {
    /// How a number without a dimension is meant.
    package enum Kind: Sendable, Hashable {
        /// How many there are.
        case count
        /// A share of one, shown as a percentage.
        case percent
        /// Any other number without a dimension.
        case number
    }

    /// The power of money in it: 1 for money, 0 for a ratio of money.
    package var money: Int
    /// The power of time in it, in days: 1 for a length of time, -1 for "per day".
    package var time: Int
    package var kind: Kind

    package init(money: Int = 0, time: Int = 0, kind: Kind = .number) {
        self.money = money
        self.time = time
        self.kind = money == 0 && time == 0 ? kind : .number
    }

    package static let count = Quantity(kind: .count)
    package static let percent = Quantity(kind: .percent)
    package static let number = Quantity()
    package static let money = Quantity(money: 1)
    package static let days = Quantity(time: 1)

    package var isPlain: Bool { money == 0 && time == 0 }

    /// As messages and the reference call it.
    package var name: String {
        if isPlain {
            switch kind {
            case .count: return "count"
            case .percent: return "percent"
            case .number: return "number"
            }
        }
        let top = Self.powers(money: money, time: time)
        let bottom = Self.powers(money: -money, time: -time)
        if bottom.isEmpty { return top == "time" ? "days" : top }
        return (top.isEmpty ? "1" : top) + " per " + (bottom == "time" ? "day" : bottom)
    }

    private static func powers(money: Int, time: Int) -> String {
        var parts: [String] = []
        if money > 0 { parts.append(money == 1 ? "money" : "money^\(money)") }
        if time > 0 { parts.append(time == 1 ? "time" : "time^\(time)") }
        return parts.joined(separator: " × ")
    }

    /// The quantity of a sum or a difference, or nil where the two can't be added.
    package static func adding(_ a: Quantity, _ b: Quantity) -> Quantity? {
        guard a.money == b.money, a.time == b.time else { return nil }
        if a.kind == b.kind { return a }
        if a.kind == .number { return b }
        if b.kind == .number { return a }
        return nil
    }

    package static func multiplying(_ a: Quantity, _ b: Quantity) -> Quantity {
        let kind: Kind =
            switch (a.kind, b.kind) {
            case (.percent, .percent): .percent
            case (.count, .count): .count
            default: .number
            }
        return Quantity(money: a.money + b.money, time: a.time + b.time, kind: kind)
    }

    package static func dividing(_ a: Quantity, _ b: Quantity) -> Quantity {
        Quantity(money: a.money - b.money, time: a.time - b.time, kind: .number)
    }

    /// Whether a value of one may be compared with a value of the other.
    package static func comparable(_ a: Quantity, _ b: Quantity) -> Bool { adding(a, b) != nil }

    /// The quantity of a written unit: `as percent`, `as money`, …
    package init?(unit name: String) {
        switch name {
        case "percent": self = .percent
        case "money": self = .money
        case "days": self = .days
        case "count": self = .count
        case "number", "ratio": self = .number
        case "money_per_day": self = Quantity(money: 1, time: -1)
        default: return nil
        }
    }

    package static let units = ["percent", "money", "days", "count", "number", "ratio", "money_per_day"]
}
