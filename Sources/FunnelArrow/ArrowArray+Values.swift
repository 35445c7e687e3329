import FunnelStore

/// The values of an array, decoded.
extension ArrowArray {
    /// Some rows. Decimals are brought to `scale` where one is given; `zoneMinutes` is where times with a zone are told.
    ///
    /// Throws where the array is damaged; a value that is sound but has no place in funnel is marked.
    package func piece(
        _ rows: Range<Int>, of name: String, scale: Int? = nil, zoneMinutes: Int = 0
    ) throws(ArrowError) -> ArrowPiece {
        var marks = RowMarks(rows.count)
        let values = try values(rows, name, &marks, scale, zoneMinutes)
        return ArrowPiece(values: values, marks: marks)
    }

    /// The type of the values themselves, also where they stand in a dictionary.
    private var valueType: ArrowType { dictionary?.pieces[0].type ?? type }

    private func values(
        _ rows: Range<Int>, _ name: String, _ marks: inout RowMarks, _ scale: Int?, _ zoneMinutes: Int
    ) throws(ArrowError) -> ArrowPiece.Values {
        switch valueType {
        case .null:
            for row in 0..<rows.count { marks.miss(row) }
            return .nothing
        case .integer(let bits, let isSigned): return .integers(try integers(rows, name, &marks, bits, isSigned))
        case .real(let bits): return .reals(try reals(rows, name, &marks, bits))
        case .decimal(let bits, _, let written): return try decimals(rows, name, &marks, bits, from: written, to: scale ?? Self.scale(written))
        case .bool:
            let values = Buffer<UInt8>(zeros: rows.count)
            try walk(rows, name, &marks) { at, array, row in
                values.base[at] = array.address(array.data).load(fromByteOffset: row >> 3, as: UInt8.self) >> UInt8(row & 7) & 1
            }
            return .bits(values)
        case .utf8, .utf8View:
            guard let dictionary else { return .texts(try texts(rows, name, &marks)) }
            let codes = Buffer<Int32>(zeros: rows.count)
            let texts = try dictionary.texts(name)
            try walkCodes(rows, name, &marks) { at, code in codes.base[at] = Int32(code) }
            return .codes(codes, texts)
        case .days: return .days(try days(rows, name, &marks))
        case .dayMilliseconds: return .days(try dayMilliseconds(rows, name, &marks))
        case .time(let unit): return .times(try times(rows, name, &marks, unit))
        case .timestamp(let unit, let zone): return try instants(rows, name, &marks, unit, shift: zone == nil ? 0 : zoneMinutes)
        }
    }

    // MARK: - Rows

    /// Calls `body` for each row that has a value, with its place in `rows`, and the array and the row in which the value stands.
    @inline(__always)
    private func walk(
        _ rows: Range<Int>, _ name: String, _ marks: inout RowMarks, _ body: (Int, ArrowArray, Int) -> Void
    ) throws(ArrowError) {
        guard let dictionary else {
            for row in rows {
                if isPresent(row) { body(row - rows.lowerBound, self, row) } else { marks.miss(row - rows.lowerBound) }
            }
            return
        }
        try walkCodes(rows, name, &marks) { at, code in
            let place = dictionary.place(code)
            body(at, dictionary.pieces[place.piece], place.row)
        }
    }

    /// Calls `body` with the code of each row that has a value; a code of a missing value is one of a missing row.
    @inline(__always)
    private func walkCodes(
        _ rows: Range<Int>, _ name: String, _ marks: inout RowMarks, _ body: (Int, Int) -> Void
    ) throws(ArrowError) {
        guard let dictionary, case .integer(let bits, let isSigned) = type else { return }
        let base = address(data)
        for row in rows {
            let at = row - rows.lowerBound
            guard isPresent(row) else {
                marks.miss(at)
                continue
            }
            let code = Self.integer(base, row, bits, isSigned)
            guard let code, code >= 0, code < Int64(dictionary.count) else {
                throw .damagedColumn(name, "row \(row + 1) of its batch has no text or value in the dictionary")
            }
            let place = dictionary.place(Int(code))
            if dictionary.pieces[place.piece].isPresent(place.row) { body(at, Int(code)) } else { marks.miss(at) }
        }
    }

