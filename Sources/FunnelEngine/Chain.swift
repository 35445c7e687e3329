import FunnelModel
import FunnelPlan

/// What happened to one lead, in order: events with their times, and for each step the places at which it happened.
struct Timeline {
    /// Microseconds since 1970-01-01, in order; events of one time in the declared order of the stages.
    var times: [Int64] = []
    /// The stage row that an event is; -1 for events of leads and deals.
    var rows: [Int32] = []
    /// For each step the places of its events, ascending.
    var places: [[Int]]

    init(steps: Int) { places = Array(repeating: [], count: steps) }

    mutating func clear() {
        times.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
        for step in places.indices { places[step].removeAll(keepingCapacity: true) }
    }

    /// The first event of a step at or behind a place.
    func next(_ step: Int, from place: Int) -> Int? {
        let list = places[step]
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low < list.count ? list[low] : nil
    }
}

/// The way of one lead through a funnel: for each step the place of its event, or nil.
struct Chain: Equatable {
    var places: [Int?]

    /// How many steps it has.
    var length: Int { places.count { $0 != nil } }
    var first: Int? { places.lazy.compactMap { $0 }.first }
}

/// Finds the chain that counts: of all the longest; of equally long ones the earliest.
struct ChainFinder {
    let steps: [PlanStep]
    let order: FunnelPlan.Order
    let isOpen: Bool
    let window: TimeSpan?

    func chain(in timeline: Timeline) -> Chain? {
        switch order {
        case .ordered where !isOpen && !steps.contains(where: \.isOptional): plain(in: timeline)
        case .ordered: best(in: timeline, extend: ordered)
        case .strict: best(in: timeline, extend: strict)
        case .any: anyOrder(in: timeline)
        }
    }

    /// The common case, no step skipped and no other entry: from each first event on, each step as early as may be.
    private func plain(in timeline: Timeline) -> Chain? {
        var bestStart = -1
        var bestLength = 0
        for start in timeline.places[0] {
            let length = reach(from: start, in: timeline)
            if length > bestLength { (bestStart, bestLength) = (start, length) }
            if length == steps.count { break }
        }
        guard bestLength > 0 else { return nil }
        var places = [Int?](repeating: nil, count: steps.count)
        places[0] = bestStart
        var place = bestStart
        for step in 1..<max(1, bestLength) {
            guard let next = timeline.next(step, from: place + 1) else { break }
            places[step] = next
            place = next
        }
        return Chain(places: places)
    }

    /// How many steps a chain from this event has.
    private func reach(from start: Int, in timeline: Timeline) -> Int {
        var place = start
        for step in 1..<max(1, steps.count) {
            guard let next = timeline.next(step, from: place + 1), isInside(timeline.times[next], from: timeline.times[start]) else { return step }
            place = next
        }
        return steps.count
    }

    /// The steps at which a chain may begin: the first and those that follow it while all before them may be skipped; in an
    /// open funnel all.
    private var entries: [Int] {
        if isOpen { return Array(steps.indices) }
        let required = steps.firstIndex { !$0.isOptional } ?? steps.count - 1
        return Array(0...max(0, required))
    }

    private func best(in timeline: Timeline, extend: (Int, Int, Timeline) -> Chain) -> Chain? {
        var best: Chain?
        for entry in entries {
            for start in timeline.places[entry] {
                let chain = extend(entry, start, timeline)
                if isBetter(chain, than: best) { best = chain }
                // Nothing is longer than all steps, and what comes later is not earlier.
                if entry == entries.first, chain.length == steps.count - entry { break }
            }
        }
        return best
    }

    private func isBetter(_ chain: Chain, than other: Chain?) -> Bool {
        guard let other else { return true }
        let (mine, theirs) = (reach(chain), reach(other))
        if mine != theirs { return mine > theirs }
        if chain.length != other.length { return chain.length > other.length }
        return (chain.first ?? .max) < (other.first ?? .max)
    }

    /// How many of the steps that can't be skipped it has.
    private func reach(_ chain: Chain) -> Int { zip(chain.places, steps).count { $0 != nil && !$1.isOptional } }

    /// Whether a time still lies in the window of a chain that began at another.
    private func isInside(_ time: Int64, from start: Int64) -> Bool {
        switch window {
        case nil: true
        case .microseconds(let span): time - start <= span
        case .months(let months): time <= InstantArithmetic.adding(months: months, to: start)
        }
    }

    // MARK: - Ordered

    /// From a first event on, each step as early as may be. A step that may be skipped is taken where that costs no later
    /// step; for so many steps taken, the chain that ends earliest is kept, since every way on from a later end is open to
    /// it as well.
    private func ordered(_ entry: Int, _ start: Int, _ timeline: Timeline) -> Chain {
        let began = timeline.times[start]
        var empty = [Int?](repeating: nil, count: steps.count)
        empty[entry] = start
        // By the number of optional steps taken.
        var states: [Int: (places: [Int?], end: Int)] = [steps[entry].isOptional ? 1 : 0: (empty, start)]
        for step in (entry + 1)..<max(entry + 1, steps.count) {
            var moved: [Int: (places: [Int?], end: Int)] = [:]
            for (taken, state) in states {
                guard let place = timeline.next(step, from: state.end + 1), isInside(timeline.times[place], from: began) else { continue }
                var places = state.places
                places[step] = place
                let count = taken + (steps[step].isOptional ? 1 : 0)
                if let known = moved[count], known.end <= place { continue }
                moved[count] = (places, place)
            }
            if steps[step].isOptional {
                for (count, state) in moved {
                    if let known = states[count], known.end <= state.end { continue }
                    states[count] = state
                }
            } else if moved.isEmpty {
                break
            } else {
                states = moved
            }
        }
        return Chain(places: states.max { $0.key < $1.key }?.value.places ?? empty)
    }

    // MARK: - Strict

    /// Each step is the very next event.
    private func strict(_ entry: Int, _ start: Int, _ timeline: Timeline) -> Chain {
        var places = [Int?](repeating: nil, count: steps.count)
        places[entry] = start
        var place = start
        for step in (entry + 1)..<max(entry + 1, steps.count) {
            let next = place + 1
            guard next < timeline.times.count, timeline.next(step, from: next) == next, isInside(timeline.times[next], from: timeline.times[start]) else {
                if steps[step].isOptional { continue }
                break
            }
            places[step] = next
            place = next
        }
        return Chain(places: places)
    }

    // MARK: - Any order

    /// The steps that happened within the window of some first event, whatever their order; each at its first time in it.
    private func anyOrder(in timeline: Timeline) -> Chain? {
        let starts = Set(timeline.places.flatMap { $0 }).sorted()
        var best: Chain?
        for start in starts {
            let places = steps.indices.map { step -> Int? in
                guard let place = timeline.next(step, from: start), isInside(timeline.times[place], from: timeline.times[start]) else { return nil }
                return place
            }
            let chain = Chain(places: places)
            if best == nil || chain.length > (best?.length ?? 0) { best = chain }
            if chain.length == steps.count { break }
        }
        return best
    }
}
