package import FunnelText
import Glibc

/// Scripts, as the command line names them.
package enum ScriptFile {
    package static func read(_ path: String) throws(Diagnostic) -> String { try Files.read(path, shownAs: path) }
    package static func write(_ text: String, to path: String) throws(Diagnostic) { try Files.write(text, to: path, shownAs: path) }
    /// Where the relative paths of a script begin.
    package static func folder(of path: String) -> String { Files.folder(of: path) }
}

/// Files, as the session touches them.
enum Files {
    /// A path as written, from the folder that relative paths begin at.
    static func resolve(_ path: String, from folder: String) -> String {
        if path.hasPrefix("/") { return path }
        if path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") { return String(cString: home) + path.dropFirst() }
        return folder.isEmpty || folder == "." ? path : folder + (folder.hasSuffix("/") ? "" : "/") + path
    }

    /// What stands behind the last point of a file's name, in small letters; nil where there is none.
    static func ending(_ path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        guard let point = name.lastIndex(of: "."), point > name.startIndex, name.index(after: point) < name.endIndex else { return nil }
        return name[name.index(after: point)...].lowercased()
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// A path without links and dots, as far as it exists.
    static func real(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }

    /// The folder of a path: `.` for a bare name.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func read(_ path: String, shownAs name: String) throws(Diagnostic) -> String {
        guard let file = fopen(path, "rb") else { throw .cannotRead(name, reason(errno), near: nearest(path)) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            errno = 0
            let count = fread(&buffer, 1, buffer.count, file)
            if count > 0 { bytes.append(contentsOf: buffer[0..<count]) }
            if count < buffer.count {
                if ferror(file) != 0 { throw .cannotRead(name, reason(errno), near: nil) }
                break
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(name) }
        return text
    }

    static func write(_ text: String, to path: String, shownAs name: String) throws(Diagnostic) {
        try write(Array(text.utf8), to: path, shownAs: name)
    }

    static func write(_ bytes: [UInt8], to path: String, shownAs name: String) throws(Diagnostic) {
        guard let file = fopen(path, "wb") else { throw .cannotWrite(name, errno == ENOENT ? "there is no such folder" : reason(errno)) }
        let written = fwrite(bytes, 1, bytes.count, file)
        let closed = fclose(file)
        guard written == bytes.count, closed == 0 else { throw .cannotWrite(name, reason(errno)) }
    }

    /// Takes files away, as far as they are there.
    static func remove(_ paths: [String]) { for path in paths { unlink(path) } }

    static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT: "there is no such file"
        case EACCES: "permission denied"
        case EISDIR: "it is a folder"
        default: String(cString: strerror(code)).lowercased()
        }
    }

    /// The file of the same folder whose name is nearest.
    static func nearest(_ path: String) -> String? {
        let folder = folder(of: path)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let found = Suggestion.nearest(to: name, among: entries(of: folder).map(\.name), limit: 1).first
        return found.map { folder == "." ? $0 : "\(folder)/\($0)" }
    }

    /// What a folder holds, sorted by name; hidden files left out.
    static func entries(of folder: String) -> [(name: String, isFolder: Bool)] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var found: [(name: String, isFolder: Bool)] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            var status = stat()
            let isFolder = stat(folder + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            found.append((name, isFolder))
        }
        return found.sorted { $0.name < $1.name }
    }
}
