import FunnelModel

/// The stage rows of each lead: the table itself stands lead by lead and, for each, in the order of time. So no funnel sorts.
package struct StageRuns: Sendable {
    /// Where each lead's rows begin; one more at the end. Rows behind the last belong to no lead or have no time.
    package let starts: Buffer<Int32>
    /// The leads of the rows behind the last run; -1 for none.
    package let rest: Buffer<Int32>
    /// Whether the runs are those of the leads table's rows, or of the keys that stand in the stages table alone.
    package let areLeads: Bool

    package init(starts: Buffer<Int32>, rest: Buffer<Int32>, areLeads: Bool) {
        self.starts = starts
        self.rest = rest
        self.areLeads = areLeads
    }

    package var count: Int { starts.count - 1 }
    /// Rows that belong to no lead, or have no time.
    package var leftOut: Int { rest.count }
    /// How many rows stand in runs.
    var inRuns: Int { Int(starts.base[count]) }

    /// The rows of a lead.
    @inline(__always)
    package func rows(of lead: Int) -> Range<Int> {
        precondition(lead >= 0 && lead < count, "lead \(lead) of \(count)")
        return Int(starts.base[lead])..<Int(starts.base[lead + 1])
    }

    /// The lead of a row; -1 for none.
    func lead(of row: Int) -> Int32 {
        if row >= inRuns { return rest[row - inRuns] }
        // The last lead whose run begins at or before the row.
        var low = 0
        var high = count
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(starts.base[middle]) <= row { low = middle } else { high = middle }
        }
        return Int32(low)
    }

    /// The leads of a run of rows.
    func read(_ rows: Range<Int>, _ out: UnsafeMutablePointer<Int32>) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= inRuns + rest.count)
        var row = rows.lowerBound
        let end = Swift.min(rows.upperBound, inRuns)
        if row < end {
            var lead = Int(lead(of: row))
            while row < end {
                let stop = Swift.min(end, Int(starts.base[lead + 1]))
                while row < stop {
                    out[row - rows.lowerBound] = Int32(truncatingIfNeeded: lead)
                    row += 1
                }
                lead += 1
            }
        }
        while row < rows.upperBound {
            out[row - rows.lowerBound] = rest.base[row - inRuns]
            row += 1
        }
    }
}

/// Which lead each row of a table belongs to.
package enum LeadLinks: Sendable {
    /// By row; -1 for none.
    case rows(Buffer<Int32>)
    case runs(StageRuns)

    package subscript(row: Int) -> Int {
        switch self {
        case .rows(let leads): Int(leads[row])
        case .runs(let runs): Int(runs.lead(of: row))
        }
    }

    /// The leads of a run of rows.
    package func read(_ rows: Range<Int>, _ out: UnsafeMutablePointer<Int32>) {
        switch self {
        case .rows(let leads):
            precondition(rows.upperBound <= leads.count)
            out.update(from: leads.base + rows.lowerBound, count: rows.count)
        case .runs(let runs): runs.read(rows, out)
        }
    }

    /// The leads of some rows.
    package func gather(_ rows: UnsafePointer<Int32>, _ count: Int, _ out: UnsafeMutablePointer<Int32>) {
        switch self {
        case .rows(let leads): for at in 0..<count { out[at] = leads.base[Int(rows[at])] }
        case .runs(let runs): for at in 0..<count { out[at] = runs.lead(of: Int(rows[at])) }
        }
    }
}
