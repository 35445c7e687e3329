package import FunnelModel

/// Signed whole numbers in the narrowest width that holds them all, or computed from others.
package enum Integers: Sendable {
    case int8(Buffer<Int8>)
    case int16(Buffer<Int16>)
    case int32(Buffer<Int32>)
    case int64(Buffer<Int64>)
    case computed(ComputedIntegers)

    package var count: Int {
        switch self {
        case .computed(let values): values.count
        case .int8(let buffer): buffer.count
        case .int16(let buffer): buffer.count
        case .int32(let buffer): buffer.count
        case .int64(let buffer): buffer.count
        }
    }

    /// The bits of a value.
    package var width: Int {
        switch self {
        case .int8: 8
        case .int16: 16
        case .int32: 32
        case .int64: 64
        case .computed(let values): values.width
        }
    }

    package var byteCount: Int {
        if case .computed = self { 0 } else { count * width / 8 }
    }

    package subscript(row: Int) -> Int64 {
        switch self {
        case .computed(let values): values[row]
        case .int8(let buffer): Int64(buffer[row])
        case .int16(let buffer): Int64(buffer[row])
        case .int32(let buffer): Int64(buffer[row])
        case .int64(let buffer): buffer[row]
        }
    }

    /// Packs values into the narrowest width.
    package init(packing values: Buffer<Int64>) {
        var low: Int64 = 0
        var high: Int64 = 0
        let source = values.base
        for row in 0..<values.count {
            low = min(low, source[row])
            high = max(high, source[row])
        }
        self.init(packing: values, low: low, high: high)
    }

    /// Packs values that are known to lie in `low...high`.
    package init(packing values: Buffer<Int64>, low: Int64, high: Int64) {
        if low >= Int64(Int8.min), high <= Int64(Int8.max) {
            self = .int8(Self.narrow(values))
        } else if low >= Int64(Int16.min), high <= Int64(Int16.max) {
            self = .int16(Self.narrow(values))
        } else if low >= Int64(Int32.min), high <= Int64(Int32.max) {
            self = .int32(Self.narrow(values))
        } else {
            self = .int64(values)
        }
    }

    private static func narrow<T: FixedWidthInteger & BitwiseCopyable>(_ values: Buffer<Int64>) -> Buffer<T> {
        Buffer(count: values.count) { base in
            let source = values.base
            for row in 0..<values.count { base[row] = T(truncatingIfNeeded: source[row]) }
        }
    }
}

/// Dictionary codes in the narrowest width that holds them all.
package enum Codes: Sendable {
    case uint8(Buffer<UInt8>)
    case uint16(Buffer<UInt16>)
    case uint32(Buffer<UInt32>)

    package var count: Int {
        switch self {
        case .uint8(let buffer): buffer.count
        case .uint16(let buffer): buffer.count
        case .uint32(let buffer): buffer.count
        }
    }

    /// The bits of a code.
    package var width: Int {
        switch self {
        case .uint8: 8
        case .uint16: 16
        case .uint32: 32
        }
    }

    package var byteCount: Int { count * width / 8 }

    package subscript(row: Int) -> Int {
        switch self {
        case .uint8(let buffer): Int(buffer[row])
        case .uint16(let buffer): Int(buffer[row])
        case .uint32(let buffer): Int(buffer[row])
        }
    }

    /// The same codes, in a buffer of one's own over the same memory.
    package var lent: Codes {
        switch self {
        case .uint8(let buffer): .uint8(buffer.lent)
        case .uint16(let buffer): .uint16(buffer.lent)
        case .uint32(let buffer): .uint32(buffer.lent)
        }
    }

    /// Packs codes of a dictionary of `size` entries.
    package init(packing codes: Buffer<UInt32>, size: Int) {
        if size <= 256 {
            self = .uint8(Self.narrow(codes))
        } else if size <= 65_536 {
            self = .uint16(Self.narrow(codes))
        } else {
            self = .uint32(codes)
        }
    }

    private static func narrow<T: FixedWidthInteger & BitwiseCopyable>(_ codes: Buffer<UInt32>) -> Buffer<T> {
        Buffer(count: codes.count) { base in
            let source = codes.base
            for row in 0..<codes.count { base[row] = T(truncatingIfNeeded: source[row]) }
        }
    }
}

