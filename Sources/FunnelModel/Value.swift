/// One cell of an answer.
package enum Value: Sendable, Hashable {
    case missing
    /// A count, a sum of money, any number that is known exactly.
    case exact(Exact)
    /// A ratio, a mean, a percentile; days with their fraction.
    case real(Double)
    case text(String)
    case yesNo(Bool)
    /// Days since 1970-01-01.
    case date(Int)
    /// A day and the microseconds since its midnight.
    case timestamp(day: Int, microseconds: Int64)
    case period(Period)

    package var isMissing: Bool { self == .missing }

    /// The number in it, rounded to binary.
    package var double: Double? {
        switch self {
        case .exact(let exact): exact.double
        case .real(let real): real
        case .missing, .text, .yesNo, .date, .timestamp, .period: nil
        }
    }

    /// -1, 0 or 1 between two values of one kind; a missing value comes last.
    package static func compare(_ a: Value, _ b: Value) -> Int {
        // Numbers are asked for most, and need no copies.
        if case .exact(let x) = a, case .exact(let y) = b { return Exact.compare(x, y) }
        return switch (a, b) {
        case (.missing, .missing): 0
        case (.missing, _): 1
        case (_, .missing): -1
        case (.text(let x), .text(let y)): Spelling.compare(x, y)
        case (.yesNo(let x), .yesNo(let y)): x == y ? 0 : x ? 1 : -1
        case (.date(let x), .date(let y)): order(x, y)
        case (.timestamp(let x, let s), .timestamp(let y, let t)): x == y ? order(s, t) : order(x, y)
        case (.period(let x), .period(let y)): order(x.index, y.index)
        default: order(a.double ?? 0, b.double ?? 0)
        }
    }

    private static func order<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a > b ? 1 : 0 }
}
