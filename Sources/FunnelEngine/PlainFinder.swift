import FunnelPlan

/// How long after its first event a chain may go on, ends included.
struct Window {
    private let months: Int
    private let microseconds: Int64
    let isEndless: Bool

    init(_ span: TimeSpan?) {
        switch span {
        case nil: (months, microseconds, isEndless) = (0, 0, true)
        case .months(let months): (self.months, microseconds, isEndless) = (months, -1, false)
        case .microseconds(let microseconds): (months, self.microseconds, isEndless) = (0, microseconds, false)
        }
    }

    /// Whether a time still lies in the window of a chain that began at another.
    @inline(__always)
    func holds(_ time: Int64, from start: Int64) -> Bool {
        if isEndless { return true }
        return microseconds >= 0 ? time &- start <= microseconds : time <= InstantArithmetic.adding(months: months, to: start)
    }
}

/// Finds chains in which each step follows the one before and none is skipped: the common case, without an allocation.
struct PlainFinder {
    /// How many steps there are.
    let steps: Int
    let window: Window

    /// How many steps were reached, the place of each one's event written to `places`, which has room for one step more.
    ///
    /// Without a window the first event of the first step begins a chain that is as long as any. With one, a chain that
    /// begins later may get further.
    @inline(__always)
    func find(in timeline: Timeline, _ places: UnsafeMutablePointer<Int>) -> Int {
        let length = walk(from: 0, in: timeline, places)
        if window.isEndless || length == 0 { return length }
        return windowed(in: timeline, places, endless: length)
    }

    /// From a place on, each step as early as may be, without regard to the window. No branch depends on what an event is: the
    /// place is written, and counts if the event is the step that is waited for.
    @inline(__always)
    private func walk(from start: Int, in timeline: Timeline, _ places: UnsafeMutablePointer<Int>) -> Int {
        var step = 0
        var place = start
        while place < timeline.count {
            places[step] = place
            step &+= Int(truncatingIfNeeded: timeline.steps[place] &>> UInt32(truncatingIfNeeded: step) & 1)
            place &+= 1
        }
        return min(step, steps)
    }

    private func windowed(in timeline: Timeline, _ places: UnsafeMutablePointer<Int>, endless: Int) -> Int {
        func inside(_ reached: Int) -> Int {
            let start = timeline.times[places[0]]
            return (0..<reached).first { !window.holds(timeline.times[places[$0]], from: start) } ?? reached
        }
        let length = inside(endless)
        if length == steps { return length }
        let (longest, end) = longest(in: timeline)
        guard longest > length else { return length }
        // Whatever begins before the chain that got so far, and not too early for the window, gets as far by the same events.
        for start in places[0]..<timeline.count where timeline.isStep(0, start) && window.holds(timeline.times[end], from: timeline.times[start]) {
            return inside(walk(from: start, in: timeline, places))
        }
        return length
    }

    /// How many steps the longest chain has, and the first event at which one is as long: for each step the latest beginning
    /// is kept from which it was reached.
    private func longest(in timeline: Timeline) -> (length: Int, end: Int) {
        var beginnings = [Int64?](repeating: nil, count: steps)
        var found = (length: 0, end: 0)
        for place in 0..<timeline.count where timeline.steps[place] != 0 {
            // From the last step down, so that one event is one step of a chain.
            for step in stride(from: steps - 1, through: 0, by: -1) where timeline.isStep(step, place) {
                if step == 0 {
                    beginnings[0] = timeline.times[place]
                } else if let start = beginnings[step - 1], window.holds(timeline.times[place], from: start) {
                    beginnings[step] = start
                } else {
                    continue
                }
                if step + 1 > found.length { found = (step + 1, place) }
            }
        }
        return found
    }
}
