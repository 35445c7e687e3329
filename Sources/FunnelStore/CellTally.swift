import CSystem

/// Rows counted, and values added up, by the day of a date and the code of a text as they are stored: a cell for each two. What period a day
/// lies in, and what a code stands for, is asked once for each cell, when all rows are in. One thread adds.
package final class CellTally {
    package struct Texts: Sendable {
        let codes: Buffer<UInt8>
        /// A row without a text has the code 0.
        let validity: Bitmap?
        /// How many codes there are.
        let count: Int

        /// Nil where the codes are not of 8 bits.
        package init?(_ codes: Codes, _ validity: Bitmap?, count: Int) {
            guard case .uint8(let codes) = codes else { return nil }
            (self.codes, self.validity, self.count) = (codes, validity, count)
        }
    }

    package struct Days: Sendable {
        let days: Buffer<Int16>
        let validity: Bitmap?
        /// All days of rows that have one lie in it.
        package let range: ClosedRange<Int>

        /// Nil where the days are not of 16 bits.
        package init?(_ days: Integers, _ validity: Bitmap?, range: ClosedRange<Int>) {
            guard case .int16(let days) = days else { return nil }
            (self.days, self.validity, self.range) = (days, validity, range)
        }
    }

    /// Whole numbers of at most 32 bits that every row to be added has.
    package struct Values: Sendable {
        fileprivate enum Stored: Sendable {
            case int16(Buffer<Int16>)
            case int32(Buffer<Int32>)
        }

        fileprivate let stored: Stored
        /// A cell holds values added up below this bit, and from it on how many rows they are.
        fileprivate let shift: Int
        /// So many rows fit into one cell.
        fileprivate let mostRows: Int

        /// Nil where the numbers are of other widths. No number is larger in magnitude than `magnitude`.
        package init?(_ values: Integers, magnitude: UInt64) {
            switch values {
            case .int16(let buffer): stored = .int16(buffer)
            case .int32(let buffer): stored = .int32(buffer)
            case .int8, .int64, .computed: return nil
            }
            let bits = UInt64.bitWidth - min(magnitude, 1 << 31).leadingZeroBitCount
            // As many rows as their number has bits, and as a sum of so many has bits beside its sign.
            shift = (65 + bits) / 2
            mostRows = 1 << (63 - shift)
        }
    }

    /// Cells that stay in the second cache of a core.
    package static let most = 32_768

    /// How many cells there are, those of missing keys among them.
    package static func size(_ days: Days?, _ texts: Texts?) -> Int { (days.map { $0.range.count + 1 } ?? 1) * (texts.map { $0.count + 1 } ?? 1) }

    private let days: Days?
    private let texts: Texts?
    private let values: Values?
    private let size: Int
    /// The cells of a day.
    private let width: Int
    /// Of each cell the values added up and, above them, how many rows they are: one addition a row. Without values the rows alone.
    private let cells: UnsafeMutablePointer<Int64>
    /// What was in the cells before they were full.
    private let counts: UnsafeMutablePointer<Int64>
    private let sums: UnsafeMutablePointer<Int64>
    private var rows = 0
    private let picks: Bool

    /// `picks`: many rows are added at a time, where that can be.
    package init(_ days: Days?, _ texts: Texts?, _ values: Values?, picks: Bool = true) {
        (self.days, self.texts, self.values, self.picks) = (days, texts, values, picks)
        let size = Self.size(days, texts)
        func zeros() -> UnsafeMutablePointer<Int64> {
            let memory = UnsafeMutablePointer<Int64>.allocate(capacity: size)
            memory.initialize(repeating: 0, count: size)
            return memory
        }
        self.size = size
        width = texts.map { $0.count + 1 } ?? 1
        (cells, counts, sums) = (zeros(), zeros(), zeros())
    }

    deinit {
        cells.deallocate()
        counts.deallocate()
        sums.deallocate()
    }

    /// Adds those of a run of rows, no longer than a morsel, that have a bit.
    package func add(_ rows: Range<Int>, _ bits: Kernels.Words) {
        guard let values else { return add(rows, bits, value: EachOne()) }
        precondition(rows.count <= values.mostRows)
        if self.rows + rows.count > values.mostRows { spill() }
        self.rows += rows.count
        switch values.stored {
        case .int16(let buffer):
            precondition(rows.upperBound <= buffer.count)
            add(rows, bits, value: ValueAndOne(values: UnsafePointer(buffer.base), one: 1 << values.shift))
        case .int32(let buffer):
            precondition(rows.upperBound <= buffer.count)
            add(rows, bits, value: ValueAndOne(values: UnsafePointer(buffer.base), one: 1 << values.shift))
        }
    }

    /// Adds rows many at a time, where all have a day and the processor can, and returns how many words of bits are done.
    private func addPicked(_ rows: Range<Int>, _ bits: Kernels.Words, one: Int, _ values16: UnsafePointer<Int16>?, _ values32: UnsafePointer<Int32>?) -> Int {
        guard picks, let days, days.validity == nil, let low = Int16(exactly: days.range.lowerBound), size <= Self.most else { return 0 }
        precondition(rows.upperBound <= days.days.count && rows.upperBound <= texts?.codes.count ?? .max)
        let first = rows.lowerBound
        var what = system_cells(
            days: days.days.base + first, codes: texts.map { UnsafePointer($0.codes.base) + first }, values16: values16.map { $0 + first },
            values32: values32.map { $0 + first }, one: Int64(one), low: low, width: Int16(width))
        return system_add_cells(&what, bits, rows.count, cells) / 64
    }

    private func add(_ rows: Range<Int>, _ bits: Kernels.Words, value: some AddedNumber) {
        guard let days else { return add(rows, bits, cells, value: value, day: Zero()) }
        precondition(rows.upperBound <= days.days.count)
        let day = OwnDay(days: days.days.base)
        // Where the cells of day 0 would be.
        let cells = cells - days.range.lowerBound * width
        guard let validity = days.validity else { return add(rows, bits, cells, value: value, day: day) }
        precondition(rows.upperBound <= validity.count)
        add(rows, bits, cells, value: value, day: IfThere(inner: day, words: validity.words.base, missing: days.range.upperBound + 1))
    }

    private func add(_ rows: Range<Int>, _ bits: Kernels.Words, _ cells: UnsafeMutablePointer<Int64>, value: some AddedNumber, day: some RowNumber) {
        let done = addPicked(rows, bits, one: value.one, value.values16, value.values32)
        guard let texts else { return Self.add(rows, bits, from: done, cells, value: value, cell: day) }
        precondition(rows.upperBound <= texts.codes.count)
        Self.add(rows, bits, from: done, cells, value: value, cell: DayAndCode(day: day, width: width, code: OwnCode(codes: texts.codes.base)))
        guard let validity = texts.validity else { return }
        // Rows without a text are few: they were added as those of the first, and are moved.
        precondition(rows.lowerBound % 64 == 0 && rows.upperBound <= validity.count)
        let there = validity.words.base + rows.lowerBound / 64
        for word in 0..<Kernels.wordCount(rows.count) {
            var rest = bits[word] & ~there[word]
            while rest != 0 {
                let row = rows.lowerBound &+ word << 6 &+ rest.trailingZeroBitCount
                let (cell, number) = (cells + day.at(row) &* width, Int64(truncatingIfNeeded: value.at(row)))
                cell[0] &-= number
                cell[texts.count] &+= number
                rest &= rest &- 1
            }
        }
    }

    /// The loop, made anew for each kind of value, day and code; the first words of bits are done.
    private static func add(
        _ rows: Range<Int>, _ bits: Kernels.Words, from done: Int, _ cells: UnsafeMutablePointer<Int64>, value: some RowNumber, cell: some RowNumber
    ) {
        for word in done..<Kernels.wordCount(rows.count) {
            var rest = bits[word]
            let first = rows.lowerBound &+ word << 6
            while rest != 0 {
                let row = first &+ rest.trailingZeroBitCount
                cells[cell.at(row)] &+= Int64(truncatingIfNeeded: value.at(row))
                rest &= rest &- 1
            }
        }
    }

    /// Empties the cells into the sums before they are full.
    private func spill() {
        rows = 0
        if let values {
            let shift = Int64(values.shift)
            for cell in 0..<size {
                // A negative sum borrows from the number above it.
                let count = Int64(bitPattern: UInt64(bitPattern: cells[cell] &+ 1 &<< (shift &- 1)) &>> UInt64(shift))
                counts[cell] &+= count
                sums[cell] &+= cells[cell] &- count &<< shift
            }
        } else {
            for cell in 0..<size { counts[cell] &+= cells[cell] }
        }
        cells.update(repeating: 0, count: size)
    }

    /// Gives for each run of days that count the same, and each code, the group to which they belong, how many rows there are, and their values' sum;
    /// where there are rows. Begins anew.
    ///
    /// `days` and `texts` say for each day of the range, and for each code, behind the last for a missing one, what it counts in the number of the group.
    package func fold(days: [Int], texts: [Int], _ body: (_ group: Int, _ rows: Int64, _ sum: Int64) -> Void) {
        precondition(days.count * texts.count == size && texts.count == width)
        spill()
        var first = 0
        while first < days.count {
            // The days that follow and count the same are added to the first one.
            let end = days[first...].firstIndex { $0 != days[first] } ?? days.count
            let own = first * width
            for cell in own + width..<max(own + width, end * width) {
                let text = own + (cell - own) % width
                counts[text] &+= counts[cell]
                sums[text] &+= sums[cell]
            }
            for text in 0..<width where counts[own + text] > 0 { body(days[first] + texts[text], counts[own + text], sums[own + text]) }
            first = end
        }
        counts.update(repeating: 0, count: size)
        sums.update(repeating: 0, count: size)
    }
}

