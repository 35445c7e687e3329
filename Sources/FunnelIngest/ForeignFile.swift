import Glibc

/// Files that a driver of an engine reads, and nothing of our own: told by their first bytes, or by their name where those
/// are text.
package enum ForeignFile: Sendable, Hashable {
    case parquet, workbook, json, sqlite

    /// Nil for a file of another kind, and for one that can't be looked at.
    package init?(_ path: String) {
        let name = path.lowercased()
        let ending = name.split(separator: ".").last.map(String.init) ?? ""
        guard let start = Self.start(of: path) else {
            // Several files at once, as `2018-*.parquet`, are none that can be opened.
            guard path.contains("*") || path.contains("?") || path.contains("[") else { return nil }
            switch ending {
            case "parquet": self = .parquet
            case "json", "ndjson", "jsonl": self = .json
            default: return nil
            }
            return
        }
        if start.starts(with: Array("PAR1".utf8)) {
            self = .parquet
        } else if start.starts(with: Array("SQLite format 3\0".utf8)) {
            self = .sqlite
        } else if start.starts(with: [0x50, 0x4B, 0x03, 0x04]), ending == "xlsx" || ending == "xlsm" {
            self = .workbook
        } else if ["json", "ndjson", "jsonl"].contains(ending) || [".json.gz", ".ndjson.gz", ".jsonl.gz"].contains(where: name.hasSuffix) {
            self = .json
        } else {
            return nil
        }
    }

    /// The first bytes of a regular file.
    private static func start(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return count < 0 ? nil : Array(bytes[..<count])
    }
}
