import FunnelModel

/// Values widened to 64 bits, some thousand at a time, in memory that stays in the cache: how a loop over a whole column
/// reads it, whatever its width.
extension Integers {
    private static var chunkSize: Int { 4096 }

    @inline(__always)
    func forEachChunk(_ rows: Range<Int>, _ body: (_ first: Int, _ values: UnsafeMutablePointer<Int64>, _ count: Int) -> Void) {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: Self.chunkSize) { memory in
            var first = rows.lowerBound
            while first < rows.upperBound {
                let end = Swift.min(first + Self.chunkSize, rows.upperBound)
                Kernels.widen(self, first..<end, memory.baseAddress!)
                body(first, memory.baseAddress!, end - first)
                first = end
            }
        }
    }
}

/// A column of dates or time stamps, read as microseconds since 1970-01-01.
package struct InstantReader: Sendable {
    /// What stands for a row that has none.
    package static let missing = Int64.min

    let days: Integers
    private let time: Integers?
    let unit: TimeUnit?
    /// The microseconds of one unit of `time`.
    private let step: Int64
    let validity: Bitmap?

    /// Nil for a column of another type.
    package init?(_ column: Column) {
        switch column.values {
        case .date(let days): (self.days, time, unit, step) = (days, nil, nil, 0)
        case .timestamp(let days, let time, let unit): (self.days, self.time, self.unit, step) = (days, time, unit, unit.microseconds)
        case .text, .integer, .decimal, .yesNo: return nil
        }
        validity = column.validity
    }

    var isTimestamp: Bool { time != nil }

    /// nil where the row has none.
    package func at(_ row: Int) -> Int64? {
        if let validity, !validity[row] { return nil }
        let midnight = days[row] &* microsecondsPerDay
        return time.map { midnight &+ $0[row] &* step } ?? midnight
    }

    /// The instants of a run of rows; `missing` where there is none.
    package func read(_ rows: Range<Int>, _ out: UnsafeMutablePointer<Int64>) {
        if let time {
            Kernels.instants(days: days, time: time, step: step, perDay: microsecondsPerDay, rows, out)
        } else {
            Kernels.widen(days, rows, out)
            Kernels.scale(out, by: microsecondsPerDay, rows.count)
        }
        guard let validity else { return }
        precondition(rows.upperBound <= validity.count)
        let words = validity.words.base
        for row in 0..<rows.count {
            let at = rows.lowerBound &+ row
            if words[at >> 6] >> UInt64(truncatingIfNeeded: at & 63) & 1 == 0 { out[row] = Self.missing }
        }
    }
}

extension InstantReader {
    /// How many rows have a value in `a`, and how many of those the same one in `b`.
    package static func compared(_ a: InstantReader, _ b: InstantReader) -> (there: Int, same: Int) {
        let count = min(a.days.count, b.days.count)
        let size = 4096
        return withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2 * size) { memory in
            let (x, y) = (memory.baseAddress!, memory.baseAddress! + size)
            var (there, same) = (0, 0)
            for first in stride(from: 0, to: count, by: size) {
                let rows = first..<min(first + size, count)
                a.read(rows, x)
                b.read(rows, y)
                for row in 0..<rows.count where x[row] != missing {
                    there += 1
                    if x[row] == y[row] { same += 1 }
                }
            }
            return (there, same)
        }
    }
}

extension Column {
    /// A date or a time stamp in microseconds since 1970-01-01; nil where there is none.
    package func microseconds(_ row: Int) -> Int64? { InstantReader(self)?.at(row) }
}

/// Makes a column of instants out of those of other columns, in no wider a form than theirs.
struct InstantColumn {
    let name: String
    let count: Int
    /// The columns that the instants come from.
    let sources: [InstantReader]
    let threads: Int

    /// `fill` writes the instants of a run of rows that begins at a multiple of 64; `InstantReader.missing` where there is none.
    func make(_ fill: @Sendable (Range<Int>, UnsafeMutablePointer<Int64>) -> Void) -> Column {
        let unit = sources.compactMap(\.unit).max { $0.rawValue < $1.rawValue }
        let isWide = sources.contains { if case .int32 = $0.days { true } else if case .int64 = $0.days { true } else { false } }
        let words = Buffer<UInt64>(zeros: (count + 63) / 64)
        let short = Buffer<Int16>(zeros: isWide ? 0 : count)
        let long = Buffer<Int32>(zeros: isWide ? count : 0)
        let step = (unit ?? .second).microseconds
        let fine = Buffer<Int64>(zeros: unit == .microsecond ? count : 0)
        let coarse = Buffer<Int32>(zeros: unit == .microsecond || unit == nil ? 0 : count)
        Workers.run(threads: threads, morsels: Workers.morsels(in: count), interrupt: nil) { _, morsel in
            let rows = Workers.rows(of: morsel, in: count)
            withUnsafeTemporaryAllocation(of: Int64.self, capacity: rows.count) { memory in
                fill(rows, memory.baseAddress!)
                for at in 0..<rows.count where memory[at] != InstantReader.missing {
                    let row = rows.lowerBound &+ at
                    let day = Int64(Calendar.floorDivide(Int(memory[at]), Int(microsecondsPerDay)))
                    let time = (memory[at] &- day &* microsecondsPerDay) / step
                    if isWide { long.base[row] = Int32(truncatingIfNeeded: day) } else { short.base[row] = Int16(truncatingIfNeeded: day) }
                    if unit == .microsecond { fine.base[row] = time } else if unit != nil { coarse.base[row] = Int32(truncatingIfNeeded: time) }
                    words.base[row >> 6] |= 1 << UInt64(row & 63)
                }
            }
        }
        let validity = Bitmap(words: words, count: count)
        let days: Integers = isWide ? .int32(long) : .int16(short)
        return Column(
            name: name,
            values: unit.map { .timestamp(days: days, time: $0 == .microsecond ? .int64(fine) : .int32(coarse), unit: $0) } ?? .date(days),
            validity: validity.population == count ? nil : validity)
    }
}
