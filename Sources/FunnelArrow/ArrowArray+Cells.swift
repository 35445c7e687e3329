package import FunnelModel
import FunnelStore

/// Values of an array, one by one: for the few rows of an answer.
extension ArrowArray {
    /// All of them. Times of day are their text; a decimal has all its digits.
    package func cells(of name: String) throws(ArrowError) -> [Value] {
        let piece = try piece(0..<count, of: name)
        let type = dictionary?.pieces[0].type ?? type
        return (0..<count).map { row in
            // What 64 bits do not hold is missing in a piece, and is read from the array itself.
            if let wide = wide(row, type) { return wide }
            guard piece.marks.isPresent(row) else { return .missing }
            switch piece.values {
            case .nothing: return .missing
            case .integers(let values): return .exact(Exact(Int128(values.base[row])))
            case .decimals(let values, let scale): return .exact(Exact(Int128(values.base[row]), scale: scale))
            case .reals(let values): return .real(values.base[row])
            case .bits(let values): return .yesNo(values.base[row] == 1)
            case .days(let days): return .date(Int(days.base[row]))
            case .instants(let days, let times, _, _): return .timestamp(day: Int(days.base[row]), microseconds: times.base[row])
            case .times(let times): return .text(Calendar.text(timeOfDay: times.base[row]))
            case .texts(let texts): return .text(texts.string(row))
            case .codes(let codes, let texts): return .text(texts.string(Int(codes.base[row])))
            }
        }
    }

    /// A number that a column of funnel's has no place for, but an answer has.
    private func wide(_ row: Int, _ type: ArrowType) -> Value? {
        guard dictionary == nil, isPresent(row) else { return nil }
        switch type {
        case .integer(64, false): return .exact(Exact(Int128(address(data).loadUnaligned(fromByteOffset: 8 * row, as: UInt64.self))))
        case .decimal(let bits, _, let scale):
            let units = Self.decimalUnits(address(data), row, bits)
            return scale >= 0 ? .exact(Exact(units, scale: scale)) : .exact(Exact(units * Exact.power(-scale)))
        default: return nil
        }
    }

    /// Whether another array has the same values, in the same bytes; both are in memory of their own.
    package func isEqual(to other: ArrowArray) -> Bool {
        guard type == other.type, count == other.count, file.count == other.file.count, validity == other.validity, data == other.data, texts == other.texts
        else { return false }
        let places = [validity ?? 0..<0, data] + texts
        return places.allSatisfy {
            UnsafeRawBufferPointer(start: address($0), count: $0.count).elementsEqual(UnsafeRawBufferPointer(start: other.address($0), count: $0.count))
        }
    }
}
