import FunnelText
import Glibc

/// The file of rows that a load left out: the header and the records just as they stand in the file.
enum Rejects {
    static func write(_ rows: [Int], _ places: DataPlaces, to path: String) throws {
        let file = places.file
        try refuseOwnInput(path, file)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Diagnostic.rejectsUnwritable(path, String(cString: strerror(errno)), file.request)
        }
        defer { close(descriptor) }
        var pending: [UInt8] = []
        func add(_ range: Range<Int>) {
            pending += UnsafeBufferPointer(start: file.text.base + range.lowerBound, count: range.count)
            pending.append(Byte.lineFeed)
        }
        func flush() throws {
            var written = 0
            while written < pending.count {
                let count = pending.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
                if count < 0 {
                    if errno == EINTR { continue }
                    throw Diagnostic.rejectsUnwritable(path, String(cString: strerror(errno)), file.request)
                }
                written += count
            }
            pending.removeAll(keepingCapacity: true)
        }
        add(file.header.range)
        try places.forEachRecord(rows) { record in
            add(record)
            if pending.count > 1 << 20 { try flush() }
        }
        try flush()
    }

    /// The file that is being read must not be written over.
    private static func refuseOwnInput(_ path: String, _ file: DataFile) throws {
        var input = stat()
        var output = stat()
        guard stat(file.request.path, &input) == 0, stat(path, &output) == 0 else { return }
        if input.st_dev == output.st_dev, input.st_ino == output.st_ino {
            throw Diagnostic.rejectsUnwritable(path, "it is the file that is being loaded", file.request)
        }
    }
}
