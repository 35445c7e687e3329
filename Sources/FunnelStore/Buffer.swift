/// A run of values in memory, 64-byte aligned, written once and then only read.
///
/// The memory belongs to this object and goes with it. Loops over rows take `base` and index it unchecked; every
/// entrance of this room checks its bounds before it does so.
package final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
    package let base: UnsafeMutablePointer<Element>
    package let count: Int

    /// `count` values, all bits zero.
    package init(zeros count: Int) {
        let bytes = max(64, (count * MemoryLayout<Element>.stride + 63) & ~63)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        self.base = memory.bindMemory(to: Element.self, capacity: count)
        self.count = count
    }

    /// `count` values, to be written by `fill` before anything reads them.
    package init(count: Int, fill: (UnsafeMutablePointer<Element>) throws -> Void) rethrows {
        let bytes = max(64, (count * MemoryLayout<Element>.stride + 63) & ~63)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        self.base = memory.bindMemory(to: Element.self, capacity: count)
        self.count = count
        try fill(base)
    }

    package convenience init(_ values: some Collection<Element>) {
        self.init(count: values.count) { base in
            var at = 0
            for value in values {
                base[at] = value
                at += 1
            }
        }
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }

    package subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "row \(index) of \(count)")
        return base[index]
    }

    package var byteCount: Int { count * MemoryLayout<Element>.stride }
}
