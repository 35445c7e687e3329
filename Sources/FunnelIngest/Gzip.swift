import CZlib
import Glibc
import FunnelStore

/// Takes gzip apart: any number of members, one after the other.
enum Gzip {
    enum Failure: Error { case truncated, damaged, interrupted }

    static func isGzip(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B }

    /// The text inside, or its first `limit` bytes or a little more. `isWhole` says that no packed bytes are left unread.
    static func unpack(
        _ packed: UnsafeBufferPointer<UInt8>, isWhole wasWhole: Bool, limit: Int? = nil, interrupt: Interrupt?
    ) throws -> (text: FileText, isWhole: Bool) {
        var capacity = min(max(packed.count * 4, 1 << 16), limit ?? .max)
        var memory = FileText.allocate(capacity)
        var keeps = false
        defer { if !keeps { free(memory) } }
        var filled = 0

        var stream = z_stream()
        let automaticHeader: Int32 = 15 + 32
        guard inflateInit2_(&stream, automaticHeader, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw Failure.damaged
        }
        defer { inflateEnd(&stream) }

        var taken = 0
        var isWhole = wasWhole
        members: while taken < packed.count {
            let input = min(packed.count - taken, 1 << 20)
            stream.next_in = UnsafeMutablePointer(mutating: packed.baseAddress! + taken)
            stream.avail_in = UInt32(input)
            var status: Int32 = Z_OK
            repeat {
                if interrupt?.isRaised == true { throw Failure.interrupted }
                if filled == capacity {
                    if let limit, filled >= limit {
                        isWhole = false
                        break members
                    }
                    capacity *= 2
                    guard let larger = realloc(memory, capacity + FileText.padding) else { throw Failure.damaged }
                    memory = larger.assumingMemoryBound(to: UInt8.self)
                }
                let room = min(capacity - filled, 1 << 22)
                stream.next_out = memory + filled
                stream.avail_out = UInt32(room)
                status = inflate(&stream, Z_NO_FLUSH)
                filled += room - Int(stream.avail_out)
                guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { throw Failure.damaged }
            } while status != Z_STREAM_END && (stream.avail_in > 0 || stream.avail_out == 0)
            taken += input - Int(stream.avail_in)
            if status == Z_STREAM_END {
                let rest = UnsafeBufferPointer(rebasing: packed[taken...])
                if rest.isEmpty || rest.allSatisfy({ $0 == 0 }) { break }
                guard isGzip(rest) else { throw Failure.damaged }
                guard inflateReset(&stream) == Z_OK else { throw Failure.damaged }
            } else if taken == packed.count, wasWhole {
                throw Failure.truncated
            }
        }
        keeps = true
        return (FileText(adopting: memory, count: filled), isWhole)
    }
}
