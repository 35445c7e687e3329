import FunnelArrow
import FunnelStore
import Glibc

/// Slices of one column, copied behind one another into memory of our own.
struct SliceCopy {
    private let slices: [ColumnSlice]
    private let type: ArrowType
    private let name: String
    private let rows: Int
    private var size = 0
    private var validity: Range<Int>?

    init(_ slices: [ColumnSlice], _ type: ArrowType, _ name: String) {
        self.slices = slices.filter { $0.count > 0 }
        self.type = type
        self.name = name
        rows = slices.reduce(0) { $0 + $1.count }
        if type != .null, self.slices.contains(where: { $0.validity != nil }) { validity = place((rows + 7) / 8) }
    }

    /// Room for some bytes, at a multiple of 64.
    private mutating func place(_ bytes: Int) -> Range<Int> {
        let start = size
        size += (bytes + 63) & ~63
        return start..<start + bytes
    }

    consuming func array() throws(ADBCError) -> ArrowArray {
        switch type {
        case .null:
            return ArrowArray(type: type, count: rows, file: memory { _ in }, validity: nil, data: 0..<0)
        case .bool:
            try requireData()
            let data = place((rows + 7) / 8)
            let file = memory { base in Self.bits(slices, into: base + data.lowerBound) { $0.buffer(1) } }
            return ArrowArray(type: type, count: rows, file: file, validity: validity, data: data)
        case .utf8(let bits): return try texts(offsetBits: bits)
        case .utf8View: return try views()
        case .integer, .real, .decimal, .days, .dayMilliseconds, .time, .timestamp:
            try requireData()
            let width = type.bits / 8
            let data = place(rows * width)
            let file = memory { base in
                var at = base + data.lowerBound
                for slice in slices {
                    guard let values = slice.buffer(1) else { continue }
                    memcpy(at, values + slice.offset * width, slice.count * width)
                    at += slice.count * width
                }
            }
            return ArrowArray(type: type, count: rows, file: file, validity: validity, data: data)
        }
    }

    /// Codes, in 32 bits and moved by `starts`, slice by slice.
    consuming func codes(_ starts: [Int], _ dictionary: ArrowDictionary) throws(ADBCError) -> ArrowArray {
        guard case .integer(let bits, let isSigned) = type else { throw .damagedColumn(name, "the codes are no integers") }
        try requireData()
        let data = place(rows * 4)
        let file = memory { base in
            let out = (base + data.lowerBound).assumingMemoryBound(to: Int32.self)
            var at = 0
            // A batch without rows is not taken in, so each slice has its start.
            for (slice, start) in zip(slices, starts) {
                guard let codes = slice.buffer(1) else { continue }
                for row in 0..<slice.count {
                    // A code that does not fit points nowhere: it is told when it is read, unless the row has no value.
                    let code = ArrowArray.integer(codes, slice.offset + row, bits, isSigned).flatMap { $0 >= 0 ? Int32(exactly: $0 + Int64(start)) : nil }
                    out[at] = code ?? -1
                    at += 1
                }
            }
        }
        return ArrowArray(
            type: .integer(bits: 32, isSigned: true), count: rows, file: file, validity: validity, data: data, dictionary: dictionary)
    }

    private func requireData() throws(ADBCError) {
        guard slices.allSatisfy({ $0.buffer(1) != nil }) else { throw .damagedColumn(name, "the values are missing") }
    }

    // MARK: - Texts

    private consuming func texts(offsetBits: Int) throws(ADBCError) -> ArrowArray {
        try requireData()
        let width = offsetBits / 8
        let offsets = place((rows + 1) * width)
        var bytes = 0
        for slice in slices {
            guard let places = slice.textPlaces(type), places.start >= 0, places.end >= places.start, places.end == places.start || slice.buffer(2) != nil
            else {
                throw .damagedColumn(name, "the offsets of its texts are wrong")
            }
            bytes += places.end - places.start
        }
        let texts = place(bytes)
        let file = memory { base in
            var row = 0
            var filled = 0
            let out = base + offsets.lowerBound
            for slice in slices {
                guard let source = slice.buffer(1), let places = slice.textPlaces(type) else { continue }
                let move = filled - places.start
                if width == 4 {
                    let from = (source + 4 * slice.offset).assumingMemoryBound(to: Int32.self)
                    let to = out.assumingMemoryBound(to: Int32.self) + row
                    for at in 0..<slice.count { to[at] = from[at] &+ Int32(truncatingIfNeeded: move) }
                } else {
                    let from = (source + 8 * slice.offset).assumingMemoryBound(to: Int64.self)
                    let to = out.assumingMemoryBound(to: Int64.self) + row
                    for at in 0..<slice.count { to[at] = from[at] &+ Int64(move) }
                }
                if let letters = slice.buffer(2), places.end > places.start {
                    memcpy(base + texts.lowerBound + filled, letters + places.start, places.end - places.start)
                }
                row += slice.count
                filled += places.end - places.start
            }
            if width == 4 { out.assumingMemoryBound(to: Int32.self)[row] = Int32(filled) } else { out.assumingMemoryBound(to: Int64.self)[row] = Int64(filled) }
        }
        return ArrowArray(type: type, count: rows, file: file, validity: validity, data: offsets, texts: [texts])
    }

