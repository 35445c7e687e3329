import FunnelModel

/// A value as the file has it, for messages about one that has no place in a column.
extension ArrowArray {
    package func written(_ row: Int) -> String {
        guard row >= 0, row < count, isPresent(row) else { return "" }
        guard let dictionary else { return text(row) }
        guard case .integer(let bits, let isSigned) = type, let code = Self.integer(address(data), row, bits, isSigned), code >= 0,
            code < Int64(dictionary.count)
        else { return "" }
        let place = dictionary.place(Int(code))
        return dictionary.pieces[place.piece].text(place.row)
    }

    private func text(_ row: Int) -> String {
        let base = address(data)
        switch type {
        case .integer(64, false): return String(base.loadUnaligned(fromByteOffset: 8 * row, as: UInt64.self))
        case .integer(let bits, let isSigned): return Self.integer(base, row, bits, isSigned).map { String($0) } ?? ""
        case .decimal(let bits, _, let scale):
            let units = Self.decimalUnits(base, row, bits)
            return scale >= 0 ? Exact(units, scale: scale).text : String(units) + String(repeating: "0", count: -scale)
        case .days: return "day \(base.loadUnaligned(fromByteOffset: 4 * row, as: Int32.self)) since 1970"
        case .dayMilliseconds: return "\(base.loadUnaligned(fromByteOffset: 8 * row, as: Int64.self)) milliseconds since 1970"
        case .timestamp(let unit, _): return "\(base.loadUnaligned(fromByteOffset: 8 * row, as: Int64.self)) \(unit)s since 1970"
        case .time(let unit):
            let time =
                type.bits == 32
                ? Int64(base.loadUnaligned(fromByteOffset: 4 * row, as: Int32.self)) : base.loadUnaligned(fromByteOffset: 8 * row, as: Int64.self)
            return "\(time) \(unit)s since midnight"
        case .null, .real, .bool, .utf8, .utf8View: return ""
        }
    }
}
