/// Whole numbers that follow from others, so that they take no memory of their own.
package indirect enum ComputedIntegers: Sendable {
    /// Each is one more than the one before: ids as programs give them.
    case sequence(first: Int64, count: Int)
    /// Of each stage row the id of its lead; of rows behind the runs what stands there.
    case leadIDs(StageRuns, ids: Integers, rest: Integers)

    package var count: Int {
        switch self {
        case .sequence(_, let count): count
        case .leadIDs(let runs, _, let rest): runs.inRuns + rest.count
        }
    }

    /// The bits that a value has, or had in the column that it follows from.
    var width: Int {
        switch self {
        case .sequence(let first, let count):
            Int64(Int32.min)...Int64(Int32.max) ~= first && first &+ Int64(count) <= Int64(Int32.max) ? 32 : 64
        case .leadIDs(_, let ids, let rest): max(ids.width, rest.width)
        }
    }

    subscript(row: Int) -> Int64 {
        switch self {
        case .sequence(let first, let count):
            precondition(row >= 0 && row < count, "row \(row) of \(count)")
            return first &+ Int64(row)
        case .leadIDs(let runs, let ids, let rest): return row < runs.inRuns ? ids[Int(runs.lead(of: row))] : rest[row - runs.inRuns]
        }
    }

    /// The values of a run of rows.
    func read(_ rows: Range<Int>, _ out: UnsafeMutablePointer<Int64>) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= count)
        switch self {
        case .sequence(let first, _):
            let start = first &+ Int64(rows.lowerBound)
            for row in 0..<rows.count { out[row] = start &+ Int64(row) }
        case .leadIDs(let runs, let ids, let rest):
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: rows.count) { leads in
                runs.read(rows, leads.baseAddress!)
                let inside = Swift.max(0, Swift.min(rows.upperBound, runs.inRuns) - rows.lowerBound)
                Kernels.gather(ids, leads.baseAddress!, inside, out)
            }
            for row in rows where row >= runs.inRuns { out[row - rows.lowerBound] = rest[row - runs.inRuns] }
        }
    }

    /// The smallest and the largest value; nil of no rows.
    var bounds: (low: Int64, high: Int64)? {
        guard count > 0 else { return nil }
        switch self {
        case .sequence(let first, let count): return (first, first &+ Int64(count) &- 1)
        case .leadIDs(let runs, let ids, let rest):
            var found = Kernels.bounds(rest)
            for lead in 0..<runs.count where !runs.rows(of: lead).isEmpty {
                let id = ids[lead]
                found = found.map { (Swift.min($0.low, id), Swift.max($0.high, id)) } ?? (id, id)
            }
            return found
        }
    }
}

extension Integers {
    /// The same values in memory of their own.
    package var stored: Integers {
        guard case .computed(let computed) = self else { return self }
        let count = computed.count
        func copied<T: FixedWidthInteger & BitwiseCopyable>() -> Buffer<T> {
            Buffer(count: count) { out in
                forEachChunk(0..<count) { first, chunk, count in
                    for row in 0..<count { out[first + row] = T(truncatingIfNeeded: chunk[row]) }
                }
            }
        }
        return computed.width <= 32 ? .int32(copied()) : .int64(copied())
    }

    /// The same values without memory of their own, where each is one more than the one before.
    package var asSequence: Integers {
        if case .computed = self { return self }
        guard count > 1, self[1] == self[0] &+ 1, isSequence else { return self }
        return .computed(.sequence(first: self[0], count: count))
    }

    private var isSequence: Bool {
        let first = self[0]
        var holds = true
        forEachChunk(0..<count) { start, chunk, count in
            guard holds else { return }
            for at in 0..<count { holds = holds && chunk[at] == first &+ Int64(start &+ at) }
        }
        return holds
    }
}
