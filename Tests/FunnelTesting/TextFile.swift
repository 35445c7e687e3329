import Glibc

/// Files of the tests.
package enum TextFile {
    package static func read(_ path: String) -> String? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes.append(contentsOf: buffer[0..<count]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    package static func write(_ text: String, _ path: String) -> Bool {
        guard let file = fopen(path, "wb") else { return false }
        defer { fclose(file) }
        var text = text
        return text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) } == text.utf8.count
    }

    /// The files below a folder whose names end so, by path.
    package static func files(below folder: String, ending: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var found: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if name.hasPrefix(".") { continue }
            let path = folder + "/" + name
            if name.hasSuffix(ending) { found.append(path) } else if isFolder(path) { found += files(below: path, ending: ending) }
        }
        return found.sorted()
    }

    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The root of the package, from the path of a source file below `Tests/X/`.
    package static func root(_ file: StaticString = #filePath) -> String {
        "\(file)".split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    }

    package static var rewrites: Bool { getenv("FUNNEL_GOLDEN").map { String(cString: $0) } == "rewrite" }
}
