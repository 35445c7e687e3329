import FunnelStore

/// Stage rows of some leads, lead by lead in order, as their reader holds them.
struct LeadRows {
    let leads: Range<Int>
    /// Where the rows of each lead of the store begin, and how many leads have rows; `first` is the row at which the memory begins.
    let starts: UnsafePointer<Int32>
    let first: Int
    let times: UnsafePointer<Int64>
    let steps: UnsafePointer<UInt32>
    let numbers: UnsafePointer<Int32>
}

/// The common case of a funnel: its events are stage rows, each step follows the one before, and there is no window.
extension FunnelTally {
    /// Adds the chains of some leads: of each the first event of the first step, and from there on each step as early as may be.
    /// The loop calls nothing and allocates nothing but for the first lead of a group.
    func add(_ rows: LeadRows, where filter: Bitmap?, _ keys: [FunnelKeySpace.Reader], from: Int64, until: Int64) {
        precondition(filter.map { $0.count >= rows.leads.upperBound } ?? true)
        let (times, starts, first, steps) = (rows.times, rows.starts, rows.first, self.steps)
        let filter = filter.map { UnsafePointer($0.words.base) }
        let isBounded = from != .min || until != .max
        withUnsafeTemporaryAllocation(of: Int.self, capacity: steps + 1) { places in
            keys.withUnsafeBufferPointer { keys in
                let places = places.baseAddress!
                var start = Int(starts[rows.leads.lowerBound]) &- first
                for lead in rows.leads {
                    let end = Int(starts[lead &+ 1]) &- first
                    defer { start = end }
                    if let filter, filter[lead >> 6] >> UInt64(truncatingIfNeeded: lead & 63) & 1 == 0 { continue }
                    var step = 0
                    var at = start
                    // No branch depends on what an event is: the place is written, and counts if it is the step that is waited for.
                    while at < end {
                        places[step] = at
                        step &+= Int(truncatingIfNeeded: rows.steps[at] &>> UInt32(truncatingIfNeeded: step) & 1)
                        at &+= 1
                    }
                    if step == 0 { continue }
                    let time = times[places[0]]
                    if isBounded, time < from || time >= until { continue }
                    var group: UInt64 = 0
                    for key in 0..<keys.count {
                        let code = keys[key].code(lead: lead, row: Int(rows.numbers[places[0]]), time: time)
                        group = group &* UInt64(truncatingIfNeeded: keys[key].size) &+ UInt64(truncatingIfNeeded: code)
                    }
                    add(min(step, steps), places, times, group: group)
                }
            }
        }
    }

    @inline(__always)
    private func add(_ reached: Int, _ places: UnsafePointer<Int>, _ times: UnsafePointer<Int64>, group: UInt64) {
        let place = place(of: group)
        entered[place] &+= 1
        var before = times[places[0]]
        var step = 1
        while step < reached {
            let time = times[places[step]]
            entered[place &+ step] &+= 1
            let series = elapsed.all + (place &+ step)
            if series.pointee.count == series.pointee.capacity { SeriesList.grow(series) }
            series.pointee.base.unsafelyUnwrapped[series.pointee.count] = time &- before
            series.pointee.count &+= 1
            before = time
            step &+= 1
        }
    }
}
