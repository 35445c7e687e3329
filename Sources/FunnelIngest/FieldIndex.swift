import CSystem
import Glibc

/// Where each field of a piece of a file begins and ends: rows of `columns` entries.
///
/// This is the one place that knows how records and fields are told apart; all else reads cells through it. It is
/// scratch memory of one thread, filled anew for each piece.
final class FieldIndex {
    /// What becomes of a row with too few or too many fields.
    enum WrongLength {
        /// Filled up with empty fields, or cut.
        case fit
        /// All its fields are empty, so that nothing of it counts; it is reported and refused.
        case clear
    }

    /// An entry: the start in the low half, the end in the high half without its top bit. The top bit says that the
    /// field needs its quotes taken apart.
    private(set) var fields: UnsafeMutablePointer<UInt64>
    private(set) var rowStarts: UnsafeMutablePointer<UInt32>
    private(set) var rows = 0
    private(set) var base: UnsafePointer<UInt8>
    private var capacity: Int
    /// A bit for each byte of the piece that ends a field outside of quotes, and the bytes they tell of.
    private var ends: UnsafeMutablePointer<UInt64>
    private var endCapacity = 16
    private var endCount = 0
    let columns: Int
    private var delimiter: UInt8 = 0
    /// Rows of the wrong length, with the number of fields that each has.
    private(set) var ragged: [(row: Int, fields: Int)] = []
    /// Lines without anything but delimiters: before the last row, and after it.
    private(set) var emptyInside = 0
    private(set) var emptyAfter = 0
    /// The same for lines with delimiters.
    private(set) var blankRows = 0
    /// Whether a quote, or a byte that is no ASCII, stands in the piece.
    private(set) var holdsQuote = false
    private(set) var holdsOther = false
    /// Where a quote was opened that nothing closes.
    private(set) var openQuote: Int?

    static let decodes: UInt64 = 1 << 63

    init(columns: Int) {
        self.columns = columns
        capacity = 64
        fields = .allocate(capacity: capacity * columns)
        rowStarts = .allocate(capacity: capacity)
        ends = .allocate(capacity: endCapacity)
        base = UnsafePointer(rowStarts).withMemoryRebound(to: UInt8.self, capacity: 1) { $0 }
    }

    deinit {
        fields.deallocate()
        rowStarts.deallocate()
        ends.deallocate()
    }

    private func grow() {
        let larger = capacity * 2
        let newFields = UnsafeMutablePointer<UInt64>.allocate(capacity: larger * columns)
        newFields.update(from: fields, count: rows * columns)
        fields.deallocate()
        fields = newFields
        let newStarts = UnsafeMutablePointer<UInt32>.allocate(capacity: larger)
        newStarts.update(from: rowStarts, count: rows)
        rowStarts.deallocate()
        rowStarts = newStarts
        capacity = larger
    }

    /// Reads the records that begin in `range`, which begins and ends where a record does.
    func build(_ text: FileText, _ range: Range<Int>, dialect: Dialect, wrongLength: WrongLength) {
        rows = 0
        ragged.removeAll(keepingCapacity: true)
        emptyInside = 0
        emptyAfter = 0
        blankRows = 0
        openQuote = nil
        let base = text.base + range.lowerBound
        self.base = base
        let limit = range.count
        let dataEnd = text.count - range.lowerBound
        let delimiter = dialect.delimiter
        self.delimiter = delimiter
        var at = readPlain(limit, dataEnd, delimiter, wrongLength)
        guard at < limit else { return }
        markEnds(base, limit, dataEnd, delimiter)
        let columns = columns
        while at < limit {
            if rows == capacity { grow() }
            let rowStart = at
            let out = fields + rows &* columns
            var column = 0
            var entry: UInt64
            while true {
                if base[at] == Byte.quote {
                    (entry, at) = quoted(base, at, dataEnd, delimiter)
                } else {
                    let start = at
                    at = stop(base, at, delimiter)
                    entry = Self.trimmed(base, start, at)
                }
                if column < columns { out[column] = entry }
                column &+= 1
                guard base[at] == delimiter, at < dataEnd else { break }
                at &+= 1
            }
            end(row: rowStart..<at, column, wrongLength)
            at = Self.behindLine(base, at, dataEnd)
        }
    }

