/// The cells of one column of a piece of a file.
struct Cells {
    let base: UnsafePointer<UInt8>
    let fields: UnsafeMutablePointer<UInt64>
    let stride: Int
    let rows: Int
    let arena: Arena

    @inline(__always)
    subscript(row: Int) -> Cell {
        let entry = fields[row &* stride]
        let start = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF)
        if entry & FieldIndex.decodes != 0 {
            return arena.unquoted(base + start, count: Int((entry & ~FieldIndex.decodes) >> 32) - start)
        }
        return Cell(start: base + start, count: Int(truncatingIfNeeded: entry >> 32) &- start)
    }
}

/// Memory for texts that do not stand in the file as they are, such as those with doubled quotes.
final class Arena: @unchecked Sendable {
    private var blocks: [UnsafeMutablePointer<UInt8>] = []
    private var used = 0
    private var capacity = 0

    deinit { for block in blocks { block.deallocate() } }

    private func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        let needed = count + 16
        if blocks.isEmpty || used + needed > capacity {
            capacity = max(needed, 1 << 14)
            blocks.append(.allocate(capacity: capacity))
            used = 0
        }
        defer { used += needed }
        return blocks[blocks.count - 1] + used
    }

    /// A field that begins with a quote: what is inside, doubled quotes single; anything behind the closing quote as it
    /// stands, blanks left out.
    func unquoted(_ start: UnsafePointer<UInt8>, count: Int) -> Cell {
        let out = allocate(count)
        var filled = 0
        var at = 1
        var isInside = true
        while at < count {
            let byte = start[at]
            if isInside, byte == Byte.quote {
                if at + 1 < count, start[at + 1] == Byte.quote {
                    at += 1
                } else {
                    isInside = false
                    at += 1
                    let rest = UnsafeBufferPointer(start: start + at, count: count - at)
                    if rest.allSatisfy(Byte.isBlank) { break }
                    continue
                }
            }
            out[filled] = byte
            filled += 1
            at += 1
        }
        return Cell(start: UnsafePointer(out), count: filled)
    }
}
