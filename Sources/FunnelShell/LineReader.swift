import Glibc

/// Reads what a person types, or what is piped in.
protocol LineReader: AnyObject {
    func read() -> LineResult
    /// Makes a text reachable with the arrow keys.
    func remember(_ text: String)
}

enum LineResult {
    /// A whole text, of one or several lines.
    case text(String)
    /// Ctrl-C: what was typed is dropped.
    case aborted
    case end
    /// The process was asked to end.
    case terminated
}

/// Reads plain lines, for pipes and for terminals that can do nothing. A text goes on over lines until it is complete.
final class PlainReader: LineReader {
    private let isComplete: (String) -> Bool
    private let prompt: (String) -> Void
    private var waiting: [UInt8] = []
    private var isAtEnd = false

    init(isComplete: @escaping (String) -> Bool, prompt: @escaping (String) -> Void) {
        self.isComplete = isComplete
        self.prompt = prompt
    }

    func remember(_ text: String) {}

    func read() -> LineResult {
        var text = ""
        prompt("funnel> ")
        while true {
            guard let line = line() else {
                prompt("\n")
                return .aborted
            }
            text += line
            let isLast = isAtEnd && waiting.isEmpty
            if isLast && text.isEmpty { return .end }
            if isLast || isComplete(text) { return .text(text) }
            text += "\n"
            prompt("   ...> ")
        }
    }

    /// The next line without its end; what is left at the end of input; nil after Ctrl-C.
    private func line() -> String? {
        while true {
            if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
                let line = waiting[..<end]
                waiting.removeSubrange(...end)
                return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            }
            if isAtEnd {
                defer { waiting = [] }
                return String(decoding: waiting, as: UTF8.self)
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
            if count > 0 {
                waiting += chunk[..<count]
            } else if count < 0 && errno == EINTR {
                waiting = []
                return nil
            } else {
                isAtEnd = true
            }
        }
    }
}
