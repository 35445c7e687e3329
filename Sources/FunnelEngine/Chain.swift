import FunnelModel
import FunnelPlan

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
    /// For the common case, no step skipped and no other entry.
    let plain: PlainFinder?

    init(steps: [PlanStep], order: FunnelPlan.Order, isOpen: Bool, window: TimeSpan?) {
        self.steps = steps
        self.order = order
        self.isOpen = isOpen
        self.window = window
        let isPlain = order == .ordered && !isOpen && !steps.contains(where: \.isOptional)
        plain = isPlain ? PlainFinder(steps: steps.count, window: Window(window)) : nil
    }

    func chain(in timeline: Timeline) -> Chain? {
        if let plain {
            var places = [Int](repeating: -1, count: steps.count + 1)
            let reached = places.withUnsafeMutableBufferPointer { plain.find(in: timeline, $0.baseAddress!) }
            return reached > 0 ? Chain(places: steps.indices.map { $0 < reached ? places[$0] : nil }) : nil
        }
        switch order {
        case .ordered: return best(in: timeline, extend: ordered)
        case .strict: return best(in: timeline, extend: strict)
        case .any: return anyOrder(in: timeline)
        }
    }

    /// The place of each step's event, -1 where it has none, written to `places`; false where no step happened.
    func find(in timeline: Timeline, _ places: UnsafeMutablePointer<Int>) -> Bool {
        guard let chain = chain(in: timeline) else { return false }
        for step in 0..<steps.count { places[step] = chain.places[step] ?? -1 }
        return true
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
            for start in timeline.places(of: entry) {
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

    private func isInside(_ time: Int64, from start: Int64) -> Bool { Window(window).holds(time, from: start) }

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
            guard next < timeline.count, timeline.next(step, from: next) == next, isInside(timeline.times[next], from: timeline.times[start]) else {
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
        let starts = (0..<timeline.count).filter { timeline.steps[$0] != 0 }
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
