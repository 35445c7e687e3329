package import FunnelStore

/// The values of some rows of an array, as plain runs that need no checks any more.
package struct ArrowPiece: Sendable {
    package enum Values: Sendable {
        case nothing
        case integers(Buffer<Int64>)
        /// Whole numbers of 10^-scale.
        case decimals(Buffer<Int64>, scale: Int)
        case reals(Buffer<Double>)
        case bits(Buffer<UInt8>)
        /// Days since 1970-01-01.
        case days(Buffer<Int32>)
        /// Days and the microseconds since their midnight, with how many digits of a second the file tells, and how many
        /// times were cut to the microsecond.
        case instants(days: Buffer<Int32>, times: Buffer<Int64>, digits: Int, cut: Int)
        /// Microseconds since midnight.
        case times(Buffer<Int64>)
        case texts(ArrowTexts)
        /// Codes of the texts of a dictionary.
        case codes(Buffer<Int32>, ArrowTexts)
    }

    package let values: Values
    package let marks: RowMarks
}

extension ArrowPiece {
    /// Days and times of day of the same rows as time stamps. A day without a time is its midnight.
    package func joined(with time: ArrowPiece) -> ArrowPiece {
        guard case .days(let days) = values, case .times(let times) = time.values, days.count == times.count else { return self }
        var joined = marks
        for row in time.marks.misfits where marks.isPresent(row) { joined.misfit(row) }
        var finest: Int64 = 0
        for row in 0..<times.count { finest |= times.base[row] % 1_000_000 == 0 ? 0 : times.base[row] % 1000 == 0 ? 1 : 2 }
        let digits = finest >= 2 ? 6 : finest == 1 ? 3 : 0
        return ArrowPiece(values: .instants(days: days, times: times, digits: digits, cut: 0), marks: joined)
    }
}

/// Which rows of a piece have no value, and which have one that does not fit; both hold zero.
package struct RowMarks: Sendable {
    package let count: Int
    /// A bit a row, set where there is a value; nil where all rows have one.
    package private(set) var validity: Buffer<UInt64>?
    package private(set) var missing = 0
    /// Rows whose value has no place in a column of funnel's, in rising order; they count as missing.
    package private(set) var misfits: [Int] = []

    init(_ count: Int) { self.count = count }

    package func isPresent(_ row: Int) -> Bool { validity.map { $0.base[row >> 6] >> UInt64(row & 63) & 1 == 1 } ?? true }

    mutating func miss(_ row: Int) {
        if validity == nil {
            let words = Buffer<UInt64>(zeros: (count + 63) / 64)
            for word in 0..<words.count { words.base[word] = .max }
            validity = words
        }
        validity!.base[row >> 6] &= ~(1 << UInt64(row & 63))
        missing += 1
    }

    mutating func misfit(_ row: Int) {
        misfits.append(row)
        miss(row)
    }
}

/// Texts that stand in an Arrow file; each lies within it and is sound UTF-8.
package struct ArrowTexts: Sendable {
    let file: MappedFile
    let starts: Buffer<Int>
    let counts: Buffer<Int32>

    package var count: Int { counts.count }

    /// The bytes of a text; at least 16 more behind them can be read.
    package subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
        let start = (file.base + starts[index]).assumingMemoryBound(to: UInt8.self)
        return UnsafeBufferPointer(start: start, count: Int(counts.base[index]))
    }

    package func string(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}
