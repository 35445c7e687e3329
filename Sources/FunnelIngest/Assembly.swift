import FunnelModel
import FunnelStore

/// Makes one column out of its pieces, each value in the narrowest width.
enum Assembly {
    /// Nil where numbers of different scales do not fit 64 bits together.
    static func column(
        _ name: String, _ parts: [ColumnPart], rule: ColumnRule, check: () throws -> Void = {}
    ) throws -> Column? {
        let rows = parts.reduce(0) { $0 + $1.rows }
        guard let values = try values(parts, rows: rows, rule: rule, check) else { return nil }
        return Column(name: name, values: values, validity: validity(parts, rows: rows))
    }

    private static func values(
        _ parts: [ColumnPart], rows: Int, rule: ColumnRule, _ check: () throws -> Void
    ) rethrows -> Column.Values? {
        switch rule {
        case .text:
            var pieces: [CodedPiece] = []
            for part in parts {
                guard case .text(let codes, let texts) = part.values else { continue }
                pieces.append(CodedPiece(codes: codes, texts: texts, validity: part.validity))
            }
            let (dictionary, map) = try LocalTexts.merge(pieces.map(\.texts), check: check)
            return .text(codes(pieces, map, rows: rows, size: dictionary.count), dictionary)
        case .key, .number:
            guard let (pieces, scale) = rescaled(parts) else { return nil }
            let integers = integers(pieces, rows: rows)
            return scale == 0 ? .integer(integers) : .decimal(integers, scale: scale)
        case .date: return dates(parts, rows: rows)
        case .yesNo:
            let words = Buffer<UInt64>(zeros: (rows + 63) / 64)
            var row = 0
            for part in parts {
                guard case .yesNo(let values) = part.values else { continue }
                for at in 0..<values.count {
                    words.base[row >> 6] |= UInt64(values.base[at]) << UInt64(row & 63)
                    row += 1
                }
            }
            return .yesNo(Bitmap(words: words, count: rows))
        }
    }

    static func validity(_ parts: [ColumnPart], rows: Int) -> Bitmap? {
        guard parts.contains(where: { $0.missing > 0 }) else { return nil }
        let words = Buffer<UInt64>(zeros: (rows + 63) / 64 + 1)
        let out = words.base
        var row = 0
        for part in parts {
            var at = 0
            while at < part.rows {
                let count = min(64, part.rows - at)
                var bits = part.validity.map { $0.base[at >> 6] } ?? .max
                if count < 64 { bits &= (1 << UInt64(count)) - 1 }
                let shift = UInt64(row & 63)
                out[row >> 6] |= bits << shift
                if shift > 0 { out[row >> 6 + 1] |= bits >> (64 - shift) }
                at += count
                row += count
            }
        }
        return Bitmap(words: words, count: rows)
    }

    // MARK: - Numbers

    private static func rescaled(_ parts: [ColumnPart]) -> (pieces: [Buffer<Int64>], scale: Int)? {
        var largest = 0
        for part in parts { if case .numbers(_, let scale) = part.values { largest = max(largest, scale) } }
        var pieces: [Buffer<Int64>] = []
        for part in parts {
            guard case .numbers(let values, let scale) = part.values else { continue }
            if scale < largest {
                guard largest - scale <= 18 else {
                    if (0..<values.count).allSatisfy({ values.base[$0] == 0 }) {
                        pieces.append(values)
                        continue
                    }
                    return nil
                }
                let factor = CellReader.powers[largest - scale]
                for row in 0..<values.count {
                    let (result, overflow) = values.base[row].multipliedReportingOverflow(by: factor)
                    if overflow { return nil }
                    values.base[row] = result
                }
            }
            pieces.append(values)
        }
        return (pieces, largest)
    }

