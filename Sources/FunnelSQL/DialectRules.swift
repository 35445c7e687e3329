import FunnelModel
import FunnelPlan

/// How a dialect says what the writer means. What most dialects say alike has a common wording in the extension; a dialect
/// tells its differences.
///
/// A time stamp, as the writer passes it about, is the dialect's own, but for SQLite, where it is microseconds; lengths of
/// time are microseconds everywhere; dates are the dialect's own.
protocol DialectRules: Sendable {
    var name: String { get }
    /// Exact decimals are whole numbers of their last digit: the engine has no decimals.
    var countsInUnits: Bool { get }
    /// What a query ends with.
    var settings: String? { get }
    /// Whether a percentile is an aggregate; else it is computed from numbered rows.
    var hasPercentile: Bool { get }
    /// Whether all rows are sorted by their groups where one aggregate is a percentile, and not only its own values.
    var sortsForPercentiles: Bool { get }
    /// Whether the times of a lead's steps are gathered into lists, in one pass over the stage rows; else each step is joined to the one before.
    var gathersTimes: Bool { get }
    /// Whether a part is computed again wherever it is named, so that parts upon parts take forever.
    var repeatsParts: Bool { get }
    /// Whether the first of some lines are found by their numbers; else by `limit`.
    var numbersFirst: Bool { get }
    /// Whether an aggregate's condition may ask whether a key is among those of another table, and that is fast for any number of them.
    var asksInAggregates: Bool { get }
    /// Whether what is counted beside the lines is counted with the groups and then added up.
    var countsInScans: Bool { get }

    // Names, types and constants
    func quoted(_ name: String) -> String
    /// The marks between which a backslash is an escape.
    var escapingMarks: Set<Unicode.Scalar> { get }
    func literal(_ text: String) -> String
    func literal(_ exact: Exact) -> String
    func literal(day: Int) -> String
    func literal(_ instant: Instant) -> String
    func type(_ type: SQLType) -> String

    // Numbers
    func real(_ number: String) -> String
    /// A count as a whole number with a sign.
    func integer(_ count: String) -> String
    /// A binary number of which a negative zero is a zero.
    func plainZero(_ number: String) -> String
    /// A value of which an aggregate over no rows is missing.
    func nullable(_ value: String) -> String
    /// A condition as a yes or a no.
    func truth(_ condition: String) -> String
    func greatest(_ a: String, _ b: String) -> String
    func least(_ a: String, _ b: String) -> String
    func power10(_ digits: Int) -> String

    // Time
    /// What a column of this type is read as.
    func read(_ column: String, _ type: RowType) -> String
    func day(ofTimestamp value: String) -> String
    /// The day of a stored column.
    func day(ofColumn column: String, _ type: RowType) -> String
    func timestamp(ofDate date: String) -> String
    func microseconds(ofTimestamp value: String) -> String
    func timestamp(ofMicroseconds value: String) -> String
    func days(from: String, to: String) -> String
    /// The time from one time stamp to another: in microseconds, in days with their fraction, and whether it is no longer
    /// than so many microseconds.
    func microseconds(from: String, to: String) -> String
    func realDays(from: String, to: String) -> String
    func isNoLonger(than microseconds: Int64, from: String, to: String) -> String
    func adding(days: Int, to date: String) -> String
    func adding(months: Int, to date: String) -> String
    func adding(months: Int, toTimestamp value: String) -> String
    func start(of grain: Grain, _ date: String) -> String
    /// The same of a time stamp as it is stored; nil where its day is taken before, which costs as little.
    func start(of grain: Grain, stored timestamp: String) -> String?
    /// Monday 1 … Sunday 7.
    func weekday(_ date: String) -> String
    func part(_ part: DatePart, ofDate date: String) -> String
    func hour(ofTimestamp value: String) -> String
    func isDuring(column: String, _ type: RowType, from: Instant?, until: Instant?) -> String
    /// The query of the relation `name` that makes, of each row of the relation `bounds`, all periods from `first_period` to `last_period`:
    /// the columns `keys` of that row, and `period`.
    func series(_ name: String, _ grain: Grain, of keys: [String], bounds: String, where condition: String?) -> String
    /// How many periods there are from one to another, both counted.
    func periods(of grain: Grain, from first: String, to last: String) -> String
    /// A number that tells the periods of a grain apart and is faster to compute of a stored column than the period's first day, and that
    /// day of it; nil where nothing is.
    func numbered(_ grain: Grain, stored column: String) -> (number: String, start: (String) -> String)?

    // Texts
    func contains(_ text: String, _ part: String) -> String
    func starts(_ text: String, _ part: String) -> String
    func ends(_ text: String, _ part: String) -> String
    func like(_ text: String, _ pattern: String) -> String
    /// Nil where the engine has no regular expressions.
    func matches(_ text: String, _ pattern: String) -> String?
    /// Nil where the engine does not know the letters of all scripts.
    func function(_ function: TextFunction, _ text: String) -> String?
    func length(_ text: String) -> String
    /// A text to be compared or sorted by its code points.
    func byCodePoints(_ text: String) -> String

    // Aggregates and relations
    func filtered(_ aggregate: String, _ condition: String?) -> String
    func percentile(_ value: String, _ thousandths: Int) -> String
    func list(_ value: String) -> String
    /// The query of all rows of a part, each with the earliest time of a list of it that compares so, as a column `name`.
    func earliest(_ name: String, of list: String, _ comparison: String, in part: String) -> String
    /// Whether two columns of one type have the same value, or both none.
    func same(_ a: String, _ b: String, _ type: SQLType) -> String
    /// What a column of the answer is cast to.
    func output(_ value: String, _ type: SQLType) -> String
}
