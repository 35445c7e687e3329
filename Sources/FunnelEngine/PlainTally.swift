import FunnelStore

/// Stage rows of some leads, lead by lead in order, as their reader holds them.
struct LeadRows {
    let leads: Range<Int>
    /// Where the rows of each lead of the store begin, and how many leads have rows; `first` is the row at which the memory begins.
    let starts: UnsafePointer<Int32>
    let first: Int
    /// How many leads begin at each row, and behind the last.
    let beginnings: UnsafePointer<UInt16>
    let times: UnsafePointer<Int64>
    let steps: UnsafePointer<UInt32>
    let numbers: UnsafePointer<Int32>

    var count: Int { Int(starts[leads.upperBound]) &- first }
}

/// The common case of a funnel: its events are stage rows, each step follows the one before, and there is no window.
///
/// How many rows a lead has and how far it gets are different from lead to lead, so that a loop over the rows of each would guess wrong once or
/// twice a lead. So there is one loop over all rows, without such guesses; or two where the first event of a chain decides whether and where it
/// counts, or there are many groups: over all rows, and over those that are a step of a chain.
extension FunnelTally {
    /// Adds the chains of some leads: of each the first event of the first step, and from there on each step as early as may be.
    func add(_ rows: LeadRows, where filter: Bitmap?, _ keys: [FunnelKeySpace.Reader], from: Int64, until: Int64) {
        precondition(filter.map { $0.count >= rows.leads.upperBound } ?? true)
        if let filter {
            let words = UnsafePointer(filter.words.base)
            // A lead that takes no part waits for a step that does not come.
            let never = UInt32(truncatingIfNeeded: steps)
            add(rows, keys, from, until) { lead in words[lead >> 6] >> UInt64(truncatingIfNeeded: lead & 63) & 1 == 0 ? never : 0 }
        } else {
            add(rows, keys, from, until) { _ in 0 }
        }
    }

    /// `first` is the step for which a lead waits at its first row.
    @inline(__always)
    private func add(_ rows: LeadRows, _ keys: [FunnelKeySpace.Reader], _ from: Int64, _ until: Int64, first: (Int) -> UInt32) {
        let countsAll = from == .min && until == .max && keys.allSatisfy(\.isOfLeads)
        if countsAll, hasFewGroups { return addAtOnce(rows, keys, first: first) }
        let found = chainEvents.find(rows, first: first)
        if countsAll {
            place(found, of: rows, keys)
            count(found, of: rows)
        } else {
            count(keys.withUnsafeBufferPointer { place(found, of: rows, $0, from, until) }, of: rows)
        }
    }

    /// Finds the events of chains, and adds each to its group. The place behind the times of a step is written at each row, and moved on if the row is
    /// the step that is waited for; how many entered a step is how far it was moved. The first step has no times: its place is moved back.
    @inline(__always)
    private func addAtOnce(_ rows: LeadRows, _ keys: [FunnelKeySpace.Reader], first: (Int) -> UInt32) {
        let (beginnings, entered, steps, series) = (rows.beginnings, entered, steps, elapsed.count)
        withGroups(rows, keys) { groups, starts, ends in
            // All groups have their place, in the order of their codes.
            for lead in 0..<rows.leads.count { groups[lead] &*= UInt64(truncatingIfNeeded: steps) }
            var (lead, step, before) = (-1, UInt32(0), Int64(0))
            var start = 0
            while start < rows.count {
                let run = start..<min(rows.count, start + SeriesList.longestRun)
                elapsed.beginRun(of: run.count, ends)
                starts.update(from: ends, count: series)
                for row in run {
                    let begins = beginnings[row]
                    lead &+= Int(begins)
                    step = begins == 0 ? step : first(rows.leads.lowerBound &+ lead)
                    let (place, time) = (Int(truncatingIfNeeded: groups[lead]) &+ Int(step), rows.times[row])
                    let isNext = rows.steps[row] &>> step & 1
                    ends[place].pointee = time &- before
                    ends[place] += Int(isNext)
                    before = isNext == 0 ? before : time
                    step &+= isNext
                }
                for index in 0..<series { entered[index] &+= ends[index] - starts[index] }
                for index in stride(from: 0, to: series, by: steps) { ends[index] = starts[index] }
                elapsed.endRun(ends)
                start = run.upperBound
            }
        }
    }

    private typealias Ends = UnsafeMutablePointer<UnsafeMutablePointer<Int64>>

