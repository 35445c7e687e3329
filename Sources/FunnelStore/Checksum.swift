import Dispatch

/// A number that tells changed bytes from those that were written: no guard against a forger, and as fast as memory is.
///
/// Eight lanes of 64 bits take 64 bytes at a step, each by a product of its halves (the idea of XXH3's long hash, by
/// Yann Collet), under a key that is another one at each step, so that the order counts. Pieces of a megabyte are summed
/// by themselves, on all cores.
package enum Checksum {
    private static let pieceSize = 1 << 20
    private static let seed = SIMD8<UInt64>(
        0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB, 0xD6E8_FEB8_6659_FD93, 0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB,
        0x8EBC_6AF0_9C88_C6E3, 0x5899_65CC_7537_4CC3)
    private static let step = SIMD8<UInt64>(
        0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5, 0x9E37_79B1_85EB_CA87, 0xFF51_AFD7_ED55_8CCD,
        0xC4CE_B9FE_1A85_EC53, 0x2545_F491_4F6C_DD1D)

    /// The checksum of some bytes; the same with any number of cores.
    package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        guard let base = bytes.baseAddress else { return mix(0, 0) }
        let pieces = (bytes.count + pieceSize - 1) / pieceSize
        var sum = UInt64(bytes.count)
        if pieces <= 1 { return mix(sum, piece(base, bytes.count)) }
        let sums = [UInt64](unsafeUninitializedCapacity: pieces) { out, count in
            nonisolated(unsafe) let sums = out
            nonisolated(unsafe) let base = base
            let total = bytes.count
            DispatchQueue.concurrentPerform(iterations: pieces) { index in
                let start = index * pieceSize
                sums.initializeElement(at: index, to: piece(base + start, min(pieceSize, total - start)))
            }
            count = pieces
        }
        for next in sums { sum = mix(sum, next) }
        return sum
    }

    private static func piece(_ base: UnsafeRawPointer, _ count: Int) -> UInt64 {
        var lanes = seed
        var key = seed &* 3
        var at = 0
        while at &+ 64 <= count {
            add(base.loadUnaligned(fromByteOffset: at, as: SIMD8<UInt64>.self), to: &lanes, &key)
            at &+= 64
        }
        if at < count {
            var rest = SIMD8<UInt64>()
            withUnsafeMutableBytes(of: &rest) { $0.copyMemory(from: UnsafeRawBufferPointer(start: base + at, count: count - at)) }
            add(rest, to: &lanes, &key)
        }
        var sum = UInt64(count)
        for lane in 0..<8 { sum = mix(sum, lanes[lane]) }
        return sum
    }

    @inline(__always)
    private static func add(_ data: SIMD8<UInt64>, to lanes: inout SIMD8<UInt64>, _ key: inout SIMD8<UInt64>) {
        let mixed = data ^ key
        lanes &+= (mixed & 0xFFFF_FFFF) &* (mixed &>> 32)
        lanes &+= (data &<< 32) | (data &>> 32)
        key &+= step
    }

    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (high, low) = (a ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: b ^ 0xE703_7ED1_A0B4_28DB)
        return high ^ low
    }
}
