import FunnelBinder
import FunnelEngine
import FunnelModel
import FunnelPlan
import FunnelSQL
import FunnelStore
import FunnelSyntax
import FunnelTesting
import FunnelText
import Testing

@testable import FunnelSession

/// What the golden files ask has the same answer on every engine.
struct GoldenSamenessTests {
    /// A query, a funnel or a list in SQL, what is read of its rows, and what is right.
    private struct Asked {
        let name: String
        let text: String
        let query: SQLQuery
        let expected: Answer
        let read: ([[Value]]) -> Answer
        /// In what order rows stand that a list does not order is the engine's affair.
        let isList: Bool
    }

    private final class Collector {
        let dialect: SQLDialect
        var script = EngineScript()
        var asked: [Asked] = []
        var refused: [String] = []
        private var loaded = ""

        init(_ dialect: SQLDialect) { self.dialect = dialect }

        func look(_ session: Session, _ text: String, in file: String) {
            let source = Source(name: file, text: text)
            let (parsed, mistakes) = Parser.parse(source)
            let store = session.store
            guard mistakes.isEmpty, parsed.statements.count == 1, !store.tables.isEmpty, store.tables.values.allSatisfy({ $0.rowCount < 2000 }) else { return }
            do { try ask(parsed.statements[0], session, source, file) } catch let error as Diagnostic {
                if error.message.contains("can't be said in the SQL") { refused.append("\(text): \(error.message)") }
            } catch {}
        }

        private func ask(_ statement: Statement, _ session: Session, _ source: Source, _ file: String) throws {
            let catalog = SQLCatalog(session.store)
            switch statement {
            case .query(let query):
                let plan = try Binder.bind(query, in: source, session.context).plan
                let expected = try session.engine.answer(plan)
                let sql = try SQLWriter.query(plan, catalog, dialect, title: source.text)
                add(
                    Asked(name: file, text: source.text, query: sql, expected: expected, read: { SQLAnswer.answer($0, to: sql, of: plan) }, isList: false),
                    session)
            case .funnel(let funnel):
                let plan = try Binder.bind(funnel, in: source, session.funnelContext).plan
                let expected = try session.engine.funnel(plan)
                let sql = try SQLWriter.query(plan, catalog, dialect, title: source.text)
                add(
                    Asked(name: file, text: source.text, query: sql, expected: expected, read: { SQLAnswer.answer($0, to: sql, of: plan) }, isList: false),
                    session)
            case .list(let list) where list.limit == nil:
                let plan = try session.plan(list, in: source).plan
                let expected = try session.engine.list(plan)
                let sql = try SQLWriter.query(plan, catalog, dialect, title: source.text)
                add(
                    Asked(name: file, text: source.text, query: sql, expected: expected, read: { SQLAnswer.answer($0, to: sql, of: plan) }, isList: true),
                    session)
            default: break
            }
        }

        private func add(_ one: Asked, _ session: Session) {
            var own = EngineScript()
            own.load(session.store)
            if own.text != loaded {
                loaded = own.text
                script.load(session.store)
            }
            script.ask(one.query.text)
            asked.append(one)
        }
    }

    @Test("what the golden files ask has the engine's answers", arguments: EngineUnderTest.present)
    func golden(_ engine: EngineUnderTest) throws {
        let root = TextFile.root() + "/Tests/Golden"
        let collector = Collector(engine.dialect)
        for path in TextFile.files(below: root, ending: ".test") {
            let name = String(path.dropFirst(root.count + 1))
            guard let text = TextFile.read(path) else { continue }
            _ = GoldenFile(name: name, text: text).run { transcript, text in collector.look(transcript.session, text, in: name) }
        }
        #expect(collector.asked.count > 300)
        var wrong = 0
        for (one, outcome) in zip(collector.asked, try engine.run(collector.script)) {
            var expected = one.expected
            if one.isList { expected.rows.sort(by: FurtherSamenessTests.precedes) }
            let difference = SamenessTests.difference(outcome, expected) { rows in
                var answer = one.read(rows)
                if one.isList { answer.rows.sort(by: FurtherSamenessTests.precedes) }
                return answer
            }
            guard let difference, !engine.isKnownToFail(difference) else { continue }
            wrong += 1
            if wrong <= SamenessTests.mostShown { Issue.record("\(engine.name), \(one.name): \(one.text)\n\(one.query.text)\n\(difference)") }
        }
        #expect(wrong == 0, "\(wrong) of \(collector.asked.count) on \(engine.name)")
        print("\(engine.name): \(collector.asked.count) asked of the golden files, \(wrong) wrong, refused \(collector.refused)")
    }
}
