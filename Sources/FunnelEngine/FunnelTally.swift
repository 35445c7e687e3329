import FunnelStore

/// What came of a funnel: by window, group and step, how many entered and how long they took. One thread adds to it.
final class FunnelTally: ChainSink {
    /// How many values each key has, the missing one among them.
    private let sizes: [Int]
    private let windows: Int
    let steps: Int
    private let anyOrder: Bool
    private let places: GroupPlaces
    /// Whether all groups have a place from the beginning, in the order of their codes.
    let hasFewGroups: Bool
    /// By group with window, and step.
    private(set) var entered: UnsafeMutablePointer<Int>
    /// Microseconds from the step before, by group with window, and step.
    let elapsed = SeriesList()
    private var capacity = 0
    /// Used again for the leads that follow.
    let chainEvents = ChainEvents()

    /// Up to `fewSeries` series of times, all groups have their place from the beginning.
    init(sizes: [Int], windows: Int, steps: Int, anyOrder: Bool, fewSeries: Int = FunnelTally.fewSeries) {
        self.sizes = sizes
        self.windows = windows
        self.steps = steps
        self.anyOrder = anyOrder
        let combinations = sizes.reduce(windows) { product, size in product.multipliedReportingOverflow(by: size).partialValue }
        places = GroupPlaces(size: combinations)
        entered = .allocate(capacity: 0)
        hasFewGroups = combinations > 0 && combinations <= fewSeries && combinations * steps <= fewSeries
        if hasFewGroups { for code in 0..<combinations { _ = place(of: UInt64(code)) } }
    }

    /// So many series of times that room for a run of rows can be made in each.
    static let fewSeries = SeriesList.mostInRun

    deinit { entered.deallocate() }

    /// Where the counts of a group, with its window, begin.
    @inline(__always)
    func place(of code: UInt64) -> Int {
        let place = places.place(of: code) &* steps
        if place == elapsed.count { addGroup() }
        return place
    }

    private func addGroup() {
        if elapsed.count + steps > capacity {
            capacity = (elapsed.count + steps) * 2
            let larger = UnsafeMutablePointer<Int>.allocate(capacity: capacity)
            larger.initialize(repeating: 0, count: capacity)
            larger.update(from: entered, count: elapsed.count)
            entered.deallocate()
            entered = larger
        }
        elapsed.grow(to: elapsed.count + steps)
    }

    @inline(__always)
    func add(_ chain: LeadChain, window: Int, group: UInt64) {
        let place = place(of: group &* UInt64(truncatingIfNeeded: windows) &+ UInt64(truncatingIfNeeded: window))
        if anyOrder { return addInTime(chain, place) }
        var before = -1
        var step = 0
        while step < chain.reached {
            let event = chain.places[step]
            if event >= 0 {
                entered[place &+ step] &+= 1
                if before >= 0 { elapsed.append(chain.timeline.times[event] &- chain.timeline.times[before], to: place &+ step) }
                before = event
            }
            step &+= 1
        }
    }

    /// In any order, the time runs from the event before in time.
    private func addInTime(_ chain: LeadChain, _ place: Int) {
        var before = -1
        let done = (0..<chain.reached).filter { chain.places[$0] >= 0 }.sorted { (chain.places[$0], $0) < (chain.places[$1], $1) }
        for step in done {
            entered[place + step] += 1
            if before >= 0 { elapsed.append(chain.timeline.times[chain.places[step]] - chain.timeline.times[before], to: place + step) }
            before = chain.places[step]
        }
    }

    /// All groups of several tallies, for each window in the order of their keys' codes.
    static func merged(_ tallies: [FunnelTally]) -> [[Group]] {
        guard let first = tallies.first else { return [] }
        var order: [UInt64: Int] = [:]
        var groups: [(window: Int, group: Group)] = []
        for tally in tallies {
            for (place, code) in tally.places.codes.enumerated() where !tally.isEmpty(place) {
                if order[code] == nil {
                    order[code] = groups.count
                    groups.append((Int(code % UInt64(first.windows)), Group(key: first.key(of: code / UInt64(first.windows)), steps: first.steps)))
                }
                let mine = order[code]!
                for step in 0..<first.steps {
                    groups[mine].group.entered[step] += tally.entered[place * first.steps + step]
                    groups[mine].group.elapsed[step].append(tally.elapsed[place * first.steps + step])
                }
            }
        }
        return (0..<first.windows).map { window in
            groups.filter { $0.window == window }.map(\.group).sorted { $0.key.lexicographicallyPrecedes($1.key) }
        }
    }

    /// Whether a group was met and nothing counted.
    private func isEmpty(_ place: Int) -> Bool { (0..<steps).allSatisfy { entered[place * steps + $0] == 0 } }

    private func key(of code: UInt64) -> [Int] {
        var rest = code
        var key: [Int] = []
        for size in sizes.reversed() {
            key.append(Int(rest % UInt64(size)))
            rest /= UInt64(size)
        }
        return key.reversed()
    }

    /// One group: its keys' codes, and for each step how many entered it and the times they took.
    struct Group {
        let key: [Int]
        var entered: [Int]
        var elapsed: [[SeriesList.Part]]

        init(key: [Int], steps: Int) {
            self.key = key
            entered = Array(repeating: 0, count: steps)
            elapsed = Array(repeating: [], count: steps)
        }
    }
}

/// Places, from 0, for combinations of codes, in the order in which they are met. One thread asks.
final class GroupPlaces {
    /// The code at each place.
    private(set) var codes: [UInt64] = []
    private let direct: UnsafeMutablePointer<Int32>
    private let directSize: UInt64
    private var hashed: [UInt64: Int] = [:]

    /// Up to so many combinations each has an entry of its own.
    private static let most = 1 << 16

    /// `size` combinations, or more than can be counted.
    init(size: Int) {
        directSize = size > 0 && size <= Self.most ? UInt64(size) : 0
        direct = .allocate(capacity: Int(directSize))
        direct.initialize(repeating: -1, count: Int(directSize))
    }

    deinit { direct.deallocate() }

    @inline(__always)
    func place(of code: UInt64) -> Int {
        if code < directSize, direct[Int(truncatingIfNeeded: code)] >= 0 { return Int(direct[Int(truncatingIfNeeded: code)]) }
        return hashedPlace(of: code)
    }

    private func hashedPlace(of code: UInt64) -> Int {
        if code < directSize {
            direct[Int(code)] = Int32(codes.count)
        } else {
            if let known = hashed[code] { return known }
            hashed[code] = codes.count
        }
        codes.append(code)
        return codes.count - 1
    }
}
