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
    /// The code of each key for each group; the space's `count` where the key is missing.
    var keys: [[Int]]
    /// For each slot its states, and for each group which of them is the group's; -1 where it has none.
    private var states: [(accumulator: Accumulator, places: [Int])]

    init(_ plan: Plan, _ spaces: [KeySpace], _ results: [ScanResult], threads: Int) {
        self.spaces = spaces
        self.threads = threads
        // A group is shown if some aggregate counts a row of it.
        var combined: Set<UInt64> = []
        for (scan, result) in zip(plan.scans, results) where scan.makesGroups {
            for (place, code) in result.codes.enumerated() where result.accumulators.contains(where: { $0.rows[place] > 0 }) {
                combined.insert(code)
            }
        }
        let codes = spaces.isEmpty ? [0] : combined.sorted()
        keys = codes.map { Self.split($0, spaces) }
        var slots: [(accumulator: Accumulator, places: [Int])?] = Array(repeating: nil, count: plan.slotCount)
        for result in results {
            var places: [UInt64: Int] = [:]
            for (place, code) in result.codes.enumerated() { places[code] = place }
            let mine = codes.map { places[$0] ?? -1 }
            for accumulator in result.accumulators { slots[accumulator.aggregate.slot] = (accumulator, mine) }
        }
        states = slots.compactMap { $0 }
    }

    private static func split(_ code: UInt64, _ spaces: [KeySpace]) -> [Int] {
        var rest = code
        var parts = [Int](repeating: 0, count: spaces.count)
        for index in spaces.indices.reversed() {
            let size = UInt64(spaces[index].count + 1)
            parts[index] = Int(rest % size)
            rest /= size
        }
        return parts
    }

    var count: Int { keys.count }

    /// The value of each key of a group.
    func values(of group: Int) -> [Value] { keys[group].enumerated().map { value($1, ofKey: $0) } }

    func value(_ code: Int, ofKey key: Int) -> Value { code == spaces[key].count ? .missing : spaces[key].value(code) }

    /// For each group and key where its value stands among the values of the key that are met; a missing one stands last.
    var ranks: [[Int]] {
        let places = spaces.indices.map { key in
            let codes = Set(keys.map { $0[key] })
            let values = codes.map { (code: $0, value: value($0, ofKey: key)) }
            let sorted = values.sorted { a, b in
                let comparison = spaces[key].isTime ? 0 : Value.compare(a.value, b.value)
                return comparison != 0 ? comparison < 0 : a.code < b.code
            }
            return Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.code, $0) })
        }
        return keys.map { key in zip(key, places).map { $1[$0] ?? 0 } }
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
        guard let axis = spaces.indices.first(where: { spaces[$0].isTime }) else { return results(map: Array(keys.indices), lines: count) }
        var lines: [[Int]: Int] = [:]
        for (line, key) in keys.enumerated() { lines[key] = line }
        let periods = keys.map { $0[axis] }.filter { $0 < spaces[axis].count }
        let reach: Int
        switch frame {
        case .cumulative: reach = (periods.max() ?? 0) - (periods.min() ?? 0) + 1
        case .rolling(let count): reach = count
        }
        // For each step back in time, where each group's rows are counted as well.
        let maps = (0..<reach).map { step in
            keys.map { key -> Int in
                guard key[axis] < spaces[axis].count else { return step == 0 ? lines[key] ?? count : count }
                var later = key
                later[axis] += step
                return lines[later] ?? count
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
        guard let axis = spaces.indices.first(where: { spaces[$0].isTime }) else { return keys.map { _ in -1 } }
        var lines: [[Int]: Int] = [:]
        for (line, key) in keys.enumerated() { lines[key] = line }
        return keys.map { key in
            guard key[axis] < spaces[axis].count else { return -1 }
            var earlier = key
            earlier[axis] -= 1
            return lines[earlier] ?? -1
        }
    }

    /// For each group the others that it is ranked among: those of its period where there are other keys, else all.
    var rivals: [[Int]] {
        guard let axis = spaces.indices.first(where: { spaces[$0].isTime }), spaces.count > 1 else { return keys.map { _ in [0] } }
        return keys.map { [$0[axis]] }
    }

    /// Adds the groups that lie between the first and the last period shown and have no rows, for each combination of the
    /// other keys.
    ///
    /// Returns false where that would make more lines than anybody reads: then none are added.
    mutating func fillGaps() -> Bool {
        let time = spaces.indices.filter { spaces[$0].isTime }
        guard time.count == 1, let axis = time.first else { return true }
        let shown = keys.map { $0[axis] }.filter { $0 < spaces[axis].count }
        guard let first = shown.min(), let last = shown.max() else { return true }
        var known = Set(keys)
        var series: [[Int]] = []
        var seen: Set<[Int]> = []
        for key in keys where key[axis] < spaces[axis].count {
            var other = key
            other[axis] = 0
            if seen.insert(other).inserted { series.append(other) }
        }
        guard series.count * (last - first + 1) <= Self.mostGroups else { return false }
        for other in series {
            for period in first...last {
                var key = other
                key[axis] = period
                if known.insert(key).inserted {
                    keys.append(key)
                    for index in states.indices { states[index].places.append(-1) }
                }
            }
        }
        return true
    }

    /// Gaps are not filled where that would make more lines than anybody reads.
    private static let mostGroups = 1_000_000
}
