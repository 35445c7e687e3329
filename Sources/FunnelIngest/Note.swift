import FunnelModel

/// What a load tells of its decisions: a sentence each.
enum Note {
    static func ambiguousDates(_ column: String, _ example: String) -> String {
        let separator = example.first { "-/.".contains($0) }.map(String.init) ?? "-"
        return
            "`\(column)` is kept as text: `\(example)` does not tell day from month; `dates \"\(Note.pattern("dd", "MM", separator))\"`"
            + " or `dates \"\(Note.pattern("MM", "dd", separator))\"` reads it as dates"
    }

    static func pattern(_ first: String, _ second: String, _ separator: String, year: String = "yyyy") -> String {
        [first, second, year].joined(separator: separator)
    }

    static func spelledMissing(_ count: Int, _ spelling: String, _ column: String) -> String {
        "\(counted(count, "cell")) `\(spelling)` in `\(column)` read as missing"
    }

    static func currencies(_ currencies: [(name: String, count: Int)], _ column: String) -> String {
        let list = currencies.map { "`\($0.name)` (\(counted($0.count)))" }.joined(separator: ", ")
        return "`\(column)` holds amounts in several currencies, \(list): the numbers are taken as they are"
    }

    static func decimalComma(_ column: String) -> String { "`\(column)` is read with a decimal comma" }

    static func openMark(_ column: String, _ mark: DecimalMark, _ example: String, _ proof: ColumnDecision.MarkProof) -> String {
        let read = "`\(column)` is read with a decimal \(mark == .comma ? "comma" : "point")"
        let own = "its own values, such as `\(example.shortened)`, leave it open"
        return switch proof {
        case .column(let other): "\(read), as `\(other)` is: \(own)"
        case .separator: "\(read), as files with `;` mostly are: \(own)"
        case .nothing: "\(read): \(own)"
        }
    }

    static func pointedKeys(_ column: String) -> String { "`\(column)` holds whole numbers written as `1.0`: they are read as `1`" }

    static func dayOrder(_ column: String, _ order: DateRule.Order) -> String {
        "`\(column)` is read \(order == .monthFirst ? "month" : "day") first"
    }

    static func orderOfOther(_ column: String, _ order: DateRule.Order, _ other: String) -> String {
        "`\(column)` is read \(order == .monthFirst ? "month" : "day") first, as `\(other)` is: its own values leave it open"
    }

    /// Deals that are closed, in a file that does not say when.
    static func noClosing(created: String?) -> String {
        "no column is `closed`: won and lost deals stand in no month; `with closed = \(created ?? "COLUMN")` gives them a date"
    }

    /// Deals that are won or lost, and do not say when.
    static func undated(_ state: DealState, _ count: Int, _ column: String) -> String {
        "\(counted(count, "\(state) deal")) without `\(column)`: such deals stand in no month, and what is asked of a period leaves them out"
    }

    static func jalali(_ column: String) -> String {
        "`\(column)` holds dates of the Solar Hijri calendar, kept as the days that they are"
    }

    static func cutFractions(_ count: Int, _ column: String) -> String {
        "\(counted(count, "time")) in `\(column)` cut to the microsecond"
    }

    static func badCells(_ count: Int, _ column: String, example: String, line: Int) -> String {
        "\(counted(count, "cell")) in `\(column)` became missing, the first `\(example.shortened)` on line \(line)"
    }

    static func fitted(_ short: Int, _ long: Int, line: Int) -> String {
        let parts = [
            short > 0 ? "\(counted(short, "row")) with too few fields filled up" : nil,
            long > 0 ? "\(counted(long, "row")) with too many fields cut" : nil,
        ].compactMap { $0 }
        return parts.joined(separator: ", ") + "; the first on line \(line)"
    }

    static func refused(_ count: Int, into path: String?) -> String {
        "\(counted(count, "row")) left out for errors" + (path.map { ", written to `\($0)`" } ?? "")
    }

    static func duplicates(_ count: Int, _ column: String, keepsLast: Bool) -> String {
        "\(counted(count, "row")) left out whose `\(column)` \(keepsLast ? "comes again later" : "was met before")"
    }

    static func emptyLines(_ count: Int) -> String { "\(counted(count, "line")) without any value left out" }

    static func unmetState(_ text: String, _ state: DealState) -> String { "no row has the status `\(text)` (\(state))" }

    static func missingIDs(_ count: Int, _ column: String) -> String { "\(counted(count, "row")) without `\(column)`" }

    /// `12 cells`, `1,234 rows`
    static func counted(_ count: Int, _ thing: String) -> String { "\(counted(count)) \(thing)\(count == 1 ? "" : "s")" }

    static func counted(_ count: Int) -> String {
        var digits = String(count)
        var at = digits.count - 3
        while at > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: at))
            at -= 3
        }
        return digits
    }
}

extension String {
    /// At most 40 characters of it, on one line.
    var shortened: String {
        let line = map { $0.isNewline ? " " : String($0) }.joined()
        return line.count <= 40 ? line : String(line.prefix(39)) + "…"
    }
}
