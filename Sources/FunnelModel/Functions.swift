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
    /// The time from the earliest to the latest date.
    case span

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
        case "span": self = .span
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
        case .span: "span"
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
        ("span", "the time from the earliest to the latest date: span(deals.closed)"),
        ("share", "a measure's part of its total: share(leads) by source"),
    ]
}

/// The functions over the groups of an answer.
package enum GroupFunction: String, CaseIterable, Sendable, Hashable {
    case cumulative, rolling, change, rank

    package var signature: String { self == .rolling ? "rolling(measure, 3 months)" : "\(rawValue)(measure)" }

    package var summary: String {
        switch self {
        case .cumulative: "the measure over the rows of this period and all before: cumulative(revenue) by month"
        case .rolling: "the measure over the rows of so many periods, this one the last: rolling(conversion, 3 months) by month"
        case .change: "the measure less its value in the period before: change(leads) by month"
        case .rank: "the measure's place, from the largest: rank(revenue) by owner"
        }
    }
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
    /// Of a deal: a number for its customer. A deal with no customer: its lead is the customer; with neither, the deal.
    case dealBuyer
    /// Of a won deal that is its customer's first: when the customer's last one closed.
    case dealLastBought
    /// Of a deal: the win rate of its source, over all closed deals of that source.
    case dealSourceWinRate

    package var table: TableRole {
        switch self {
        case .leadWon, .leadLost, .leadOpen, .leadWonAt: .leads
        case .dealWon, .dealLost, .dealOpen, .dealAxis, .dealNewCustomer, .dealBuyer, .dealLastBought, .dealSourceWinRate: .deals
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
        case .dealBuyer: "buyer"
        case .dealLastBought: "last_bought"
        case .dealSourceWinRate: "source_win_rate"
        }
    }

    package var type: ColumnType {
        switch self {
        case .leadWon, .leadLost, .leadOpen, .dealWon, .dealLost, .dealOpen, .dealNewCustomer: .yesNo
        case .leadWonAt, .dealAxis, .dealLastBought: .timestamp
        case .dealBuyer: .integer
        case .dealSourceWinRate: .decimal(scale: 12)
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
