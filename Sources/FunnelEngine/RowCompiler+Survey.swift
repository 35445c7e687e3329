import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText
import Synchronization

/// What a key's values are, looked at before the scan.
extension RowCompiler {
    /// The days of a date or time stamp; of a stored column its time of day is not read.
    func days(_ value: RowValue) throws(Diagnostic) -> any NumberNode<Int64> {
        if case .column(let reference) = value {
            let (column, fromLead) = try column(reference)
            switch column.values {
            case .date(let days), .timestamp(let days, _, _):
                return StoredExact(values: days, validity: column.validity, fromLead: fromLead, column: fromLead ? nil : column)
            case .text, .integer, .decimal, .yesNo: throw .columnHasType(reference.name, column.type, wanted: "a date")
            }
        }
        return DayOfInstant(instant: try exact(value))
    }

    /// The hours of the day of an instant; of a stored one its day is not read.
    func hours(_ value: RowValue) throws(Diagnostic) -> any NumberNode<Int64> {
        if case .column(let reference) = value {
            let (column, fromLead) = try column(reference)
            if case .timestamp(_, let time, let unit) = column.values {
                return HourOfTime(time: StoredExact(values: time, validity: column.validity, fromLead: fromLead), unit: unit)
            }
        }
        return PartOfDate(part: .hour, instant: try exact(value))
    }

    /// The days between which those of a date or time stamp lie; nil where there is none.
    func range(ofDays value: RowValue, _ node: any NumberNode<Int64>) throws(Diagnostic) -> (low: Int64, high: Int64)? {
        if case .column(let reference) = value { return try column(reference).column.bounds }
        return try range(of: node)
    }

    /// The smallest and the largest value; nil where there is none.
    func range(of node: any NumberNode<Int64>) throws(Diagnostic) -> (low: Int64, high: Int64)? {
        let bounds = Mutex((low: Int64.max, high: Int64.min))
        try survey(node) { vector, count in
            let found = Kernels.bounds(vector.values, vector.valid, count)
            bounds.withLock { $0 = (min($0.low, found.low), max($0.high, found.high)) }
        }
        let (low, high) = bounds.withLock { $0 }
        return low <= high ? (low, high) : nil
    }

    /// All different values.
    func distinct(of node: any NumberNode<Int64>) throws(Diagnostic) -> Set<Int64> {
        let all = Mutex<Set<Int64>>([])
        try survey(node) { vector, count in
            var values: Set<Int64> = []
            for row in 0..<count where vector.valid[row >> 6] >> UInt64(row & 63) & 1 == 1 { values.insert(vector.values[row]) }
            all.withLock { $0.formUnion(values) }
        }
        return all.withLock { $0 }
    }

    private func survey(_ node: any NumberNode<Int64>, _ look: @Sendable (ExactVector, Int) -> Void) throws(Diagnostic) {
        try sweep { _, morsel, scratch in
            let vector = node.evaluate(morsel, scratch)
            look(vector, morsel.count)
            vector.release(to: scratch)
        }
    }
}

/// The hour of a time of day.
struct HourOfTime: NumberNode {
    let time: StoredExact
    let unit: TimeUnit

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        let vector = time.evaluate(morsel, scratch)
        Kernels.hours(vector.values, unit, morsel.count)
        return vector
    }
}

/// The day of an instant in microseconds.
struct DayOfInstant: NumberNode {
    let instant: any NumberNode<Int64>

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        let vector = instant.evaluate(morsel, scratch)
        for row in 0..<morsel.count {
            vector.values[row] = Int64(Calendar.floorDivide(Int(vector.values[row]), Int(microsecondsPerDay)))
        }
        return vector
    }
}
