import FunnelEngine
import FunnelModel
import FunnelPlan
import FunnelRandom
import FunnelSQL
import FunnelStore
import Testing

/// A funnel gives the same answer on every engine.
struct FunnelSamenessTests {
    struct Case {
        let name: String
        let plan: FunnelPlan
        let expected: Answer
    }

    /// The store with its stage rows by the names of their stages: so stand those of one time that are the same step.
    private static func sorted(_ store: Store) -> Store {
        guard let stages = store.tables[.stages], let stage = stages.column(.stage) else { return store }
        let order = (0..<stages.rowCount).sorted { a, b in
            let comparison = Value.compare(stage.value(a), stage.value(b))
            return comparison != 0 ? comparison < 0 : a < b
        }
        return store.replacing(stages.selecting(order))
    }

    private static func reference(_ table: Table, _ role: ColumnRole) -> ColumnReference? {
        table.roles[role].map {
            ColumnReference(path: .own, table: table.role, index: .file($0), type: RowType(table.columns[$0].type), name: role.rawValue)
        }
    }

    /// Six funnels of a store, of as many as are drawn those that suit.
    static func random(_ seed: Int, drawn: Int = 6, suits: (FunnelPlan, Store) -> Bool = { _, _ in true }) -> (store: Store, cases: [Case]) {
        var random = Seeded(seed + 50_000)
        let store = sorted(RandomStore(&random, rows: 0...160).store)
        var cases: [Case] = []
        for number in 0..<drawn where cases.count < 6 {
            var plan = RandomFunnel.plan(&random, store, now: SamenessTests.now)
            if random.oneIn(3) { plan.keys.append(.period("month", random.pick([.month, .week, .weekday, .hour]))) }
            if random.oneIn(5), let stages = store.tables[.stages], let stage = Self.reference(stages, .stage) {
                plan.keys.append(.stage(PlanKey(name: "stage", kind: .text), .value(.column(stage))))
            }
            if random.oneIn(5) { plan.from = Instant(day: Calendar.day(year: 2024, month: 1, day: 5), microseconds: random.oneIn(2) ? 0 : 36_000_000_000) }
            if random.oneIn(5) { plan.until = Instant(day: Calendar.day(year: 2024, month: 3, day: 1)) }
            if random.oneIn(8) { plan.asOf = Instant(day: Calendar.day(year: 2024, month: 2, day: 10), microseconds: random.oneIn(2) ? 0 : 3_600_000_000) }
            guard suits(plan, store), let answer = try? Engine(store: store, threads: 1, interrupt: nil).funnel(plan) else { continue }
            cases.append(Case(name: "seed \(seed), funnel \(number)", plan: plan, expected: answer))
        }
        return (store, cases)
    }

    @Test("random funnels of random stores have the engine's answers", arguments: EngineUnderTest.present)
    func random(_ engine: EngineUnderTest) throws {
        var script = EngineScript()
        var asked: [(Case, SQLQuery)] = []
        // One engine computes parts of a query anew wherever they are named: of it those funnels are asked that it can answer.
        let isPicky = engine.name == "clickhouse"
        let seeds = SamenessTests.seeds(for: engine, oneIn: isPicky ? 4 : 5)
        for seed in seeds {
            let (store, cases) = Self.random(seed, drawn: isPicky ? 120 : 6) { plan, store in
                !isPicky || (try? SQLWriter.query(plan, SamenessTests.catalog(store), engine.dialect)) != nil
            }
            script.load(store)
            for one in cases {
                let query = try SQLWriter.query(one.plan, SamenessTests.catalog(store), engine.dialect, title: one.name)
                script.ask(query.text)
                asked.append((one, query))
            }
        }
        let outcomes = try engine.run(script)
        #expect(outcomes.count == asked.count)
        var wrong = 0
        for ((one, query), outcome) in zip(asked, outcomes) {
            let difference = SamenessTests.difference(outcome, one.expected) { SQLAnswer.answer($0, to: query, of: one.plan) }
            guard let difference, !engine.isKnownToFail(difference) else { continue }
            wrong += 1
            if wrong <= SamenessTests.mostShown {
                Issue.record(
                    "\(engine.name), \(one.name): \(one.plan.steps) \(one.plan.order) \(one.plan.windows) \(one.plan.stageOrder)\n\(query.text)\n\(difference)")
            }
        }
        #expect(wrong == 0, "\(wrong) of \(asked.count) on \(engine.name)")
        #expect(asked.count >= seeds.count * 5)
        print("\(engine.name): \(asked.count) funnels asked, \(wrong) wrong")
    }

