import FunnelArrow
import Testing

/// An LZ4 frame gives what was packed into it, and a damaged one nothing, and no harm.
struct LZ4Tests {
    /// The text below, as pyarrow packs it.
    private static let frame: [UInt8] = {
        let digits =
            "04224d186040825a000000e061206c6561642c2061206465616c08000810001b3b10000f2000ff40ff19000102030405060708090a0b0c0d0e0f1011121314151617"
            + "18191a1b1c1d1e1f202122232425262788010b0c98013f2c207a01000d507a7a7a7a7a00000000"
        let bytes = Array(digits.utf8)
        return stride(from: 0, to: bytes.count, by: 2).map { UInt8(String(decoding: bytes[$0..<$0 + 2], as: UTF8.self), radix: 16) ?? 0 }
    }()

    private static let text: [UInt8] = {
        var text: [UInt8] = []
        for _ in 0..<12 { text += "a lead, a deal, a lead, a deal; ".utf8 }
        text += 0..<40
        for _ in 0..<3 { text += "a lead, a deal, ".utf8 }
        return text + [UInt8](repeating: UInt8(ascii: "z"), count: 38)
    }()

    /// What a frame holds, if it holds so many bytes.
    private static func unpacked(_ frame: [UInt8], count: Int) -> [UInt8]? {
        var target = [UInt8](repeating: 0xEE, count: count)
        let isWhole = frame.withUnsafeBytes { source in target.withUnsafeMutableBytes { LZ4.unpack(source, $0) } }
        return isWhole ? target : nil
    }

    @Test("a frame is unpacked, and only into as much as it holds")
    func whole() {
        #expect(Self.unpacked(Self.frame, count: Self.text.count) == Self.text)
        #expect(Self.unpacked(Self.frame, count: Self.text.count - 1) == nil)
        #expect(Self.unpacked(Self.frame, count: Self.text.count + 1) == nil)
        #expect(Self.unpacked([], count: 0) == nil)
    }

    @Test("blocks that are not packed, their checksums, and a length in the header are passed over")
    func stored() {
        let plain: [UInt8] = [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82, 3, 0, 0, 0x80, 1, 2, 3, 2, 0, 0, 0x80, 4, 5, 0, 0, 0, 0]
        #expect(Self.unpacked(plain, count: 5) == [1, 2, 3, 4, 5])
        let checked: [UInt8] = [0x04, 0x22, 0x4D, 0x18, 0x78, 0x40, 5, 0, 0, 0, 0, 0, 0, 0, 0x82, 5, 0, 0, 0x80, 1, 2, 3, 4, 5, 9, 9, 9, 9, 0, 0, 0, 0]
        #expect(Self.unpacked(checked, count: 5) == [1, 2, 3, 4, 5])
    }

    @Test("a frame that is cut short is refused")
    func cut() {
        for count in 0..<Self.frame.count { #expect(Self.unpacked(Array(Self.frame[..<count]), count: Self.text.count) == nil) }
    }

    @Test("changed bytes do no harm")
    func changed() {
        var random = Seeded(77)
        var refused = 0
        for _ in 0..<20_000 {
            var frame = Self.frame
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Self.unpacked(frame, count: Int.random(in: 0...600, using: &random)) == nil { refused += 1 }
        }
        #expect(refused > 15_000)
    }
}
