/// The functions over the fields of one row, a case each.
package enum ScalarFunction: String, CaseIterable, Sendable, Hashable {
    case lower, upper, trim, length
    case coalesce
    case year, quarter, month, day, weekday, hour
    case days

    package var summary: String {
        switch self {
        case .lower: "the text in lower case"
        case .upper: "the text in upper case"
        case .trim: "the text without blanks at its ends"
        case .length: "how many characters a text has"
        case .coalesce: "the first of its arguments that is not missing"
        case .year: "the year of a date"
        case .quarter: "the quarter of a date, 1 to 4"
        case .month: "the month of a date, 1 to 12"
        case .day: "the day of a date in its month, 1 to 31"
        case .weekday: "the day of the week, Monday 1 to Sunday 7"
        case .hour: "the hour of a time stamp, 0 to 23"
        case .days: "the elapsed time between two dates, in days with their fraction"
        }
    }

    package var signature: String {
        switch self {
        case .lower, .upper, .trim, .length: "\(rawValue)(text)"
        case .coalesce: "coalesce(value, …)"
        case .year, .quarter, .month, .day, .weekday, .hour: "\(rawValue)(date)"
        case .days: "days(from, to)"
        }
    }
}

/// The functions over many rows.
package enum AggregateFunction: Sendable, Hashable {
    /// How many rows; with an argument, how many have a value.
    case count
    /// The sum of the values; of no rows, 0.
    case sum
    case mean
    /// The value below which this share of the values lies, interpolated linearly between closest ranks: type 7 of
    /// Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996). In thousandths: 500 is the median.
    case percentile(Int)
    case min
    case max
    /// How many different values there are.
    case distinct

    /// The function that a name calls: `mean`, `avg`, `median`, `p90`, `p99.9`.
    package init?(name: String) {
        switch name {
        case "count": self = .count
        case "sum": self = .sum
        case "mean", "avg", "average": self = .mean
        case "median": self = .percentile(500)
        case "min": self = .min
        case "max": self = .max
        case "distinct": self = .distinct
        default:
            guard name.first == "p", let percent = Int(name.dropFirst()), (0...100).contains(percent) else { return nil }
            self = .percentile(percent * 10)
        }
    }

    package var name: String {
        switch self {
        case .count: "count"
        case .sum: "sum"
        case .mean: "mean"
        case .percentile(500): "median"
        case .percentile(let thousandths): "p\(thousandths / 10)"
        case .min: "min"
        case .max: "max"
        case .distinct: "distinct"
        }
    }

    /// The names that help and completion show, with what they do.
    package static let catalogue: [(name: String, summary: String)] = [
        ("count", "how many rows: count(deals where won)"),
        ("sum", "the sum of the values: sum(deals.amount where won)"),
        ("mean", "the mean of the values: mean(cycle)"),
        ("median", "the middle value: median(deals.amount)"),
        ("p90", "the value below which 90 % of the values lie; any p0 … p100"),
        ("min", "the smallest value"),
        ("max", "the largest value"),
        ("distinct", "how many different values: distinct(deals.customer)"),
        ("share", "a measure's part of its total: share(leads) by source"),
    ]
}

/// Columns that no file has: they are made from the links between the tables when the store is put together.
package enum DerivedColumn: String, CaseIterable, Sendable, Hashable {
    /// Of a lead: whether some deal of it is won; whether it has deals and all are lost; whether it is neither.
    case leadWon, leadLost, leadOpen
    /// Of a lead: when its first win closed.
    case leadWonAt
    /// Of a deal: how it stands.
    case dealWon, dealLost, dealOpen
    /// Of a deal: the date that places it in time: `closed`, of open ones `created`.
    case dealAxis
    /// Of a won deal: whether it is its customer's first.
    case dealNewCustomer

    package var table: TableRole {
        switch self {
        case .leadWon, .leadLost, .leadOpen, .leadWonAt: .leads
        case .dealWon, .dealLost, .dealOpen, .dealAxis, .dealNewCustomer: .deals
        }
    }

    /// The name that a query calls it by.
    package var name: String {
        switch self {
        case .leadWon, .dealWon: "won"
        case .leadLost, .dealLost: "lost"
        case .leadOpen, .dealOpen: "open"
        case .leadWonAt: "won_at"
        case .dealAxis: "dated"
        case .dealNewCustomer: "new_customer"
        }
    }

    package var type: ColumnType {
        switch self {
        case .leadWon, .leadLost, .leadOpen, .dealWon, .dealLost, .dealOpen, .dealNewCustomer: .yesNo
        case .leadWonAt, .dealAxis: .timestamp
        }
    }

    package static func named(_ name: String, in table: TableRole) -> DerivedColumn? {
        allCases.first { $0.table == table && $0.name == name }
    }
}

/// Which column of a table: one of the file's, or a derived one.
package enum ColumnIndex: Sendable, Hashable {
    case file(Int)
    case derived(DerivedColumn)
}
