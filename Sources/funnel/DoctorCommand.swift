import ArgumentParser
import FunnelSession
import FunnelShell

/// `funnel doctor`
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Says which databases can be reached: drivers, where they are, and how to install what is missing.")

    @OptionGroup var options: Options

    func run() throws {
        let runner = Runner(options)
        runner.console.show(.text(Doctor(environment: Environment.variable).lines()))
        throw ExitCode(runner.finish())
    }
}
