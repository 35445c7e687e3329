import ArgumentParser

/// The executable: arguments in, exit status out, and nothing else.
struct Funnel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "funnel",
        abstract: "A shell and a query language for the KPIs of a sales funnel.",
        usage: """
            funnel                      the shell (or a script, from standard input)
            funnel FILE.funnel …        runs scripts
            funnel -c 'conversion by month'
            funnel SUBCOMMAND …
            """,
        version: "funnel \(Version.text)",
        subcommands: [Run.self, Check.self, Test.self, Format.self, Explain.self, SQL.self, Sample.self, DoctorCommand.self],
        defaultSubcommand: Run.self)
}

enum Version {
    static let text = "0.1.0"
}

@main
enum Main {
    static func main() {
        Processor.check()
        Stack.raise()
        do {
            var command = try Funnel.parseAsRoot()
            try command.run()
        } catch {
            CommandLineError.exit(with: error, arguments: Array(CommandLine.arguments.dropFirst()))
        }
    }
}
