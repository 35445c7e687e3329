import FunnelModel
import FunnelStore

/// One piece of a column, read.
struct ColumnPart: Sendable {
    enum Values: Sendable {
        /// Codes in the piece's own texts.
        case text(Codes, LocalTexts)
        case numbers(Integers, scale: Int)
        /// Days and, where any row has one, times of day.
        case dates(Integers, times: (values: Integers, unit: TimeUnit)?)
        case yesNo(Buffer<UInt8>)
        /// The rule does not hold for the column.
        case failed
        /// Numbers too long for 64 bits at the scale of the piece.
        case tooLong
    }

    var values: Values
    let rows: Int
    /// A bit a row, set where there is a value; nil where all rows have one.
    private(set) var validity: Buffer<UInt64>?
    private(set) var missing = 0
    /// Rows whose value does not fit what a role demands.
    private(set) var bad: [UInt32] = []
    /// How often each spelling of "no value" was met, by its place in `MissingText.spellings`.
    private(set) var spelledMissing: [Int: Int] = [:]
    private(set) var currencies: [UInt64: Int] = [:]
    /// The digits of the finest fraction of a second, and how many fractions were cut to the microsecond.
    var fraction = 0
    var cutFractions = 0

    init(rows: Int) {
        self.rows = rows
        values = .failed
    }

    mutating func miss(_ row: Int) {
        if validity == nil {
            let words = Buffer<UInt64>(zeros: (rows + 63) / 64)
            for word in 0..<words.count { words.base[word] = .max }
            validity = words
        }
        validity!.base[row >> 6] &= ~(1 << UInt64(row & 63))
        missing += 1
    }

    /// A cell that the rule does not fit: one that is spelled missing, or a bad one. False for a bad one.
    mutating func misfit(_ cell: Cell, _ row: Int) -> Bool {
        let cell = cell.trimmed
        if cell.count == 0 || cell.isBlank {
            miss(row)
            return true
        }
        if let spelling = MissingText.index(cell) {
            spelledMissing[spelling, default: 0] += 1
            miss(row)
            return true
        }
        return false
    }

    mutating func markBad(_ row: Int) {
        bad.append(UInt32(row))
        miss(row)
    }

    mutating func meet(currency: UInt64) { currencies[currency, default: 0] += 1 }
}
