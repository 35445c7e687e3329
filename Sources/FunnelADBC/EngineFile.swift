import Glibc

/// What a connection is for: a file that is read is opened so that others may read it too, and so that it can't change.
package enum EngineAccess: Sendable, Hashable { case reading, writing }

/// Which file a path means, however it is written: two paths are the same file if they are the same place of the same disk.
struct FileIdentity: Sendable, Hashable {
    private let device: UInt64
    private let number: UInt64

    /// Nil where there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
    }
}

/// What a file says of itself in its first bytes.
enum FileStart {
    /// Whether it is a database, or nothing yet, and no file of rows: of those DuckDB makes a database in memory, which it would
    /// not do to read it alone.
    static func isDatabase(_ path: String) -> Bool {
        guard let file = fopen(path, "rb") else { return true }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return count == 0 || bytes[8..<12].elementsEqual("DUCK".utf8) || bytes.starts(with: "SQLite format 3".utf8)
    }
}
