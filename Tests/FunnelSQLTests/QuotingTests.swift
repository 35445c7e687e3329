import FunnelEngine
import FunnelModel
import FunnelRandom
import FunnelSQL
import FunnelStore
import FunnelSyntax
import Testing

/// Texts and names reach an engine as they are, whatever marks are in them.
struct QuotingTests {
    static let texts = [
        "it's", "\"quoted\"", "back\\slash", "ends\\", "'\u{301} a mark with an accent", "''", "100 %", "a_b", "line\nbreak", "tab\there", "-- no comment",
        "/* nor this */", "$1 ? :name {x}", "نمایشگاه", "*?[glob]", "`tick`", "😀",
    ]
    static let name = "we\"ird\\ `col'\n\n umn"

    private static func store() -> Store { leads(created: texts.map { _ in 19_800 }, sources: texts, named: name) }

    /// A store of leads of some days and sources.
    static func leads(created: [Int], sources: [String], named source: String = "source") -> Store {
        Store(tables: [
            .leads: Table(
                role: .leads, rowCount: created.count,
                columns: [
                    Packing.column("id", created.indices.map { .exact(Exact($0)) }, like: .exact(Exact(0))),
                    Packing.column("created", created.map { .date($0) }, like: .date(0)),
                    Packing.column(source, sources.map { .text($0) }, like: .text("")),
                ], roles: [.id: 0, .created: 1, .source: 2])
        ])
    }

    @Test("texts are compared, searched and shown as they are", arguments: EngineUnderTest.present)
    func texts(_ engine: EngineUnderTest) throws {
        let store = Self.store()
        var script = EngineScript()
        script.load(store)
        var asked: [(SamenessTests.Case, SQLQuery)] = []
        let pieces = Self.texts.flatMap { text -> [String] in
            let quoted = Printer.quoted(text)
            return [
                "leads where source = \(quoted)", "leads where source in (\(quoted), \"-\")", "leads where source contains \(quoted)",
                "leads where source starts with \(quoted)", "leads where source ends with \(quoted)", "leads where source like \(quoted)",
            ]
        }
        for text in pieces + ["leads by source"] {
            let plan = try #require(SamenessTests.plan(text, store))
            let query = try SQLWriter.query(plan, SamenessTests.catalog(store), engine.dialect, title: text)
            script.ask(query.text)
            asked.append(
                (
                    SamenessTests.Case(name: "quoting", text: text, plan: plan, expected: try Engine(store: store, threads: 1, interrupt: nil).answer(plan)),
                    query
                ))
        }
        for ((one, query), outcome) in zip(asked, try engine.run(script)) {
            let difference = SamenessTests.difference(outcome, one.expected) { SQLAnswer.answer($0, to: query, of: one.plan) }
            if let difference { Issue.record("\(engine.name): \(one.text)\n\(query.text)\n\(difference)") }
        }
    }
}
