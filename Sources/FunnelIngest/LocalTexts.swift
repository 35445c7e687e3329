import FunnelStore
import Glibc

/// Distinct texts and their codes, in order of first appearance: a hash table with open addressing.
///
/// A text that is added is not copied: it must live as long as the table.
struct TextTable {
    struct Entry {
        var start: UnsafePointer<UInt8>
        var count: Int
        var hash: UInt64
    }

    private(set) var entries: UnsafeMutablePointer<Entry>
    private(set) var count = 0
    private var capacity: Int
    private var slots: UnsafeMutablePointer<UInt32>
    private var mask: Int

    init(capacity wanted: Int = 64) {
        var size = 128
        while size < wanted * 2 { size *= 2 }
        capacity = size / 2
        mask = size - 1
        entries = .allocate(capacity: capacity)
        slots = .allocate(capacity: size)
        slots.initialize(repeating: 0, count: size)
    }

    /// Gives the memory back; the table must not be used afterwards.
    func deallocate() {
        entries.deallocate()
        slots.deallocate()
    }

    /// The first eight bytes of a text, and the last eight where there are more; a shorter one is filled up with zeros. Without
    /// branches, as lengths can't be foretold. At least 8 bytes from `start` must be readable.
    @inline(__always)
    private static func words(_ start: UnsafePointer<UInt8>, _ count: Int) -> (first: UInt64, last: UInt64) {
        let raw = UnsafeRawPointer(start)
        let isLong: UInt64 = count > 8 ? .max : 0
        let kept: UInt64 = count < 8 ? (1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1 : .max
        return (raw.loadUnaligned(as: UInt64.self) & kept, (raw + max(count &- 8, 0)).loadUnaligned(as: UInt64.self) & isLong)
    }

    @inline(__always)
    static func hash(_ start: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        var (low, high) = words(start, count)
        if count > 16 {
            var at = 8
            while at &+ 8 < count {
                low = mix(low ^ 0x9E37_79B9_7F4A_7C15, (UnsafeRawPointer(start) + at).loadUnaligned(as: UInt64.self) ^ 0xD6E8_FEB8_6659_FD93)
                at &+= 8
            }
        }
        high ^= UInt64(count) &* 0xE703_7ED1_A0B4_28DB ^ 0x8EBC_6AF0_9C88_C6E3
        return mix(low ^ 0xA076_1D64_78BD_642F, high)
    }

    @inline(__always)
    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (high, low) = a.multipliedFullWidth(by: b)
        return high ^ low
    }

    /// Two texts of one length, word by word; at least 8 bytes of each must be readable.
    @inline(__always)
    private static func areEqual(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard words(a, count) == words(b, count) else { return false }
        var at = 8
        while at &+ 8 < count {
            let (mine, other) = (UnsafeRawPointer(a) + at, UnsafeRawPointer(b) + at)
            if mine.loadUnaligned(as: UInt64.self) != other.loadUnaligned(as: UInt64.self) { return false }
            at &+= 8
        }
        return true
    }

    /// The code of a text, which is added where it is new. At least 8 bytes from `start` must be readable.
    @inline(__always)
    mutating func code(_ start: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
        code(start, count, hash: Self.hash(start, count))
    }

    @inline(__always)
    mutating func code(_ start: UnsafePointer<UInt8>, _ count: Int, hash: UInt64) -> UInt32 {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let taken = slots[slot]
            if taken == 0 { return add(Entry(start: start, count: count, hash: hash), at: slot) }
            let entry = entries[Int(taken &- 1)]
            if entry.hash == hash, entry.count == count, Self.areEqual(entry.start, start, count) { return taken &- 1 }
            slot = (slot &+ 1) & mask
        }
    }

    /// The code of a text, or nil where it is not in the table.
    func find(_ text: String) -> UInt32? {
        let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 16)
        return bytes.withUnsafeBufferPointer { bytes in
            let start = bytes.baseAddress!
            let count = bytes.count - 16
            let hash = Self.hash(start, count)
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 {
                let entry = entries[Int(slots[slot] - 1)]
                if entry.hash == hash, entry.count == count, memcmp(entry.start, start, count) == 0 { return slots[slot] - 1 }
                slot = (slot + 1) & mask
            }
            return nil
        }
    }

    private mutating func add(_ entry: Entry, at slot: Int) -> UInt32 {
        var slot = slot
        if count == capacity {
            grow()
            slot = Int(truncatingIfNeeded: entry.hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
        }
        entries[count] = entry
        count += 1
        slots[slot] = UInt32(count)
        return UInt32(count - 1)
    }

    private mutating func grow() {
        let larger = capacity * 2
        let newEntries = UnsafeMutablePointer<Entry>.allocate(capacity: larger)
        newEntries.update(from: entries, count: count)
        entries.deallocate()
        entries = newEntries
        capacity = larger
        slots.deallocate()
        slots = .allocate(capacity: larger * 2)
        slots.initialize(repeating: 0, count: larger * 2)
        mask = larger * 2 - 1
        for index in 0..<count {
            var slot = Int(truncatingIfNeeded: entries[index].hash) & mask
            while slots[slot] != 0 { slot = (slot &+ 1) & mask }
            slots[slot] = UInt32(index + 1)
        }
    }
}

/// The distinct texts of one piece of a column, without the hash table that found them.
final class LocalTexts: @unchecked Sendable {
    let entries: UnsafeMutablePointer<TextTable.Entry>
    let count: Int
    /// Keeps what the entries point at.
    private let arena: Arena

    init(_ table: TextTable, arena: Arena) {
        count = table.count
        entries = .allocate(capacity: max(1, count))
        entries.update(from: table.entries, count: count)
        self.arena = arena
    }

    deinit { entries.deallocate() }

    private static func dictionary(_ table: TextTable) -> TextDictionary {
        var total = 0
        for index in 0..<table.count { total += table.entries[index].count }
        let offsets = Buffer<Int64>(zeros: table.count + 1)
        let bytes = Buffer<UInt8>(count: total) { out in
            var filled = 0
            for index in 0..<table.count {
                let entry = table.entries[index]
                memcpy(out + filled, entry.start, entry.count)
                filled += entry.count
                offsets.base[index + 1] = Int64(filled)
            }
        }
        return TextDictionary(bytes: bytes, offsets: offsets)
    }

    /// One dictionary for all pieces, in order of first appearance, and for each piece its codes in that dictionary.
    ///
    /// `check` is called before each piece; what it throws ends the work.
    static func merge(
        _ pieces: [LocalTexts], check: () throws -> Void
    ) rethrows -> (dictionary: TextDictionary, codes: [Buffer<UInt32>]) {
        var table = TextTable(capacity: (pieces.map(\.count).max() ?? 0) * 2)
        defer { table.deallocate() }
        let codes = try pieces.map { piece in
            try check()
            return Buffer<UInt32>(count: piece.count) { out in
                for index in 0..<piece.count {
                    let entry = piece.entries[index]
                    out[index] = table.code(entry.start, entry.count, hash: entry.hash)
                }
            }
        }
        return (dictionary(table), codes)
    }
}
