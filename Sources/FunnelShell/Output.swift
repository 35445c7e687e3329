import Glibc

/// A descriptor that text is written to, at once and in full.
struct Output {
    let descriptor: Int32
    /// Whether nobody reads it any more.
    var isBroken: Bool { failure != nil }
    /// Why the last writing failed.
    private(set) var failure: Int32?

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    mutating func write(_ text: String) {
        guard !isBroken, !text.isEmpty else { return }
        var text = text
        failure = text.withUTF8 { Self.write($0, to: descriptor) }
    }

    /// Returns why not all of it was taken; nil if it was.
    private static func write(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) -> Int32? {
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }
}
