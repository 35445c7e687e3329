import FunnelEngine
import FunnelModel
import FunnelPlan
import FunnelRandom
import FunnelSQL
import FunnelStore
import Testing

/// Histories of which it can be said by hand how many leads reach which step, on every engine.
struct FunnelCasesTests {
    struct Case {
        let name: String
        /// A lead's history: stages with their day and hour.
        let rows: [(lead: Int, stage: String, day: Int, hour: Int)]
        let plan: FunnelPlan
        let entered: [Int]
        /// The median time of each step in days.
        let median: [Double?]
    }

    private static func steps(_ texts: [String]) -> [PlanStep] {
        texts.map { text in
            let isOptional = text.hasPrefix("[")
            let name = isOptional ? String(text.dropFirst().dropLast()) : text
            return PlanStep(name: name, events: .stage(name), isOptional: isOptional)
        }
    }

    private static func plan(
        _ texts: [String], _ order: FunnelPlan.Order = .ordered, isOpen: Bool = false, within: TimeSpan? = nil, stageOrder: [String] = []
    ) -> FunnelPlan {
        FunnelPlan(
            steps: steps(texts), order: order, isOpen: isOpen, windows: within.map { [PlanWindow(name: "window", span: $0)] } ?? [], stageOrder: stageOrder,
            rules: CalendarRules(), now: SamenessTests.now)
    }

    private static let day = TimeSpan.microseconds(microsecondsPerDay)

    static let cases: [Case] = [
        Case(
            name: "the first beginning counts, though a later one is nearer to the next step",
            rows: [(1, "visit", 1, 0), (1, "visit", 5, 0), (1, "trial", 6, 0)], plan: plan(["visit", "trial"]), entered: [1, 1], median: [nil, 5]),
        Case(
            name: "events of one time stand in the order of the steps",
            rows: [(1, "trial", 2, 9), (1, "visit", 2, 9)], plan: plan(["visit", "trial"]), entered: [1, 1], median: [nil, 0]),
        Case(
            name: "a declared order of the stages decides between events of one time",
            rows: [(1, "trial", 2, 9), (1, "visit", 2, 9)], plan: plan(["visit", "trial"], stageOrder: ["trial", "visit"]), entered: [1, 0], median: [nil, nil]),
        Case(
            name: "who comes again is one lead, and its way back is none",
            rows: [(1, "visit", 1, 0), (1, "trial", 2, 0), (1, "visit", 3, 0), (1, "trial", 4, 0), (1, "buy", 5, 0)], plan: plan(["visit", "trial", "buy"]),
            entered: [1, 1, 1], median: [nil, 1, 3]),
        Case(
            name: "a step may come twice",
            rows: [(1, "visit", 1, 0), (1, "visit", 4, 0), (2, "visit", 1, 0)], plan: plan(["visit", "visit"]), entered: [2, 1], median: [nil, 3]),
        Case(
            name: "what may be skipped is taken where that costs no later step",
            rows: [
                (1, "visit", 1, 0), (1, "demo", 2, 0), (1, "buy", 3, 0), (2, "visit", 1, 0), (2, "buy", 2, 0), (2, "demo", 3, 0), (3, "visit", 1, 0),
                (3, "demo", 9, 0),
            ], plan: plan(["visit", "[demo]", "buy"]), entered: [3, 2, 2], median: [nil, 4.5, 1]),
        Case(
            name: "a window ends with its last moment, and a later beginning may get further",
            rows: [
                (1, "visit", 1, 0), (1, "trial", 2, 0), (2, "visit", 1, 0), (2, "trial", 2, 1), (3, "visit", 1, 0), (3, "visit", 9, 0), (3, "trial", 9, 12),
            ], plan: plan(["visit", "trial"], within: day), entered: [3, 2], median: [nil, 0.75]),
        Case(
            name: "a month ends on its last day where the next is too short",
            rows: [(1, "visit", 31, 12), (1, "trial", 60, 12), (2, "visit", 31, 12), (2, "trial", 60, 13)], plan: plan(["visit", "trial"], within: .months(1)),
            entered: [2, 1], median: [nil, 29]),
        Case(
            name: "strictly, the next event is the next step or the chain is over",
            rows: [
                (1, "visit", 1, 0), (1, "trial", 2, 0), (2, "visit", 1, 0), (2, "call", 2, 0), (2, "trial", 3, 0), (3, "visit", 1, 0), (3, "visit", 2, 0),
                (3, "trial", 3, 0),
            ], plan: plan(["visit", "trial"], .strict), entered: [3, 2], median: [nil, 1]),
        Case(
            name: "in any order, what happened within the window of some first event counts",
            rows: [(1, "trial", 1, 0), (1, "visit", 1, 6), (2, "trial", 1, 0), (2, "visit", 8, 0), (3, "buy", 1, 0)],
            plan: plan(["visit", "trial", "buy"], .any, within: day), entered: [1, 2, 1], median: [0.25, nil, nil]),
        Case(
            name: "an open funnel is entered at any step",
            rows: [(1, "visit", 1, 0), (1, "trial", 2, 0), (2, "trial", 3, 0), (2, "buy", 4, 0), (3, "buy", 5, 0)],
            plan: plan(["visit", "trial", "buy"], isOpen: true), entered: [1, 2, 2], median: [nil, 1, 1]),
    ]