    @Test("moves between stages and leaks of random stores are the engine's", arguments: EngineUnderTest.present)
    func moves(_ engine: EngineUnderTest) throws {
        var script = EngineScript()
        var asked: [(name: String, expected: Answer, query: SQLQuery, read: ([[Value]]) -> Answer)] = []
        for seed in SamenessTests.seeds(for: engine, oneIn: 10) {
            let (store, cases) = Self.random(seed)
            let catalog = SamenessTests.catalog(store)
            var isLoaded = false
            for one in cases {
                let engineOfStore = Engine(store: store, threads: 1, interrupt: nil)
                var plan = one.plan
                plan.windows = []
                if let query = try? SQLWriter.query(plan, catalog, engine.dialect, title: one.name) {
                    let leaks = try engineOfStore.leaks(plan, dealSize: 120)
                    if !isLoaded { script.load(store) }
                    isLoaded = true
                    script.ask(query.text)
                    let own = plan
                    asked.append(("leaks of \(one.name)", leaks, query, { SQLAnswer.leaks(SQLAnswer.answer($0, to: query, of: own), of: own, dealSize: 120) }))
                }
                guard let stages = store.tables[.stages], let stage = stages.column(.stage), case .text(_, let dictionary) = stage.values else { continue }
                // As a session does: the order that is declared, or that of the data.
                if plan.stageOrder.isEmpty { plan.stageOrder = dictionary.texts.sorted() }
                let expected = try engineOfStore.transitions(plan)
                let query = try SQLWriter.transitions(plan, catalog, engine.dialect, title: one.name)
                if !isLoaded { script.load(store) }
                isLoaded = true
                script.ask(query.text)
                let own = plan
                asked.append(("transitions of \(one.name)", expected, query, { SQLAnswer.transitions($0, to: query, of: own) }))
            }
        }
        var wrong = 0
        for (one, outcome) in zip(asked, try engine.run(script)) {
            guard let difference = SamenessTests.difference(outcome, one.expected, one.read), !engine.isKnownToFail(difference) else { continue }
            wrong += 1
            if wrong <= SamenessTests.mostShown { Issue.record("\(engine.name), \(one.name)\n\(one.query.text)\n\(difference)") }
        }
        #expect(wrong == 0, "\(wrong) of \(asked.count) on \(engine.name)")
        print("\(engine.name): \(asked.count) leaks and transitions asked, \(wrong) wrong")
    }

    /// A funnel whose steps come one behind the other, over all leads, as `lost after` has it.
    private static func plain(_ plan: FunnelPlan) -> FunnelPlan {
        FunnelPlan(
            steps: plan.steps.map { PlanStep(name: $0.name, events: $0.events) }, stageOrder: plan.stageOrder, rules: plan.rules, now: plan.now)
    }

    @Test("leads behind a drop of a funnel are the engine's", arguments: EngineUnderTest.present)
    func lost(_ engine: EngineUnderTest) throws {
        var script = EngineScript()
        var asked: [(name: String, plan: ListPlan, expected: Answer, query: SQLQuery)] = []
        for seed in SamenessTests.seeds(for: engine, oneIn: 10) {
            let (store, cases) = Self.random(seed)
            script.load(store)
            let leads = try #require(store.tables[.leads])
            let columns = leads.columns.indices.map { index in
                let column = leads.columns[index]
                return ColumnReference(path: .own, table: .leads, index: .file(index), type: RowType(column.type), name: column.name)
            }
            for one in cases {
                let funnel = Self.plain(one.plan)
                for step in funnel.steps.indices.dropLast() {
                    let plan = ListPlan(table: .leads, columns: columns, filter: nil, order: [], limit: nil, lostAfter: LostAfter(funnel, step: step))
                    // One engine can't be asked for steps that are conditions or come twice.
                    guard let query = try? SQLWriter.query(plan, SamenessTests.catalog(store), engine.dialect, title: one.name) else {
                        #expect(engine.name == "clickhouse")
                        continue
                    }
                    var expected = try Engine(store: store, threads: 1, interrupt: nil).list(plan)
                    expected.rows.sort(by: FurtherSamenessTests.precedes)
                    script.ask(query.text)
                    asked.append(("\(one.name), step \(step + 1)", plan, expected, query))
                }
            }
        }
        #expect(asked.contains { $0.expected.rows.count > 3 })
        for (one, outcome) in zip(asked, try engine.run(script)) {
            let difference = SamenessTests.difference(outcome, one.expected) { rows in
                var answer = SQLAnswer.answer(rows, to: one.query, of: one.plan)
                answer.rows.sort(by: FurtherSamenessTests.precedes)
                return answer
            }
            guard let difference, !engine.isKnownToFail(difference) else { continue }
            Issue.record("\(engine.name), \(one.name): \(one.plan.lostAfter?.funnel.steps ?? [])\n\(one.query.text)\n\(difference)")
        }
        print("\(engine.name): \(asked.count) drops asked")
    }
}
