import ArgumentParser
import FunnelModel
import FunnelSQL
import FunnelSample
import FunnelSession
import Glibc

/// `funnel explain KPI`
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Says what a KPI means: definition, formula, unit, date, choices.")

    @OptionGroup var options: Options
    @Argument(help: "Names of KPIs.") var kpis: [String]

    func run() throws {
        let runner = Runner(options)
        for kpi in kpis { runner.run("explain `\(kpi)`", named: "command line") }
        throw ExitCode(runner.finish())
    }
}

/// `funnel check FILE…`
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Reads scripts and the headers of their files, and prints everything that is wrong.")

    @OptionGroup var options: Options
    @Argument(help: "Scripts.") var files: [String]

    func run() throws {
        var worst: Int32 = 0
        for file in files {
            let runner = Runner(options)
            runner.check(file: file)
            worst = max(worst, runner.finish())
        }
        throw ExitCode(worst)
    }
}

/// `funnel sql --dialect D [FILE…] [-c TEXT]`
struct SQL: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the queries of scripts and texts as SQL.",
        discussion: "What is loaded, defined and set is; queries, funnels and lists are not answered, but written in the SQL of a dialect.")

    @OptionGroup var options: Options
    @Option(name: .long, help: "The dialect: \(SQLDialect.all.map(\.name).joined(separator: ", ")).") var dialect: String
    @Option(name: .customShort("c"), help: ArgumentHelp("Prints a text; may be repeated.", valueName: "text")) var texts: [String] = []
    @Argument(help: "Scripts; they come first.") var files: [String] = []

    func validate() throws {
        guard SQLDialect.named(dialect) != nil else {
            throw ValidationError("The value '\(dialect)' is no dialect: \(SQLDialect.all.map(\.name).joined(separator: ", ")).")
        }
        guard !texts.isEmpty || !files.isEmpty else { throw ValidationError("Give a script or a text: -c 'conversion by month'.") }
    }

    func run() throws {
        let runner = Runner(options, dialect: SQLDialect.named(dialect))
        for file in files { runner.run(file: file) }
        for (index, text) in texts.enumerated() { runner.run(text, named: texts.count == 1 ? "-c" : "-c \(index + 1)") }
        throw ExitCode(runner.finish())
    }
}

/// `funnel sample --leads N --seed S -o DIR`
struct Sample: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Writes the leads, deals, stages and costs of a company that never was.")

    @Option(name: .long, help: "How many leads.") var leads = 5000
    @Option(name: .long, help: "The same seed gives the same bytes.") var seed: UInt64 = 1
    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write into.", valueName: "dir")) var output: String

    func validate() throws {
        if !(0...1_000_000_000).contains(leads) { throw ValidationError("The value '\(leads)' is no number of leads: 0 to 1,000,000,000.") }
    }

    func run() throws {
        let showsProgress = isatty(STDERR_FILENO) == 1
        do {
            try SampleCompany.write(leads: leads, seed: seed, to: output) { written, all in
                if showsProgress { StandardError.write("\r\(written) of \(all) leads") }
            }
            if showsProgress { StandardError.write("\r\u{1B}[K") }
        } catch let failure as SampleCompany.Failure {
            StandardError.write("error: can't write `\(failure.path)`: \(failure.reason)\n")
            throw ExitCode(3)
        }
    }
}
