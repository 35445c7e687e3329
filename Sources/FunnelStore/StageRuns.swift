import FunnelModel

/// The stage rows of each lead, side by side and in the order of time: made once, so that no funnel sorts.
package struct StageRuns: Sendable {
    /// Row numbers of the stages table, lead after lead.
    package let rows: Buffer<Int32>
    /// Where each lead's rows begin; one more at the end.
    package let starts: Buffer<Int32>
    /// The time of each row in `rows`, in microseconds since 1970-01-01.
    package let times: Buffer<Int64>
    /// Rows that belong to no lead, or have no time.
    package let leftOut: Int
    /// Whether the runs are those of the leads table's rows, or of the keys that stand in the stages table alone.
    package let areLeads: Bool

    package var count: Int { starts.count - 1 }

    /// nil where the table has no lead or no time.
    init?(_ stages: Table, leads: Buffer<Int32>?, leadCount: Int) {
        guard let time = stages.column(.entered).map(InstantReader.init), let key = stages.column(.lead) else { return nil }
        let owners: Buffer<Int32>
        let count: Int
        if let leads {
            (owners, count) = (leads, leadCount)
        } else {
            (owners, count) = Self.owners(key)
        }
        let total = stages.rowCount
        let instants = Buffer<Int64>(count: total) { out in for row in 0..<total { out[row] = time.at(row) ?? .min } }
        let starts = Buffer<Int32>(zeros: count + 1)
        var left = 0
        for row in 0..<total {
            if owners.base[row] >= 0, instants.base[row] != .min { starts.base[Int(owners.base[row]) + 1] += 1 } else { left += 1 }
        }
        for owner in 0..<count { starts.base[owner + 1] += starts.base[owner] }
        let rows = Buffer<Int32>(zeros: total - left)
        let times = Buffer<Int64>(zeros: total - left)
        let next = Buffer<Int32>(starts.array.dropLast())
        for row in 0..<total where owners.base[row] >= 0 && instants.base[row] != .min {
            let owner = Int(owners.base[row])
            var at = Int(next.base[owner])
            next.base[owner] += 1
            // Most files are in the order of time; what is not is put in its place.
            let first = Int(starts.base[owner])
            while at > first, times.base[at - 1] > instants.base[row] {
                rows.base[at] = rows.base[at - 1]
                times.base[at] = times.base[at - 1]
                at -= 1
            }
            rows.base[at] = Int32(row)
            times.base[at] = instants.base[row]
        }
        self.rows = rows
        self.starts = starts
        self.times = times
        leftOut = left
        areLeads = leads != nil
    }

    /// Numbers for the keys of a column, in the order of their first row.
    private static func owners(_ key: Column) -> (Buffer<Int32>, Int) {
        var numbers: [Int64: Int32] = [:]
        let owners = Buffer<Int32>(count: key.count) { out in
            for row in 0..<key.count {
                guard !key.isMissing(row) else {
                    out[row] = -1
                    continue
                }
                let value: Int64 =
                    switch key.values {
                    case .text(let codes, _): Int64(codes[row])
                    case .integer(let values), .decimal(let values, _), .date(let values), .timestamp(let values, _, _): values[row]
                    case .yesNo(let bits): bits[row] ? 1 : 0
                    }
                if let known = numbers[value] {
                    out[row] = known
                } else {
                    out[row] = Int32(numbers.count)
                    numbers[value] = Int32(numbers.count)
                }
            }
        }
        return (owners, numbers.count)
    }
}

extension Buffer {
    /// A copy as an array.
    package var array: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