    /// Calls `body` with each value that is there; where it says nil, the value does not fit.
    @inline(__always)
    func fill<Raw: BitwiseCopyable, Value: BitwiseCopyable>(
        _ rows: Range<Int>, _ name: String, _ marks: inout RowMarks, zero: Value, _ convert: (Raw) -> Value?
    ) throws(ArrowError) -> Buffer<Value> {
        var misfits: [Int] = []
        let values = Buffer<Value>(count: rows.count) { out in out.initialize(repeating: zero, count: rows.count) }
        let stride = MemoryLayout<Raw>.stride
        try walk(rows, name, &marks) { at, array, row in
            let raw = array.address(array.data).loadUnaligned(fromByteOffset: row &* stride, as: Raw.self)
            if let value = convert(raw) { values.base[at] = value } else { misfits.append(at) }
        }
        for row in misfits { marks.misfit(row) }
        return values
    }

    // MARK: - Numbers

    /// Nil for one that 64 bits with a sign don't hold.
    @inline(__always)
    package static func integer(_ base: UnsafeRawPointer, _ row: Int, _ bits: Int, _ isSigned: Bool) -> Int64? {
        switch (bits, isSigned) {
        case (8, true): Int64(base.load(fromByteOffset: row, as: Int8.self))
        case (8, false): Int64(base.load(fromByteOffset: row, as: UInt8.self))
        case (16, true): Int64(base.loadUnaligned(fromByteOffset: 2 &* row, as: Int16.self))
        case (16, false): Int64(base.loadUnaligned(fromByteOffset: 2 &* row, as: UInt16.self))
        case (32, true): Int64(base.loadUnaligned(fromByteOffset: 4 &* row, as: Int32.self))
        case (32, false): Int64(base.loadUnaligned(fromByteOffset: 4 &* row, as: UInt32.self))
        case (_, true): base.loadUnaligned(fromByteOffset: 8 &* row, as: Int64.self)
        case (_, false): Int64(exactly: base.loadUnaligned(fromByteOffset: 8 &* row, as: UInt64.self))
        }
    }

    private func integers(
        _ rows: Range<Int>, _ name: String, _ marks: inout RowMarks, _ bits: Int, _ isSigned: Bool
    ) throws(ArrowError) -> Buffer<Int64> {
        switch (bits, isSigned) {
        case (8, true): try fill(rows, name, &marks, zero: 0) { (raw: Int8) in Int64(raw) }
        case (8, false): try fill(rows, name, &marks, zero: 0) { (raw: UInt8) in Int64(raw) }
        case (16, true): try fill(rows, name, &marks, zero: 0) { (raw: Int16) in Int64(raw) }
        case (16, false): try fill(rows, name, &marks, zero: 0) { (raw: UInt16) in Int64(raw) }
        case (32, true): try fill(rows, name, &marks, zero: 0) { (raw: Int32) in Int64(raw) }
        case (32, false): try fill(rows, name, &marks, zero: 0) { (raw: UInt32) in Int64(raw) }
        case (_, true): try fill(rows, name, &marks, zero: 0) { (raw: Int64) in raw }
        case (_, false): try fill(rows, name, &marks, zero: 0) { (raw: UInt64) in Int64(exactly: raw) }
        }
    }

    private func reals(_ rows: Range<Int>, _ name: String, _ marks: inout RowMarks, _ bits: Int) throws(ArrowError) -> Buffer<Double> {
        switch bits {
        case 16: try fill(rows, name, &marks, zero: 0) { (raw: UInt16) in Self.half(raw) }
        case 32: try fill(rows, name, &marks, zero: 0) { (raw: Float) in Self.decimal(raw) }
        default: try fill(rows, name, &marks, zero: 0) { (raw: Double) in raw }
        }
    }

