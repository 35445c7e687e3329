import ArgumentParser
import FunnelIngest
import FunnelModel
import FunnelPlan
import FunnelRender
import FunnelSession
import FunnelShell
import Glibc

/// What every command that runs something understands.
struct Options: ParsableArguments {
    @Option(name: .long, help: "How answers are written: \(OutputFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: OutputFormat?

    @Option(name: .long, help: ArgumentHelp("Gives a parameter of the scripts its value; may be repeated.", valueName: "name=value"))
    var param: [Parameter] = []

    @Option(name: .long, help: "How many threads a query or a load may use.")
    var threads: Int?

    @Flag(name: .long, help: "Does not run init.funnel before the shell.")
    var noInit = false

    @Flag(name: .long, help: "Prints answers and errors, and nothing else.")
    var quiet = false

    @Flag(name: .long, help: "Shows the time that each statement takes.")
    var timing = false

    @Option(name: .long, help: "Whether to colour: auto, always or never.")
    var color: Settings.Color = .auto

    @Flag(name: .long, help: "A script may read the files it is given, and nothing else: no writing, no include outside its folder.")
    var safe = false

    @Option(name: .long, help: ArgumentHelp("Connects to an engine before anything else, as `connect` does.", valueName: "url"))
    var engine: String?

    func validate() throws {
        if let threads, !(1...256).contains(threads) { throw ValidationError("The value '\(threads)' is no number of threads: 1 to 256.") }
    }

    /// The settings that a session begins with.
    var settings: Settings {
        var settings = Settings()
        settings.threads = threads ?? max(1, min(256, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        settings.timing = timing
        settings.color = color
        return settings
    }

    func configuration(folder: String = ".", progress: @escaping @Sendable (LoadProgress?) -> Void) -> SessionConfiguration {
        var configuration = SessionConfiguration(clock: Machine.clock, stopwatch: Machine.stopwatch, progress: progress)
        configuration.folder = folder
        configuration.parameters = param.map { ($0.name, $0.value) }
        configuration.format = format
        configuration.isSafe = safe
        configuration.environment = Environment.variable
        if isatty(STDIN_FILENO) == 1 { configuration.secret = SecretPrompt.read }
        return configuration
    }
}

extension OutputFormat: ExpressibleByArgument {}
extension Settings.Color: ExpressibleByArgument {}

/// `NAME=VALUE`
struct Parameter: ExpressibleByArgument {
    let name: String
    let value: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        (name, value) = (parts[0], parts[1])
    }
}

/// The machine's clocks.
enum Machine {
    /// The time in UTC.
    static let clock: @Sendable () -> Instant = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let day = time.tv_sec / 86_400
        return Instant(day: day, microseconds: Int64(time.tv_sec % 86_400) * 1_000_000 + Int64(time.tv_nsec / 1000))
    }

    static let stopwatch: @Sendable () -> Double = {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
