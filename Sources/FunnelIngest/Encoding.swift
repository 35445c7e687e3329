import FunnelStore

/// How the bytes of a file are letters, and how they become UTF-8.
enum Encoding {
    /// The text behind a byte order mark, or nil where the bytes have none that says another encoding.
    static func decodingMark(_ text: FileText) -> (text: FileText, note: String?) {
        let bytes = UnsafeBufferPointer(start: text.base, count: text.count)
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            return (text, nil)
        }
        if bytes.count >= 2, bytes[0] == 0xFF, bytes[1] == 0xFE {
            return (utf16(UnsafeBufferPointer(rebasing: bytes[2...]), bigEndian: false), "read as UTF-16")
        }
        if bytes.count >= 2, bytes[0] == 0xFE, bytes[1] == 0xFF {
            return (utf16(UnsafeBufferPointer(rebasing: bytes[2...]), bigEndian: true), "read as UTF-16")
        }
        // Latin text in UTF-16 without a mark: every second byte is zero.
        if bytes.count >= 8 {
            let head = bytes.prefix(64)
            let zeros = head.indices.filter { head[$0] == 0 }
            let even = zeros.count { $0 % 2 == 0 }
            if zeros.count >= max(4, head.count / 5), max(even, zeros.count - even) * 5 >= zeros.count * 4 {
                return (utf16(bytes, bigEndian: even * 2 > zeros.count), "read as UTF-16")
            }
        }
        return (text, nil)
    }

    /// Where the text begins: behind the mark of UTF-8.
    static func start(of text: FileText) -> Int {
        text.count >= 3 && text.base[0] == 0xEF && text.base[1] == 0xBB && text.base[2] == 0xBF ? 3 : 0
    }

    static func utf16(_ bytes: UnsafeBufferPointer<UInt8>, bigEndian: Bool) -> FileText {
        let units = bytes.count / 2
        let memory = FileText.allocate(units * 3)
        var filled = 0
        var at = 0
        func unit(_ index: Int) -> UInt32 {
            let low = UInt32(bytes[index * 2 + (bigEndian ? 1 : 0)])
            let high = UInt32(bytes[index * 2 + (bigEndian ? 0 : 1)])
            return high << 8 | low
        }
        while at < units {
            var scalar = unit(at)
            at += 1
            if scalar >> 10 == 0x36, at < units, unit(at) >> 10 == 0x37 {
                scalar = 0x10000 + (scalar & 0x3FF) << 10 + (unit(at) & 0x3FF)
                at += 1
            } else if scalar >> 11 == 0x1B {
                scalar = 0xFFFD
            }
            filled = write(scalar, to: memory, at: filled)
        }
        return FileText(adopting: memory, count: filled)
    }

    private static func write(_ scalar: UInt32, to memory: UnsafeMutablePointer<UInt8>, at index: Int) -> Int {
        var at = index
        func put(_ byte: UInt32) {
            memory[at] = UInt8(truncatingIfNeeded: byte)
            at += 1
        }
        switch scalar {
        case 0..<0x80: put(scalar)
        case 0x80..<0x800:
            put(0xC0 | scalar >> 6)
            put(0x80 | scalar & 0x3F)
        case 0x800..<0x10000:
            put(0xE0 | scalar >> 12)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        default:
            put(0xF0 | scalar >> 18)
            put(0x80 | scalar >> 12 & 0x3F)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        }
        return at
    }

    // MARK: - UTF-8

    /// The length of the well-formed sequence that begins at `p`, or 0 where none does.
    @inline(__always)
    static func sequenceLength(_ p: UnsafePointer<UInt8>, available: Int) -> Int {
        let lead = p[0]
        if lead < 0x80 { return 1 }
        if lead < 0xC2 || lead > 0xF4 { return 0 }
        func isTail(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
        if lead < 0xE0 { return available >= 2 && isTail(p[1]) ? 2 : 0 }
        if lead < 0xF0 {
            guard available >= 3, isTail(p[1]), isTail(p[2]) else { return 0 }
            if lead == 0xE0 && p[1] < 0xA0 { return 0 }
            if lead == 0xED && p[1] >= 0xA0 { return 0 }
            return 3
        }
        guard available >= 4, isTail(p[1]), isTail(p[2]), isTail(p[3]) else { return 0 }
        if lead == 0xF0 && p[1] < 0x90 { return 0 }
        if lead == 0xF4 && p[1] >= 0x90 { return 0 }
        return 4
    }

    /// Whether the letters that begin in `range` are well-formed UTF-8.
    static func isUTF8(_ text: FileText, _ range: Range<Int>) -> Bool {
        let base = text.base
        var at = range.lowerBound
        // A letter that began before the range belongs to the piece before.
        for back in 1...3 where at >= back && base[at] & 0xC0 == 0x80 {
            let length = sequenceLength(base + at - back, available: text.count - at + back)
            if length > back {
                at += length - back
                break
            }
        }
        while at < range.upperBound {
            if base[at] < 0x80 {
                at = plainEnd(base, at)
                continue
            }
            let length = sequenceLength(base + at, available: text.count - at)
            if length == 0 { return false }
            at += length
        }
        return true
    }

    /// The end of a run of plain letters, found some at a time; what is behind the text can be read.
    @inline(__always)
    private static func plainEnd(_ base: UnsafePointer<UInt8>, _ start: Int) -> Int {
        func word(_ at: Int) -> UInt64 { UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 }
        let first = word(start)
        guard first == 0 else { return start &+ max(1, first.trailingZeroBitCount >> 3) }
        let second = word(start &+ 8) | word(start &+ 16) | word(start &+ 24)
        let third = word(start &+ 32) | word(start &+ 40) | word(start &+ 48) | word(start &+ 56)
        return second | third == 0 ? start &+ 64 : start &+ 8
    }

    /// UTF-8 out of bytes that are not quite: where most of what is not ASCII is well-formed, the rest becomes U+FFFD;
    /// else the file is taken for Windows-1252, in which spreadsheets of western Windows save.
    static func repaired(_ text: FileText) -> (text: FileText, note: String) {
        var wellFormed = 0
        var broken: [Int] = []
        var at = 0
        while at < text.count {
            let length = sequenceLength(text.base + at, available: text.count - at)
            if length > 1 { wellFormed += 1 }
            if length == 0 { broken.append(at) }
            at += max(1, length)
        }
        let isUTF8 = wellFormed > broken.count
        let memory = FileText.allocate(text.count * 3)
        var filled = 0
        at = 0
        while at < text.count {
            let byte = text.base[at]
            let length = isUTF8 ? sequenceLength(text.base + at, available: text.count - at) : byte < 0x80 ? 1 : 0
            if length > 0 {
                for offset in 0..<length { memory[filled + offset] = text.base[at + offset] }
                filled += length
                at += length
                continue
            }
            let scalar: UInt32 =
                isUTF8 ? 0xFFFD : byte < 0xA0 ? windows1252[Int(byte) - 0x80] : UInt32(byte)
            filled = write(scalar, to: memory, at: filled)
            at += 1
        }
        let note =
            isUTF8
            ? "\(broken.count) bytes that are not UTF-8 became `\u{FFFD}`, the first on line \(text.line(at: broken[0]))"
            : "not UTF-8: read as Windows-1252; if letters look wrong, save the file as UTF-8"
        return (FileText(adopting: memory, count: filled), note)
    }

    /// What 0x80…0x9F are in Windows-1252.
    private static let windows1252: [UInt32] = [
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
        0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
    ]
}
