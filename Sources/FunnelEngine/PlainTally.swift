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

    var count: Int { Int(starts[leads.upperBound]) &- first }
}

/// The common case of a funnel: its events are stage rows, each step follows the one before, and there is no window.
///
/// How many rows a lead has and how far it gets are different from lead to lead, so that a loop over the rows of each would guess wrong once or
/// twice a lead. So there are two loops without such guesses: over all rows, and over those that are a step of a chain.
extension FunnelTally {
    /// Adds the chains of some leads: of each the first event of the first step, and from there on each step as early as may be.
    func add(_ rows: LeadRows, where filter: Bitmap?, _ keys: [FunnelKeySpace.Reader], from: Int64, until: Int64) {
        precondition(filter.map { $0.count >= rows.leads.upperBound } ?? true)
        let memory = chainEvents
        memory.reserve(rows.count)
        let found: Int
        if let filter {
            let words = UnsafePointer(filter.words.base)
            // A lead that takes no part waits for a step that does not come.
            let never = UInt32(truncatingIfNeeded: steps)
            found = memory.find(rows) { lead in words[lead >> 6] >> UInt64(truncatingIfNeeded: lead & 63) & 1 == 0 ? never : 0 }
        } else {
            found = memory.find(rows) { _ in 0 }
        }
        if from == .min, until == .max, keys.allSatisfy(\.isOfLeads) {
            place(found, of: rows, keys)
            count(found, of: rows)
        } else {
            count(keys.withUnsafeBufferPointer { place(found, of: rows, $0, from, until) }, of: rows)
        }
    }

    /// Finds where each event counts by its lead alone.
    private func place(_ count: Int, of rows: LeadRows, _ keys: [FunnelKeySpace.Reader]) {
        let (events, places) = (chainEvents.events, chainEvents.places)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: rows.leads.count) { own in
            let own = own.baseAddress!
            own.update(repeating: 0, count: rows.leads.count)
            for key in keys { key.extend(own, rows.leads) }
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
    /// How many leads begin at a row.
    private var beginnings: UnsafeMutablePointer<UInt16>
    private var capacity = 0

    init() { (events, places, beginnings) = (.allocate(capacity: 0), .allocate(capacity: 0), .allocate(capacity: 0)) }

    deinit {
        events.deallocate()
        places.deallocate()
        beginnings.deallocate()
    }

    func reserve(_ rows: Int) {
        guard rows >= capacity else { return }
        capacity = max(rows + 1, capacity * 2)
        events.deallocate()
        places.deallocate()
        beginnings.deallocate()
        (events, places, beginnings) = (.allocate(capacity: capacity), .allocate(capacity: capacity), .allocate(capacity: capacity))
    }

    /// Finds the rows that are a step of their lead's chain, in order, and returns how many they are. `first` is the step for which a lead waits
    /// at its first row.
    ///
    /// No branch depends on what a row is: it is written, and counts if it is the step that is waited for.
    @inline(__always)
    func find(_ rows: LeadRows, first: (Int) -> UInt32) -> Int {
        precondition(rows.leads.count <= Int(UInt16.max) && rows.count < capacity)
        let (count, events, beginnings, steps) = (rows.count, events, beginnings, rows.steps)
        beginnings.update(repeating: 0, count: count + 1)
        for lead in rows.leads { beginnings[Int(rows.starts[lead]) &- rows.first] &+= 1 }
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
