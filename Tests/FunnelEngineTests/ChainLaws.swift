@testable import FunnelEngine
import FunnelRandom
import FunnelPlan
import FunnelStore
import Testing

/// Of all the ways of a lead through a funnel the longest counts; of equally long ones the earliest.
struct ChainLaws {
    /// All ways, tried one after the other.
    private struct Exhaustive {
        let steps: [PlanStep]
        let isOpen: Bool
        let isStrict: Bool
        let window: Int64?
        let times: [Int64]
        let places: [[Int]]
        var best: (required: Int, length: Int, first: Int)?

        mutating func search() {
            for entry in steps.indices {
                for start in places[entry] { extend(entry + 1, last: start, first: start, required: steps[entry].isOptional ? 0 : 1, length: 1) }
                if !isOpen, !steps[entry].isOptional { break }
            }
        }

        private mutating func extend(_ step: Int, last: Int, first: Int, required: Int, length: Int) {
            let mine = (required, length, first)
            if best.map({ (mine.0, mine.1, -mine.2) > ($0.required, $0.length, -$0.first) }) ?? true { best = (required, length, first) }
            guard step < steps.count else { return }
            for place in places[step] where place > last && (window.map { times[place] - times[first] <= $0 } ?? true) {
                if isStrict, place != last + 1 { continue }
                extend(step + 1, last: place, first: first, required: required + (steps[step].isOptional ? 0 : 1), length: length + 1)
            }
            if steps[step].isOptional { extend(step + 1, last: last, first: first, required: required, length: length) }
        }
    }

    @Test("the chain found is the best of all chains", arguments: 0..<400)
    func best(_ seed: Int) throws {
        var random = Seeded(seed)
        func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        let steps = (0..<(2 + pick(3))).map { PlanStep(name: "\($0)", events: .stage("\($0)"), isOptional: pick(4) == 0) }
        let count = pick(9)
        var time: Int64 = 0
        let times = Buffer<Int64>(
            (0..<count).map { _ in
                time += Int64(pick(4))
                return time
            })
        // Some events are two steps at once, some none.
        let masks = Buffer<UInt32>((0..<count).map { _ in UInt32(1) << UInt32(pick(steps.count)) | (pick(4) == 0 ? 1 << UInt32(pick(steps.count)) : 0) })
        let numbers = Buffer<Int32>(zeros: count)
        let timeline = Timeline(count: count, times: times.base, steps: masks.base, numbers: numbers.base)
        let isStrict = pick(3) == 0
        let isOpen = pick(3) == 0
        let window: Int64? = pick(2) == 0 ? nil : Int64(pick(8))
        let finder = ChainFinder(steps: steps, order: isStrict ? .strict : .ordered, isOpen: isOpen, window: window.map { .microseconds($0) })
        var all = Exhaustive(
            steps: steps, isOpen: isOpen, isStrict: isStrict, window: window, times: times.array, places: steps.indices.map { timeline.places(of: $0) })
        all.search()
        let found = finder.chain(in: timeline)
        guard let best = all.best else {
            #expect(found == nil)
            return
        }
        let chain = try #require(found)
        let required = zip(chain.places, steps).count { $0 != nil && !$1.isOptional }
        // A strict chain that may skip a step takes it where it comes next, which is the longest too.
        #expect(
            (required, chain.length, chain.first) == (best.required, best.length, best.first),
            "\(steps) \(times.array) \(masks.array) strict \(isStrict) open \(isOpen) window \(String(describing: window))")
        let places = chain.places.compactMap { $0 }
        #expect(places == places.sorted() && Set(places).count == places.count)
        if let window, let first = places.first, let last = places.last { #expect(times[last] - times[first] <= window) }
    }
}
