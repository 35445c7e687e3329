import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// Which rows a measure over groups looks back on.
enum Frame: Hashable {
    case cumulative
    case rolling(Int)
}

/// The groups of all scans, met on the keys, with the states of every aggregate.
struct Groups {
    let spaces: [KeySpace]
    private let threads: Int
    /// Which of the keys is the time that measures look back in and gaps are filled in.
    private let axis: Int?
    /// The combined code of the keys of each group.
    private(set) var codes: [UInt64]
    private let combination: KeyCombination
    /// For each slot its states, and for each group which of them is the group's; -1 where it has none.
    private var states: [(accumulator: Accumulator, places: [Int])]

    init(_ plan: Plan, _ spaces: [KeySpace], _ results: [ScanResult], threads: Int) {
        self.spaces = spaces
        self.threads = threads
        axis = plan.axis
        combination = KeyCombination(spaces)
        codes = spaces.isEmpty ? [0] : Self.shown(plan, results)
        var slots: [(accumulator: Accumulator, places: [Int])?] = Array(repeating: nil, count: plan.slotCount)
        for result in results {
            let mine: [Int]
            if let known = result.codes {
                let places = CodeIndex(known, combination)
                mine = codes.map { places[$0] }
            } else {
                mine = codes.map { Int($0) }
            }
            for accumulator in result.accumulators { slots[accumulator.aggregate.slot] = (accumulator, mine) }
        }
        states = slots.compactMap { $0 }
    }

    /// A group is shown if some aggregate counts a row of it.
    private static func shown(_ plan: Plan, _ results: [ScanResult]) -> [UInt64] {
        var all: [[UInt64]] = []
        for (scan, result) in zip(plan.scans, results) where scan.makesGroups {
            let count = result.codes?.count ?? result.accumulators.first?.rows.count ?? 0
            let met = (0..<count).filter { place in result.accumulators.contains { $0.rows[place] > 0 } }
            all.append(met.map { result.codes?[$0] ?? UInt64($0) })
        }
        guard all.count > 1 else { return all.first?.sorted() ?? [] }
        // Neighbours that are the same are one group.
        let sorted = all.joined().sorted()
        return sorted.indices.filter { $0 == 0 || sorted[$0] != sorted[$0 - 1] }.map { sorted[$0] }
    }

    var count: Int { codes.count }

    /// The code of a key of a group; the space's `count` where the key is missing.
    func code(_ group: Int, ofKey key: Int) -> Int { combination.part(key, of: codes[group]) }

    /// What tells a group apart among those with the same values of the keys left out.
    func name(_ group: Int, of keys: [Int]) -> UInt64 { combination.keeping(keys, of: codes[group]) }

    /// The value of each key of a group.
    func values(of group: Int) -> [Value] { spaces.indices.map { value(code(group, ofKey: $0), ofKey: $0) } }

    func value(_ code: Int, ofKey key: Int) -> Value { code == spaces[key].count ? .missing : spaces[key].value(code) }

    /// For each of some codes of a key where its value stands among their values; a missing one stands last, in either direction.
    func places(of codes: [Int], ofKey key: Int, descending: Bool) -> [Int] {
        let missing = spaces[key].count
        var places = [Int](repeating: -1, count: missing + 1)
        for code in codes { places[code] = 0 }
        var met = (0..<missing).filter { places[$0] == 0 }
        if !spaces[key].isTime {
            let values = met.map { (code: $0, value: value($0, ofKey: key)) }
            met = values.sorted { a, b in
                let comparison = Value.compare(a.value, b.value)
                return comparison != 0 ? comparison < 0 : a.code < b.code
            }.map(\.code)
        }
        for (place, code) in met.enumerated() { places[code] = descending ? met.count - 1 - place : place }
        places[missing] = met.count
        return places
    }

    /// The results of every slot, where group `g` goes to line `map[g]` of `lines`: as they are, in one, or with some
    /// brought together.
    func results(map: [Int], lines: Int) -> [[Value]] {
        states.map { accumulator, places in
            let merged = Accumulator(accumulator.aggregate, groups: lines + 1)
            var targets = [UInt32](repeating: UInt32(lines), count: accumulator.rows.count)
            for (group, place) in places.enumerated() where place >= 0 { targets[place] = UInt32(map[group]) }
            merged.merge(accumulator, map: targets)
            return Array(merged.results(threads: threads).prefix(lines))
        }
    }

