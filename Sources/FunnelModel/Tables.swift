/// The four tables of the store, known by their role.
package enum TableRole: String, CaseIterable, Sendable, Hashable {
    case leads, deals, stages, costs

    /// One row of it, as messages call it.
    package var singular: String {
        switch self {
        case .leads: "lead"
        case .deals: "deal"
        case .stages: "stage row"
        case .costs: "cost"
        }
    }

    /// The roles that its columns can play, in the order in which they are described.
    package var roles: [ColumnRole] {
        switch self {
        case .leads: [.id, .created, .source, .owner, .qualified]
        case .deals: [.id, .lead, .created, .closed, .status, .amount, .customer, .owner, .product, .source]
        case .stages: [.lead, .stage, .entered]
        case .costs: [.date, .amount, .source, .campaign, .kind]
        }
    }

    /// The roles without which it can't be loaded.
    package var needed: [ColumnRole] {
        switch self {
        case .leads: [.id, .created]
        case .deals: []
        case .stages: [.lead, .stage, .entered]
        case .costs: [.date, .amount]
        }
    }
}

/// What a column means to the funnel, whatever its header says.
package enum ColumnRole: String, CaseIterable, Sendable, Hashable {
    case id, created, source, owner, qualified
    case lead, closed, status, amount, customer, product
    case stage, entered
    case date, campaign, kind

    /// What the values of such a column must be.
    package var demand: TypeDemand {
        switch self {
        case .id, .lead, .customer: .key
        case .created, .closed, .entered, .date: .date
        case .amount: .number
        case .qualified: .dateOrYesNo
        case .source, .owner, .product, .status, .stage, .campaign, .kind: .text
        }
    }
}

/// What a role asks of the values of its column.
package enum TypeDemand: Sendable {
    /// Whole numbers or text, exactly as written.
    case key
    case date
    case number
    case dateOrYesNo
    /// Text, even where all values look like numbers.
    case text
}

/// What the values of a column are.
package enum ColumnType: Sendable, Hashable {
    case text
    case integer
    /// Exact decimals: 64-bit integers, `scale` digits of them behind the point.
    case decimal(scale: Int)
    case date
    /// A day and a time of day.
    case timestamp
    case yesNo
    /// Not known before the whole file has been read; the binder accepts it anywhere.
    case unknown

    package var name: String {
        switch self {
        case .text: "text"
        case .integer: "integer"
        case .decimal: "decimal"
        case .date: "date"
        case .timestamp: "timestamp"
        case .yesNo: "yes/no"
        case .unknown: "unknown"
        }
    }
}

/// How a deal stands.
package enum DealState: String, CaseIterable, Sendable, Hashable {
    case open, won, lost
}

/// The unit of a time of day, one to a column.
package enum TimeUnit: Int64, Sendable, Hashable {
    case second = 1
    case millisecond = 1_000
    case microsecond = 1_000_000

    /// How many microseconds one unit is.
    package var microseconds: Int64 { 1_000_000 / rawValue }
}

/// Microseconds in a day: the unit in which elapsed time is counted.
package let microsecondsPerDay: Int64 = 86_400_000_000
