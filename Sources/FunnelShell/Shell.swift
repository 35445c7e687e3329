import FunnelRender
package import FunnelSession
import FunnelText
import Glibc

/// The shell: reads a text, runs it, and again until the person leaves.
package final class Shell {
    private let conversation: any Conversation
    private let console: Console
    private let version: String
    private let watch: InterruptWatch
    private var history: HistoryFile?

    /// - Parameters:
    ///   - historyPath: where history is kept; nil for nowhere. See `HistoryFile.defaultPath`.
    ///   - watch: the process's watch over Ctrl-C, if there is one already.
    package init(
        conversation: any Conversation, console: Console, historyPath: String?, version: String,
        watch: InterruptWatch? = nil
    ) {
        self.conversation = conversation
        self.console = console
        self.version = version
        self.watch = watch ?? InterruptWatch(conversation)
        history = historyPath.map { HistoryFile(path: $0) }
    }

    /// Runs until the end of input, `quit`, or a signal to end. Returns the exit status: 0 for a person who left; for
    /// piped input that of the last text that failed.
    package func run() -> Int32 {
        let isTerminal = isatty(STDIN_FILENO) == 1
        let reader = reader(isTerminal: isTerminal)
        if isTerminal { greet() }
        recall(reader)
        var failure: Int32 = 0
        loop: while !console.isLeaving && !console.isClosed {
            switch reader.read() {
            case .text(let text):
                let status = run(text, reader)
                if status != 0 { failure = status }
                // A person sees each answer whole; what is piped in makes one stream.
                if isTerminal { console.finish() }
            case .aborted: continue loop
            case .terminated:
                console.prompt("\n")
                return 128 + SIGTERM
            case .end:
                // The prompt stays behind on its own line.
                if isTerminal { console.prompt("\n") }
                break loop
            }
        }
        console.finish()
        return isTerminal ? 0 : failure
    }

    private func run(_ text: String, _ reader: any LineReader) -> Int32 {
        let words = text.split { $0.isWhitespace || $0 == ";" }
        guard !words.isEmpty else { return 0 }
        keep(text, reader)
        if words.first?.lowercased() == "history", words.count == 1 || words.count == 2 && Int(words[1]) != nil {
            list(last: words.count == 2 ? Int(words[1]) ?? 0 : nil)
            return 0
        }
        let status = watch.whileRunning { conversation.run(text, named: "<input>") }
        console.progress(nil)
        return status
    }

    // MARK: - Reading

    private func reader(isTerminal: Bool) -> any LineReader {
        let canEdit = isTerminal && Terminal(STDOUT_FILENO, environment: Terminal.processEnvironment).takesSequences
        let console = console
        if canEdit,
            let reader = EditLineReader(
                conversation: conversation, isColoured: { console.isColoured },
                list: { CompletionList.lines(of: $0, width: console.width ?? 80, unicode: console.isUnicode) })
        {
            return reader
        }
        return PlainReader(
            isComplete: conversation.isComplete, prompt: { if isTerminal { console.prompt($0) } })
    }

    private func greet() {
        let line = StyledLine("funnel \(version)  `help` says what can be asked, Ctrl-D leaves", .foot)
        console.prompt(ANSI.text(of: [line], coloured: console.isColoured))
    }

    // MARK: - History

    private func recall(_ reader: any LineReader) {
        guard reader is EditLineReader else { return history = nil }
        if let problem = history?.load() { console.note(problem, .warning) }
        for entry in history?.entries ?? [] { reader.remember(entry) }
    }

    private func keep(_ text: String, _ reader: any LineReader) {
        // A password is kept nowhere.
        let kept = Secrets.masked(text)
        reader.remember(kept)
        guard let problem = history?.add(kept) else { return }
        console.note(problem, .warning)
        // Once is enough.
        history = nil
    }

    private func list(last count: Int?) {
        let entries = history?.entries ?? []
        let shown = entries.suffix(count ?? entries.count)
        let lines = shown.enumerated().flatMap { place, entry in
            let number = String(entries.count - shown.count + place + 1)
            return entry.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { line, text in
                let head = DisplayWidth.pad(line == 0 ? number : "", to: 5, standing: .right)
                return StyledLine([.init(head + "  ", .gutter), .init(String(text))])
            }
        }
        console.show(.text(lines))
    }
}
