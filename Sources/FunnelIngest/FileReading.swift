import FunnelStore
import FunnelText
import Glibc
import Synchronization

/// Brings the bytes of a file into memory, unpacked and decoded.
enum FileReading {
    struct Opened {
        var text: FileText
        /// Whether it is the whole file.
        var isWhole: Bool
        var notes: [String] = []
    }

    /// Files up to this size are copied; larger ones are mapped.
    private static let copied = 16 << 20

    /// Reads a file, or of a larger one some records more than `limit` bytes hold.
    static func open(_ request: LoadRequest, limit: Int? = nil, interrupt: Interrupt? = nil) throws -> Opened {
        if let text = request.text { return Opened(text: FileText(text), isWhole: true) }
        if let known = streams.withLock({ limit != nil ? $0[request.path] : $0.removeValue(forKey: request.path) }) {
            return try decode(known, isWhole: true, request, limit: limit, interrupt: interrupt)
        }
        let descriptor = Glibc.open(request.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(request) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(request) }
        if status.st_mode & S_IFMT == S_IFDIR { throw Diagnostic.isFolder(request) }

        let isRegular = status.st_mode & S_IFMT == S_IFREG
        let size = isRegular ? Int(status.st_size) : nil
        let raw: FileText
        var isWhole = true
        if !isRegular {
            raw = try stream(descriptor, keeps: limit != nil, request, interrupt)
        } else if let size, size > copied, limit == nil {
            guard let mapped = FileText(mapping: descriptor, count: size) else { throw failure(request) }
            raw = mapped
        } else {
            (raw, isWhole) = try read(descriptor, size: size, limit: limit, request, interrupt)
        }
        return try decode(raw, isWhole: isWhole, request, limit: limit, interrupt: interrupt)
    }

    /// What was read from pipes for a schema only: the load that follows must find it still.
    private static let streams = Mutex<[String: FileText]>([:])

    /// A pipe can be read once. What a peek has read of it waits for the load.
    private static func stream(
        _ descriptor: Int32, keeps: Bool, _ request: LoadRequest, _ interrupt: Interrupt?
    ) throws -> FileText {
        let (text, _) = try read(descriptor, size: nil, limit: nil, request, interrupt)
        if keeps { streams.withLock { $0[request.path] = text } }
        return text
    }

    private static func decode(
        _ raw: FileText, isWhole: Bool, _ request: LoadRequest, limit: Int?, interrupt: Interrupt?
    ) throws -> Opened {
        var opened = Opened(text: raw, isWhole: isWhole)
        let bytes = UnsafeBufferPointer(start: raw.base, count: raw.count)
        if Gzip.isGzip(bytes) {
            do {
                let (text, isWhole) = try Gzip.unpack(bytes, isWhole: opened.isWhole, limit: limit, interrupt: interrupt)
                opened.text = text
                opened.isWhole = isWhole
            } catch Gzip.Failure.interrupted {
                throw Diagnostic.interrupted
            } catch Gzip.Failure.truncated {
                throw Diagnostic.truncatedGzip(request)
            } catch {
                throw Diagnostic.damagedGzip(request)
            }
        } else if let kind = ForeignFormat.name(bytes) {
            throw Diagnostic.foreignFormat(kind, request)
        }
        let (text, note) = Encoding.decodingMark(opened.text)
        opened.text = text
        if let note { opened.notes.append(note) }
        if !opened.isWhole {
            // The cut may be within a letter: end with the last whole line.
            var end = opened.text.count
            while end > 0, !Byte.isLineEnd(opened.text.base[end - 1]) { end -= 1 }
            if end > 0 { opened.text = FileText(UnsafeBufferPointer(start: opened.text.base, count: end)) }
        }
        return opened
    }

    private static func read(
        _ descriptor: Int32, size: Int?, limit: Int?, _ request: LoadRequest, _ interrupt: Interrupt?
    ) throws -> (FileText, isWhole: Bool) {
        var capacity = max(1 << 12, min(size.map { $0 + 1 } ?? 1 << 20, limit.map { $0 + 1 } ?? .max))
        var memory = FileText.allocate(capacity)
        var filled = 0
        while true {
            if interrupt?.isRaised == true {
                free(memory)
                throw Diagnostic.interrupted
            }
            // A pipe may keep one waiting; the interrupt is looked at all the same.
            if size == nil, interrupt != nil {
                var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                let found = poll(&ready, 1, 50)
                if found == 0 || (found < 0 && errno == EINTR) { continue }
            }
            if filled == capacity {
                if let limit, filled > limit { return (FileText(adopting: memory, count: filled), false) }
                capacity *= 2
                guard let larger = realloc(memory, capacity + FileText.padding) else {
                    free(memory)
                    throw Diagnostic.unreadable(request, reason: "there is not enough memory")
                }
                memory = larger.assumingMemoryBound(to: UInt8.self)
            }
            let got = Glibc.read(descriptor, memory + filled, min(capacity - filled, 1 << 24))
            if got == 0 { return (FileText(adopting: memory, count: filled), true) }
            if got < 0 {
                if errno == EINTR { continue }
                let reason = String(cString: strerror(errno))
                free(memory)
                throw Diagnostic.unreadable(request, reason: reason)
            }
            filled += got
        }
    }

    private static func failure(_ request: LoadRequest) -> Diagnostic {
        let code = errno
        guard code == ENOENT || code == ENOTDIR else {
            return .unreadable(request, reason: String(cString: strerror(code)))
        }
        return .noFile(request, neighbours: neighbours(of: request.path))
    }

    /// The names in the folder in which a path would be.
    private static func neighbours(of path: String) -> [String] {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream), names.count < 10_000 {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// Files that are no text, by their first bytes.
enum ForeignFormat {
    private static let marks: [(bytes: [UInt8], name: String)] = [
        ([0x50, 0x4B, 0x03, 0x04], "a workbook (such as .xlsx) or another zip archive"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook (.xls)"),
        (Array("SQLite format 3\0".utf8), "an SQLite database"),
        (Array("PAR1".utf8), "a Parquet file"),
        (Array("ARROW1".utf8), "an Arrow file"),
        (Array("FEA1".utf8), "a Feather file of the first version"),
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd"),
        (Array("BZh".utf8), "compressed with bzip2"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz"),
        (Array("%PDF-".utf8), "a PDF document"),
    ]

    static func name(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        marks.first { bytes.starts(with: $0.bytes) }?.name
    }
}
