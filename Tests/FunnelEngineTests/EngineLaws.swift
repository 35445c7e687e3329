import FunnelBinder
import FunnelEngine
import FunnelRandom
import FunnelModel
import FunnelPlan
import FunnelRender
import FunnelStore
import FunnelSyntax
import FunnelText
import Glibc
import Testing

/// The engine answers as a plain reading of the plan does, whatever the rows, the query and the number of threads.
struct EngineLaws {
    static let now = Instant(day: Calendar.day(year: 2024, month: 6, day: 1), microseconds: 45_000_000_000)
    static let definitions = Definitions.builtIn(Source(name: KPIs.fileName, text: KPIs.text)).definitions

    /// The plan of a query; nil where the store can't answer it.
    static func plan(_ text: String, _ store: Store, _ rules: CalendarRules = CalendarRules()) -> Plan? {
        let source = Source(name: "law", text: text)
        let (script, mistakes) = Parser.parse(source)
        guard mistakes.isEmpty, script.statements.count == 1, case .query(let query) = script.statements[0] else {
            Issue.record("this is no query: \(text)")
            return nil
        }
        let context = BindingContext(schemas: store.tables.mapValues(\.schema), definitions: definitions, rules: rules, now: now)
        return try? Binder.bind(query, in: source, context).plan
    }

    static func answer(_ plan: Plan, _ store: Store, threads: Int) throws -> Answer {
        try Engine(store: store, threads: threads, interrupt: nil).answer(plan)
    }

    private static func same(_ a: Value, _ b: Value) -> Bool {
        switch (a, b) {
        case (.exact, .real), (.real, .exact), (.real, .real):
            guard let x = a.double, let y = b.double else { return false }
            return abs(x - y) <= 1e-12 * max(abs(x), abs(y)) + 1e-12
        default: return a == b
        }
    }

    static func same(_ a: [Value], _ b: [Value]) -> Bool { a.count == b.count && zip(a, b).allSatisfy { same($0, $1) } }

    /// Sixty seeds; `FUNNEL_SEED=1000` tries the sixty from there.
    static let seeds: Range<Int> = {
        let first = getenv("FUNNEL_SEED").flatMap { Int(String(cString: $0)) } ?? 0
        return first..<first + 60
    }()

    @Test("the engine's answer is the naive one", arguments: seeds)
    func engineIsNaive(_ seed: Int) throws {
        var random = Seeded(seed)
        let rows = random.oneIn(6) ? 0...300 : 0...70
        let made = RandomStore(&random, rows: rows)
        let rules = random.oneIn(3) ? CalendarRules(weekStart: random.among(1...7), fiscalStart: random.among(1...12)) : CalendarRules()
        var queries = RandomQuery(seed)
        var answered = 0
        for _ in 0..<30 where answered < 6 {
            let text = queries.text()
            guard let plan = Self.plan(text, made.store, rules) else { continue }
            let naive = NaiveEvaluator(plan, made.store)
            guard naive.size <= 1_500 else { continue }
            answered += 1
            let expected = naive.answer()
            let answer: Answer
            do { answer = try Self.answer(plan, made.store, threads: 1) } catch {
                Issue.record("seed \(seed): \(text)\n\(error)\n\(PlanText.lines(plan).joined(separator: "\n"))")
                return
            }
            let isRight =
                answer.rows.count == expected.rows.count && zip(answer.rows, expected.rows).allSatisfy { Self.same($0, $1) }
                && Self.same(answer.total ?? [], expected.total ?? []) && answer.counts == naive.counts
            if !isRight {
                let lines = max(answer.rows.count, expected.rows.count)
                let differing = (0..<lines).filter { $0 >= answer.rows.count || $0 >= expected.rows.count || !Self.same(answer.rows[$0], expected.rows[$0]) }
                let shown = differing.prefix(6).map { line in
                    "\(line) came \(line < answer.rows.count ? " " : " ")\n  naive \(line < expected.rows.count ? " " : " ")"
                }
                Issue.record(
                    """
                    seed \(seed): \(text)
                    \(PlanText.lines(plan).joined(separator: "\n"))
                    \(answer.rows.count) rows came, \(expected.rows.count) are right
                    \(shown.joined(separator: "\n"))
                    counts came \(answer.counts), \(naive.counts) are right
                    total came \(answer.total.map { "\($0)" } ?? "-"), \(expected.total.map { "\($0)" } ?? "-") is right
                    \(made.store.byteCount < 4000 ? made.text : "")
                    """)
                return
            }
            let text1 = DataRenderer.text(of: [answer], as: .csv)
            let parallel = try Self.answer(plan, made.store, threads: 2 + seed % 4)
            #expect(DataRenderer.text(of: [parallel], as: .csv) == text1)
            #expect(parallel.counts == naive.counts)
        }
        #expect(answered >= 3, "too few of the queries of seed \(seed) can be bound")
    }

