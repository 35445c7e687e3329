/// Unpacks LZ4 frames: texts of literal bytes, and of bytes that have come before.
///
/// The form is that of https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md. Its own
/// checksums are not looked at: what does not fill the target exactly is refused.
package enum LZ4 {
    /// Fills `target` with what a frame holds; false where the frame is damaged, or holds more or less.
    package static func unpack(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
        guard source.count >= 7, source.loadUnaligned(as: UInt32.self) == 0x184D_2204, source[4] >> 6 == 1 else { return false }
        let flags = source[4]
        // The length of the content and the number of a dictionary stand in the header if the flags say so.
        var at = 7 + (flags & 8 != 0 ? 8 : 0) + (flags & 1 != 0 ? 4 : 0)
        var filled = 0
        while at + 4 <= source.count {
            let size = source.loadUnaligned(fromByteOffset: at, as: UInt32.self)
            at += 4
            if size == 0 { return filled == target.count }
            let count = Int(size & 0x7FFF_FFFF)
            guard count <= source.count - at else { return false }
            let block = UnsafeRawBufferPointer(rebasing: source[at..<at + count])
            if size >> 31 == 1 {
                guard count <= target.count - filled else { return false }
                UnsafeMutableRawBufferPointer(rebasing: target[filled...]).copyMemory(from: block)
                filled += count
            } else {
                guard let end = unpack(block: block, target, from: filled) else { return false }
                filled = end
            }
            at += count + (flags & 16 != 0 ? 4 : 0)
        }
        return false
    }

    /// Unpacks one block behind what is there already; returns where it ends.
    private static func unpack(block: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, from start: Int) -> Int? {
        guard let source = block.baseAddress, let out = target.baseAddress else { return block.isEmpty ? start : nil }
        var at = 0
        var filled = start
        while at < block.count {
            let token = block[at]
            at += 1
            guard let literals = length(Int(token >> 4), block, &at), literals <= block.count - at, literals <= target.count - filled else { return nil }
            (out + filled).copyMemory(from: source + at, byteCount: literals)
            at += literals
            filled += literals
            // The last sequence has no match.
            if at == block.count { return filled }
            guard block.count - at >= 2 else { return nil }
            let distance = Int(block.loadUnaligned(fromByteOffset: at, as: UInt16.self))
            at += 2
            guard distance > 0, distance <= filled, let more = length(Int(token & 15), block, &at), more + 4 <= target.count - filled else { return nil }
            copy(more + 4, back: distance, out + filled)
            filled += more + 4
        }
        return nil
    }

    /// A length whose four bits are full goes on in the bytes behind.
    @inline(__always)
    private static func length(_ bits: Int, _ block: UnsafeRawBufferPointer, _ at: inout Int) -> Int? {
        guard bits == 15 else { return bits }
        var total = 15
        while at < block.count {
            let byte = block[at]
            at += 1
            total += Int(byte)
            if byte != 255 { return total }
        }
        return nil
    }

    /// Copies bytes that end before `out`, which may be among those that are copied.
    @inline(__always)
    private static func copy(_ count: Int, back distance: Int, _ out: UnsafeMutableRawPointer) {
        let from = out - distance
        if distance >= count {
            out.copyMemory(from: from, byteCount: count)
        } else if distance >= 8 {
            var at = 0
            while at + 8 <= count {
                out.storeBytes(of: from.loadUnaligned(fromByteOffset: at, as: UInt64.self), toByteOffset: at, as: UInt64.self)
                at += 8
            }
            while at < count {
                out.storeBytes(of: from.load(fromByteOffset: at, as: UInt8.self), toByteOffset: at, as: UInt8.self)
                at += 1
            }
        } else {
            for at in 0..<count { out.storeBytes(of: from.load(fromByteOffset: at, as: UInt8.self), toByteOffset: at, as: UInt8.self) }
        }
    }
}
