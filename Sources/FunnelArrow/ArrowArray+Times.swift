import FunnelModel
import FunnelStore

/// Dates and times of an array.
extension ArrowArray {
    /// 0001-01-01 to 9999-12-31: what a calendar has a name for.
    private static let years: ClosedRange<Int64> = -719_162...2_932_896

    private static func day(_ day: Int64) -> Int32? { years.contains(day) ? Int32(day) : nil }

    func days(_ rows: Range<Int>, _ name: String, _ marks: inout RowMarks) throws(ArrowError) -> Buffer<Int32> {
        try fill(rows, name, &marks, zero: 0) { (raw: Int32) in Self.day(Int64(raw)) }
    }

    func dayMilliseconds(_ rows: Range<Int>, _ name: String, _ marks: inout RowMarks) throws(ArrowError) -> Buffer<Int32> {
        try fill(rows, name, &marks, zero: 0) { (raw: Int64) in Self.day(Self.floor(raw, 86_400_000)) }
    }

    func times(_ rows: Range<Int>, _ name: String, _ marks: inout RowMarks, _ unit: ArrowType.Unit) throws(ArrowError) -> Buffer<Int64> {
        let day = 86_400 * unit.perSecond
        func microseconds(_ raw: Int64) -> Int64? {
            guard raw >= 0, raw < day else { return nil }
            return unit == .nanosecond ? raw / 1000 : raw * (1_000_000 / unit.perSecond)
        }
        return unit == .second || unit == .millisecond
            ? try fill(rows, name, &marks, zero: 0) { (raw: Int32) in microseconds(Int64(raw)) }
            : try fill(rows, name, &marks, zero: 0) { (raw: Int64) in microseconds(raw) }
    }

    /// `shift`: minutes that are added.
    func instants(
        _ rows: Range<Int>, _ name: String, _ marks: inout RowMarks, _ unit: ArrowType.Unit, shift: Int
    ) throws(ArrowError) -> ArrowPiece.Values {
        // A division by a number that is known here is a multiplication.
        switch unit {
        case .second: try instants(rows, name, &marks, perSecond: 1, shift: shift)
        case .millisecond: try instants(rows, name, &marks, perSecond: 1000, shift: shift)
        case .microsecond: try instants(rows, name, &marks, perSecond: 1_000_000, shift: shift)
        case .nanosecond: try instants(rows, name, &marks, perSecond: 1_000_000_000, shift: shift)
        }
    }

    @inline(__always)
    private func instants(
        _ rows: Range<Int>, _ name: String, _ marks: inout RowMarks, perSecond: Int64, shift: Int
    ) throws(ArrowError) -> ArrowPiece.Values {
        let isNano = perSecond > 1_000_000
        let perDay = 86_400 * perSecond
        let added = Int64(shift) * 60 * perSecond
        var cut = 0
        let units: Buffer<Int64> = try fill(rows, name, &marks, zero: 0) { (raw: Int64) in
            let (moved, overflow) = raw.addingReportingOverflow(added)
            guard !overflow, Self.day(Self.floor(moved, perDay)) != nil else { return nil }
            if isNano, moved % 1000 != 0 { cut += 1 }
            return moved
        }
        let days = Buffer<Int32>(zeros: rows.count)
        let times = Buffer<Int64>(zeros: rows.count)
        var finest: Int64 = 0
        for row in 0..<rows.count {
            let day = Self.floor(units.base[row], perDay)
            let rest = units.base[row] - day * perDay
            days.base[row] = Int32(truncatingIfNeeded: day)
            let time = isNano ? rest / 1000 : rest * (1_000_000 / perSecond)
            times.base[row] = time
            finest |= time % 1_000_000 == 0 ? 0 : time % 1000 == 0 ? 1 : 2
        }
        return .instants(days: days, times: times, digits: finest >= 2 ? 6 : finest == 1 ? 3 : 0, cut: cut)
    }

    @inline(__always)
    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
