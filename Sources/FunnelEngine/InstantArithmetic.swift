import FunnelModel

/// Calendar steps on microseconds since 1970-01-01.
enum InstantArithmetic {
    static func adding(months: Int, to microseconds: Int64) -> Int64 {
        let day = Calendar.floorDivide(Int(microseconds), Int(microsecondsPerDay))
        let time = microseconds - Int64(day) * microsecondsPerDay
        return Int64(Calendar.adding(months: months, to: day)) * microsecondsPerDay + time
    }
}
