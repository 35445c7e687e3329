import FunnelStore
import Glibc

/// Unpacks the buffers of a compressed batch: each is its length, then an LZ4 or a Zstandard frame, or itself where packing
/// would not have made it smaller.
enum Unpacking {
    /// Memory that holds the buffers one behind the other, and where each stands in it.
    static func unpack(
        _ buffers: [[Int64]], _ body: Range<Int>, _ file: MappedFile, codec: Int8
    ) throws(ArrowError) -> (memory: MappedFile, buffers: [[Int64]]) {
        let unpack = try unpacker(codec)
        var packed: [UnsafeRawBufferPointer] = []
        var places: [[Int64]] = []
        var total = 0
        for buffer in buffers {
            guard buffer[0] >= 0, buffer[1] >= 0, buffer[0] <= Int64(body.count), buffer[1] <= Int64(body.count) - buffer[0] else {
                throw .damaged("a buffer lies outside its batch")
            }
            let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[body.lowerBound + Int(buffer[0])..<body.lowerBound + Int(buffer[0] + buffer[1])])
            let count = try length(of: bytes)
            packed.append(bytes)
            places.append([Int64(total), Int64(count)])
            total += (count + 63) / 64 * 64
        }
        let memory = try MappedFile(count: total) { (out: UnsafeMutableRawBufferPointer) throws(ArrowError) in
            for (bytes, place) in zip(packed, places) where place[1] > 0 {
                let target = UnsafeMutableRawBufferPointer(rebasing: out[Int(place[0])..<Int(place[0] + place[1])])
                let content = UnsafeRawBufferPointer(rebasing: bytes[8...])
                if bytes.loadUnaligned(as: Int64.self) == -1 {
                    target.copyMemory(from: content)
                } else {
                    guard unpack(content, target) else { throw .damagedCompression }
                }
                // The gap up to the next buffer.
                for at in Int(place[0] + place[1])..<Int(place[0] + place[1] + 63) / 64 * 64 { out[at] = 0 }
            }
        }
        return (memory, places)
    }

    /// A frame says more than this many times its own bytes only of data that are nearly all the same: beyond it, and beyond
    /// this size, a length is a mistake or a trap.
    private static let mostRatio = 1_000
    private static let mostBytes = 1 << 30

    /// The bytes of a buffer once it is unpacked.
    private static func length(of bytes: UnsafeRawBufferPointer) throws(ArrowError) -> Int {
        if bytes.count == 0 { return 0 }
        guard bytes.count >= 8 else { throw .damagedCompression }
        let length = bytes.loadUnaligned(as: Int64.self)
        if length == -1 { return bytes.count - 8 }
        guard length >= 0, length <= Int64(max(mostBytes, bytes.count * mostRatio)) else { throw .damagedCompression }
        return Int(length)
    }

    /// Fills its second argument with what the first one holds; false where that can't be.
    private typealias Unpacker = (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Bool

    private static func unpacker(_ codec: Int8) throws(ArrowError) -> Unpacker {
        switch codec {
        case 0: return LZ4.unpack
        case 1:
            guard let zstandard else { throw .noZstandard }
            return { source, target in zstandard(target.baseAddress, target.count, source.baseAddress, source.count) == target.count }
        default: throw .unknownCodec
        }
    }

    /// `size_t ZSTD_decompress(void *, size_t, const void *, size_t)`; an error is a number larger than any length.
    private typealias Zstandard = @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeRawPointer?, Int) -> Int

    /// The system's library, looked for when the first file needs it: so that the program runs where it is not installed.
    private static let zstandard: Zstandard? = {
        guard let library = dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL), let function = dlsym(library, "ZSTD_decompress") else { return nil }
        return unsafeBitCast(function, to: Zstandard.self)
    }()
}
