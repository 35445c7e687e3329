import Glibc

/// The text of a file in memory, as UTF-8 without a byte order mark.
///
/// `base[count]` is a line feed, and at least 64 bytes after the text can be read, so that scans need no check for the
/// end at every step. The memory, mapped or allocated, goes with this object.
final class FileText: @unchecked Sendable {
    let base: UnsafePointer<UInt8>
    let count: Int
    private let memory: UnsafeMutableRawPointer
    private let mappedBytes: Int

    /// How many bytes past the end can be read.
    static let padding = 64

    /// Text that was read or decoded: `memory` comes from `malloc` and has room for the padding.
    init(adopting memory: UnsafeMutablePointer<UInt8>, count: Int) {
        self.memory = UnsafeMutableRawPointer(memory)
        self.mappedBytes = 0
        self.base = UnsafePointer(memory)
        self.count = count
        memset(memory + count, 0, Self.padding)
        memory[count] = Byte.lineFeed
    }

    convenience init(_ bytes: some Collection<UInt8>) {
        let memory = Self.allocate(bytes.count)
        var at = 0
        for byte in bytes {
            memory[at] = byte
            at += 1
        }
        self.init(adopting: memory, count: bytes.count)
    }

    /// A regular file, mapped privately: a page of our own follows it, so that what is past its end can be read.
    init?(mapping descriptor: Int32, count: Int) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let total = (count + page - 1) / page * page + page
        let access = PROT_READ | PROT_WRITE
        guard let memory = mmap(nil, total, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), memory != MAP_FAILED
        else { return nil }
        guard mmap(memory, count, access, MAP_PRIVATE | MAP_FIXED, descriptor, 0) != MAP_FAILED else {
            munmap(memory, total)
            return nil
        }
        madvise(memory, count, MADV_SEQUENTIAL)
        self.memory = memory
        self.mappedBytes = total
        let bytes = memory.assumingMemoryBound(to: UInt8.self)
        bytes[count] = Byte.lineFeed
        self.base = UnsafePointer(bytes)
        self.count = count
    }

    deinit {
        if mappedBytes > 0 { munmap(memory, mappedBytes) } else { free(memory) }
    }

    /// Says that a range will not be read for a while: of a mapped file its pages need not be kept for this process. What
    /// is read again comes again from the file.
    func release(_ range: Range<Int>) {
        guard mappedBytes > 0 else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = (range.lowerBound + page - 1) / page * page
        // The page behind the last whole one was written to, and is not the file's any more.
        let end = min(range.upperBound, count) / page * page
        if start < end { madvise(memory + start, end - start, MADV_DONTNEED) }
    }

    /// Memory for `count` bytes and the padding.
    static func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        guard let memory = malloc(count + padding) else { preconditionFailure("no memory for \(count) bytes of text") }
        return memory.assumingMemoryBound(to: UInt8.self)
    }

    func string(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count), as: UTF8.self)
    }

    /// The line, counted from 1, that an offset is on: line feeds, carriage returns, or both together end a line.
    func line(at offset: Int) -> Int {
        var line = 1
        for at in 0..<min(offset, count) {
            let byte = base[at]
            if byte == Byte.lineFeed || (byte == Byte.carriageReturn && base[at + 1] != Byte.lineFeed) { line &+= 1 }
        }
        return line
    }

    /// The physical line that an offset is on, its line end left out.
    func lineRange(at offset: Int) -> Range<Int> {
        var start = min(offset, count)
        while start > 0, !Byte.isLineEnd(base[start - 1]) { start -= 1 }
        var end = min(offset, count)
        while end < count, !Byte.isLineEnd(base[end]) { end += 1 }
        return start..<end
    }
}

/// Bytes with a name.
enum Byte {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\"")
    static let comma = UInt8(ascii: ",")
    static let point = UInt8(ascii: ".")
    static let minus = UInt8(ascii: "-")
    static let plus = UInt8(ascii: "+")
    static let slash = UInt8(ascii: "/")
    static let colon = UInt8(ascii: ":")
    static let zero = UInt8(ascii: "0")

    @inline(__always) static func isLineEnd(_ byte: UInt8) -> Bool { byte == lineFeed || byte == carriageReturn }
    @inline(__always) static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }
    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }
    @inline(__always) static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
}

/// The bytes of one cell, its quotes taken away. At least 16 bytes after them can be read.
struct Cell {
    var start: UnsafePointer<UInt8>
    var count: Int

    @inline(__always) subscript(at: Int) -> UInt8 { start[at] }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The cell without spaces, tabs and line ends around it.
    @inline(__always) var trimmed: Cell {
        var cell = self
        while cell.count > 0, cell.start[0] <= Byte.space {
            cell.start += 1
            cell.count &-= 1
        }
        while cell.count > 0, cell.start[cell.count &- 1] <= Byte.space { cell.count &-= 1 }
        return cell
    }

    /// Whether there is nothing in it but blanks, no-break spaces among them.
    var isBlank: Bool {
        var at = 0
        while at < count {
            if start[at] <= Byte.space {
                at += 1
            } else if start[at] == 0xC2, at + 1 < count, start[at + 1] == 0xA0 {
                at += 2
            } else {
                return false
            }
        }
        return true
    }
}
