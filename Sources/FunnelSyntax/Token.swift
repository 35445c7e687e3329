package import FunnelText

/// The smallest part of a text that means something.
package struct Token: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// A bare word, as written.
        case word(String)
        /// A name in backquotes, without them.
        case quotedName(String)
        case string(String)
        case number(NumberLiteral)
        /// `30d`: a duration written as one word.
        case duration(DurationLiteral)
        case date(DateLiteral)
        /// `$name`, without the dollar sign.
        case parameter(String)
        /// What stands between the slashes after `matches`.
        case regex(String)
        case symbol(Symbol)
        /// The end of the text of a statement.
        case end
    }

    package var kind: Kind
    package var range: TextRange
    /// Whether it is the first on its line, how far that line is indented, and whether an empty line stands before it.
    package var startsLine: Bool
    package var indent: Int
    package var followsBlankLine: Bool

    /// The word in lower case, or nil for any other token.
    package var word: String? {
        if case .word(let text) = kind { text.lowercased() } else { nil }
    }

    package func isWord(_ words: String...) -> Bool {
        guard let word else { return false }
        return words.contains(word)
    }

    package func isSymbol(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }
}

/// The signs of the language.
package enum Symbol: String, CaseIterable, Sendable, Hashable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case comma = ","
    case dot = "."
    case semicolon = ";"
    case openParenthesis = "("
    case closeParenthesis = ")"
    case openBracket = "["
    case closeBracket = "]"
    case openBrace = "{"
    case closeBrace = "}"
    case colon = ":"
    case arrow = "->"

    /// Whether it opens or closes something that may go on over several lines.
    var nesting: Int {
        switch self {
        case .openParenthesis, .openBracket, .openBrace: 1
        case .closeParenthesis, .closeBracket, .closeBrace: -1
        case .plus, .minus, .times, .divide, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .comma, .dot, .semicolon, .colon, .arrow: 0
        }
    }

    /// Whether a line that ends with it goes on.
    var joinsLines: Bool {
        switch self {
        case .plus, .minus, .times, .divide, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .comma, .dot, .arrow: true
        case .semicolon, .openParenthesis, .closeParenthesis, .openBracket, .closeBracket, .openBrace, .closeBrace, .colon: false
        }
    }
}

/// A number as written: `units` ÷ 10^`scale`; a percentage is already divided by 100.
package struct NumberLiteral: Sendable, Hashable {
    package var units: Int128
    package var scale: Int
    package var isPercent: Bool

    package init(units: Int128, scale: Int, isPercent: Bool = false) {
        self.units = units
        self.scale = scale
        self.isPercent = isPercent
    }

    /// The number, where it is whole and fits.
    package var whole: Int? { scale == 0 && !isPercent ? Int(exactly: units) : nil }
}

/// A length of time in its unit.
package struct DurationLiteral: Sendable, Hashable {
    package enum Unit: String, CaseIterable, Sendable, Hashable {
        case minute, hour, day, week, month, quarter, year

        /// The unit that a word names, in the singular or the plural.
        package init?(word: String) {
            let word = word.lowercased()
            guard let unit = Unit(rawValue: word) ?? Unit.allCases.first(where: { $0.rawValue + "s" == word }) else { return nil }
            self = unit
        }

        /// The unit behind a number as one word: `30d`, `6h`, `45min`.
        init?(short word: String) {
            switch word {
            case "d": self = .day
            case "w": self = .week
            case "h": self = .hour
            case "min": self = .minute
            case "mo": self = .month
            case "q": self = .quarter
            case "y": self = .year
            default: return nil
            }
        }
    }

    package var amount: Int
    package var unit: Unit

    package init(_ amount: Int, _ unit: Unit) {
        self.amount = amount
        self.unit = unit
    }
}

/// A date as written; it stands for its whole period. A year below 1700 is a Solar Hijri year.
package enum DateLiteral: Sendable, Hashable {
    case month(year: Int, month: Int)
    case quarter(year: Int, quarter: Int)
    case week(year: Int, week: Int)
    case day(year: Int, month: Int, day: Int)
    /// With the microseconds since midnight.
    case time(year: Int, month: Int, day: Int, microseconds: Int64)
}