    private static func store(_ rows: [(lead: Int, stage: String, day: Int, hour: Int)]) -> Store {
        let first = Calendar.day(year: 2024, month: 1, day: 1) - 1
        let leads = Set(rows.map(\.lead)).sorted()
        let exact: Value = .exact(Exact(0))
        let instant: Value = .timestamp(day: 0, microseconds: 0)
        return Store(tables: [
            .leads: Table(
                role: .leads, rowCount: leads.count,
                columns: [
                    Packing.column("id", leads.map { .exact(Exact($0)) }, like: exact),
                    Packing.column("created", leads.map { _ in .date(first) }, like: .date(0)),
                ], roles: [.id: 0, .created: 1]),
            .stages: Table(
                role: .stages, rowCount: rows.count,
                columns: [
                    Packing.column("lead", rows.map { .exact(Exact($0.lead)) }, like: exact),
                    Packing.column("stage", rows.map { .text($0.stage) }, like: .text("")),
                    Packing.column("entered", rows.map { .timestamp(day: first + $0.day, microseconds: Int64($0.hour) * 3_600_000_000) }, like: instant),
                ], roles: [.lead: 0, .stage: 1, .entered: 2]),
        ])
    }

    private static func check(_ answer: Answer, _ one: Case, _ where: String) {
        #expect(answer.rows.map { $0[1] } == one.entered.map { .exact(Exact($0)) }, "\(`where`): \(one.name)")
        #expect(answer.rows.map { $0[5].double } == one.median, "\(`where`): \(one.name)")
    }

    @Test("the engine of the store counts as the hand does")
    func store() throws {
        for one in Self.cases { Self.check(try Engine(store: Self.store(one.rows), threads: 1, interrupt: nil).funnel(one.plan), one, "memory") }
    }

    @Test("every engine counts as the hand does", arguments: EngineUnderTest.present)
    func engines(_ engine: EngineUnderTest) throws {
        var script = EngineScript()
        var asked: [(Case, SQLQuery)] = []
        for one in Self.cases {
            let store = Self.store(one.rows)
            guard let query = try? SQLWriter.query(one.plan, SamenessTests.catalog(store), engine.dialect, title: one.name) else {
                // Funnels that can't be said are in the reference.
                #expect(engine.name == "clickhouse")
                continue
            }
            script.load(store)
            script.ask(query.text)
            asked.append((one, query))
        }
        for ((one, query), outcome) in zip(asked, try engine.run(script)) {
            guard case .rows(let rows) = outcome else {
                Issue.record("\(engine.name): \(one.name) failed: \(outcome)")
                continue
            }
            Self.check(SQLAnswer.answer(rows, to: query, of: one.plan), one, engine.name)
        }
        #expect(asked.count >= 4)
    }
}
