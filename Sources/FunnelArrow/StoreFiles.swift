import Glibc

/// What a saved store asks of the file system; every failure is told.
enum StoreFiles {
    static func reason(_ code: Int32 = errno) -> String { code == ENOENT ? "it does not exist" : String(cString: strerror(code)).lowercased() }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// The names in a folder, sorted.
    static func names(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Brings what was written into a folder or a file to the disk.
    static func sync(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unwritable(path, reason()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unwritable(path, reason()) }
    }

    /// Removes a folder and the files in it, as far as they can be removed.
    static func remove(folder: String) {
        for name in names(in: folder) { unlink(folder + "/" + name) }
        rmdir(folder)
    }

    /// The text of a small file; nil where there is none.
    static func text(_ path: String) throws(StoreError) -> String? {
        guard let file = fopen(path, "rbe") else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .unreadable(path, reason())
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < 64 << 20 {
            let count = fread(&buffer, 1, buffer.count, file)
            bytes += buffer[0..<count]
            if count < buffer.count { break }
        }
        guard ferror(file) == 0 else { throw .unreadable(path, reason()) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .damagedManifest }
        return text
    }
}

/// A file being written, which is on the disk once it is closed.
final class StoreFile {
    private let path: String
    private let descriptor: Int32
    private var isOpen = true
    /// The system writes as much at a time; between, it is asked whether to stop.
    private static let step = 8 << 20

    init(_ path: String) throws(StoreError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .unwritable(path, StoreFiles.reason()) }
    }

    deinit { if isOpen { Glibc.close(descriptor) } }

    func write(_ bytes: UnsafeRawBufferPointer, check: () throws(StoreError) -> Void = {}) throws(StoreError) {
        var at = 0
        while at < bytes.count {
            try check()
            let count = Glibc.write(descriptor, bytes.baseAddress! + at, min(Self.step, bytes.count - at))
            if count < 0 {
                if errno == EINTR { continue }
                throw .unwritable(path, StoreFiles.reason())
            }
            at += count
        }
    }

    func write(_ bytes: [UInt8]) throws(StoreError) {
        var failure: StoreError?
        bytes.withUnsafeBytes { bytes in
            do throws(StoreError) { try write(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    func close() throws(StoreError) {
        isOpen = false
        let isSynced = fsync(descriptor) == 0
        let code = errno
        let isClosed = Glibc.close(descriptor) == 0
        guard isSynced, isClosed else { throw .unwritable(path, StoreFiles.reason(isSynced ? errno : code)) }
    }
}
