package import FunnelModel

/// What is computed from one row. Columns are named by index; everything is typed and decided.
package indirect enum RowValue: Sendable, Hashable {
    case column(ColumnReference)
    case exact(Exact)
    case text(String)
    /// A point in time: a day and the microseconds since its midnight.
    case instant(Instant)
    /// A length of time in microseconds.
    case duration(Int64)
    case missing(RowType)
    case condition(RowCondition)
    case arithmetic(Arithmetic, RowValue, RowValue)
    /// The time from the first to the second, in microseconds.
    case elapsed(RowValue, RowValue)
    /// Of a lead: the time from its first event of one step to the first event of another behind it, in microseconds.
    case between(StepEvents, StepEvents, stageOrder: [String])
    case textFunction(TextFunction, RowValue)
    case length(RowValue)
    case datePart(DatePart, RowValue)
    case coalesce([RowValue])
    case cases([RowCase], otherwise: RowValue?)
}

package struct RowCase: Sendable, Hashable {
    package var condition: RowCondition
    package var value: RowValue

    package init(condition: RowCondition, value: RowValue) {
        self.condition = condition
        self.value = value
    }
}

/// A column of the row itself or, of a deal or a stage row, of its lead.
package struct ColumnReference: Sendable, Hashable {
    package enum Path: Sendable, Hashable { case own, lead }

    package var path: Path
    package var table: TableRole
    package var index: ColumnIndex
    package var type: RowType
    /// As it was written, for plans and messages.
    package var name: String

    package init(path: Path, table: TableRole, index: ColumnIndex, type: RowType, name: String) {
        self.path = path
        self.table = table
        self.index = index
        self.type = type
        self.name = name
    }
}

/// What a row value is.
package enum RowType: Sendable, Hashable {
    /// A number known exactly, with so many digits behind the point.
    case exact(scale: Int)
    case real
    /// A length of time in microseconds.
    case duration
    case text
    case date
    case timestamp
    case yesNo
    /// Of a column whose file has not been read in full.
    case unknown

    package init(_ type: ColumnType) {
        switch type {
        case .text: self = .text
        case .integer: self = .exact(scale: 0)
        case .decimal(let scale): self = .exact(scale: scale)
        case .date: self = .date
        case .timestamp: self = .timestamp
        case .yesNo: self = .yesNo
        case .unknown: self = .unknown
        }
    }

    package var isNumber: Bool {
        switch self {
        case .exact, .real, .unknown: true
        case .duration, .text, .date, .timestamp, .yesNo: false
        }
    }

    package var isTime: Bool { self == .date || self == .timestamp || self == .unknown }
    package var isText: Bool { self == .text || self == .unknown }

    package var name: String {
        switch self {
        case .exact, .real: "a number"
        case .duration: "a length of time"
        case .text: "text"
        case .date: "a date"
        case .timestamp: "a time stamp"
        case .yesNo: "a yes or no"
        case .unknown: "of unknown type"
        }
    }
}

/// A point in time.
package struct Instant: Sendable, Hashable, Comparable {
    package var day: Int
    package var microseconds: Int64

    package init(day: Int, microseconds: Int64 = 0) {
        self.day = day
        self.microseconds = microseconds
    }

    /// Microseconds since 1970-01-01.
    package var total: Int64 { Int64(day) * microsecondsPerDay + microseconds }

    package static func < (a: Instant, b: Instant) -> Bool { (a.day, a.microseconds) < (b.day, b.microseconds) }
}

package enum Arithmetic: String, Sendable, Hashable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
}

package enum TextFunction: String, Sendable, Hashable { case lower, upper, trim }

package enum DatePart: String, Sendable, Hashable { case year, quarter, month, day, weekday, hour }

/// A length of time, in calendar months or in microseconds.
package enum TimeSpan: Sendable, Hashable {
    case months(Int)
    case microseconds(Int64)
}
