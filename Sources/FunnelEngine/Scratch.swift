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
        texts.popLast() ?? allocate(Workers.morselSize * 4).bindMemory(to: UInt32.self, capacity: Workers.morselSize)
    }

    func give(_ texts: Texts) { self.texts.append(texts) }

    func takeWords() -> Kernels.Words {
        words.popLast() ?? allocate(Workers.morselSize / 8).bindMemory(to: UInt64.self, capacity: Workers.morselSize / 64)
    }

    func give(_ words: Kernels.Words) { self.words.append(words) }

    // MARK: - Links

    private var leadMemory: UnsafeMutablePointer<Int32>?
    private var leadRows = 0..<0

    /// The lead of each row of a morsel, -1 for none; nil where its table has no links. All morsels are of one table.
    func leads(of morsel: Morsel) -> UnsafePointer<Int32>? {
        guard let links = morsel.links else { return nil }
        let memory = leadMemory ?? allocate(Workers.morselSize * 4).bindMemory(to: Int32.self, capacity: Workers.morselSize)
        leadMemory = memory
        guard case .runs = links else { return links.read(morsel.rows, memory) }
        if leadRows != morsel.rows {
            _ = links.read(morsel.rows, memory)
            leadRows = morsel.rows
        }
        return UnsafePointer(memory)
    }
}

/// The rows being worked on: a range of a table, and how the leads of a deal's or a stage's rows are found.
struct Morsel: Sendable {
    var rows: Range<Int>
    var links: LeadLinks?

    var count: Int { rows.count }
}