    /// The group of each lead by its own keys, and memory for two pointers to each series.
    @inline(__always)
    private func withGroups(_ rows: LeadRows, _ keys: [FunnelKeySpace.Reader], _ body: (_ groups: UnsafeMutablePointer<UInt64>, Ends, Ends) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: rows.leads.count) { groups in
            let (groups, series) = (groups.baseAddress!, elapsed.count)
            groups.initialize(repeating: 0, count: rows.leads.count)
            for key in keys { key.extend(groups, rows.leads) }
            withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Int64>.self, capacity: series * 2 + 1) { pointers in
                let pointers = pointers.baseAddress!
                body(groups, pointers, pointers + series)
            }
        }
    }

    /// Finds where each event counts by its lead alone.
    private func place(_ count: Int, of rows: LeadRows, _ keys: [FunnelKeySpace.Reader]) {
        let (events, places) = (chainEvents.events, chainEvents.places)
        withGroups(rows, keys) { own, _, _ in
            for lead in 0..<rows.leads.count { own[lead] = UInt64(truncatingIfNeeded: place(of: own[lead])) }
            for at in 0..<count { places[at] = Int32(truncatingIfNeeded: own[Int(events[at].lead)]) &+ Int32(truncatingIfNeeded: events[at].step) }
        }
    }

    /// Finds where each event counts, and returns how many do. The first step decides for the whole chain.
    ///
    /// Whether an event is a first step is as good as random: masks instead of branches.
    private func place(_ count: Int, of rows: LeadRows, _ keys: UnsafeBufferPointer<FunnelKeySpace.Reader>, _ from: Int64, _ until: Int64) -> Int {
        let (events, places) = (chainEvents.events, chainEvents.places)
        var group: UInt64 = 0
        var counts: UInt64 = 0
        var taken = 0
        for at in 0..<count {
            let event = events[at]
            let time = rows.times[Int(event.row)]
            var own: UInt64 = 0
            for key in 0..<keys.count {
                let code = keys[key].code(lead: rows.leads.lowerBound &+ Int(event.lead), row: Int(rows.numbers[Int(event.row)]), time: time)
                own = own &* UInt64(truncatingIfNeeded: keys[key].size) &+ UInt64(truncatingIfNeeded: code)
            }
            let later = event.isLater
            let isInside: UInt64 = time >= from && time < until ? 1 : 0
            group = group & later | own & ~later
            counts = counts & later | isInside & ~later
            events[taken] = event
            places[taken] = Int32(truncatingIfNeeded: place(of: group) &+ Int(event.step))
            taken &+= Int(truncatingIfNeeded: counts)
        }
        return taken
    }

    private func count(_ count: Int, of rows: LeadRows) {
        let (events, places, entered, series) = (chainEvents.events, chainEvents.places, entered, elapsed.all)
        var before: Int64 = 0
        for at in 0..<count {
            let event = events[at]
            let place = Int(places[at])
            let time = rows.times[Int(event.row)]
            // As many times as events, but for the first step: what is written for that is written over.
            let later = Int(truncatingIfNeeded: event.isLater)
            entered[place] &+= 1
            if series[place].count == series[place].capacity { SeriesList.grow(series + place) }
            let end = series[place].count
            series[place].base.unsafelyUnwrapped[end] = time &- before
            series[place].count = (end &+ 1) & later
            before = time
        }
    }
}

/// The events of chains among the rows of some leads. One thread works with it.
final class ChainEvents {
    struct Event {
        /// Counted from the first of the rows and of the leads.
        var row: Int32
        var lead: UInt16
        var step: UInt16

        /// No bit for a first step, all for a later one.
        @inline(__always)
        var isLater: UInt64 { UInt64(bitPattern: (0 &- Int64(step)) &>> 63) }
    }

    private(set) var events: UnsafeMutablePointer<Event>
    /// Where each event counts.
    private(set) var places: UnsafeMutablePointer<Int32>
    private var capacity = 0

    init() { (events, places) = (.allocate(capacity: 0), .allocate(capacity: 0)) }

    deinit {
        events.deallocate()
        places.deallocate()
    }

    private func reserve(_ rows: Int) {
        guard rows >= capacity else { return }
        capacity = max(rows + 1, capacity * 2)
        events.deallocate()
        places.deallocate()
        (events, places) = (.allocate(capacity: capacity), .allocate(capacity: capacity))
    }

    /// Finds the rows that are a step of their lead's chain, in order, and returns how many they are. `first` is the step for which a lead waits
    /// at its first row.
    ///
    /// No branch depends on what a row is: it is written, and counts if it is the step that is waited for.
    @inline(__always)
    func find(_ rows: LeadRows, first: (Int) -> UInt32) -> Int {
        precondition(rows.leads.count <= Int(UInt16.max))
        reserve(rows.count)
        let (count, events, beginnings, steps) = (rows.count, events, rows.beginnings, rows.steps)
        var lead = rows.leads.lowerBound &- 1
        var step: UInt32 = 0
        var found = 0
        for row in 0..<count {
            let begins = beginnings[row]
            lead &+= Int(begins)
            step = begins == 0 ? step : first(lead)
            events[found] = Event(
                row: Int32(truncatingIfNeeded: row), lead: UInt16(truncatingIfNeeded: lead &- rows.leads.lowerBound), step: UInt16(truncatingIfNeeded: step))
            let isNext = steps[row] &>> step & 1
            found &+= Int(isNext)
            step &+= isNext
        }
        return found
    }
}
