import FunnelStore

/// Memory for one morsel, taken and given back by one worker: nothing is allocated inside a morsel once it is warm.
final class Scratch {
    typealias Integers = UnsafeMutablePointer<Int64>
    typealias Reals = UnsafeMutablePointer<Double>
    typealias Texts = UnsafeMutablePointer<UInt32>

    private var integers: [Integers] = []
    private var texts: [Texts] = []
    private var words: [Kernels.Words] = []
    private var owned: [UnsafeMutableRawPointer] = []
    /// Set where a number did not fit: the query fails rather than answer wrongly.
    var overflowed = false

    deinit { for memory in owned { memory.deallocate() } }

    private func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        owned.append(memory)
        return memory
    }

    func takeIntegers() -> Integers {
        integers.popLast() ?? allocate(Workers.morselSize * 8).bindMemory(to: Int64.self, capacity: Workers.morselSize)
    }

    func give(_ integers: Integers) { self.integers.append(integers) }

    /// Numbers of either kind: both take eight bytes.
    func give(_ numbers: UnsafeMutableRawPointer) { give(numbers.assumingMemoryBound(to: Int64.self)) }

    /// Binary numbers live in the same memory as whole ones.
    func takeReals() -> Reals { UnsafeMutableRawPointer(takeIntegers()).assumingMemoryBound(to: Double.self) }
    func give(_ reals: Reals) { give(UnsafeMutableRawPointer(reals).assumingMemoryBound(to: Int64.self)) }

    func takeTexts() -> Texts {
        texts.popLast() ?? allocate((Workers.morselSize + Kernels.indexPadding) * 4).bindMemory(to: UInt32.self, capacity: Workers.morselSize)
    }

    func give(_ texts: Texts) { self.texts.append(texts) }

    func takeWords() -> Kernels.Words {
        words.popLast() ?? allocate(Workers.morselSize / 8).bindMemory(to: UInt64.self, capacity: Workers.morselSize / 64)
    }

    func give(_ words: Kernels.Words) { self.words.append(words) }

    // MARK: - Rows

    func takeIndex() -> UnsafeMutablePointer<Int32> { UnsafeMutableRawPointer(takeTexts()).assumingMemoryBound(to: Int32.self) }
    func give(_ index: UnsafeMutablePointer<Int32>) { give(UnsafeMutableRawPointer(index).assumingMemoryBound(to: UInt32.self)) }

    private var leadMemory: UnsafeMutablePointer<Int32>?
    private var leadMorsel = -1

    /// Where the value of each row of a morsel stands in its column: what its lead is, -1 for none, or the row itself; nil
    /// where the column is read from `rows` on, one behind the other. All morsels are of one table.
    func index(of morsel: Morsel, fromLead: Bool) -> UnsafePointer<Int32>? {
        guard fromLead, let links = morsel.links else { return morsel.index }
        let memory = leadMemory ?? allocate(Workers.morselSize * 4).bindMemory(to: Int32.self, capacity: Workers.morselSize)
        leadMemory = memory
        if leadMorsel == morsel.number { return UnsafePointer(memory) }
        leadMorsel = morsel.number
        if let index = morsel.index {
            links.gather(index, morsel.count, memory)
        } else {
            links.read(morsel.rows, memory)
        }
        return UnsafePointer(memory)
    }

    private var morsels = 0

    /// A run of rows.
    func morsel(_ rows: Range<Int>, _ links: LeadLinks?) -> Morsel {
        morsels += 1
        return Morsel(rows: rows, index: nil, count: rows.count, links: links, number: morsels)
    }

    /// The rows of a morsel with a bit, `count` of them; they are numbered in `index`, which is to be given back after them.
    func selecting(_ bits: Kernels.Words, _ count: Int, of morsel: Morsel, _ index: UnsafeMutablePointer<Int32>) -> Morsel {
        Kernels.indices(bits, morsel.count, first: morsel.rows.lowerBound, morsel.index, index)
        morsels += 1
        return Morsel(rows: morsel.rows, index: UnsafePointer(index), count: count, links: morsel.links, number: morsels)
    }
}

/// The rows being worked on: a run of a table's rows, or some of them, and how the leads of a deal's or a stage's rows are
/// found.
struct Morsel {
    let rows: Range<Int>
    /// The numbers of the rows, where they are some of the run.
    let index: UnsafePointer<Int32>?
    let count: Int
    let links: LeadLinks?
    /// Tells morsels of one scratch memory apart.
    fileprivate let number: Int
}
