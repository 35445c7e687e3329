import FunnelArrow
import FunnelModel
import FunnelStore
import FunnelTesting
import Testing

/// A damaged or hostile file gives an error or other values, and never a crash, an endless loop or a great deal of memory.
struct HostileTests {
    /// A small file with every type.
    private static let valid = ArrowTable.bytes(
        RandomColumns.make(rows: 9, seed: 3).filter { !$0.name.hasPrefix("many") && !$0.name.hasPrefix("some") }, rowCount: 9)

    @Test(
        "bytes changed in compressed files do no harm", .enabled(if: Tools.arePresent, "FUNNEL_PYTHON names no Python with pyarrow"),
        arguments: ["lz4", "zstd"])
    func compressed(codec: String) throws {
        _ = try Tools.written.get()
        let whole = TemporaryFolder.read("\(Tools.folder)/\(codec).arrow")
        #expect(try Self.read(whole) > 100)
        var random = Seeded(5)
        var refused = 0
        for _ in 0..<400 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.damage(&bytes, &random) }
            do { try Self.read(bytes, isCompressed: true) } catch { refused += 1 }
        }
        #expect(refused > 100)
    }

    /// Reads all that a file holds. Returns how many values there were.
    @discardableResult
    private static func read(_ bytes: [UInt8], isCompressed: Bool = false) throws(ArrowError) -> Int {
        let file = try ArrowFile(bytes.withUnsafeBytes { MappedFile($0) })
        var count = 0
        for batch in file.batches {
            // A value takes at least a bit.
            #expect(isCompressed || batch.rowCount <= bytes.count * 8)
            for (array, field) in zip(batch.arrays, file.fields) {
                let piece = try array.piece(0..<batch.rowCount, of: field.name)
                _ = try array.neededScale(0..<batch.rowCount, of: field.name)
                count += piece.marks.count
            }
        }
        return count
    }

    @Test("a file cut anywhere is an error")
    func cut() throws {
        #expect(try Self.read(Self.valid) > 300)
        for count in 0..<Self.valid.count {
            let bytes = Array(Self.valid[..<count])
            #expect(throws: ArrowError.self) { try Self.read(bytes) }
        }
    }

    @Test("bytes changed anywhere do no harm", arguments: 1...8)
    func flipped(seed: Int) {
        var random = Seeded(UInt64(seed))
        var refused = 0
        for _ in 0..<300 {
            var bytes = Self.valid
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.damage(&bytes, &random) }
            do {
                try Self.read(bytes)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 50)
    }

    /// The same bytes as a stream: the messages of a file without its magic and its footer.
    @Test("bytes changed in a stream do no harm", arguments: 1...4)
    func stream(seed: Int) throws {
        var random = Seeded(UInt64(seed) + 100)
        let stream = Array(Self.valid[8...])
        #expect(try Self.read(stream) > 300)
        for _ in 0..<300 {
            var bytes = stream
            Self.damage(&bytes, &random)
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            _ = try? Self.read(bytes)
        }
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout Seeded) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 2:
            // A number that is as large or as small as can be.
            let value: UInt8 = Bool.random(using: &random) ? 0xFF : 0x7F
            for index in at..<min(bytes.count, at + 8) { bytes[index] = index == at + 7 ? value : 0xFF }
        case 3: for index in at..<min(bytes.count, at + 4) { bytes[index] = 0 }
        default:
            let from = Int.random(in: 0..<bytes.count, using: &random)
            for index in 0..<min(16, bytes.count - max(at, from)) { bytes[at + index] = bytes[from + index] }
        }
    }
}
