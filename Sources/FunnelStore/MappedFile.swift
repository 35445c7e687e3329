import Glibc

/// A file in memory, mapped and not read: the system brings a page in when it is first looked at.
///
/// Nothing writes to it, and it goes with the last buffer that borrows from it. A file that another program cuts short
/// while it is mapped would end the process; so funnel writes its own files anew and never in place.
package final class MappedFile: @unchecked Sendable {
    package let base: UnsafeRawPointer
    package let count: Int
    private let isMapped: Bool

    /// How many bytes past the end can be read.
    package static let padding = 64

    /// A regular file, or nil with `errno` where it can't be mapped.
    package init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else {
            errno = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL
            return nil
        }
        count = Int(status.st_size)
        isMapped = count > 0
        guard count > 0 else {
            base = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: Self.padding, alignment: 64))
            return
        }
        let total = Self.room(for: count)
        guard let memory = mmap(nil, total, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), memory != MAP_FAILED else { return nil }
        guard mmap(memory, count, PROT_READ, MAP_PRIVATE | MAP_FIXED, descriptor, 0) != MAP_FAILED else {
            munmap(memory, total)
            return nil
        }
        base = UnsafeRawPointer(memory)
    }

    /// The file's pages, and one more, so that a loop may read some bytes past the end.
    private static func room(for count: Int) -> Int {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        return (count + page - 1) / page * page + page
    }

    package convenience init?(path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        self.init(descriptor: descriptor)
    }

    /// Bytes that are in memory already, as if they had been mapped.
    package init(_ bytes: UnsafeRawBufferPointer) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count + Self.padding, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes.count + Self.padding)
        if let start = bytes.baseAddress { memory.copyMemory(from: start, byteCount: bytes.count) }
        base = UnsafeRawPointer(memory)
        count = bytes.count
        isMapped = false
    }

    /// Memory of this size, written by `fill` before anything reads it, as if it had been mapped.
    package init<Failure: Error>(count: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count + Self.padding, alignment: 64)
        (memory + count).initializeMemory(as: UInt8.self, repeating: 0, count: Self.padding)
        do throws(Failure) {
            try fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
        } catch {
            memory.deallocate()
            throw error
        }
        base = UnsafeRawPointer(memory)
        self.count = count
        isMapped = false
    }

    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    deinit {
        let memory = UnsafeMutableRawPointer(mutating: base)
        if isMapped { munmap(memory, Self.room(for: count)) } else { memory.deallocate() }
    }
}
