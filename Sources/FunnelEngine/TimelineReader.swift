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
    /// Whether events of leads and deals stand between stage rows, or some rows take no part.
    private let mixes: Bool
    /// Whether it is asked which rows events are.
    private let numbersRows: Bool
    /// The stage rows of the leads being read, and the events of one lead where it has others than stage rows.
    private var rows = 0..<0
    private let own = EventMemory()
    private let mixed = EventMemory()

    init(_ tables: StepTables, isStrict: Bool, numbersRows: Bool) {
        self.tables = tables
        self.isStrict = isStrict
        mixes = tables.hasOtherEvents || tables.rowFilter != nil
        self.numbersRows = numbersRows
    }

    /// Calls `body` for each lead of a range that has an event.
    @inline(__always)
    func forEach(_ leads: Range<Int>, where bits: Bitmap?, _ body: (_ lead: Int, _ timeline: Timeline) -> Void) {
        load(leads)
        let starts = tables.runs.map { UnsafePointer($0.starts.base) }
        let runCount = rows.isEmpty ? 0 : tables.runs?.count ?? 0
        let first = rows.lowerBound
        let mixes = mixes
        let isRanked = mixes || tables.hasDeclaredOrder
        let filter = bits.map { UnsafePointer($0.words.base) }
        precondition(bits.map { $0.count >= leads.upperBound } ?? true)
        for lead in leads {
            if let filter, filter[lead >> 6] >> UInt64(truncatingIfNeeded: lead & 63) & 1 == 0 { continue }
            var (start, end) = (0, 0)
            if let starts, lead < runCount { (start, end) = (Int(starts[lead]) &- first, Int(starts[lead &+ 1]) &- first) }
            let part = Timeline(count: end &- start, times: own.times + start, steps: own.steps + start, numbers: own.numbers + start)
            if mixes {
                mix(lead, part, own.ranks + start)
                if mixed.count == 0 { continue }
                body(lead, Timeline(count: mixed.count, times: mixed.times, steps: mixed.steps, numbers: mixed.numbers))
            } else if part.count > 0 {
                if isRanked { Self.orderTies(part, own.ranks + start) } else { Self.orderTies(part) }
                body(lead, part)
            }
        }
    }

    /// The stage rows of some leads, those of one time in order; nil where events of other tables stand between them, or
    /// rows take no part.
    func rows(of leads: Range<Int>) -> LeadRows? {
        guard !mixes, let runs = tables.runs, tables.entered != nil, leads.upperBound <= runs.count else { return nil }
        load(leads)
        let (starts, first) = (UnsafePointer(runs.starts.base), rows.lowerBound)
        precondition(leads.count <= Int(UInt16.max))
        own.beginnings.update(repeating: 0, count: rows.count + 1)
        for lead in leads { own.beginnings[Int(starts[lead]) &- first] &+= 1 }
        orderAllTies()
        return LeadRows(
            leads: leads, starts: starts, first: first, beginnings: own.beginnings, times: own.times, steps: own.steps, numbers: own.numbers)
    }

    /// The rows at which a time comes twice and the ranks fall are few; the others are passed over, many at a time, without a look at whose they are.
    private func orderAllTies() {
        let all = Timeline(count: rows.count, times: own.times, steps: own.steps, numbers: own.numbers)
        let (beginnings, ranks) = (own.beginnings, tables.hasDeclaredOrder ? own.ranks : nil)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Kernels.wordCount(all.count)) { words in
            guard let words = words.baseAddress else { return }
            Kernels.repeats(all.times, all.count, words)
            for word in 0..<Kernels.wordCount(all.count) {
                var rest = words[word]
                while rest != 0 {
                    let row = word << 6 &+ rest.trailingZeroBitCount
                    rest &= rest &- 1
                    guard beginnings[row] == 0, ranks.map({ $0[row] < $0[row &- 1] }) ?? (all.rank(row) < all.rank(row &- 1)) else { continue }
                    // It is put in its place among those of its lead that have the same time, which are in order.
                    var start = row &- 1
                    while start > 0, beginnings[start] == 0, all.times[start] == all.times[start &- 1] { start &-= 1 }
                    let part = Timeline(count: row - start + 1, times: all.times + start, steps: all.steps + start, numbers: all.numbers + start)
                    if let ranks { Self.sink(row - start, part, ranks + start) } else { Self.sink(row - start, part) }
                }
            }
        }
    }

    /// Reads the stage rows of some leads.
    private func load(_ leads: Range<Int>) {
        rows = 0..<0
        guard let runs = tables.runs, let entered = tables.entered, leads.lowerBound < min(leads.upperBound, runs.count) else { return }
        rows = runs.rows(of: leads.lowerBound).lowerBound..<runs.rows(of: min(leads.upperBound, runs.count) - 1).upperBound
        own.reserve(rows.count)
        entered.read(rows, own.times)
        tables.read(rows, own.steps)
        if mixes || tables.hasDeclaredOrder { tables.read(rows, own.steps, ranks: own.ranks) }
        if mixes || numbersRows { for at in 0..<rows.count { own.numbers[at] = Int32(truncatingIfNeeded: rows.lowerBound &+ at) } }
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
            part.exchange(at)
            at -= 1
        }
    }

    /// The same by each event's first step; those that are no step come last.
    @inline(__always)
    private static func orderTies(_ part: Timeline) {
        var at = 1
        while at < part.count {
            if part.rank(at) < part.rank(at &- 1), part.times[at] == part.times[at &- 1] { sink(at, part) }
            at &+= 1
        }
    }

    private static func sink(_ start: Int, _ part: Timeline) {
        var at = start
        while at > 0, part.rank(at) < part.rank(at - 1), part.times[at] == part.times[at - 1] {
            part.exchange(at)
            at -= 1
        }
    }

    // MARK: - Events of other tables

    /// Stage rows that take part, and the events of the lead and its deals.
    private func mix(_ lead: Int, _ part: Timeline, _ partRanks: UnsafePointer<Int32>) {
        mixed.count = 0
        for at in 0..<part.count {
            if let filter = tables.rowFilter, !filter[Int(part.numbers[at])] { continue }
            if part.steps[at] == 0, !isStrict { continue }
            mixed.insert(part.times[at], part.steps[at], partRanks[at], part.numbers[at])
        }
        for events in tables.leadEvents {
            guard let time = events.at(lead) else { continue }
            mixed.insert(time, 1 << UInt32(events.step), tables.hasDeclaredOrder ? Int32(events.step) - 1_000_000 : Int32(events.step), -1)
        }
        for events in tables.dealEvents {
            let rank = tables.hasDeclaredOrder ? Int32.max - 1_000_000 + Int32(events.step) : Int32(events.step)
            for place in events.places(of: lead) { mixed.insert(events.time(place), 1 << UInt32(events.step), rank, -1) }
        }
    }
}

