package import FunnelModel

/// A column that holds the same in every row: a text, a whole number or a date.
package struct SQLConstant: Sendable, Hashable {
    package let name: String
    package let value: Value

    /// Nil for a value that dialects write in different ways.
    package init?(name: String, value: Value) {
        switch value {
        case .text, .date: break
        case .exact(let exact) where exact.scale == 0: break
        case .exact, .missing, .real, .yesNo, .timestamp, .period: return nil
        }
        self.name = name
        self.value = value
    }

    func written(_ rules: any DialectRules) -> String {
        switch value {
        case .date(let day): rules.literal(day: day)
        case .text(let text): "cast(\(rules.literal(text)) as \(rules.type(.text)))"
        case .exact(let exact): exact.text
        case .missing, .real, .yesNo, .timestamp, .period: "null"
        }
    }
}