    /// The number that the shortest digits of a 32-bit number say: 0.1, and not 0.10000000149.
    private static func decimal(_ raw: Float) -> Double { raw.isFinite ? Double(raw.description) ?? Double(raw) : Double(raw) }

    /// A binary number of 16 bits: a sign, 5 bits of exponent, 10 of fraction (IEEE 754 binary16).
    private static func half(_ raw: UInt16) -> Double {
        let exponent = Int(raw >> 10 & 0x1F)
        let fraction = Double(raw & 0x3FF)
        let sign: Double = raw >> 15 == 0 ? 1 : -1
        if exponent == 0x1F { return fraction == 0 ? sign * .infinity : .nan }
        let size = exponent == 0 ? fraction / 1024 * 0x1p-14 : (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
        return sign * size
    }

    /// The scale that funnel keeps of one in a file.
    private static func scale(_ written: Int) -> Int { min(18, max(0, written)) }

    private func decimals(
        _ rows: Range<Int>, _ name: String, _ marks: inout RowMarks, _ bits: Int, from written: Int, to scale: Int
    ) throws(ArrowError) -> ArrowPiece.Values {
        let values: Buffer<Int64>
        if bits < 128, written == scale {
            values =
                bits == 32
                ? try fill(rows, name, &marks, zero: 0) { (raw: Int32) in Int64(raw) } : try fill(rows, name, &marks, zero: 0) { (raw: Int64) in raw }
        } else {
            let factor = Self.power(abs(scale - written))
            let multiplies = scale >= written
            @inline(__always) func convert(_ units: Int128) -> Int64? {
                if multiplies {
                    let (scaled, overflow) = units.multipliedReportingOverflow(by: factor)
                    return overflow ? nil : Int64(exactly: scaled)
                }
                let (quotient, rest) = units.quotientAndRemainder(dividingBy: factor)
                return rest == 0 ? Int64(exactly: quotient) : nil
            }
            switch bits {
            case 32: values = try fill(rows, name, &marks, zero: 0) { (raw: Int32) in convert(Int128(raw)) }
            case 64: values = try fill(rows, name, &marks, zero: 0) { (raw: Int64) in convert(Int128(raw)) }
            default: values = try fill(rows, name, &marks, zero: 0) { (raw: SIMD2<UInt64>) in convert(Self.wide(raw)) }
            }
        }
        return .decimals(values, scale: scale)
    }

    private static func wide(_ raw: SIMD2<UInt64>) -> Int128 { Int128(Int64(bitPattern: raw.y)) << 64 | Int128(raw.x) }

    private static func power(_ digits: Int) -> Int128 { (0..<min(digits, 38)).reduce(1) { power, _ in power * 10 } }

    /// The smallest scale at which all decimals of some rows are whole numbers, no larger than the file's.
    package func neededScale(_ rows: Range<Int>, of name: String) throws(ArrowError) -> Int {
        guard case .decimal(let bits, _, let written) = valueType, written > 0 else { return 0 }
        var marks = RowMarks(rows.count)
        var needed = 0
        try walk(rows, name, &marks) { _, array, row in
            var units = Self.decimalUnits(array.address(array.data), row, bits)
            var scale = written
            while scale > needed, units % 10 == 0 {
                units /= 10
                scale -= 1
            }
            if scale <= 18 { needed = max(needed, scale) }
        }
        return needed
    }

    static func decimalUnits(_ base: UnsafeRawPointer, _ row: Int, _ bits: Int) -> Int128 {
        switch bits {
        case 32: Int128(base.loadUnaligned(fromByteOffset: 4 * row, as: Int32.self))
        case 64: Int128(base.loadUnaligned(fromByteOffset: 8 * row, as: Int64.self))
        default: wide(base.loadUnaligned(fromByteOffset: 16 * row, as: SIMD2<UInt64>.self))
        }
    }
}