/// A number of each row.
private protocol RowNumber {
    func at(_ row: Int) -> Int
}

private struct Zero: RowNumber {
    @inline(__always)
    func at(_ row: Int) -> Int { 0 }
}

/// What is added for each row: a value, where there are values, and one.
private protocol AddedNumber: RowNumber {
    var values16: UnsafePointer<Int16>? { get }
    var values32: UnsafePointer<Int32>? { get }
    var one: Int { get }
}

private struct EachOne: AddedNumber {
    var values16: UnsafePointer<Int16>? { nil }
    var values32: UnsafePointer<Int32>? { nil }
    var one: Int { 1 }

    @inline(__always)
    func at(_ row: Int) -> Int { 1 }
}

/// A value, and one that counts it above.
private struct ValueAndOne<Value: FixedWidthInteger>: AddedNumber {
    let values: UnsafePointer<Value>
    let one: Int

    var values16: UnsafePointer<Int16>? { values as? UnsafePointer<Int16> }
    var values32: UnsafePointer<Int32>? { values as? UnsafePointer<Int32> }

    @inline(__always)
    func at(_ row: Int) -> Int { Int(truncatingIfNeeded: values[row]) &+ one }
}

private struct DayAndCode<Day: RowNumber, Code: RowNumber>: RowNumber {
    let day: Day
    let width: Int
    let code: Code

    @inline(__always)
    func at(_ row: Int) -> Int { day.at(row) &* width &+ code.at(row) }
}

private struct OwnDay: RowNumber {
    let days: UnsafePointer<Int16>

    @inline(__always)
    func at(_ row: Int) -> Int { Int(days[row]) }
}

private struct OwnCode: RowNumber {
    let codes: UnsafePointer<UInt8>

    @inline(__always)
    func at(_ row: Int) -> Int { Int(codes[row]) }
}

private struct IfThere<Inner: RowNumber>: RowNumber {
    let inner: Inner
    let words: UnsafePointer<UInt64>
    let missing: Int

    @inline(__always)
    func at(_ row: Int) -> Int { words[row >> 6] >> UInt64(truncatingIfNeeded: row & 63) & 1 == 1 ? inner.at(row) : missing }
}
