import FunnelModel
import FunnelStore

/// Takes some of a column's rows.
enum RowSelection {
    static func take(_ rows: [Int], of column: Column) -> Column {
        let validity = column.validity.map { bits in Bitmap(rows.map { bits[$0] }) }
        return Column(name: column.name, values: take(rows, of: column.values, validity: validity), validity: validity)
    }

    private static func take(_ rows: [Int], of values: Column.Values, validity: Bitmap?) -> Column.Values {
        switch values {
        case .text(let codes, let dictionary): return text(rows, codes, dictionary, validity)
        case .integer(let integers): return .integer(take(rows, integers))
        case .decimal(let integers, let scale): return .decimal(take(rows, integers), scale: scale)
        case .date(let days): return .date(take(rows, days))
        case .timestamp(let days, let time, let unit):
            return .timestamp(days: take(rows, days), time: take(rows, time), unit: unit)
        case .yesNo(let bits): return .yesNo(Bitmap(rows.map { bits[$0] }))
        }
    }

    private static func take(_ rows: [Int], _ integers: Integers) -> Integers {
        let taken = Buffer<Int64>(count: rows.count) { out in
            for (at, row) in rows.enumerated() { out[at] = integers[row] }
        }
        return Integers(packing: taken)
    }

    /// The dictionary keeps only texts that a row still has, in order of first appearance.
    private static func text(_ rows: [Int], _ codes: Codes, _ dictionary: TextDictionary, _ validity: Bitmap?) -> Column.Values {
        var fresh = [Int](repeating: -1, count: dictionary.count)
        var kept: [Int] = []
        let taken = Buffer<UInt32>(zeros: rows.count)
        for (at, row) in rows.enumerated() {
            if let validity, !validity[at] { continue }
            let code = codes[row]
            if fresh[code] < 0 {
                fresh[code] = kept.count
                kept.append(code)
            }
            taken.base[at] = UInt32(fresh[code])
        }
        var total = 0
        let offsets = Buffer<Int64>(zeros: kept.count + 1)
        for (index, code) in kept.enumerated() {
            total += dictionary.utf8(code).count
            offsets.base[index + 1] = Int64(total)
        }
        let bytes = Buffer<UInt8>(count: total) { out in
            var filled = 0
            for code in kept {
                for byte in dictionary.utf8(code) {
                    out[filled] = byte
                    filled += 1
                }
            }
        }
        return .text(Codes(packing: taken, size: kept.count), TextDictionary(bytes: bytes, offsets: offsets))
    }
}