    private static func integers(_ pieces: [Buffer<Int64>], rows: Int) -> Integers {
        var low: Int64 = 0
        var high: Int64 = 0
        for piece in pieces {
            let base = piece.base
            for row in 0..<piece.count {
                low = min(low, base[row])
                high = max(high, base[row])
            }
        }
        if low >= Int64(Int8.min), high <= Int64(Int8.max) { return .int8(narrow(pieces, rows: rows)) }
        if low >= Int64(Int16.min), high <= Int64(Int16.max) { return .int16(narrow(pieces, rows: rows)) }
        if low >= Int64(Int32.min), high <= Int64(Int32.max) { return .int32(narrow(pieces, rows: rows)) }
        return .int64(narrow(pieces, rows: rows))
    }

    /// All pieces in one run, of a width that holds them.
    private static func narrow<Source: FixedWidthInteger & BitwiseCopyable, Target: FixedWidthInteger & BitwiseCopyable>(
        _ pieces: [Buffer<Source>], rows: Int
    ) -> Buffer<Target> {
        Buffer(count: rows) { out in
            var filled = 0
            for piece in pieces {
                let base = piece.base
                let count = piece.count
                for row in 0..<count { out[filled &+ row] = Target(truncatingIfNeeded: base[row]) }
                filled += count
            }
        }
    }

    // MARK: - Texts

    private struct CodedPiece {
        var codes: Buffer<UInt32>
        var texts: LocalTexts
        var validity: Buffer<UInt64>?
    }

    private static func codes(_ pieces: [CodedPiece], _ map: [Buffer<UInt32>], rows: Int, size: Int) -> Codes {
        if size <= 256 { return .uint8(recoded(pieces, map, rows: rows)) }
        if size <= 65_536 { return .uint16(recoded(pieces, map, rows: rows)) }
        return .uint32(recoded(pieces, map, rows: rows))
    }

    private static func recoded<Target: FixedWidthInteger & BitwiseCopyable>(
        _ pieces: [CodedPiece], _ map: [Buffer<UInt32>], rows: Int
    ) -> Buffer<Target> {
        Buffer(count: rows) { out in
            var filled = 0
            for (piece, map) in zip(pieces, map) {
                let base = piece.codes.base
                let count = piece.codes.count
                let target = map.base
                if map.count == 0 {
                    for row in 0..<count { out[filled &+ row] = 0 }
                } else {
                    for row in 0..<count { out[filled &+ row] = Target(truncatingIfNeeded: target[Int(base[row])]) }
                }
                if let validity = piece.validity, map.count > 0 {
                    // A missing row has the local code 0, which may be another one in the whole.
                    let bits = validity.base
                    for row in 0..<count where bits[row >> 6] >> UInt64(row & 63) & 1 == 0 { out[filled &+ row] = 0 }
                }
                filled += count
            }
        }
    }

    // MARK: - Dates

    private static func dates(_ parts: [ColumnPart], rows: Int) -> Column.Values {
        var days: [Buffer<Int32>] = []
        var times: [Buffer<Int64>?] = []
        for part in parts {
            guard case .dates(let day, let time) = part.values else { continue }
            days.append(day)
            times.append(time)
        }
        var low: Int32 = 0
        var high: Int32 = 0
        for piece in days {
            let base = piece.base
            for row in 0..<piece.count {
                low = min(low, base[row])
                high = max(high, base[row])
            }
        }
        let packed: Integers =
            low >= Int32(Int16.min) && high <= Int32(Int16.max)
            ? .int16(narrow(days, rows: rows)) : .int32(narrow(days, rows: rows))
        guard times.contains(where: { $0 != nil }) else { return .date(packed) }

        let fraction = parts.map(\.fraction).max() ?? 0
        let unit: TimeUnit = fraction == 0 ? .second : fraction <= 3 ? .millisecond : .microsecond
        let divisor = unit.microseconds
        let units = zip(days, times).map { day, time in
            Buffer<Int64>(count: day.count) { out in
                guard let time else {
                    for row in 0..<day.count { out[row] = 0 }
                    return
                }
                let base = time.base
                for row in 0..<day.count { out[row] = base[row] / divisor }
            }
        }
        return .timestamp(days: packed, time: integers(units, rows: rows), unit: unit)
    }
}
