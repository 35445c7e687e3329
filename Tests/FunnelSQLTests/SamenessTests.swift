import FunnelBinder
import FunnelEngine
import FunnelModel
import FunnelPlan
import FunnelRandom
import FunnelSQL
import FunnelStore
import FunnelSyntax
import FunnelText
import Glibc
import Testing

/// A query gives the same answer on every engine, whatever the rows and the query.
struct SamenessTests {
    static let now = Instant(day: Calendar.day(year: 2024, month: 6, day: 1), microseconds: 45_000_000_000)
    static let definitions = Definitions.builtIn(Source(name: KPIs.fileName, text: KPIs.text)).definitions

    /// A query of a store, and what the engine of the store answers.
    struct Case {
        let name: String
        let text: String
        let plan: Plan
        let expected: Answer
    }

    static func catalog(_ store: Store) -> SQLCatalog {
        SQLCatalog(
            tables: store.tables.mapValues { table in
                var states: [DealState: [String]] = [:]
                if let index = table.roles[.status], case .text(_, let dictionary) = table.columns[index].values {
                    for (code, state) in table.states.enumerated() { if let state { states[state, default: []].append(dictionary[code]) } }
                }
                return SQLTable(path: [table.role.rawValue], schema: table.schema, states: states)
            })
    }

    /// The store with an id for each deal, by which engines tell deals apart that were closed at the same time.
    static func withDealIDs(_ store: Store) -> Store {
        guard let deals = store.tables[.deals], deals.roles[.id] == nil else { return store }
        let id = Packing.column("id", (0..<deals.rowCount).map { .exact(Exact($0 + 1)) }, like: .exact(Exact(0)))
        var roles = deals.roles
        roles[.id] = deals.columns.count
        return store.replacing(
            Table(role: .deals, rowCount: deals.rowCount, columns: deals.columns + [id], roles: roles, aliases: deals.aliases, states: deals.states))
    }

    static func plan(_ text: String, _ store: Store, _ rules: CalendarRules = CalendarRules()) -> Plan? {
        let source = Source(name: "law", text: text)
        let (script, mistakes) = Parser.parse(source)
        guard mistakes.isEmpty, script.statements.count == 1, case .query(let query) = script.statements[0] else { return nil }
        let context = BindingContext(schemas: store.tables.mapValues(\.schema), definitions: definitions, rules: rules, now: now)
        return try? Binder.bind(query, in: source, context).plan
    }

    /// Why a query can't be answered.
    static func mistake(_ text: String, _ store: Store) -> String {
        let source = Source(name: "law", text: text)
        let (script, mistakes) = Parser.parse(source)
        guard mistakes.isEmpty, case .query(let query) = script.statements[0] else { return mistakes.map(\.message).joined() }
        let context = BindingContext(schemas: store.tables.mapValues(\.schema), definitions: definitions, rules: CalendarRules(), now: now)
        do {
            let plan = try Binder.bind(query, in: source, context).plan
            _ = try Engine(store: store, threads: 1, interrupt: nil).answer(plan)
        } catch { return "\(error)" }
        return "-"
    }

    /// Forty stores and thirty queries of each, of which five measure over periods; `FUNNEL_SEED=1000` tries those from there, `FUNNEL_SEEDS=n` so many.
    static let seeds: Range<Int> = {
        func number(_ name: String, _ usual: Int) -> Int { getenv(name).flatMap { Int(String(cString: $0)) } ?? usual }
        let first = number("FUNNEL_SEED", 0)
        return first..<first + number("FUNNEL_SEEDS", 40)
    }()

    /// Engines that take a tenth of a second for the smallest query, and seconds for a long funnel, are asked a part of them.
    static func seeds(for engine: EngineUnderTest, oneIn part: Int = 4) -> Range<Int> {
        ["spark", "clickhouse"].contains(engine.name) && getenv("FUNNEL_SEEDS") == nil ? seeds.lowerBound..<seeds.lowerBound + seeds.count / part : seeds
    }

    static func random(_ seed: Int) -> (store: Store, cases: [Case]) {
        var random = Seeded(seed + 20_000)
        let store = withDealIDs(RandomStore(&random, rows: random.oneIn(6) ? 0...300 : 0...70).store)
        let rules = random.oneIn(3) ? CalendarRules(weekStart: random.among(1...7), fiscalStart: random.among(1...12)) : CalendarRules()
        var queries = RandomQuery(seed + 20_000)
        var past = Seeded(seed + 70_000)
        var cases: [Case] = []
        for number in 0..<120 where cases.count < 30 {
            let text = cases.count < 25 ? queries.text() : queries.overPeriods()
            guard var plan = plan(text, store, rules) else { continue }
            if past.oneIn(6) {
                plan.asOf = Instant(
                    day: Calendar.day(year: 2024, month: past.among(1...3), day: past.among(1...28)), microseconds: past.pick([0, 45_000_000_000]))
            }
            guard let answer = try? Engine(store: store, threads: 1, interrupt: nil).answer(plan),
                answer.rows.count < 3000
            else { continue }
            cases.append(Case(name: "seed \(seed), query \(number)", text: text, plan: plan, expected: answer))
        }
        return (store, cases)
    }

