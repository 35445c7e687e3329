package import FunnelModel
package import FunnelText

/// What the engine has to say.
extension Diagnostic {
    package static let numberTooLarge = Diagnostic(
        .error, "a number in this query does not fit 64 bits", mends: ["divide it, or sum first and compute with the sum"])
    package static let notANumber = Diagnostic(.error, "a number is needed here, and this is none")
    package static let notText = Diagnostic(.error, "a text is needed here, and this is none")
    package static let tooManyGroups = Diagnostic(.error, "these keys have more combinations than can be counted", mends: ["use fewer keys"])

    package static func tooManySteps(_ most: Int) -> Diagnostic {
        Diagnostic(.error, "a funnel has no more than \(most) steps", mends: ["name the steps that matter: `funnel lead -> demo -> won`"])
    }

    package static func columnIsGone(_ name: String) -> Diagnostic { Diagnostic(.error, "`\(name)` is not in the store any more") }

    package static func columnHasType(_ name: String, _ type: ColumnType, wanted: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` is \(type.name); \(wanted) is needed here")
    }

    package static func notComparable(_ a: String, _ b: String) -> Diagnostic { Diagnostic(.error, "`\(a)` can't be compared with `\(b)`") }

    package static func badRegex(_ pattern: String) -> Diagnostic {
        Diagnostic(.error, "`/\(pattern)/` is not a regular expression", mends: ["a bracket may be open, or a `*` may stand at the beginning"])
    }
}
