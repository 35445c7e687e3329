/// What happened to one lead, in order: events with their times, and the steps that each is. It points into memory that is
/// used again for the next lead.
struct Timeline {
    let count: Int
    /// Microseconds since 1970-01-01, in order; events of one time in the declared order of the stages or that of the steps.
    let times: UnsafePointer<Int64>
    /// The steps that an event is, a bit each; none for events that only stand between others.
    let steps: UnsafeMutablePointer<UInt32>
    /// The stage row that an event is, where that is asked; -1 for events of leads and deals.
    let numbers: UnsafeMutablePointer<Int32>

    @inline(__always)
    func isStep(_ step: Int, _ place: Int) -> Bool { steps[place] >> UInt32(truncatingIfNeeded: step) & 1 == 1 }

    /// Where an event stands among those of its time, by its first step; last, if it is none.
    @inline(__always)
    func rank(_ place: Int) -> UInt32 { (steps[place] & (0 &- steps[place])) &- 1 }

    /// Exchanges an event with the one before it, which is of the same time.
    func exchange(_ place: Int) {
        (steps[place], steps[place - 1]) = (steps[place - 1], steps[place])
        (numbers[place], numbers[place - 1]) = (numbers[place - 1], numbers[place])
    }

    /// The first event of a step at or behind a place.
    @inline(__always)
    func next(_ step: Int, from place: Int) -> Int? {
        var place = place
        while place < count {
            if isStep(step, place) { return place }
            place &+= 1
        }
        return nil
    }

    /// The places at which a step happened, ascending.
    func places(of step: Int) -> [Int] { (0..<count).filter { isStep(step, $0) } }
}