    /// A record whose fields, so many of them, stand behind those of the last row.
    @inline(__always)
    private func end(row: Range<Int>, _ count: Int, _ wrongLength: WrongLength) {
        // A line of nothing but delimiters is no row.
        if row.count == count &- 1 {
            if count == 1 { emptyAfter &+= 1 } else { blankRows &+= 1 }
            return
        }
        if count != columns {
            let out = fields + rows &* columns
            if count == 1, Self.isEmpty(out[0]), base[row.lowerBound] != Byte.quote {
                emptyAfter &+= 1
                return
            }
            ragged.append((rows, count))
            let kept = wrongLength == .fit ? min(count, columns) : 0
            for missing in kept..<columns { out[missing] = 0 }
        }
        rowStarts[rows] = UInt32(truncatingIfNeeded: row.lowerBound)
        rows &+= 1
        emptyInside &+= emptyAfter
        emptyAfter = 0
    }

    /// Where the next record begins behind the line end of one; at the end of the text, there.
    @inline(__always)
    private static func behindLine(_ base: UnsafePointer<UInt8>, _ end: Int, _ dataEnd: Int) -> Int {
        guard end < dataEnd else { return end }
        return base[end] == Byte.carriageReturn && base[end &+ 1] == Byte.lineFeed && end &+ 1 < dataEnd ? end &+ 2 : end &+ 1
    }

    /// So many words of marks are read at a time.
    private static let window = 64

    /// Reads records as long as there are no quotes, and no blanks beside what ends a field: all that stands between two ends is a field
    /// then. Returns where the first record begins that was not read.
    private func readPlain(_ limit: Int, _ dataEnd: Int, _ delimiter: UInt8, _ wrongLength: WrongLength) -> Int {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.window * 64 + 8) { ends in
            let ends = ends.baseAddress.unsafelyUnwrapped
            let (base, columns) = (base, columns)
            let words = limit / 64 + 1
            var marks = PlainMarks()
            var (word, rowStart, start, column) = (0, 0, 0, 0)
            defer { (holdsQuote, holdsOther) = (false, marks.others != 0) }
            while word < words {
                let next = min(words, word + Self.window)
                guard let count = marks.read(base, word..<next, limit: limit, delimiter, into: ends) else { return rowStart }
                word = next
                for at in 0..<count {
                    let end = Int(ends[at])
                    // The second half of a line end, or what follows the last record.
                    if end < start { continue }
                    if column == 0, start >= limit { return start }
                    if column == 0, rows == capacity { grow() }
                    if column < columns {
                        fields[rows &* columns &+ column] = UInt64(truncatingIfNeeded: start) | UInt64(truncatingIfNeeded: end) << 32
                    }
                    column &+= 1
                    start = end &+ 1
                    if base[end] == delimiter, end < dataEnd { continue }
                    self.end(row: rowStart..<end, column, wrongLength)
                    start = Self.behindLine(base, end, dataEnd)
                    (rowStart, column) = (start, 0)
                }
            }
            return rowStart
        }
    }

    @inline(__always) private static func isEmpty(_ entry: UInt64) -> Bool { entry >> 32 == entry & 0xFFFF_FFFF }

    /// A field that begins with a quote, and the offset behind it.
    private func quoted(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ dataEnd: Int, _ delimiter: UInt8
    ) -> (entry: UInt64, end: Int) {
        var at = start + 1
        var decodes = false
        while let found = memchr(base + at, Int32(Byte.quote), dataEnd - at) {
            at = base.distance(to: found.assumingMemoryBound(to: UInt8.self)) + 1
            guard at < dataEnd, base[at] == Byte.quote else {
                let end = stop(base, at, delimiter)
                if end == at, !decodes {
                    return (UInt64(start + 1) | UInt64(at - 1) << 32, end)
                }
                return (UInt64(start) | UInt64(end) << 32 | Self.decodes, end)
            }
            decodes = true
            at += 1
        }
        openQuote = start
        return (UInt64(start) | UInt64(dataEnd) << 32 | Self.decodes, dataEnd)
    }

    /// An unquoted field, the blanks around it left out.
    @inline(__always)
    private static func trimmed(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
        if start < end, base[start] <= Byte.space || base[end &- 1] <= Byte.space {
            var first = start
            var last = end
            while first < last, Byte.isBlank(base[first]) { first &+= 1 }
            while first < last, Byte.isBlank(base[last &- 1]) { last &-= 1 }
            return UInt64(truncatingIfNeeded: first) | UInt64(truncatingIfNeeded: last) << 32
        }
        return UInt64(truncatingIfNeeded: start) | UInt64(truncatingIfNeeded: end) << 32
    }

    /// Marks the delimiters and line ends of a piece, 64 bytes at a time, without regard to quotes.
    private func markEnds(_ base: UnsafePointer<UInt8>, _ limit: Int, _ dataEnd: Int, _ delimiter: UInt8) {
        // The byte behind the text is a line feed, and 64 can be read; what is behind the piece is never asked for.
        let words = limit / 64 + 1
        if words > endCapacity {
            ends.deallocate()
            endCapacity = words * 2
            ends = .allocate(capacity: endCapacity)
        }
        endCount = min(limit + 1, words * 64)
        var (quotes, others): (UInt64, UInt64) = (0, 0)
        for word in 0..<words {
            let marks = system_mark(base + word << 6, delimiter)
            ends[word] = marks.ends
            quotes |= marks.quotes
            others |= marks.others
        }
        (holdsQuote, holdsOther) = (quotes != 0, others != 0)
    }

    /// The next delimiter or line end; the line feed behind the text stops every search.
    @inline(__always)
    private func stop(_ base: UnsafePointer<UInt8>, _ start: Int, _ delimiter: UInt8) -> Int {
        var word = start >> 6
        let last = endCount >> 6
        if word < last {
            var bits = ends[word] & (UInt64.max &<< UInt64(truncatingIfNeeded: start & 63))
            while bits == 0, word &+ 1 < last {
                word &+= 1
                bits = ends[word]
            }
            if bits != 0 { return word << 6 &+ bits.trailingZeroBitCount }
            word &+= 1
        }
        // At the end of the piece, and behind it.
        var at = max(start, word << 6)
        while base[at] != delimiter, base[at] != Byte.lineFeed, base[at] != Byte.carriageReturn { at &+= 1 }
        return at
    }
}

