import FunnelModel

/// The time from creation to first win of every lead that has both, one behind the other in the order of the leads: few leads are won, and what
/// is asked of those need not read the time stamps of all.
package struct Cycles: Sendable {
    /// The leads that have one.
    package let leads: Bitmap
    /// The lengths, one for each of those leads.
    package let lengths: Integers
    /// The microseconds that a length counts in.
    package let step: Int64
    /// How many lengths stand before those of each morsel's leads.
    private let starts: OnDemand<Buffer<Int32>>

    package init(leads: Bitmap, lengths: Integers, step: Int64) {
        self.leads = leads
        self.lengths = lengths
        self.step = step
        starts = OnDemand { Self.starts(leads) }
    }

    /// Nil where a column holds no dates.
    init?(created: Column, won: Column, threads: Int) {
        guard let created = InstantReader(created), let won = InstantReader(won) else { return nil }
        let count = won.days.count
        let step = min(created.unit?.microseconds ?? microsecondsPerDay, won.unit?.microseconds ?? microsecondsPerDay)
        let leads = Self.rows(count, created.validity, won.validity)
        let starts = Self.starts(leads)
        let lengths = Buffer<Int64>(count: Int(starts.base[starts.count - 1])) { out in
            nonisolated(unsafe) let out = out
            Workers.run(threads: threads, morsels: Workers.morsels(in: count), interrupt: nil) { _, morsel in
                let rows = Workers.rows(of: morsel, in: count)
                withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2 * rows.count) { memory in
                    let (from, to) = (memory.baseAddress!, memory.baseAddress! + rows.count)
                    created.read(rows, from)
                    won.read(rows, to)
                    var at = Int(starts.base[morsel])
                    for row in 0..<rows.count where leads[rows.lowerBound + row] {
                        out[at] = (to[row] &- from[row]) / step
                        at += 1
                    }
                }
            }
        }
        self.init(leads: leads, lengths: Integers(packing: lengths), step: step)
    }

    /// The bytes that they take.
    package var byteCount: Int { leads.words.byteCount + lengths.byteCount }

    /// Whether there are as many lengths as leads that have one.
    package var isWhole: Bool { lengths.count == leads.population }

    private static func rows(_ count: Int, _ a: Bitmap?, _ b: Bitmap?) -> Bitmap {
        let words = Buffer<UInt64>(zeros: (count + 63) / 64)
        Kernels.set(true, words.base, count)
        for validity in [a, b].compactMap({ $0 }) { Kernels.and(words.base, validity.words.base, count) }
        return Bitmap(words: words, count: count)
    }

    /// One more than there are morsels: the last says how many there are in all.
    private static func starts(_ leads: Bitmap) -> Buffer<Int32> {
        let morsels = Workers.morsels(in: leads.count)
        return Buffer(count: morsels + 1) { out in
            var before = 0
            for morsel in 0..<morsels {
                out[morsel] = Int32(before)
                let rows = Workers.rows(of: morsel, in: leads.count)
                before += Kernels.population(leads.words.base + rows.lowerBound / 64, rows.count)
            }
            out[morsels] = Int32(before)
        }
    }
}

/// What is read of them for the rows of one morsel.
extension Cycles {
    /// Where the lengths of a morsel's leads stand.
    private func places(_ rows: Range<Int>) -> Range<Int> {
        precondition(rows.lowerBound % Workers.morselSize == 0 && rows.count <= Workers.morselSize && rows.upperBound <= leads.count)
        let (starts, morsel) = (starts.value, rows.lowerBound / Workers.morselSize)
        return Int(starts.base[morsel])..<Int(starts.base[morsel + 1])
    }

    private func words(_ rows: Range<Int>) -> Kernels.Words { leads.words.base + rows.lowerBound / 64 }

    /// The microseconds of the rows with a bit, each of which has a length, one behind the other.
    package func read(_ rows: Range<Int>, _ bits: Kernels.Words, _ out: UnsafeMutablePointer<Int64>) {
        let (places, own) = (places(rows), words(rows))
        guard Kernels.population(bits, rows.count) < places.count else { return Kernels.widen(lengths, places, by: step, out) }
        withAll(places) { all in
            var (first, at) = (0, 0)
            for word in 0..<Kernels.wordCount(rows.count) {
                var rest = Kernels.places(of: bits[word], among: own[word])
                while rest != 0 {
                    out[at] = all[first &+ rest.trailingZeroBitCount]
                    at &+= 1
                    rest &= rest &- 1
                }
                first &+= own[word].nonzeroBitCount
            }
        }
    }

    /// The microseconds of each row; 0 of those without a length.
    package func read(_ rows: Range<Int>, _ out: UnsafeMutablePointer<Int64>) {
        let own = words(rows)
        out.update(repeating: 0, count: rows.count)
        withAll(places(rows)) { all in
            var at = 0
            for word in 0..<Kernels.wordCount(rows.count) {
                var rest = own[word]
                while rest != 0 {
                    out[word << 6 &+ rest.trailingZeroBitCount] = all[at]
                    at &+= 1
                    rest &= rest &- 1
                }
            }
        }
    }

    /// The microseconds of the rows that an index names, each of which lies in the run; 0 of those without a length.
    package func gather(_ rows: Range<Int>, _ index: UnsafePointer<Int32>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) {
        let own = words(rows)
        withAll(places(rows)) { all in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: Kernels.wordCount(Workers.morselSize)) { before in
                var sum: Int32 = 0
                for word in 0..<Kernels.wordCount(rows.count) {
                    before[word] = sum
                    sum &+= Int32(truncatingIfNeeded: own[word].nonzeroBitCount)
                }
                for place in 0..<count {
                    let row = Int(index[place]) &- rows.lowerBound
                    let (word, bit) = (row >> 6, 1 << UInt64(truncatingIfNeeded: row & 63) as UInt64)
                    let at = Int(before[word]) &+ (own[word] & (bit &- 1)).nonzeroBitCount
                    out[place] = own[word] & bit != 0 ? all[at] : 0
                }
            }
        }
    }

    /// Which rows have a length of no more than so many microseconds.
    package func within(_ most: Int64, _ rows: Range<Int>, _ out: Kernels.Words) {
        let places = places(rows)
        Kernels.copy(leads, rows, out)
        let longest = Int64(Calendar.floorDivide(Int(most), Int(step)))
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Kernels.wordCount(Workers.morselSize)) { kept in
            Kernels.range(lengths, places, low: .min, high: longest, kept.baseAddress!)
            Kernels.narrow(out, rows.count, by: kept.baseAddress!)
        }
    }

    private func withAll(_ places: Range<Int>, _ body: (UnsafeMutablePointer<Int64>) -> Void) {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(1, places.count)) { all in
            Kernels.widen(lengths, places, by: step, all.baseAddress!)
            body(all.baseAddress!)
        }
    }
}
