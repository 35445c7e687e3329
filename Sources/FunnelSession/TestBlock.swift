import FunnelBinder
import FunnelEngine
import FunnelIngest
import FunnelModel
import FunnelRender
import FunnelStore
import FunnelSyntax
import FunnelText

/// A `test` block: a tiny store of its own, and what must come out.
struct TestBlock {
    private let session: Session
    private let context: BindingContext

    init(_ session: Session, _ context: BindingContext) {
        self.session = session
        self.context = context
    }

    /// What is wrong with its text, names and types.
    func problems(_ test: TestStatement, in source: Source) -> [Diagnostic] {
        var found: [Diagnostic] = []
        var inner = context
        inner.schemas = [:]
        inner.stages = nil
        for item in test.items {
            do throws(Diagnostic) {
                switch item {
                case .rows(let rows):
                    let table = try self.table(rows, in: source)
                    inner.schemas[table.role] = table.schema
                case .expect(let check): _ = try Binder.bind(check, in: source, inner)
                case .statement(.define(let definition)):
                    let entry = DefinitionEntry(definition: definition, source: source, isBuiltIn: false)
                    try Binder.check(entry, inner)
                    inner.definitions.define(entry)
                case .statement(.set), .statement(.parameter), .statement(.target): break
                case .statement(let statement): throw Diagnostic.notInTest.placed(in: source, at: statement.range)
                }
            } catch { found.append(error.placed(in: source, at: test.place.range)) }
        }
        return found
    }

    /// The table that is written in the block: read as a CSV file would be.
    private func table(_ rows: TestStatement.Rows, in source: Source) throws(Diagnostic) -> Table {
        guard let role = Binder.table(named: rows.table.folded) else { throw Diagnostic.unknownTable(rows.table.text).placed(in: source, at: rows.table.range) }
        func quoted(_ text: String) -> String { "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" }
        let header = rows.columns.map { quoted($0.text) }.joined(separator: ",")
        let lines = rows.rows.map { cells in cells.map { $0.text.isEmpty && !$0.isQuoted ? "" : quoted($0.text) }.joined(separator: ",") }
        var request = LoadRequest(role: role, path: "", displayName: rows.table.text)
        request.text = Array(([header] + lines.map { $0.isEmpty ? "\"\"" : $0 }).joined(separator: "\n").utf8) + [10]
        request.script = source
        request.range = rows.table.range
        let wanted = request
        let interrupt = session.interruptFlag
        do throws(Diagnostic) {
            return try Session.typed(others: { _ in }) { () throws in try Loader.load(wanted, interrupt: interrupt, progress: { _ in }).table }
        } catch { throw Diagnostic(.error, error.message, cause: .text, in: source, at: rows.table.range, mends: error.mends) }
    }

    /// Runs it in a session of its own that knows the definitions of this one. Returns what failed.
    func failures(_ test: TestStatement, in source: Source) -> [SessionEvent] {
        var found: [SessionEvent] = []
        var hasFailed = false
        let inner = Session(session.configuration, settings: session.settings) { event in
            switch event {
            case .diagnostic(let diagnostic) where diagnostic.severity == .error:
                hasFailed = true
                found.append(event)
            // The groups that failed, with what they are.
            case .text where hasFailed: found.append(event)
            default: break
            }
        }
        inner.definitions = session.definitions
        inner.parameters = session.parameters
        inner.targets = session.targets
        for item in test.items {
            hasFailed = false
            switch item {
            case .rows(let rows):
                do throws(Diagnostic) {
                    inner.store = inner.store.replacing(try table(rows, in: source))
                } catch { found.append(.diagnostic(error.placed(in: source, at: test.place.range))) }
            case .expect(let check): _ = inner.perform(.check(check), in: source, folder: session.configuration.folder)
            case .statement(let statement): _ = inner.perform(statement, in: source, folder: session.configuration.folder)
            }
        }
        return found
    }
}

/// What `funnel test` found.
package struct TestSummary: Sendable {
    package var passed = 0
    package var failed = 0

    package init() {}
}

extension Session {
    /// Runs the tests of a script; its other statements are carried out but for queries. Returns the exit status.
    package func test(_ text: String, named name: String, folder: String?, _ summary: inout TestSummary) -> Int32 {
        status = 0
        interruptFlag.clear()
        let source = Source(name: name, text: text)
        let folder = folder ?? configuration.folder
        let (script, mistakes) = Parser.parse(source)
        for mistake in mistakes { report(mistake) }
        guard mistakes.isEmpty else { return status }
        for statement in script.statements {
            switch statement {
            case .define, .parameter, .include, .set, .target:
                guard perform(statement, in: source, folder: folder) else { return status }
            case .test(let test):
                let problems = TestBlock(self, context).problems(test, in: source)
                let failures = problems.isEmpty ? TestBlock(self, context).failures(test, in: source) : problems.map { .diagnostic($0) }
                failures.forEach(emit)
                emit(.text([StyledLine([.init(failures.isEmpty ? "ok    " : "failed", failures.isEmpty ? .number : .error), .init(" \(test.name)")])]))
                if failures.isEmpty { summary.passed += 1 } else { summary.failed += 1 }
                if !failures.isEmpty { worsen(to: problems.isEmpty ? 1 : 2) }
            default: break
            }
        }
        return status
    }
}