    /// The results of every slot for each group, over the rows of this period and of all, or so many, before it in its
    /// series.
    func results(_ frame: Frame) -> [[Value]] {
        guard let axis else { return results(map: Array(codes.indices), lines: count) }
        let lines = CodeIndex(codes, combination)
        let periods = codes.map { combination.part(axis, of: $0) }
        let missing = spaces[axis].count
        let shown = periods.filter { $0 < missing }
        let reach: Int
        switch frame {
        case .cumulative: reach = (shown.max() ?? 0) - (shown.min() ?? 0) + 1
        case .rolling(let count): reach = count
        }
        // For each step back in time, where each group's rows are counted as well.
        let maps = (0..<reach).map { step in
            codes.indices.map { group -> Int in
                guard periods[group] < missing else { return step == 0 ? group : count }
                guard periods[group] + step < missing else { return count }
                let line = lines[codes[group] + UInt64(step) * combination.stride(axis)]
                return line < 0 ? count : line
            }
        }
        return states.map { accumulator, places in
            let merged = Accumulator(accumulator.aggregate, groups: count + 1)
            for map in maps {
                var targets = [UInt32](repeating: UInt32(count), count: accumulator.rows.count)
                for (group, place) in places.enumerated() where place >= 0 { targets[place] = UInt32(map[group]) }
                merged.merge(accumulator, map: targets)
            }
            return Array(merged.results(threads: threads).prefix(count))
        }
    }

    /// For each group the one of the period before in its series; -1 where there is none.
    var previous: [Int] {
        guard let axis else { return codes.map { _ in -1 } }
        let lines = CodeIndex(codes, combination)
        return codes.map { code in
            let period = combination.part(axis, of: code)
            return period > 0 && period < spaces[axis].count ? lines[code - combination.stride(axis)] : -1
        }
    }

    /// For each group the others that it is ranked among: those of its period where there are other keys, else all.
    var rivals: [[Int]] {
        guard let axis, spaces.count > 1 else { return codes.map { _ in [0] } }
        return codes.map { [combination.part(axis, of: $0)] }
    }

    /// Adds the groups that lie between the first and the last period shown and have no rows, for each combination of the
    /// other keys.
    ///
    /// Returns false where that would make more lines than anybody reads: then none are added.
    mutating func fillGaps() -> Bool {
        guard spaces.count(where: \.isTime) == 1, let axis else { return true }
        let others = spaces.indices.filter { $0 != axis }
        let missing = spaces[axis].count
        var first = Int.max
        var last = Int.min
        var series: Set<UInt64> = []
        for code in codes {
            let period = combination.part(axis, of: code)
            guard period < missing else { continue }
            first = min(first, period)
            last = max(last, period)
            series.insert(combination.keeping(others, of: code))
        }
        guard first <= last else { return true }
        guard series.count * (last - first + 1) <= Plan.mostFilledLines else { return false }
        let known = CodeIndex(codes, combination)
        for name in series.sorted() {
            for period in first...last {
                let code = name + UInt64(period) * combination.stride(axis)
                if known[code] < 0 { codes.append(code) }
            }
        }
        for index in states.indices {
            states[index].places.append(contentsOf: repeatElement(-1, count: count - states[index].places.count))
        }
        return true
    }
}

/// How the codes of several keys are one number, and that number them again.
struct KeyCombination {
    private let sizes: [UInt64]
    private let strides: [UInt64]
    /// How many combinations there are.
    let count: UInt64

    init(_ spaces: [KeySpace]) {
        sizes = spaces.map { UInt64($0.count + 1) }
        var strides = [UInt64](repeating: 1, count: spaces.count)
        var product: UInt64 = 1
        for key in spaces.indices.reversed() {
            strides[key] = product
            product = product.multipliedReportingOverflow(by: sizes[key]).partialValue
        }
        self.strides = strides
        count = product
    }

    func stride(_ key: Int) -> UInt64 { strides[key] }

    func part(_ key: Int, of code: UInt64) -> Int { Int(code / strides[key] % sizes[key]) }

    /// The code with all other keys at their first value.
    func keeping(_ keys: [Int], of code: UInt64) -> UInt64 { keys.reduce(0) { $0 + code / strides[$1] % sizes[$1] * strides[$1] } }
}

/// Where each code stands in a list; -1 where it does not.
struct CodeIndex {
    private let direct: [Int32]
    private let hashed: [UInt64: Int32]

    init(_ codes: [UInt64], _ combination: KeyCombination) {
        if combination.count <= UInt64(max(1 << 16, codes.count * 8)) {
            var direct = [Int32](repeating: -1, count: Int(combination.count))
            for (place, code) in codes.enumerated() { direct[Int(code)] = Int32(place) }
            (self.direct, hashed) = (direct, [:])
        } else {
            direct = []
            hashed = Dictionary(uniqueKeysWithValues: codes.enumerated().map { ($1, Int32($0)) })
        }
    }

    subscript(code: UInt64) -> Int {
        if !direct.isEmpty { return code < UInt64(direct.count) ? Int(direct[Int(code)]) : -1 }
        return hashed[code].map { Int($0) } ?? -1
    }
}
