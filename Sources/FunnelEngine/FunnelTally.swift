import FunnelStore

/// What came of a funnel, for one window: by group and step, how many entered and how long they took. One thread adds to it.
final class FunnelTally {
    /// How many values each key has, the missing one among them.
    private let sizes: [Int]
    private let steps: Int
    private var places: GroupPlaces
    /// By group and step.
    private var entered: [Int] = []
    /// Microseconds from the step before, by group and step.
    private var elapsed: [Series] = []

    init(sizes: [Int], steps: Int) {
        self.sizes = sizes
        self.steps = steps
        places = GroupPlaces(size: sizes.reduce(1) { product, size in product.multipliedReportingOverflow(by: size).partialValue })
    }

    /// The place of the group of these keys' codes, combined as `combine` does it.
    @inline(__always)
    func place(of group: UInt64) -> Int {
        let place = places.place(of: group)
        if place * steps == entered.count {
            entered.append(contentsOf: repeatElement(0, count: steps))
            for _ in 0..<steps { elapsed.append(Series()) }
        }
        return place
    }

    @inline(__always)
    func enter(_ step: Int, ofGroup place: Int) { entered[place &* steps &+ step] &+= 1 }

    @inline(__always)
    func wait(_ microseconds: Int64, before step: Int, ofGroup place: Int) { elapsed[place &* steps &+ step].append(microseconds) }

    /// All groups of several tallies.
    static func merged(_ tallies: [FunnelTally]) -> [Group] {
        guard let first = tallies.first else { return [] }
        var order: [UInt64: Int] = [:]
        var groups: [Group] = []
        for tally in tallies {
            for (place, code) in tally.places.codes.enumerated() {
                if order[code] == nil {
                    order[code] = groups.count
                    groups.append(Group(key: first.key(of: code), steps: first.steps))
                }
                let mine = order[code]!
                for step in 0..<first.steps {
                    groups[mine].entered[step] += tally.entered[place * first.steps + step]
                    groups[mine].elapsed[step].append(tally.elapsed[place * first.steps + step])
                }
            }
        }
        return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

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
        var elapsed: [[Series]]

        init(key: [Int], steps: Int) {
            self.key = key
            entered = Array(repeating: 0, count: steps)
            elapsed = Array(repeating: [], count: steps)
        }
    }
}

/// Places, from 0, for combinations of codes, in the order in which they are met.
struct GroupPlaces {
    /// The code at each place.
    private(set) var codes: [UInt64] = []
    private var direct: [Int32]
    private var hashed: [UInt64: Int] = [:]

    /// Up to so many combinations each has an entry of its own.
    private static let most = 1 << 16

    init(size: Int) { direct = size > 0 && size <= Self.most ? Array(repeating: -1, count: size) : [] }

    @inline(__always)
    mutating func place(of code: UInt64) -> Int {
        if code < UInt64(direct.count) {
            let known = direct[Int(code)]
            if known >= 0 { return Int(known) }
            direct[Int(code)] = Int32(codes.count)
        } else {
            if let known = hashed[code] { return known }
            hashed[code] = codes.count
        }
        codes.append(code)
        return codes.count - 1
    }
}
