import ArgumentParser
import FunnelSession
import FunnelShell
import Glibc

/// `funnel run FILE…`, `funnel -c TEXT`, and without either the shell.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs scripts or texts; the shell, where neither is given.",
        discussion: "Without a file or -c: the shell, if standard input is a terminal; else a script is read from standard input.")

    @OptionGroup var options: Options

    @Option(name: .customShort("c"), help: ArgumentHelp("Runs a text; may be repeated.", valueName: "text"))
    var texts: [String] = []

    @Flag(name: .customShort("i"), help: "Goes on into the shell after scripts and texts.")
    var interactive = false

    @Argument(help: ArgumentHelp("Scripts; - is standard input.", valueName: "file"))
    var files: [String] = []

    func run() throws {
        let isTerminal = isatty(STDIN_FILENO) == 1
        let hasText = !texts.isEmpty || !files.isEmpty
        let opensShell = interactive || (!hasText && isTerminal)
        let runner = Runner(options, isInteractive: opensShell)
        if opensShell, !options.noInit, let path = Environment.initScript { runner.run(file: path) }
        for file in files {
            if file == "-" { runner.runStandardInput() } else { runner.run(file: file) }
        }
        for (index, text) in texts.enumerated() { runner.run(text, named: texts.count == 1 ? "-c" : "-c \(index + 1)") }
        guard opensShell else {
            if !hasText { runner.runStandardInput() }
            throw ExitCode(runner.finish())
        }
        if runner.isOver { throw ExitCode(runner.finish()) }
        let shell = Shell(
            conversation: runner.session, console: runner.console, historyPath: HistoryFile.defaultPath { name in getenv(name).map { String(cString: $0) } },
            version: Version.text, watch: runner.watch)
        throw ExitCode(shell.run())
    }
}

/// What the shell finds around it.
enum Environment {
    /// `init.funnel` in the user's configuration, if it is there.
    static var initScript: String? {
        let base = variable("XDG_CONFIG_HOME") ?? variable("HOME").map { $0 + "/.config" }
        guard let path = base.map({ $0 + "/funnel/init.funnel" }), access(path, R_OK) == 0 else { return nil }
        return path
    }

    @Sendable static func variable(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return value
    }

    static func standardInput() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count > 0 { bytes.append(contentsOf: buffer[0..<count]) } else if count == 0 || errno != EINTR { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
