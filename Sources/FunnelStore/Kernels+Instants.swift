import CSystem
package import FunnelModel

/// Instants out of days and times of day, as they are stored.
extension Kernels {
    /// `out = day × microseconds a day + time × step` of the rows that an index names; 0 for -1.
    package static func gather(
        days: Integers, time: Integers, step: Int64, perDay: Int64, _ index: UnsafePointer<Int32>, _ count: Int, _ out: UnsafeMutablePointer<Int64>
    ) {
        // The usual widths in one loop; others one after the other.
        guard case .int16(let days16) = days, case .int32(let time32) = time else {
            gather(days, index, count, out)
            withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(1, count)) { times in
                gather(time, index, count, times.baseAddress!)
                instants(days: out, time: times.baseAddress!, unit: step, perDay: perDay, count, out)
            }
            return
        }
        let (day, time) = (days16.base, time32.base)
        for row in 0..<count {
            let at = Int(index[row])
            out[row] = at >= 0 ? Int64(day[at]) &* perDay &+ Int64(time[at]) &* step : 0
        }
    }

    /// The same of a run of rows.
    package static func instants(
        days: Integers, time: Integers, step: Int64, perDay: Int64, _ rows: Range<Int>, _ out: UnsafeMutablePointer<Int64>
    ) {
        guard case .int16(let days16) = days, case .int32(let time32) = time else {
            widen(days, rows, out)
            time.forEachChunk(rows) { first, times, count in
                let own = out + (first - rows.lowerBound)
                instants(days: own, time: times, unit: step, perDay: perDay, count, own)
            }
            return
        }
        precondition(rows.upperBound <= days16.count && rows.upperBound <= time32.count)
        let (day, time) = (days16.base + rows.lowerBound, time32.base + rows.lowerBound)
        for row in 0..<rows.count { out[row] = Int64(day[row]) &* perDay &+ Int64(time[row]) &* step }
    }

    /// The hour that each time of day lies in, in place.
    package static func hours(_ times: UnsafeMutablePointer<Int64>, _ unit: TimeUnit, _ count: Int) {
        // Divisions by constants, each a loop of its own.
        switch unit {
        case .second: for row in 0..<count { times[row] = Int64(hour(ofSecond: UInt64(truncatingIfNeeded: times[row]))) }
        case .millisecond: for row in 0..<count { times[row] /= 3_600_000 }
        case .microsecond: for row in 0..<count { times[row] /= 3_600_000_000 }
        }
    }

    /// The quotient by 3600 of less than 86,400, by multiplication.
    @inline(__always)
    private static func hour(ofSecond second: UInt64) -> UInt64 { ((second & 0x1_FFFF) &* 37_283) &>> 27 }

    /// Time stamps in the usual widths.
    package struct Stamps {
        fileprivate let days: Buffer<Int16>
        fileprivate let time: Buffer<Int32>
        /// The microseconds of one step of the time of day.
        fileprivate let step: Int64

        /// Nil of other widths.
        package init?(days: Integers, time: Integers, step: Int64) {
            guard case .int16(let days) = days, case .int32(let time) = time else { return nil }
            (self.days, self.time, self.step) = (days, time, step)
        }
    }

    /// `out = to − from` in microseconds of the rows that an index names, each of which is there.
    package static func elapsed(from: Stamps, to: Stamps, perDay: Int64, _ index: UnsafePointer<Int32>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) {
        let (startDay, startTime, endDay, endTime) = (from.days.base, from.time.base, to.days.base, to.time.base)
        for row in 0..<count {
            let at = Int(index[row])
            let days = Int64(endDay[at]) &- Int64(startDay[at])
            out[row] = days &* perDay &+ (Int64(endTime[at]) &* to.step &- Int64(startTime[at]) &* from.step)
        }
    }

    /// Which values are the same as the one before; the first is not.
    package static func repeats(_ values: UnsafePointer<Int64>, _ count: Int, _ words: Words) {
        fill(words, min(64, count)) { $0 > 0 && values[$0] == values[$0 &- 1] }
        let whole = count / 64
        for word in 1..<max(1, whole) { words[word] = system_repeats(values + word << 6) }
        let rest = whole << 6
        if whole > 0, rest < count { fill(words + whole, count &- rest) { values[rest &+ $0] == values[rest &+ $0 &- 1] } }
    }
}
