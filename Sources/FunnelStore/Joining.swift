/// Columns put together from pieces, each in the narrowest width of its own values.
extension Integers {
    /// All pieces in one run, in the width that holds them all.
    package init(joining pieces: [Integers]) {
        let count = pieces.reduce(0) { $0 + $1.count }
        switch pieces.map(\.width).max() ?? 8 {
        case 8: self = .int8(Self.joined(pieces, count))
        case 16: self = .int16(Self.joined(pieces, count))
        case 32: self = .int32(Self.joined(pieces, count))
        default: self = .int64(Self.joined(pieces, count))
        }
    }

    private static func joined<Target: FixedWidthInteger & BitwiseCopyable>(_ pieces: [Integers], _ count: Int) -> Buffer<Target> {
        Buffer(count: count) { out in
            var at = out
            for piece in pieces {
                switch piece {
                case .int8(let buffer): copy(buffer, at)
                case .int16(let buffer): copy(buffer, at)
                case .int32(let buffer): copy(buffer, at)
                case .int64(let buffer): copy(buffer, at)
                case .computed(let values): for row in 0..<values.count { at[row] = Target(truncatingIfNeeded: values[row]) }
                }
                at += piece.count
            }
        }
    }

    private static func copy<Source: FixedWidthInteger & BitwiseCopyable, Target: FixedWidthInteger & BitwiseCopyable>(
        _ source: Buffer<Source>, _ out: UnsafeMutablePointer<Target>
    ) {
        let base = source.base
        for row in 0..<source.count { out[row] = Target(truncatingIfNeeded: base[row]) }
    }

    /// Each value times a factor; nil where one does not fit 64 bits.
    package func multiplied(by factor: Int64) -> Integers? {
        if factor == 1 { return self }
        var overflows = false
        let values = Buffer<Int64>(count: count) { out in
            forEachChunk(0..<count) { first, chunk, count in
                for row in 0..<count {
                    let (value, overflow) = chunk[row].multipliedReportingOverflow(by: factor)
                    out[first + row] = value
                    overflows = overflows || overflow
                }
            }
        }
        return overflows ? nil : Integers(packing: values)
    }
}

/// A piece of a text column: its codes, for each code the one in the whole column, and which rows have a value.
package struct CodedPiece: Sendable {
    let codes: Codes
    let map: Buffer<UInt32>
    let validity: Buffer<UInt64>?

    package init(codes: Codes, map: Buffer<UInt32>, validity: Buffer<UInt64>?) {
        self.codes = codes
        self.map = map
        self.validity = validity
    }
}

extension Codes {
    /// All pieces in one run, as codes of a dictionary of `size` entries; rows without a value have the code 0.
    package init(joining pieces: [CodedPiece], size: Int) {
        let count = pieces.reduce(0) { $0 + $1.codes.count }
        if size <= 256 {
            self = .uint8(Self.joined(pieces, count))
        } else if size <= 65_536 {
            self = .uint16(Self.joined(pieces, count))
        } else {
            self = .uint32(Self.joined(pieces, count))
        }
    }

    private static func joined<Target: FixedWidthInteger & BitwiseCopyable>(_ pieces: [CodedPiece], _ count: Int) -> Buffer<Target> {
        Buffer(count: count) { out in
            var at = out
            for piece in pieces {
                switch piece.codes {
                case .uint8(let buffer): recode(buffer, piece, at)
                case .uint16(let buffer): recode(buffer, piece, at)
                case .uint32(let buffer): recode(buffer, piece, at)
                }
                at += piece.codes.count
            }
        }
    }

    private static func recode<Source: FixedWidthInteger & BitwiseCopyable, Target: FixedWidthInteger & BitwiseCopyable>(
        _ source: Buffer<Source>, _ piece: CodedPiece, _ out: UnsafeMutablePointer<Target>
    ) {
        let count = source.count
        guard piece.map.count > 0 else {
            for row in 0..<count { out[row] = 0 }
            return
        }
        let base = source.base
        let map = piece.map.base
        for row in 0..<count { out[row] = Target(truncatingIfNeeded: map[Int(base[row])]) }
        // A row without a value has the piece's code 0, which may be another one in the whole.
        guard let bits = piece.validity?.base else { return }
        for row in 0..<count where bits[row >> 6] >> UInt64(truncatingIfNeeded: row & 63) & 1 == 0 { out[row] = 0 }
    }
}
