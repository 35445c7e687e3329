/// A run of values in memory, 64-byte aligned, written once and then only read.
///
/// The memory belongs to this object and goes with it, or it is lent by a mapped file or another buffer, which lives as long as some buffer
/// borrows from it. Loops over rows take `base` and index it unchecked; every entrance of this room checks its bounds
/// before it does so.
package final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
    package let base: UnsafeMutablePointer<Element>
    package let count: Int
    /// What the memory is lent by, a file or a buffer; nil where it is the buffer's own.
    private let lender: AnyObject?

    private static func allocate(_ count: Int) -> (memory: UnsafeMutableRawPointer, bytes: Int) {
        let bytes = max(64, (count * MemoryLayout<Element>.stride + 63) & ~63)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        Memory.preferLargePages(memory, bytes)
        return (memory, bytes)
    }

    /// `count` values, all bits zero.
    package init(zeros count: Int) {
        let (memory, bytes) = Self.allocate(count)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        self.base = memory.bindMemory(to: Element.self, capacity: count)
        self.count = count
        lender = nil
    }

    /// `count` values that stand in a mapped file, `offset` bytes behind its beginning; they are never written. Nil where
    /// they don't lie within the file, or not at a multiple of 64 bytes.
    package init?(borrowing count: Int, at offset: Int, of file: MappedFile) {
        guard count >= 0, offset >= 0, offset % 64 == 0, offset <= file.count,
            count <= (file.count - offset) / MemoryLayout<Element>.stride
        else { return nil }
        self.base = UnsafeMutableRawPointer(mutating: file.base + offset).bindMemory(to: Element.self, capacity: count)
        self.count = count
        lender = file
    }

    /// The first values of another buffer, where they are.
    init(first count: Int, of other: Buffer) {
        precondition(count >= 0 && count <= other.count)
        base = other.base
        self.count = count
        lender = other
    }

    /// The same values, in a buffer whose references are counted by themselves: threads that count those of one object wait for each other.
    package var lent: Buffer { Buffer(first: count, of: self) }

    /// `count` values, to be written by `fill` before anything reads them.
    package init(count: Int, fill: (UnsafeMutablePointer<Element>) throws -> Void) rethrows {
        let (memory, _) = Self.allocate(count)
        self.base = memory.bindMemory(to: Element.self, capacity: count)
        self.count = count
        lender = nil
        try fill(base)
    }

    package convenience init(_ values: some Collection<Element>) {
        self.init(count: values.count) { base in
            let isCopied: Void? = values.withContiguousStorageIfAvailable { stored in
                if let first = stored.baseAddress { base.update(from: first, count: stored.count) }
            }
            if isCopied != nil { return }
            var at = 0
            for value in values {
                base[at] = value
                at += 1
            }
        }
    }

    deinit { if lender == nil { UnsafeMutableRawPointer(base).deallocate() } }

    package subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "row \(index) of \(count)")
        return base[index]
    }

    /// The values of the rows named, in their order; each of them is there.
    func selecting(_ rows: UnsafeBufferPointer<Int>) -> Buffer {
        Buffer(count: rows.count) { out in for at in 0..<rows.count { out[at] = base[rows[at]] } }
    }

    package var byteCount: Int { count * MemoryLayout<Element>.stride }
}