    @Test("random queries of random stores have the engine's answers", arguments: EngineUnderTest.present)
    func random(_ engine: EngineUnderTest) throws {
        var script = EngineScript()
        var asked: [(Case, SQLQuery)] = []
        var refused: [String: Int] = [:]
        for seed in Self.seeds(for: engine, oneIn: 1) {
            let (store, cases) = Self.random(seed)
            script.load(store)
            for one in cases {
                do {
                    let query = try SQLWriter.query(one.plan, Self.catalog(store), engine.dialect, title: one.text)
                    script.ask(query.text)
                    asked.append((one, query))
                } catch { refused[error.message, default: 0] += 1 }
            }
        }
        let outcomes = try engine.run(script)
        #expect(outcomes.count == asked.count)
        var wrong = 0
        for ((one, query), outcome) in zip(asked, outcomes) {
            if let difference = Self.difference(outcome, one.expected, { SQLAnswer.answer($0, to: query, of: one.plan) }), !engine.isKnownToFail(difference) {
                wrong += 1
                if wrong <= Self.mostShown { Issue.record("\(engine.name), \(one.name): \(one.text)\n\(query.text)\n\(difference)") }
            }
        }
        #expect(wrong == 0, "\(wrong) of \(asked.count) on \(engine.name)")
        #expect(refused.values.reduce(0, +) * 3 < asked.count, "\(refused)")
        print("\(engine.name): \(asked.count) asked, \(wrong) wrong, refused \(refused)")
    }

    static let mostShown = getenv("FUNNEL_SHOWN").flatMap { Int(String(cString: $0)) } ?? 3

    // MARK: - Differences

    static func difference(_ outcome: EngineUnderTest.Outcome, _ expected: Answer, _ read: ([[Value]]) -> Answer) -> String? {
        guard case .rows(let rows) = outcome else {
            if case .failed(let message) = outcome { return "failed: \(message.prefix(600))" }
            return "no answer"
        }
        let answer = read(rows)
        var lines: [String] = []
        if answer.columns != expected.columns { lines.append("columns \(answer.columns)") }
        if answer.rows.count != expected.rows.count { lines.append("\(answer.rows.count) rows came, \(expected.rows.count) are right") }
        for index in 0..<max(answer.rows.count, expected.rows.count) {
            let (came, right) = (row(answer.rows, index), row(expected.rows, index))
            if let came, let right, same(came, right) { continue }
            lines.append("\(index) came  \(came.map { "\($0)" } ?? "-")\n  right \(right.map { "\($0)" } ?? "-")")
            if lines.count > 6 { break }
        }
        if !same(answer.total ?? [], expected.total ?? []) {
            lines.append("total came \(answer.total.map { "\($0)" } ?? "-")\n  right \(expected.total.map { "\($0)" } ?? "-")")
        }
        if answer.counts != expected.counts, !answer.rows.isEmpty || answer.total != nil {
            lines.append("counts \(answer.counts), right \(expected.counts)")
        }
        let (remarks, right) = (answer.remarks.map(\.text), expected.remarks.filter { $0.kind == .caution || $0 == .unfilled }.map(\.text))
        if remarks != right { lines.append("remarks \(remarks), right \(right)") }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    private static func row(_ rows: [[Value]], _ index: Int) -> [Value]? { rows.indices.contains(index) ? rows[index] : nil }

    static func same(_ a: [Value], _ b: [Value]) -> Bool { a.count == b.count && zip(a, b).allSatisfy { same($0, $1) } }

    /// Counts and money to the last digit, what is computed with binary numbers to nine.
    private static func same(_ a: Value, _ b: Value) -> Bool {
        switch (a, b) {
        case (.exact, .real), (.real, .exact), (.real, .real):
            guard let x = a.double, let y = b.double else { return false }
            return abs(x - y) <= 1e-9 * max(1, abs(x), abs(y))
        // SQLite gives decimals as binary numbers, which have sixteen digits.
        case (.exact(let x), .exact(let y)) where x.units.magnitude > 1 << 53 && x.scale > 0: return abs(x.double - y.double) <= 1e-15 * abs(y.double)
        default: return a == b
        }
    }
}