/// A column: a name, a type, the values, and which of them are there.
package struct Column: Sendable {
    package enum Values: Sendable {
        case text(Codes, TextDictionary)
        case integer(Integers)
        /// Whole numbers of 10^-scale.
        case decimal(Integers, scale: Int)
        /// Days since 1970-01-01.
        case date(Integers)
        /// Days, and the time since midnight in `unit`s, which is read only where a query needs it.
        case timestamp(days: Integers, time: Integers, unit: TimeUnit)
        case yesNo(Bitmap)

        /// Whether all values are zero that are not there.
        fileprivate func areZero(where validity: Bitmap?) -> Bool { validity.map { there in (0..<there.count).allSatisfy { there[$0] || isZero($0) } } ?? true }

        private func isZero(_ row: Int) -> Bool {
            switch self {
            case .text(let codes, _): codes[row] == 0
            case .integer(let values), .decimal(let values, _), .date(let values): values[row] == 0
            case .timestamp(let days, let time, _): days[row] == 0 && time[row] == 0
            case .yesNo(let bits): !bits[row]
            }
        }
    }

    /// What a column holds.
    package struct Content: Sendable {
        let values: Values
        let validity: Bitmap?

        package init(values: Values, validity: Bitmap?) {
            self.values = values
            self.validity = validity
        }
    }

    /// As the file has it: `Lead Source`.
    package let name: String
    /// The only way to the content: a column of a saved store is looked at here before it is used.
    private let content: Sealed<Content>

    package var values: Values { content.value.values }
    /// Which rows have a value; nil where all have. A row without one holds zero in `values`.
    package var validity: Bitmap? { content.value.validity }
    private let found: OnDemand<Zones?>

    /// A row without a value holds zero.
    package init(name: String, values: Values, validity: Bitmap?) {
        assert(values.areZero(where: validity), "\(name): a value that is missing is not zero")
        self.init(name: name, content: Sealed(Content(values: values, validity: validity)))
    }

    /// A column whose content is looked at when it is first used.
    package init(name: String, content: Sealed<Content>) {
        self.name = name
        self.content = content
        let validity = content.unchecked.validity
        found = OnDemand {
            _ = content.value
        } _: {
            let content = content.value
            return switch content.values {
            case .integer(let values), .decimal(let values, _), .date(let values), .timestamp(let values, _, _): Zones(values, content.validity)
            case .text, .yesNo: nil
            }
        }
        precondition(validity == nil || validity?.count == count)
    }

    package var count: Int {
        switch content.unchecked.values {
        case .text(let codes, _): codes.count
        case .integer(let integers), .decimal(let integers, _), .date(let integers), .timestamp(let integers, _, _): integers.count
        case .yesNo(let bits): bits.count
        }
    }

    package var type: ColumnType {
        switch content.unchecked.values {
        case .text: .text
        case .integer: .integer
        case .decimal(_, let scale): .decimal(scale: scale)
        case .date: .date
        case .timestamp: .timestamp
        case .yesNo: .yesNo
        }
    }

    /// The smallest and the largest of its whole numbers, or of its days; nil where no row has one. Found once.
    package var bounds: (low: Int64, high: Int64)? { zones?.bounds }

    /// The same of each morsel. Found once.
    package var zones: Zones? { found.value }

    package var missing: Int { validity.map { $0.count - $0.population } ?? 0 }

    package func isMissing(_ row: Int) -> Bool { validity.map { !$0[row] } ?? false }

    /// The bytes that its values take in memory.
    package var byteCount: Int {
        let bits = content.unchecked.validity.map { $0.words.byteCount } ?? 0
        return switch content.unchecked.values {
        case .text(let codes, let dictionary): bits + codes.byteCount + dictionary.byteCount
        case .integer(let integers), .decimal(let integers, _), .date(let integers): bits + integers.byteCount
        case .timestamp(let days, let time, _): bits + days.byteCount + time.byteCount
        case .yesNo(let values): bits + values.words.byteCount
        }
    }

    /// The bytes of one row, its bit of being there left out.
    package var rowBytes: Int {
        switch values {
        case .text(let codes, _): codes.width / 8
        case .integer(let integers), .decimal(let integers, _), .date(let integers): integers.width / 8
        case .timestamp(let days, let time, _): (days.width + time.width) / 8
        case .yesNo: 1
        }
    }

    /// One cell, as an answer shows it.
    package func value(_ row: Int) -> Value {
        if isMissing(row) { return .missing }
        switch values {
        case .text(let codes, let dictionary): return .text(dictionary[codes[row]])
        case .integer(let integers): return .exact(Exact(Int128(integers[row])))
        case .decimal(let integers, let scale): return .exact(Exact(Int128(integers[row]), scale: scale))
        case .date(let days): return .date(Int(days[row]))
        case .timestamp(let days, let time, let unit):
            return .timestamp(day: Int(days[row]), microseconds: time[row] * unit.microseconds)
        case .yesNo(let bits): return .yesNo(bits[row])
        }
    }

    package func renamed(_ name: String) -> Column { Column(name: name, content: content) }
}
