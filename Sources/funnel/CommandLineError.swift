import ArgumentParser
import FunnelRender
import FunnelText
import Glibc

/// What is wrong with a command line, in the one form of all messages.
enum CommandLineError {
    /// Prints what the error says and ends the program: help and the version are no errors; a wrong command line ends
    /// with 2, and what a command itself decided on with its own status.
    static func exit(with error: any Error, arguments: [String]) -> Never {
        if let code = error as? ExitCode { Glibc.exit(code.rawValue) }
        let message = Funnel.message(for: error)
        if Funnel.exitCode(for: error).isSuccess {
            print(Funnel.fullMessage(for: error))
            Glibc.exit(0)
        }
        let lines = DiagnosticRenderer().lines(of: diagnostic(message, arguments))
        let coloured = isatty(STDERR_FILENO) == 1 && getenv("NO_COLOR") == nil && getenv("TERM").map { String(cString: $0) } != "dumb"
        StandardError.write(ANSI.text(of: lines, coloured: coloured))
        Glibc.exit(2)
    }

    /// The caret stands under the argument that the message quotes.
    private static func diagnostic(_ message: String, _ arguments: [String]) -> Diagnostic {
        let sentences = message.split(separator: "\n").map(String.init)
        var text = sentences.first ?? message
        if let first = text.first { text = first.lowercased() + text.dropFirst() }
        let choices = sentences.filter { $0.hasPrefix("  - ") }.map { $0.dropFirst(4) }
        if !choices.isEmpty { text.replace(" Please provide one of the following:", with: "") }
        if text.hasSuffix(".") { text.removeLast() }
        let line = (["funnel"] + arguments).joined(separator: " ")
        let source = Source(name: "command line", text: line)
        let quoted = text.split(separator: "'", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
        let found = quoted.lazy.compactMap { range(of: $0, in: source) }.first
        let others = sentences.dropFirst().filter { !$0.hasPrefix("Usage") && !$0.hasPrefix("  See") && !$0.hasPrefix("  - ") }
        let mends = others + (choices.isEmpty ? [] : ["it can be \(choices.joined(separator: ", "))"]) + ["`funnel --help` shows the options"]
        return Diagnostic(.error, text, in: source, at: found ?? TextRange(source.bytes.count, source.bytes.count), mends: mends)
    }

    private static func range(of word: String, in source: Source) -> TextRange? {
        let wanted = Array(word.utf8)
        guard !wanted.isEmpty, wanted.count <= source.bytes.count else { return nil }
        let start = (0...(source.bytes.count - wanted.count)).first { source.bytes[$0..<($0 + wanted.count)].elementsEqual(wanted) }
        return start.map { TextRange($0, $0 + wanted.count) }
    }
}
