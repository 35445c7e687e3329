import Glibc

/// What was typed in earlier sessions: a file with an entry a line, oldest first, each once.
///
/// A newline within an entry is written as `\n`, a backslash as `\\`. Each entry is added to the file's end when it is
/// typed, so that shells that run at the same time do not lose each other's. File and folder are the owner's alone.
package struct HistoryFile {
    private let path: String
    /// The entries, oldest first, without repeats.
    package private(set) var entries: [String] = []

    /// So many are kept.
    private static let limit = 10_000

    package init(path: String) { self.path = path }

    /// `$XDG_STATE_HOME/funnel/history`, by default below `~/.local/state`; nil where there is no home.
    package static func defaultPath(_ environment: (String) -> String?) -> String? {
        if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") { return state + "/funnel/history" }
        guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
        return home + "/.local/state/funnel/history"
    }

    /// Reads the file. Returns what went wrong, if anything: the shell goes on without.
    package mutating func load() -> String? {
        guard access(path, F_OK) == 0 else { return nil }
        guard let text = Self.read(path) else { return failure }
        let lines = text.split(separator: "\n").map { Self.decoded($0) }
        entries = Self.distinct(lines)
        if text.last.map({ $0 != "\n" }) ?? false || lines.count > entries.count + Self.limit / 10 { return rewrite() }
        return nil
    }

    /// Adds an entry as the newest. Returns what went wrong, if anything.
    package mutating func add(_ entry: String) -> String? {
        guard entry != entries.last else { return nil }
        entries.removeAll { $0 == entry }
        entries.append(entry)
        guard let descriptor = open(O_WRONLY | O_APPEND | O_CREAT, path) else { return failure }
        defer { close(descriptor) }
        var output = Output(descriptor)
        output.write(Self.encoded(entry) + "\n")
        return output.isBroken ? failure : nil
    }

    private var failure: String { "history is not kept: \(path): \(String(cString: strerror(errno)))" }

    // MARK: - The file

    private func open(_ flags: Int32, _ path: String) -> Int32? {
        Self.makeFolder(of: path)
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        fchmod(descriptor, 0o600)
        return descriptor
    }

    /// Writes all entries to a new file and puts it in the old one's place.
    private func rewrite() -> String? {
        let new = path + ".new"
        guard let descriptor = open(O_WRONLY | O_TRUNC | O_CREAT, new) else { return failure }
        var output = Output(descriptor)
        output.write(entries.map { Self.encoded($0) + "\n" }.joined())
        close(descriptor)
        return output.isBroken || rename(new, path) != 0 ? failure : nil
    }

    private static func makeFolder(of path: String) {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o700)
        }
    }

    private static func read(_ path: String) -> String? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count > 0 { bytes += chunk[..<count] } else if errno != EINTR { return nil }
        }
    }

    // MARK: - Entries

    /// The newest of each, in their order, no more than are kept.
    static func distinct(_ lines: [String]) -> [String] {
        var seen: Set<String> = []
        var newest: [String] = []
        for line in lines.reversed() where newest.count < limit && seen.insert(line).inserted { newest.append(line) }
        return newest.reversed()
    }

    static func encoded(_ entry: String) -> String {
        var line = ""
        for scalar in entry.unicodeScalars {
            switch scalar {
            case "\n": line += "\\n"
            case "\\": line += "\\\\"
            case "\r", "\0": continue
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }

    static func decoded(_ line: some StringProtocol) -> String {
        var entry = ""
        var isEscaped = false
        for scalar in line.unicodeScalars {
            if isEscaped {
                entry.unicodeScalars.append(scalar == "n" ? "\n" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                entry.unicodeScalars.append(scalar)
            }
        }
        return entry
    }
}