/// Events with their times, steps, ranks among those of one time, and row numbers: memory that is used again.
private final class EventMemory {
    private(set) var times: UnsafeMutablePointer<Int64>
    private(set) var steps: UnsafeMutablePointer<UInt32>
    private(set) var ranks: UnsafeMutablePointer<Int32>
    private(set) var numbers: UnsafeMutablePointer<Int32>
    /// How many leads begin at a row, and behind the last.
    private(set) var beginnings: UnsafeMutablePointer<UInt16>
    private var capacity = 64
    var count = 0

    init() {
        times = .allocate(capacity: capacity)
        steps = .allocate(capacity: capacity)
        ranks = .allocate(capacity: capacity)
        numbers = .allocate(capacity: capacity)
        beginnings = .allocate(capacity: capacity + 1)
    }

    deinit {
        times.deallocate()
        steps.deallocate()
        ranks.deallocate()
        numbers.deallocate()
        beginnings.deallocate()
    }

    /// Makes room for so many events; the first `count` are kept.
    func reserve(_ wanted: Int) {
        guard capacity < wanted else { return }
        capacity = max(wanted, capacity * 2)
        func grown<T>(_ old: UnsafeMutablePointer<T>) -> UnsafeMutablePointer<T> {
            let larger = UnsafeMutablePointer<T>.allocate(capacity: capacity)
            larger.update(from: old, count: count)
            old.deallocate()
            return larger
        }
        times = grown(times)
        steps = grown(steps)
        ranks = grown(ranks)
        numbers = grown(numbers)
        beginnings.deallocate()
        beginnings = .allocate(capacity: capacity + 1)
    }

    /// Puts an event in its place behind all that are not later.
    func insert(_ time: Int64, _ step: UInt32, _ rank: Int32, _ number: Int32) {
        reserve(count + 1)
        var at = count
        while at > 0, time < times[at - 1] || (time == times[at - 1] && rank < ranks[at - 1]) {
            (times[at], steps[at], ranks[at], numbers[at]) = (times[at - 1], steps[at - 1], ranks[at - 1], numbers[at - 1])
            at -= 1
        }
        (times[at], steps[at], ranks[at], numbers[at]) = (time, step, rank, number)
        count += 1
    }
}
