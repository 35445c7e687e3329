import FunnelStore
import Synchronization

/// Texts of an array: found, and checked to lie where they may and to be UTF-8.
extension ArrowArray {
    func texts(_ rows: Range<Int>, _ name: String, _ marks: inout RowMarks) throws(ArrowError) -> ArrowTexts {
        let starts = Buffer<Int>(zeros: rows.count)
        let counts = Buffer<Int32>(zeros: rows.count)
        if case .utf8(32) = type, try plainTexts(rows, name, &marks, starts, counts) { return ArrowTexts(file: file, starts: starts, counts: counts) }
        for row in rows {
            let at = row - rows.lowerBound
            guard isPresent(row) else {
                marks.miss(at)
                continue
            }
            guard let place = place(ofText: row) else { throw .damagedColumn(name, "row \(row + 1) of its batch points outside its text") }
            guard place.count <= Int(Int32.max), Self.isUTF8(UnsafeRawBufferPointer(start: file.base + place.lowerBound, count: place.count)) else {
                throw .damagedColumn(name, "row \(row + 1) of its batch is no UTF-8 text")
            }
            starts.base[at] = place.lowerBound
            counts.base[at] = Int32(place.count)
        }
        return ArrowTexts(file: file, starts: starts, counts: counts)
    }

    /// The most frequent case in a loop of its own: texts that stand one behind the other, all of them looked at as one. False where
    /// they are anything else, or something is wrong with one of them.
    private func plainTexts(
        _ rows: Range<Int>, _ name: String, _ marks: inout RowMarks, _ starts: Buffer<Int>, _ counts: Buffer<Int32>
    ) throws(ArrowError) -> Bool {
        guard !rows.isEmpty else { return true }
        let offsets = address(data).assumingMemoryBound(to: Int32.self)
        guard UInt(bitPattern: offsets) % 4 == 0 else { return false }
        let all = texts[0]
        let (first, last) = (Int(offsets[rows.lowerBound]), Int(offsets[rows.upperBound]))
        guard first >= 0, last >= first, last <= all.count else { return false }
        var isRising = true
        for row in rows { isRising = isRising && offsets[row] <= offsets[row + 1] }
        let letters = UnsafeRawBufferPointer(start: file.base + all.lowerBound + first, count: last - first)
        guard isRising, Self.isASCII(letters) || areUTF8(letters, rows, offsets) else { return false }
        for at in 0..<rows.count {
            let row = rows.lowerBound + at
            starts.base[at] = all.lowerBound + Int(offsets[row])
            counts.base[at] = offsets[row + 1] &- offsets[row]
        }
        guard validity != nil else { return true }
        for row in rows where !isPresent(row) { marks.miss(row - rows.lowerBound) }
        return true
    }

    /// Whether all letters are sound UTF-8, and every text begins with the first byte of one: so each text is sound.
    private func areUTF8(_ letters: UnsafeRawBufferPointer, _ rows: Range<Int>, _ offsets: UnsafePointer<Int32>) -> Bool {
        let bytes = Span(_unsafeElements: letters.bindMemory(to: UInt8.self))
        guard (try? UTF8Span(validating: bytes)) != nil else { return false }
        let first = offsets[rows.lowerBound]
        var areWhole = true
        for row in rows where offsets[row] < offsets[rows.upperBound] {
            areWhole = areWhole && letters[Int(offsets[row] &- first)] & 0xC0 != 0x80
        }
        return areWhole
    }

    private static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var bits: UInt64 = 0
        var at = 0
        while at + 8 <= bytes.count {
            bits |= bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            at += 8
        }
        while at < bytes.count {
            bits |= UInt64(bytes[at])
            at += 1
        }
        return bits & 0x8080_8080_8080_8080 == 0
    }

    /// Where in the file the text of a row stands; nil where that is outside the array's buffers.
    private func place(ofText row: Int) -> Range<Int>? {
        let base = address(data)
        switch type {
        case .utf8(32):
            return place(
                Int(base.loadUnaligned(fromByteOffset: 4 * row, as: Int32.self)), Int(base.loadUnaligned(fromByteOffset: 4 * row + 4, as: Int32.self)),
                of: texts[0])
        case .utf8:
            return place(
                Int(base.loadUnaligned(fromByteOffset: 8 * row, as: Int64.self)), Int(base.loadUnaligned(fromByteOffset: 8 * row + 8, as: Int64.self)),
                of: texts[0])
        default:
            let count = Int(base.loadUnaligned(fromByteOffset: 16 * row, as: Int32.self))
            let own = data.lowerBound + 16 * row + 4
            if count >= 0, count <= 12 { return own..<own + count }
            let buffer = Int(base.loadUnaligned(fromByteOffset: 16 * row + 8, as: Int32.self))
            let start = Int(base.loadUnaligned(fromByteOffset: 16 * row + 12, as: Int32.self))
            guard count > 0, texts.indices.contains(buffer) else { return nil }
            return place(start, start + count, of: texts[buffer])
        }
    }

    private func place(_ start: Int, _ end: Int, of bytes: Range<Int>) -> Range<Int>? {
        guard start >= 0, start <= end, end <= bytes.count else { return nil }
        return bytes.lowerBound + start..<bytes.lowerBound + end
    }

    private static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var at = 0
        while at + 8 <= bytes.count, bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 { at += 8 }
        if at + 8 > bytes.count, bytes[at...].allSatisfy({ $0 < 0x80 }) { return true }
        return String(validating: bytes, as: UTF8.self) != nil
    }
}

extension ArrowDictionary {
    /// The texts of all pieces, by code.
    func texts(_ name: String) throws(ArrowError) -> ArrowTexts {
        if let known = known.withLock({ $0 }) { return known }
        let starts = Buffer<Int>(zeros: count)
        let counts = Buffer<Int32>(zeros: count)
        for (piece, first) in zip(pieces, self.starts) {
            var marks = RowMarks(piece.count)
            let texts = try piece.texts(0..<piece.count, name, &marks)
            for row in 0..<piece.count {
                starts.base[first + row] = texts.starts.base[row]
                counts.base[first + row] = texts.counts.base[row]
            }
        }
        let texts = ArrowTexts(file: pieces[0].file, starts: starts, counts: counts)
        known.withLock { $0 = texts }
        return texts
    }
}
