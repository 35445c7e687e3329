import FunnelModel
import FunnelRender
import FunnelSQL
import FunnelSession
import FunnelShell
import FunnelText
import Glibc

/// A session at the door: what it says is printed, and Ctrl-C reaches it.
final class Runner {
    let console: Console
    let session: Session
    let watch: InterruptWatch
    private var status: Int32 = 0

    init(_ options: Options, isInteractive: Bool = false, dialect: SQLDialect? = nil) {
        let settings = options.settings
        var look = ConsoleOptions()
        look.color = settings.color
        look.quiet = options.quiet
        look.interactive = isInteractive
        look.format = options.format ?? settings.format
        let console = Console(options: look)
        let fixed = options.format
        self.console = console
        var configuration = options.configuration { console.progress($0) }
        configuration.dialect = dialect
        session = Session(configuration, settings: settings) { event in
            if case .settings(let changed) = event { Self.follow(changed, fixed, console) }
            console.show(event)
        }
        watch = InterruptWatch(session, endsProcess: !isInteractive)
        if let engine = options.engine { worsen(to: watch.whileRunning { session.connect(to: engine) }) }
    }

    /// How answers look follows the settings.
    private static func follow(_ settings: Settings, _ fixed: OutputFormat?, _ console: Console) {
        var options = console.options
        options.color = settings.color
        options.format = fixed ?? settings.format
        options.digits = settings.digits
        options.currency = settings.currency
        options.maxRows = settings.maxRows
        console.options = options
    }

    /// Whether nothing more should run: the reader is gone, `quit` was said, or Ctrl-C pressed.
    var isOver: Bool { console.isLeaving || console.isClosed || status == 130 }

    func run(_ text: String, named name: String, folder: String? = nil) {
        guard !isOver else { return }
        worsen(to: watch.whileRunning { session.run(text, named: name, folder: folder) })
    }

    /// Ctrl-C stops the reading as well.
    func runStandardInput() {
        run(watch.whileRunning { Environment.standardInput() }, named: "<stdin>")
    }

    func run(file: String) {
        guard !isOver else { return }
        guard let text = read(file) else { return }
        run(text, named: file, folder: ScriptFile.folder(of: file))
    }

    func check(file: String) {
        guard let text = read(file) else { return }
        worsen(to: watch.whileRunning { session.check(text, named: file, folder: ScriptFile.folder(of: file)) })
    }

    func test(file: String, _ summary: inout TestSummary) {
        guard let text = read(file) else { return }
        worsen(to: watch.whileRunning { session.test(text, named: file, folder: ScriptFile.folder(of: file), &summary) })
    }

    /// Brings a script into its canonical form; what can't be read is left as it is.
    func format(file: String, onlyChecks: Bool) {
        let isInput = file == "-"
        guard let text = isInput ? Environment.standardInput() : read(file) else { return }
        switch Formatting.formatted(text, named: file) {
        case .failure(let mistakes):
            for mistake in mistakes.items { console.show(.diagnostic(mistake)) }
            worsen(to: 2)
        case .success(let formatted):
            if onlyChecks {
                guard formatted != text else { return }
                console.show(.diagnostic(Diagnostic(.note, "`\(file)` is not in canonical form", mends: ["`funnel fmt \(file)` changes it"])))
                worsen(to: 1)
            } else if isInput {
                console.write(formatted)
            } else if formatted != text {
                do throws(Diagnostic) {
                    try ScriptFile.write(formatted, to: file)
                } catch {
                    console.show(.diagnostic(error))
                    worsen(to: 3)
                }
            }
        }
    }

    private func read(_ file: String) -> String? {
        do throws(Diagnostic) {
            return try ScriptFile.read(file)
        } catch {
            console.show(.diagnostic(error))
            worsen(to: 3)
            return nil
        }
    }

    /// A script that fails later does not make an earlier failure good.
    private func worsen(to other: Int32) { status = max(status, other) }

    func finish() -> Int32 {
        console.finish()
        if let loss = console.loss {
            console.show(.diagnostic(loss))
            worsen(to: 3)
        }
        return status
    }
}
