import ArgumentParser
import FunnelRender
import FunnelSession
import FunnelShell

/// `funnel test FILE…`
struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Runs the test blocks of scripts.")

    @OptionGroup var options: Options
    @Argument(help: "Scripts.") var files: [String]

    func run() throws {
        var summary = TestSummary()
        var worst: Int32 = 0
        for file in files {
            let runner = Runner(options)
            runner.test(file: file, &summary)
            worst = max(worst, runner.finish())
        }
        print("\(summary.passed) passed, \(summary.failed) failed")
        throw ExitCode(worst)
    }
}

/// `funnel fmt [--check] FILE…`
struct Format: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt", abstract: "Writes scripts in their canonical form, comments kept.",
        discussion: "Without --check the files are changed in place; - reads standard input and writes to standard output.")

    @OptionGroup var options: Options
    @Flag(help: "Changes nothing; ends with status 1 if a file is not in canonical form.") var check = false
    @Argument(help: "Scripts; - is standard input.") var files: [String]

    func run() throws {
        var worst: Int32 = 0
        for file in files {
            let runner = Runner(options)
            runner.format(file: file, onlyChecks: check)
            worst = max(worst, runner.finish())
        }
        throw ExitCode(worst)
    }
}