    @Test("as of a moment, the answer is the naive one over what was known then", arguments: seeds)
    func past(_ seed: Int) throws {
        var random = Seeded(seed + 5000)
        var store = RandomStore(&random, rows: 0...90).store
        // Of tables in the order of time the rows known at a moment are the first ones.
        if random.oneIn(2) {
            for (role, dated) in [(TableRole.leads, ColumnRole.created), (.deals, .created), (.stages, .entered), (.costs, .date)] {
                guard let table = store.tables[role], let dates = table.column(dated) else { continue }
                let times = (0..<table.rowCount).map { dates.microseconds($0) ?? .min }
                store = store.replacing(table.selecting((0..<table.rowCount).sorted { (times[$0], $0) < (times[$1], $1) }))
            }
        }
        var queries = RandomQuery(seed + 5000)
        var answered = 0
        // Counts by texts alone go another way than what else there is.
        let texts = [
            "leads by source", "count(deals) by product", "leads, conversion by owner", "count(deals) by status", "count(stages) by stage", "leads by vip",
        ]
        for text in texts + (0..<30).map({ _ in queries.text() }) where answered < 12 {
            guard var plan = Self.plan(text, store) else { continue }
            let day = Calendar.day(year: 2024, month: random.among(1...3), day: random.among(1...28))
            plan.asOf = Instant(day: day, microseconds: random.pick([0, 45_000_000_000]))
            let naive = NaiveEvaluator(plan, store)
            guard naive.size <= 1_500 else { continue }
            answered += 1
            let answer = try Self.answer(plan, store, threads: 1 + seed % 3)
            let expected = naive.answer()
            let isRight =
                answer.rows.count == expected.rows.count && zip(answer.rows, expected.rows).allSatisfy { Self.same($0, $1) } && answer.counts == naive.counts
            #expect(isRight, "seed \(seed), \(plan.asOf!): \(text)\n\(answer.rows)\n\(expected.rows)")
        }
        #expect(answered >= 4)
    }

    @Test("several morsels and any number of threads give the same bytes")
    func threads() throws {
        var random = Seeded(7)
        let store = RandomStore(&random, sizes: [70_000, 66_000, 100, 100]).store
        for text in Self.largeQueries {
            guard let plan = Self.plan(text, store) else { Issue.record("\(text) can't be bound"); continue }
            let one = DataRenderer.text(of: [try Self.answer(plan, store, threads: 1)], as: .csv)
            for threads in [2, 3, 5] {
                #expect(DataRenderer.text(of: [try Self.answer(plan, store, threads: threads)], as: .csv) == one, "\(text), \(threads) threads")
            }
        }
    }

    @Test("rows in the order of time, of which whole morsels are of one period, give the answers of rows in any order")
    func ordered() throws {
        var random = Seeded(7)
        let store = RandomStore(&random, sizes: [70_000, 66_000, 100, 100]).store
        let leads = try #require(store.tables[.leads])
        let created = try #require(leads.column(.created))
        let times = (0..<leads.rowCount).map { created.microseconds($0) ?? .min }
        // Among the last morsels there are ones in which some rows have no date, and ones in which all have.
        let inOrder = store.replacing(leads.selecting((0..<leads.rowCount).sorted { (times[$0], $0) < (times[$1], $1) }))
        let queries =
            Self.largeQueries + [
                "leads by month", "leads, conversion by source, month", "leads where source = \"ads\" by month, source", "conversion where vip by quarter, vip",
                "sum(leads.score), median(leads.budget), distinct(leads.owner), p90(leads.score) by month", "leads by weekday during 2024-01 to 2024-02",
                "leads, sum(leads.score where vip) by owner, month", "leads where created >= 2024-02-01 and created < 2024-03-10 by day, source",
            ]
        for text in queries {
            guard let plan = Self.plan(text, store) else { Issue.record("\(text) can't be bound"); continue }
            let any = DataRenderer.text(of: [try Self.answer(plan, store, threads: 1)], as: .csv)
            #expect(DataRenderer.text(of: [try Self.answer(plan, inOrder, threads: 2)], as: .csv) == any, "\(text)")
        }
    }

    private static let largeQueries = [
        "leads, conversion, cycle, mean(cycle), revenue, won by month",
        "sum(leads.budget / leads.score), mean(leads.budget / leads.score), p90(leads.budget) by source, owner with total",
        "distinct(leads.owner), min(leads.touched), max(leads.score) by week",
        "conversion within 30 days by month, country top 2 with other",
    ]

    @Test("where keys have more combinations than an array holds, hashed groups are the naive ones")
    func hashed() throws {
        var random = Seeded(3)
        let store = RandomStore(&random, sizes: [1_500, 1_500, 20, 20]).store
        for text in [
            "leads, sum(leads.score), median(leads.score) by budget, id", "leads, conversion by touched, budget having leads > 0 order by budget limit 900",
        ] {
            let plan = try #require(Self.plan(text, store))
            let answer = try Self.answer(plan, store, threads: 2)
            let expected = NaiveEvaluator(plan, store).answer().rows
            #expect(answer.rows.count == expected.count)
            #expect(zip(answer.rows, expected).allSatisfy { Self.same($0, $1) }, "\(text)")
        }
    }
}