    /// Views name the buffer in which a long text stands: those of a later slice stand behind those of the slices before.
    private consuming func views() throws(ADBCError) -> ArrowArray {
        try requireData()
        let data = place(rows * 16)
        var texts: [Range<Int>] = []
        var sources: [UnsafeRawPointer?] = []
        var firsts: [Int32] = []
        for slice in slices {
            let count = slice.bufferCount - 3
            guard let sizes = slice.buffer(slice.bufferCount - 1) ?? (count == 0 ? UnsafeRawPointer(bitPattern: 8) : nil) else {
                throw .damagedColumn(name, "the sizes of its texts are missing")
            }
            firsts.append(Int32(texts.count))
            for index in 0..<count {
                let size = Int(sizes.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self))
                guard size >= 0, size == 0 || slice.buffer(2 + index) != nil else { throw .damagedColumn(name, "its texts are missing") }
                texts.append(place(size))
                sources.append(slice.buffer(2 + index))
            }
        }
        let places = texts
        let file = memory { base in
            for (place, source) in zip(places, sources) where !place.isEmpty {
                if let source { memcpy(base + place.lowerBound, source, place.count) }
            }
            var at = base + data.lowerBound
            for (slice, first) in zip(slices, firsts) {
                guard let views = slice.buffer(1) else { continue }
                memcpy(at, views + 16 * slice.offset, 16 * slice.count)
                if first > 0 {
                    for row in 0..<slice.count where at.load(fromByteOffset: 16 * row, as: Int32.self) > 12 {
                        let buffer = at.load(fromByteOffset: 16 * row + 8, as: Int32.self)
                        at.storeBytes(of: buffer &+ first, toByteOffset: 16 * row + 8, as: Int32.self)
                    }
                }
                at += 16 * slice.count
            }
        }
        return ArrowArray(type: type, count: rows, file: file, validity: validity, data: data, texts: texts)
    }

    // MARK: - Memory

    /// Memory for all that has a place, filled; the bits of missing rows are filled here.
    private func memory(_ fill: (UnsafeMutableRawPointer) -> Void) -> MappedFile {
        MappedFile(count: size) { memory in
            guard let base = memory.baseAddress else { return }
            if let validity { Self.bits(slices, into: base + validity.lowerBound) { $0.validity } }
            fill(base)
        }
    }

    /// Copies a bit a row; where a slice has none, all are set.
    private static func bits(_ slices: [ColumnSlice], into out: UnsafeMutableRawPointer, _ source: (ColumnSlice) -> UnsafeRawPointer?) {
        memset(out, 0, (slices.reduce(0) { $0 + $1.count } + 7) / 8)
        let bytes = out.assumingMemoryBound(to: UInt8.self)
        var row = 0
        for slice in slices {
            let bits = source(slice)
            var at = 0
            if row & 7 == 0, slice.offset & 7 == 0 || bits == nil {
                let whole = slice.count / 8
                if let bits { memcpy(out + row / 8, bits + slice.offset / 8, whole) } else { memset(out + row / 8, 0xFF, whole) }
                at = whole * 8
            }
            while at < slice.count {
                let from = slice.offset + at
                let isSet = bits.map { $0.load(fromByteOffset: from >> 3, as: UInt8.self) >> UInt8(from & 7) & 1 == 1 } ?? true
                if isSet { bytes[(row + at) >> 3] |= 1 << UInt8((row + at) & 7) }
                at += 1
            }
            row += slice.count
        }
    }
}
