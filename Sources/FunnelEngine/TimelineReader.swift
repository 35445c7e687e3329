import FunnelModel
import FunnelPlan
import FunnelStore

/// Puts together what happened to each lead, from stage rows and from dates: events in the order of time, and the steps
/// that each is. It holds some leads at a time, in memory that is used again; one thread works with it.
final class TimelineReader {
    /// How many leads are read at a time: a multiple of 64, few enough for their rows to stay in the cache.
    static let leadsAtATime = 8192

    private let tables: StepTables
    /// Whether rows that are no step stand in the way: then they are events too.
    private let isStrict: Bool
    /// The stage rows of the leads being read.
    private var rows = 0..<0
    private var rowTimes: [Int64] = []
    private var rowSteps: [UInt64] = []
    private var rowRanks: [Int32] = []
    private var rowNumbers: [Int32] = []
    /// The events of one lead, where it has others than stage rows.
    private var times: [Int64] = []
    private var steps: [UInt64] = []
    private var ranks: [Int32] = []
    private var numbers: [Int32] = []

    init(_ tables: StepTables, isStrict: Bool) {
        self.tables = tables
        self.isStrict = isStrict
    }

    /// Calls `body` for each lead of a range that has an event.
    @inline(__always)
    func forEach(_ leads: Range<Int>, where bits: Bitmap?, _ body: (_ lead: Int, _ timeline: Timeline) -> Void) {
        let hasRows = load(leads)
        let starts = tables.runs.map { UnsafePointer($0.starts.base) }
        let runCount = tables.runs?.count ?? 0
        let mixes = tables.hasOtherEvents || tables.rowFilter != nil
        rowTimes.withUnsafeBufferPointer { allTimes in
            rowSteps.withUnsafeMutableBufferPointer { allSteps in
                rowRanks.withUnsafeMutableBufferPointer { allRanks in
                    rowNumbers.withUnsafeMutableBufferPointer { allNumbers in
                        for lead in leads {
                            if let bits, !bits[lead] { continue }
                            let own = hasRows && lead < runCount ? Int(starts![lead])..<Int(starts![lead + 1]) : 0..<0
                            let first = own.lowerBound - rows.lowerBound
                            let part = Timeline(
                                count: own.count, times: allTimes.baseAddress! + first, steps: allSteps.baseAddress! + first,
                                numbers: allNumbers.baseAddress! + first)
                            let partRanks = allRanks.baseAddress! + first
                            if mixes {
                                mix(lead, part, partRanks)
                                guard !times.isEmpty else { continue }
                                mixed { body(lead, $0) }
                            } else if own.count > 0 {
                                Self.orderTies(part, partRanks)
                                body(lead, part)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Reads the stage rows of some leads.
    private func load(_ leads: Range<Int>) -> Bool {
        guard let runs = tables.runs, let entered = tables.entered, leads.lowerBound < min(leads.upperBound, runs.count) else {
            rows = 0..<0
            reserve(1)
            return false
        }
        rows = runs.rows(of: leads.lowerBound).lowerBound..<runs.rows(of: min(leads.upperBound, runs.count) - 1).upperBound
        reserve(rows.count + 1)
        rowTimes.withUnsafeMutableBufferPointer { entered.read(rows, $0.baseAddress!) }
        rowSteps.withUnsafeMutableBufferPointer { steps in
            rowRanks.withUnsafeMutableBufferPointer { ranks in tables.read(rows, steps.baseAddress!, ranks.baseAddress!) }
        }
        rowNumbers.withUnsafeMutableBufferPointer { numbers in
            for at in 0..<rows.count { numbers[at] = Int32(truncatingIfNeeded: rows.lowerBound &+ at) }
        }
        return true
    }

    private func reserve(_ count: Int) {
        guard rowTimes.count < count else { return }
        rowTimes = Array(repeating: 0, count: count)
        rowSteps = Array(repeating: 0, count: count)
        rowRanks = Array(repeating: 0, count: count)
        rowNumbers = Array(repeating: 0, count: count)
    }

    /// Rows of a lead stand in the order of time; those of one time are put into the order of their ranks.
    @inline(__always)
    private static func orderTies(_ part: Timeline, _ ranks: UnsafeMutablePointer<Int32>) {
        var at = 1
        while at < part.count {
            if ranks[at] < ranks[at &- 1], part.times[at] == part.times[at &- 1] { sink(at, part, ranks) }
            at &+= 1
        }
    }

    private static func sink(_ start: Int, _ part: Timeline, _ ranks: UnsafeMutablePointer<Int32>) {
        var at = start
        while at > 0, ranks[at] < ranks[at - 1], part.times[at] == part.times[at - 1] {
            (ranks[at], ranks[at - 1]) = (ranks[at - 1], ranks[at])
            (part.steps[at], part.steps[at - 1]) = (part.steps[at - 1], part.steps[at])
            (part.numbers[at], part.numbers[at - 1]) = (part.numbers[at - 1], part.numbers[at])
            at -= 1
        }
    }

    // MARK: - Events of other tables

    /// Stage rows that take part, and the events of the lead and its deals.
    private func mix(_ lead: Int, _ part: Timeline, _ partRanks: UnsafePointer<Int32>) {
        times.removeAll(keepingCapacity: true)
        steps.removeAll(keepingCapacity: true)
        ranks.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        for at in 0..<part.count {
            if let filter = tables.rowFilter, !filter[Int(part.numbers[at])] { continue }
            if part.steps[at] == 0, !isStrict { continue }
            insert(part.times[at], part.steps[at], partRanks[at], part.numbers[at])
        }
        for events in tables.leadEvents {
            guard let time = events.at(lead) else { continue }
            insert(time, 1 << UInt64(events.step), tables.hasDeclaredOrder ? Int32(events.step) - 1_000_000 : Int32(events.step), -1)
        }
        for events in tables.dealEvents {
            let rank = tables.hasDeclaredOrder ? Int32.max - 1_000_000 + Int32(events.step) : Int32(events.step)
            for place in events.places(of: lead) { insert(events.time(place), 1 << UInt64(events.step), rank, -1) }
        }
    }

    private func insert(_ time: Int64, _ step: UInt64, _ rank: Int32, _ number: Int32) {
        var at = times.count
        while at > 0, time < times[at - 1] || (time == times[at - 1] && rank < ranks[at - 1]) { at -= 1 }
        times.insert(time, at: at)
        steps.insert(step, at: at)
        ranks.insert(rank, at: at)
        numbers.insert(number, at: at)
    }

    private func mixed(_ body: (Timeline) -> Void) {
        times.withUnsafeBufferPointer { times in
            steps.withUnsafeMutableBufferPointer { steps in
                numbers.withUnsafeMutableBufferPointer { numbers in
                    body(Timeline(count: times.count, times: times.baseAddress!, steps: steps.baseAddress!, numbers: numbers.baseAddress!))
                }
            }
        }
    }
}
