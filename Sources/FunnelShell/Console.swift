package import FunnelIngest
import FunnelModel
import FunnelRender
package import FunnelSession
package import FunnelText
import Glibc
import Synchronization

/// The door: prints what a session says. Answers go to standard output in their format, all else to standard error.
///
/// `show` and `finish` are for the thread that runs the session; `progress` may be called from any.
package final class Console: Sendable {
    private struct State {
        var options: ConsoleOptions
        var output: Output
        var errors: Output
        /// The data that standard output is in the middle of.
        var stream: DataStream?
        /// Whether something was printed that the next result must be set off from.
        var needsSeparator = false
        var isLeaving = false
        var progress = ProgressBar()
    }

    private let state: Mutex<State>
    private let environment: Terminal.Environment
    private let outputTerminal: Terminal
    private let errorTerminal: Terminal

    /// A console on two descriptors. A closed pipe is an error of writing from then on, no signal.
    package init(
        options: ConsoleOptions = ConsoleOptions(), output: Int32 = STDOUT_FILENO, errors: Int32 = STDERR_FILENO,
        environment: (@Sendable (String) -> String?)? = nil
    ) {
        signal(SIGPIPE, SIG_IGN)
        let environment = environment ?? Terminal.processEnvironment
        self.environment = environment
        outputTerminal = Terminal(output, environment: environment)
        errorTerminal = Terminal(errors, environment: environment)
        state = Mutex(State(options: options, output: Output(output), errors: Output(errors)))
    }

    package var options: ConsoleOptions {
        get { state.withLock { $0.options } }
        set { state.withLock { $0.options = newValue } }
    }

    /// Whether `quit` was said.
    package var isLeaving: Bool { state.withLock { $0.isLeaving } }
    /// Whether nobody reads standard output any more: there is no use in going on.
    package var isClosed: Bool { state.withLock { $0.output.isBroken } }

    /// Why standard output does not hold all that was written to it, such as a full disk; nil where it does, or where nobody
    /// wanted more of it.
    package var loss: Diagnostic? {
        guard let failure = state.withLock({ $0.output.failure }), failure != EPIPE else { return nil }
        return Diagnostic(.error, "can't write to standard output: \(String(cString: strerror(failure)).lowercased())", cause: .data)
    }

    /// Whether lines on standard output have colours.
    var isColoured: Bool { outputTerminal.isColoured(options.color) }
    var width: Int? { options.width ?? outputTerminal.columns }
    var isUnicode: Bool { options.unicode ?? Terminal.isUnicode(environment) }

    // MARK: - Events

    /// Prints an event.
    package func show(_ event: SessionEvent) {
        state.withLock { state in
            eraseProgress(&state)
            switch event {
            case .answer(let answer, let format): show(answer, format, &state)
            case .text(let lines): show(lines, &state)
            case .diagnostic(let diagnostic):
                let renderer = DiagnosticRenderer(width: errorTerminal.columns, unicode: isUnicode(state))
                complain(renderer.lines(of: diagnostic), &state)
            case .loaded(let report):
                tell(LoadReportRenderer(width: errorTerminal.columns).lines(of: report), &state)
            case .timing(let seconds):
                complain([StyledLine("time: " + ProgressText.time(seconds), .foot)], &state)
            case .wrote(let path, let rows):
                tell([StyledLine("wrote \(LoadReportRenderer.count(rows, "row")) to \(path)", .foot)], &state)
            case .saved(let path, let tables): tell([Self.line("saved", path, tables)], &state)
            case .opened(let path, let tables): tell([Self.line("opened", path, tables)], &state)
            case .connected(let engine, let version): tell([StyledLine("connected \(engine): \(version)", .foot)], &state)
            case .bound(let role, let origin, let roles, let notes):
                tell(LoadReportRenderer(width: errorTerminal.columns).lines(of: role, origin: origin, roles, notes), &state)
            case .settings, .history: break
            case .leave: state.isLeaving = true
            }
        }
    }

    /// `saved crm.store: leads 5,000 rows, deals 1,023 rows`
    private static func line(_ verb: String, _ path: String, _ tables: [(role: TableRole, rows: Int)]) -> StyledLine {
        let list = tables.map { "\($0.role.rawValue) \(LoadReportRenderer.count($0.rows, "row"))" }
        return StyledLine("\(verb) \(path): \(list.joined(separator: ", "))", .foot)
    }

    /// Closes what is open: the JSON array of the stream. After it, a new stream may begin.
    package func finish() {
        state.withLock { state in
            eraseProgress(&state)
            endStream(&state)
            state.needsSeparator = false
            state.progress.end()
        }
    }

    private func show(_ answer: Answer, _ format: OutputFormat, _ state: inout State) {
        guard format.isData else {
            endStream(&state)
            let options = tableOptions(state)
            let lines =
                format == .markdown
                ? MarkdownRenderer(options).lines(of: answer) : TableRenderer(options).lines(of: answer)
            return present(lines, &state)
        }
        if state.stream?.format != format {
            endStream(&state)
            state.stream = DataStream(format)
            if state.needsSeparator { state.output.write("\n") }
        }
        state.output.write(state.stream?.text(of: answer) ?? "")
        state.needsSeparator = true
        if format != .json { tell(TableRenderer.foot(of: answer, width: errorTerminal.columns), &state) }
    }

    private func show(_ lines: [StyledLine], _ state: inout State) {
        guard !state.options.format.isData else { return complain(lines, &state) }
        endStream(&state)
        present(lines, &state)
    }

    private func endStream(_ state: inout State) {
        state.output.write(state.stream?.end() ?? "")
        state.stream = nil
    }

    // MARK: - Where lines go

    /// Lines to read, on standard output: through a pager where they are longer than the screen of a person.
    private func present(_ lines: [StyledLine], _ state: inout State) {
        let separator = state.needsSeparator && !state.options.interactive ? "\n" : ""
        state.needsSeparator = true
        let text = separator + ANSI.text(of: lines, coloured: outputTerminal.isColoured(state.options.color))
        if state.options.interactive, outputTerminal.takesSequences, isatty(STDIN_FILENO) == 1,
            let rows = outputTerminal.rows, lines.count >= rows, let pager = Pager(environment), pager.show(text)
        {
            return
        }
        state.output.write(text)
    }

    /// Lines on standard error that may be wanted or not.
    private func tell(_ lines: [StyledLine], _ state: inout State) {
        guard !state.options.quiet else { return }
        complain(lines, &state)
    }

    /// Lines on standard error.
    private func complain(_ lines: [StyledLine], _ state: inout State) {
        state.errors.write(ANSI.text(of: lines, coloured: errorTerminal.isColoured(state.options.color)))
    }

    /// Says something of the shell's own, on standard error.
    func note(_ text: String, _ style: TextStyle = .foot) {
        state.withLock { complain([StyledLine(text, style)], &$0) }
    }

    /// Writes a text as it is.
    package func write(_ text: String) { state.withLock { $0.output.write(text) } }

    /// Writes a prompt where no editor does; not into a file or a pipe.
    func prompt(_ text: String) {
        state.withLock { state in
            if outputTerminal.isTerminal { state.output.write(text) } else { state.errors.write(text) }
        }
    }

    private func isUnicode(_ state: State) -> Bool { state.options.unicode ?? Terminal.isUnicode(environment) }

    private func tableOptions(_ state: State) -> TableOptions {
        TableOptions(
            width: state.options.width ?? outputTerminal.columns, maxRows: state.options.maxRows,
            digits: state.options.digits, currency: state.options.currency, unicode: isUnicode(state))
    }

    // MARK: - Progress

    /// Shows how far a load has come; nil when it is done. Drawn on a terminal only, and only if it takes its time.
    package func progress(_ progress: LoadProgress?) {
        guard errorTerminal.takesSequences else { return }
        state.withLock { state in
            guard let progress else {
                eraseProgress(&state)
                return state.progress.end()
            }
            guard !state.options.quiet, let seconds = state.progress.due(at: .now) else { return }
            // The terminal shows a Ctrl-C as two columns: they find their place on the same line.
            let width = (errorTerminal.columns ?? 80) - 2
            let line = ProgressText.line(progress, seconds: seconds, width: width, unicode: isUnicode(state))
            state.errors.write(ProgressBar.erase + line)
        }
    }

    private func eraseProgress(_ state: inout State) {
        guard state.progress.isDrawn else { return }
        state.errors.write(ProgressBar.erase)
        state.progress.erased()
    }
}
