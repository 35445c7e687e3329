import FunnelStore

/// A move of a lead from a stage to the one that follows, for a group.
struct Move: Hashable {
    var key: [Int]
    var from: Int
    var to: Int
}

/// How long the moves of leads took, by group and stages. One thread adds to it.
final class MoveTally {
    private let places = GroupPlaces(size: 1 << 16)
    private let times = SeriesList()

    /// `code` is the group's, times the number of stages plus the first stage, times that number plus the second.
    @inline(__always)
    func add(_ code: UInt64, _ microseconds: Int64) {
        let place = places.place(of: code)
        if place == times.count { times.grow(to: place + 1) }
        times.append(microseconds, to: place)
    }

    static func merged(_ tallies: [MoveTally], _ spaces: [FunnelKeySpace], stages: Int) -> [Move: [SeriesList.Part]] {
        var moves: [Move: [SeriesList.Part]] = [:]
        for tally in tallies {
            for (place, code) in tally.places.codes.enumerated() {
                var rest = Int(code) / stages / stages
                var key: [Int] = []
                for space in spaces.reversed() {
                    key.append(rest % space.size)
                    rest /= space.size
                }
                moves[Move(key: key.reversed(), from: Int(code) / stages % stages, to: Int(code) % stages), default: []].append(tally.times[place])
            }
        }
        return moves
    }
}

/// The stages of each lead in order; rows of one time in the declared order.
struct HistoryReader: Sendable {
    let runs: StageRuns
    let codes: Codes
    let validity: Bitmap?
    let entered: InstantReader
    /// Which rows, and which leads, take part; nil for all.
    let filter: Bitmap?
    let leads: Bitmap?
    /// The place of each stage code in the declared order.
    let ranks: [Int]

    struct Event {
        var time: Int64
        var stage: Int
        var row: Int32
    }

    /// Calls `body` for each two neighbouring events of each of some leads.
    @inline(__always)
    func forEachMove(of range: Range<Int>, _ body: (_ lead: Int, _ from: Event, _ to: Event) -> Void) {
        let rows = runs.rows(of: range.lowerBound).lowerBound..<runs.rows(of: range.upperBound - 1).upperBound
        guard !rows.isEmpty else { return }
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: rows.count) { times in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: rows.count) { stages in
                entered.read(rows, times.baseAddress!)
                Kernels.widen(codes, rows, stages.baseAddress!)
                var history: [Event] = []
                for lead in range {
                    if let leads, !leads[lead] { continue }
                    history.removeAll(keepingCapacity: true)
                    for row in Int(runs.starts.base[lead])..<Int(runs.starts.base[lead + 1]) {
                        if let validity, !validity[row] { continue }
                        if let filter, !filter[row] { continue }
                        let event = Event(time: times[row - rows.lowerBound], stage: Int(stages[row - rows.lowerBound]), row: Int32(row))
                        var place = history.count
                        while place > 0, history[place - 1].time == event.time, ranks[history[place - 1].stage] > ranks[event.stage] { place -= 1 }
                        history.insert(event, at: place)
                    }
                    for at in 1..<max(1, history.count) { body(lead, history[at - 1], history[at]) }
                }
            }
        }
    }
}