extension FieldIndex {
    /// The cells of one column, top down.
    func cells(_ column: Int, arena: Arena) -> Cells {
        Cells(base: base, fields: fields + column, stride: columns, rows: rows, arena: arena)
    }

    /// Where a field stands in the text of the piece, its quotes left out where they are plain.
    func range(row: Int, column: Int) -> Range<Int> {
        let entry = fields[row * columns + column]
        let start = Int(entry & 0xFFFF_FFFF)
        return start..<max(start, Int((entry & ~Self.decodes) >> 32))
    }

    /// A whole record, its line end left out, and the lines of nothing but delimiters that may follow it.
    func record(_ row: Int, end: Int) -> Range<Int> {
        let start = Int(rowStarts[row])
        var stop = row + 1 < rows ? Int(rowStarts[row + 1]) : end
        while true {
            while stop > start, Byte.isLineEnd(base[stop - 1]) { stop -= 1 }
            var line = stop
            while line > start, base[line - 1] == delimiter { line -= 1 }
            guard line > start, line < stop, Byte.isLineEnd(base[line - 1]) else { return start..<stop }
            stop = line
        }
    }
}

/// Where fields end, as long as nothing but that has to be known.
private struct PlainMarks {
    /// Whether the byte before the next word ends a field, and whether it is a blank.
    private var lastEnds: UInt64 = 1
    private var lastIsBlank: UInt64 = 0
    /// Bytes that are no ASCII.
    private(set) var others: UInt64 = 0

    /// Writes where fields end in some words of 64 bytes, and perhaps eight places more; how many, or nil where there is a quote, or a
    /// blank that does not belong to its field. What stands at `limit` or behind it is no blank.
    @inline(__always)
    mutating func read(
        _ base: UnsafePointer<UInt8>, _ words: Range<Int>, limit: Int, _ delimiter: UInt8, into ends: UnsafeMutablePointer<UInt32>
    ) -> Int? {
        var filled = 0
        var unusual: UInt64 = 0
        for word in words {
            let marks = system_mark(base + word << 6, delimiter)
            let inside = limit &- word << 6
            let blanks = inside < 64 ? marks.blanks & ((1 &<< UInt64(truncatingIfNeeded: inside)) &- 1) : marks.blanks
            unusual |= marks.quotes | blanks & (marks.ends << 1 | lastEnds) | marks.ends & (blanks << 1 | lastIsBlank)
            others |= marks.others
            (lastEnds, lastIsBlank) = (marks.ends >> 63, blanks >> 63)
            var bits = marks.ends
            let first = UInt32(truncatingIfNeeded: word &<< 6)
            let out = ends + filled
            filled &+= bits.nonzeroBitCount
            var at = 0
            repeat {
                // The number of ends in a word can't be foretold; writing too many is cheaper than to ask at each.
                for lane in 0..<8 {
                    out[at &+ lane] = first &+ UInt32(truncatingIfNeeded: bits.trailingZeroBitCount)
                    bits &= bits &- 1
                }
                at &+= 8
            } while bits != 0
        }
        return unusual == 0 ? filled : nil
    }
}
