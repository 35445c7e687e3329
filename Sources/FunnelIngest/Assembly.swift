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
            var pieces: [(codes: Codes, texts: LocalTexts, validity: Buffer<UInt64>?)] = []
            for part in parts {
                guard case .text(let codes, let texts) = part.values else { continue }
                pieces.append((codes, texts, part.validity))
            }
            let (dictionary, maps) = try LocalTexts.merge(pieces.map(\.texts), check: check)
            let coded = zip(pieces, maps).map { CodedPiece(codes: $0.codes, map: $1, validity: $0.validity) }
            return .text(Codes(joining: coded, size: dictionary.count), dictionary)
        case .key, .number:
            guard let (pieces, scale) = rescaled(parts) else { return nil }
            let integers = Integers(joining: pieces).asSequence
            return scale == 0 ? .integer(integers) : .decimal(integers, scale: scale)
        case .date: return dates(parts)
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

    private static func rescaled(_ parts: [ColumnPart]) -> (pieces: [Integers], scale: Int)? {
        var largest = 0
        for part in parts { if case .numbers(_, let scale) = part.values { largest = max(largest, scale) } }
        var pieces: [Integers] = []
        for part in parts {
            guard case .numbers(let values, let scale) = part.values else { continue }
            if largest - scale <= 18 {
                guard let scaled = values.multiplied(by: CellReader.powers[largest - scale]) else { return nil }
                pieces.append(scaled)
            } else if (0..<values.count).allSatisfy({ values[$0] == 0 }) {
                pieces.append(values)
            } else {
                return nil
            }
        }
        return (pieces, largest)
    }

    // MARK: - Dates

    private static func dates(_ parts: [ColumnPart]) -> Column.Values {
        var days: [Integers] = []
        var times: [(values: Integers, unit: TimeUnit)?] = []
        for part in parts {
            guard case .dates(let day, let time) = part.values else { continue }
            days.append(day)
            times.append(time)
        }
        let packed = Integers(joining: days)
        guard let unit = times.compactMap({ $0?.unit }).max(by: { $0.rawValue < $1.rawValue }) else { return .date(packed) }
        let units = zip(days, times).map { days, time -> Integers in
            guard let time else { return Integers(packing: Buffer(zeros: days.count)) }
            // A time of day fits 64 bits in any unit.
            return time.values.multiplied(by: unit.rawValue / time.unit.rawValue) ?? time.values
        }
        return .timestamp(days: packed, time: Integers(joining: units), unit: unit)
    }
}
