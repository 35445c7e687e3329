/// A flatbuffer's bytes, read with every offset checked: the form of Arrow's metadata.
///
/// A flatbuffer is tables that point at each other by relative offsets; which of its fields a table has is said by a small
/// table of offsets (vtable) in front of or behind it. See https://flatbuffers.dev/internals.
struct FlatBuffer {
    let bytes: UnsafeRawBufferPointer

    /// A number at an absolute place.
    func load<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) throws(ArrowError) -> T {
        guard offset >= 0, offset <= bytes.count - MemoryLayout<T>.size, let base = bytes.baseAddress else { throw Self.outside }
        return T(littleEndian: (base + offset).loadUnaligned(as: T.self))
    }

    /// The table that the buffer begins with.
    func root() throws(ArrowError) -> FlatTable { try table(at: Int(load(UInt32.self, at: 0))) }

    func table(at offset: Int) throws(ArrowError) -> FlatTable {
        let vtable = offset - Int(try load(Int32.self, at: offset))
        let size = Int(try load(UInt16.self, at: vtable))
        guard size >= 4, vtable + size <= bytes.count else { throw Self.outside }
        return FlatTable(buffer: self, start: offset, vtable: vtable, fields: (size - 4) / 2)
    }

    static let outside = ArrowError.damaged("its metadata points outside itself")
}

/// One table of a flatbuffer; its fields go by number.
struct FlatTable {
    let buffer: FlatBuffer
    let start: Int
    let vtable: Int
    let fields: Int

    /// Where a field stands, or nil where it has its default.
    private func place(_ field: Int) throws(ArrowError) -> Int? {
        guard field < fields else { return nil }
        let offset = Int(try buffer.load(UInt16.self, at: vtable + 4 + 2 * field))
        return offset == 0 ? nil : start + offset
    }

    func number<T: FixedWidthInteger & BitwiseCopyable>(_ field: Int, default value: T) throws(ArrowError) -> T {
        guard let place = try place(field) else { return value }
        return try buffer.load(T.self, at: place)
    }

    func truth(_ field: Int) throws(ArrowError) -> Bool { try number(field, default: UInt8(0)) != 0 }

    /// Where what a field points at stands.
    private func target(_ field: Int) throws(ArrowError) -> Int? {
        guard let place = try place(field) else { return nil }
        return place + Int(try buffer.load(UInt32.self, at: place))
    }

    func table(_ field: Int) throws(ArrowError) -> FlatTable? {
        guard let target = try target(field) else { return nil }
        return try buffer.table(at: target)
    }

    func string(_ field: Int) throws(ArrowError) -> String? {
        guard let (start, count) = try elements(field, size: 1) else { return nil }
        return String(decoding: buffer.bytes[start..<start + count], as: UTF8.self)
    }

    /// Where the elements of a vector begin, and how many there are; all lie within the buffer.
    private func elements(_ field: Int, size: Int) throws(ArrowError) -> (start: Int, count: Int)? {
        guard let target = try target(field) else { return nil }
        let count = Int(try buffer.load(UInt32.self, at: target))
        guard count <= (buffer.bytes.count - target - 4) / size else { throw FlatBuffer.outside }
        return (target + 4, count)
    }

    func tables(_ field: Int) throws(ArrowError) -> [FlatTable] {
        guard let (start, count) = try elements(field, size: 4) else { return [] }
        var tables: [FlatTable] = []
        for index in 0..<count {
            let place = start + 4 * index
            tables.append(try buffer.table(at: place + Int(try buffer.load(UInt32.self, at: place))))
        }
        return tables
    }

    /// A vector of structs of `width` 64-bit words each.
    func words(_ field: Int, width: Int) throws(ArrowError) -> [[Int64]] {
        guard let (start, count) = try elements(field, size: 8 * width) else { return [] }
        var structs: [[Int64]] = []
        structs.reserveCapacity(count)
        for index in 0..<count {
            var words: [Int64] = []
            for word in 0..<width { words.append(try buffer.load(Int64.self, at: start + 8 * (index * width + word))) }
            structs.append(words)
        }
        return structs
    }
}
