import CEditLine
import FunnelSession
import FunnelText
import Glibc

/// What stands at the other end of a descriptor, and what the environment says about it.
struct Terminal {
    /// How a variable of the environment is looked up.
    typealias Environment = @Sendable (String) -> String?

    let descriptor: Int32
    private let environment: Environment

    init(_ descriptor: Int32, environment: @escaping Environment) {
        self.descriptor = descriptor
        self.environment = environment
    }

    /// The process's own environment.
    static let processEnvironment: Environment = { name in getenv(name).map { String(cString: $0) } }

    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Whether it understands control sequences.
    var takesSequences: Bool { isTerminal && environment("TERM") ?? "dumb" != "dumb" }

    /// Its columns; nil where there are none to respect.
    var columns: Int? {
        guard isTerminal else { return nil }
        let (columns, _) = size
        return columns > 0 ? columns : environment("COLUMNS").flatMap { Int($0) }
    }

    /// Its rows; nil where it has no end.
    var rows: Int? {
        guard isTerminal else { return nil }
        let (_, rows) = size
        return rows > 0 ? rows : environment("LINES").flatMap { Int($0) }
    }

    private var size: (columns: Int, rows: Int) {
        var columns: Int32 = 0
        var rows: Int32 = 0
        ce_terminal_size(descriptor, &columns, &rows)
        return (Int(columns), Int(rows))
    }

    func isColoured(_ mode: Settings.Color) -> Bool {
        switch mode {
        case .always: true
        case .never: false
        case .auto: takesSequences && environment("NO_COLOR") ?? "" == ""
        }
    }

    /// Whether the locale's letters are UTF-8: what LC_ALL, LC_CTYPE or LANG, the first that is set, says.
    static func isUnicode(_ environment: Environment) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(environment).first { !$0.isEmpty }
        guard let locale = locale?.lowercased() else { return false }
        return locale.contains("utf-8") || locale.contains("utf8")
    }
}
