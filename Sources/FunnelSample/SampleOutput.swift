import FunnelModel
import Glibc

/// A file that is being written, a large buffer at a time.
final class SampleOutput {
    private let path: String
    private let descriptor: Int32
    private let buffer: UnsafeMutablePointer<UInt8>
    private var filled = 0
    private static let capacity = 1 << 20
    /// No row is longer.
    private static let slack = 4096

    init(_ path: String, header: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        buffer = .allocate(capacity: Self.capacity + Self.slack)
        guard descriptor >= 0 else { throw SampleCompany.Failure(path: path, reason: String(cString: strerror(errno))) }
        text(Array(header.utf8))
        byte(UInt8(ascii: "\n"))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        buffer.deallocate()
    }

    @inline(__always)
    func byte(_ byte: UInt8) {
        buffer[filled] = byte
        filled &+= 1
    }

    @inline(__always)
    func comma() { byte(UInt8(ascii: ",")) }

    @inline(__always)
    func text(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { bytes in
            (buffer + filled).update(from: bytes.baseAddress!, count: bytes.count)
        }
        filled &+= bytes.count
    }

    @inline(__always)
    func optional(_ bytes: [UInt8]) { if !bytes.isEmpty { text(bytes) } }

    @inline(__always)
    func number(_ number: Int) {
        var digits = 1
        var limit = 10
        while number >= limit {
            digits &+= 1
            limit = limit &* 10
        }
        var rest = number
        var at = filled &+ digits
        while at > filled {
            at &-= 1
            buffer[at] = UInt8(truncatingIfNeeded: rest % 10) &+ UInt8(ascii: "0")
            rest /= 10
        }
        filled &+= digits
    }

    @inline(__always)
    private func pair(_ number: Int) {
        byte(UInt8(truncatingIfNeeded: number / 10) &+ UInt8(ascii: "0"))
        byte(UInt8(truncatingIfNeeded: number % 10) &+ UInt8(ascii: "0"))
    }

    /// `1234.50` for 123450.
    func cents(_ cents: Int) {
        number(cents / 100)
        byte(UInt8(ascii: "."))
        pair(cents % 100)
    }

    func date(_ day: Int) {
        let date = Calendar.civil(day)
        number(date.year)
        byte(UInt8(ascii: "-"))
        pair(date.month)
        byte(UInt8(ascii: "-"))
        pair(date.day)
    }

    /// `2024-05-06 07:08:09` for seconds since 1970.
    func time(_ seconds: Int) {
        date(seconds / 86_400)
        byte(UInt8(ascii: " "))
        let inDay = seconds % 86_400
        pair(inDay / 3600)
        byte(UInt8(ascii: ":"))
        pair(inDay / 60 % 60)
        byte(UInt8(ascii: ":"))
        pair(inDay % 60)
    }

    @inline(__always)
    func endRow() throws {
        byte(UInt8(ascii: "\n"))
        if filled >= Self.capacity { try flush() }
    }

    func flush() throws {
        var written = 0
        while written < filled {
            let count = write(descriptor, buffer + written, filled - written)
            if count < 0 {
                if errno == EINTR { continue }
                throw SampleCompany.Failure(path: path, reason: String(cString: strerror(errno)))
            }
            written += count
        }
        filled = 0
    }
}
