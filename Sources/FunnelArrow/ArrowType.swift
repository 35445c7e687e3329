/// What the values of a column of an Arrow file are, as far as funnel reads them.
package enum ArrowType: Sendable, Hashable {
    package enum Unit: Int16, Sendable, Hashable {
        case second, millisecond, microsecond, nanosecond

        /// How many make a second.
        package var perSecond: Int64 {
            switch self {
            case .second: 1
            case .millisecond: 1_000
            case .microsecond: 1_000_000
            case .nanosecond: 1_000_000_000
            }
        }
    }

    /// No value at all.
    case null
    case integer(bits: Int, isSigned: Bool)
    /// Binary numbers of 16, 32 or 64 bits.
    case real(bits: Int)
    /// Whole numbers of 10^-scale, of 32, 64 or 128 bits.
    case decimal(bits: Int, precision: Int, scale: Int)
    case bool
    /// UTF-8 with offsets of 32 or 64 bits.
    case utf8(offsetBits: Int)
    /// UTF-8 whose short values stand in the column itself.
    case utf8View
    /// Days since 1970-01-01 in 32 bits.
    case days
    /// Milliseconds since 1970-01-01 in 64 bits, whole days of them.
    case dayMilliseconds
    /// The time since midnight, in 32 bits up to the millisecond, else in 64.
    case time(Unit)
    /// The time since 1970-01-01, of UTC where there is a zone.
    case timestamp(Unit, zone: String?)

    /// The bits that one value takes in the column's data; 0 where there is none.
    package var bits: Int {
        switch self {
        case .null: 0
        case .integer(let bits, _), .real(let bits), .decimal(let bits, _, _), .utf8(let bits): bits
        case .bool: 1
        case .utf8View: 128
        case .days: 32
        case .dayMilliseconds, .timestamp: 64
        case .time(let unit): unit == .second || unit == .millisecond ? 32 : 64
        }
    }
}

/// One column of an Arrow file: its name, its type, and how its dictionary is called if it has one.
package struct ArrowField: Sendable, Hashable {
    package struct Dictionary: Sendable, Hashable {
        package var id: Int64
        /// The type of the codes: integers.
        package var index: ArrowType

        package init(id: Int64, index: ArrowType) {
            self.id = id
            self.index = index
        }
    }

    package let name: String
    /// The type of the values, also of those that stand in a dictionary.
    package let type: ArrowType
    package let dictionary: Dictionary?

    package init(name: String, type: ArrowType, dictionary: Dictionary? = nil) {
        self.name = name
        self.type = type
        self.dictionary = dictionary
    }

    /// The type of what stands in the rows.
    var stored: ArrowType { dictionary?.index ?? type }
}
