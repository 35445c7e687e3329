import FunnelPlan

/// A condition in SQL. Where a value is missing SQL says "unknown", which is as good as no, but for what stands behind `not`
/// or is shown as a value; there it is made a no.
struct Condition {
    enum Binding: Int { case or, and, not, test }

    var text: String
    var mayBeUnknown: Bool
    var binding: Binding

    init(_ text: String, mayBeUnknown: Bool = true, binding: Binding = .test) {
        self.text = text
        self.mayBeUnknown = mayBeUnknown
        self.binding = binding
    }

    static let yes = Condition("true", mayBeUnknown: false)
    static let no = Condition("false", mayBeUnknown: false)

    /// The text, in brackets where what stands around it binds more closely.
    func within(_ binding: Binding) -> String { self.binding.rawValue < binding.rawValue ? "(\(text))" : text }

    /// Yes or no.
    func value(_ rules: any DialectRules) -> String { mayBeUnknown ? rules.truth(text) : text }

    /// What it is the negation of, where it is one.
    private var negates: [Condition] = []

    var negated: Condition {
        if text == "true" { return .no }
        if text == "false" { return .yes }
        if let original = negates.first { return original }
        var result =
            mayBeUnknown
            ? Condition("(\(text)) is not true", mayBeUnknown: false)
            : Condition("not " + (binding == .test && !text.contains(" ") ? text : "(\(text))"), mayBeUnknown: false, binding: .not)
        result.negates = [self]
        return result
    }

    static func all(_ parts: [Condition]) -> Condition {
        let parts = different(parts).filter { $0.text != "true" }
        guard parts.count > 1 else { return parts.first ?? .yes }
        return Condition(parts.map { $0.within(.and) }.joined(separator: " and "), mayBeUnknown: parts.contains { $0.mayBeUnknown }, binding: .and)
    }

    private static func different(_ parts: [Condition]) -> [Condition] {
        var texts: Set<String> = []
        return parts.filter { texts.insert($0.text).inserted }
    }

    static func any(_ parts: [Condition]) -> Condition {
        let parts = different(parts)
        guard parts.count > 1 else { return parts.first ?? .no }
        return Condition(parts.map { $0.within(.or) }.joined(separator: " or "), mayBeUnknown: parts.contains { $0.mayBeUnknown }, binding: .or)
    }
}
