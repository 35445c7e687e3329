import FunnelStore
import Testing

/// A checksum changes with every bit, with the order of the bytes, and with how many there are.
struct ChecksumTests {
    private static func sum(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { Checksum.of($0) } }

    @Test("every bit of some bytes counts", arguments: [1, 7, 63, 64, 65, 200])
    func bits(count: Int) {
        var random = Seeded(UInt64(count))
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        var seen: Set<UInt64> = [Self.sum(bytes)]
        for bit in 0..<count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(seen.insert(Self.sum(changed)).inserted)
        }
    }

    @Test("zeros of different lengths, and pieces that change places, differ")
    func order() {
        #expect(Set((0...300).map { Self.sum([UInt8](repeating: 0, count: $0)) }).count == 301)
        let a = [UInt8](repeating: 1, count: 64)
        let b = [UInt8](repeating: 2, count: 64)
        #expect(Self.sum(a + b) != Self.sum(b + a))
        let large = [UInt8](repeating: 3, count: 1 << 20)
        #expect(Self.sum(large + a) != Self.sum(a + large))
        #expect(Self.sum(large + large) != Self.sum(large))
    }

    @Test("where the bytes stand makes no difference")
    func place() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let wanted = Self.sum(bytes)
        for shift in 1..<70 {
            let moved = [UInt8](repeating: 9, count: shift) + bytes
            #expect(moved.withUnsafeBytes { Checksum.of(UnsafeRawBufferPointer(rebasing: $0[shift...])) } == wanted)
        }
    }
}
