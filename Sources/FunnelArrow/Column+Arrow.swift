import FunnelModel
import FunnelStore

/// A column of the store, as an Arrow file holds it.
extension Column {
    /// One column; of time stamps two: the days under the column's name, and the time of day as `time` names it.
    func arrow(time timeName: String) -> [ArrowColumn] {
        switch values {
        case .text(let codes, let dictionary):
            let index: ArrowType = .integer(bits: codes.bits, isSigned: false)
            return [
                ArrowColumn(
                    name: name, type: .utf8(offsetBits: 64), validity: validity, bodies: [codes.body],
                    dictionary: .init(index: index, count: dictionary.count, bodies: dictionary.bodies))
            ]
        case .integer(let values):
            let integers = values.stored
            return [ArrowColumn(name: name, type: .integer(bits: integers.bits, isSigned: true), validity: validity, bodies: [integers.body])]
        case .decimal(let integers, let scale): return [decimal(integers, scale)]
        case .date(let days): return [date(days)]
        case .timestamp(let days, let time, let unit): return [date(days), self.time(time, unit, timeName)]
        case .yesNo(let bits): return [ArrowColumn(name: name, type: .bool, validity: validity, bodies: [ArrowBody(bits)])]
        }
    }

    /// Decimals of 32 bits have at most 9 digits, those of 64 bits 18.
    private func decimal(_ integers: Integers, _ scale: Int) -> ArrowColumn {
        let isShort = scale <= 9 && integers.bits <= 32 && integers.fits(below: 1_000_000_000)
        let stored = isShort ? integers.widened(to: 32) : integers.widened(to: 64)
        return ArrowColumn(
            name: name, type: .decimal(bits: isShort ? 32 : 64, precision: isShort ? 9 : 18, scale: scale), validity: validity, bodies: [stored.body])
    }

    /// Days in their own width, as codes of a dictionary that holds all days from 1970-01-01 on: so that a code is a day,
    /// and other tools read dates. Days before 1970, wide ones, and few of them, stand as Arrow's own 32 bits.
    private func date(_ days: Integers) -> ArrowColumn {
        if days.bits <= 16, let last = days.largest, last * 2 < days.count {
            let calendar = Buffer<Int32>(count: last + 1) { out in for day in 0...last { out[day] = Int32(day) } }
            return ArrowColumn(
                name: name, type: .days, validity: validity, bodies: [days.body],
                dictionary: .init(index: .integer(bits: days.bits, isSigned: true), count: last + 1, bodies: [ArrowBody(calendar)]))
        }
        return ArrowColumn(name: name, type: .days, validity: validity, bodies: [days.widened(to: 32).body])
    }

    private func time(_ time: Integers, _ unit: TimeUnit, _ name: String) -> ArrowColumn {
        let type: ArrowType =
            switch unit {
            case .second: .time(.second)
            case .millisecond: .time(.millisecond)
            case .microsecond: .time(.microsecond)
            }
        return ArrowColumn(name: name, type: type, validity: validity, bodies: [time.widened(to: type.bits).body])
    }
}

extension Codes {
    var bits: Int {
        switch self {
        case .uint8: 8
        case .uint16: 16
        case .uint32: 32
        }
    }

    var body: ArrowBody {
        switch self {
        case .uint8(let buffer): ArrowBody(buffer)
        case .uint16(let buffer): ArrowBody(buffer)
        case .uint32(let buffer): ArrowBody(buffer)
        }
    }
}

extension Integers {
    var bits: Int {
        switch self {
        case .int8: 8
        case .int16: 16
        case .int32: 32
        case .int64: 64
        case .computed: stored.bits
        }
    }

    var body: ArrowBody {
        switch self {
        case .int8(let buffer): ArrowBody(buffer)
        case .int16(let buffer): ArrowBody(buffer)
        case .int32(let buffer): ArrowBody(buffer)
        case .int64(let buffer): ArrowBody(buffer)
        case .computed: stored.body
        }
    }

    /// The smallest and the largest value, 0 among them.
    private var extremes: (low: Int64, high: Int64) {
        func scan<T: FixedWidthInteger & BitwiseCopyable & Sendable>(_ buffer: Buffer<T>) -> (low: Int64, high: Int64) {
            let pieces = Extremes.of(buffer)
            return (Int64(Swift.min(0, pieces.low)), Int64(Swift.max(0, pieces.high)))
        }
        switch self {
        case .int8(let buffer): return scan(buffer)
        case .int16(let buffer): return scan(buffer)
        case .int32(let buffer): return scan(buffer)
        case .int64(let buffer): return scan(buffer)
        case .computed: return stored.extremes
        }
    }

    /// Whether all values have less than this size.
    func fits(below size: Int64) -> Bool { extremes.low > -size && extremes.high < size }

    /// The largest value; nil where some are less than 0.
    var largest: Int? { extremes.low < 0 ? nil : Int(extremes.high) }

    /// The same values in at least 32, or in 64 bits.
    func widened(to bits: Int) -> Integers {
        guard self.bits != bits else { return self }
        func copy<From: FixedWidthInteger & BitwiseCopyable, To: FixedWidthInteger & BitwiseCopyable>(_ buffer: Buffer<From>) -> Buffer<To> {
            Buffer<To>(count: buffer.count) { out in
                let base = buffer.base
                for row in 0..<buffer.count { out[row] = To(truncatingIfNeeded: base[row]) }
            }
        }
        switch self {
        case .int8(let buffer): return bits == 32 ? .int32(copy(buffer)) : .int64(copy(buffer))
        case .int16(let buffer): return bits == 32 ? .int32(copy(buffer)) : .int64(copy(buffer))
        case .int32(let buffer): return .int64(copy(buffer))
        // Days and times of day fit 32 bits, whatever width they have.
        case .int64(let buffer): return .int32(copy(buffer))
        case .computed: return stored.widened(to: bits)
        }
    }
}
