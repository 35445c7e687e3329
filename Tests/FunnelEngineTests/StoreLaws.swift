import FunnelBinder
import FunnelEngine
import FunnelRandom
import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelSyntax
import FunnelText
import Testing

/// Rows listed, links made anew, and tables cut and joined.
struct StoreLaws {
    private static func list(_ text: String, _ store: Store) throws -> ListPlan {
        let source = Source(name: "law", text: text)
        guard case .list(let list)? = Parser.parse(source).0.statements.first else { throw Diagnostic(.error, "no list: \(text)") }
        let context = BindingContext(schemas: store.tables.mapValues(\.schema), definitions: EngineLaws.definitions, now: EngineLaws.now)
        return try Binder.bind(list, in: source, context).plan
    }

    private static let lists = [
        "list leads", "list leads id, source where source is not missing order by score desc, id limit 7", "list leads where won order by budget",
        "list leads id, won, won_at order by days(created, touched)", "list leads where any deal.amount > 50 order by source, budget / score desc",
        "list deals amount, leads.source, leads.won order by leads.created desc", "list deals where new_customer order by amount * units limit 5",
        "list stages where stage = \"demo\" order by entered", "list costs order by amount desc, date asc limit 20",
        "list leads where vip order by touched, owner",
    ]

    @Test("rows are listed as a plain reading lists them", arguments: 0..<30)
    func lists(_ seed: Int) throws {
        var random = Seeded(seed + 500)
        let store = RandomStore(&random, rows: 0...90).store
        let naive = NaiveStore(store)
        var bound = 0
        for text in Self.lists {
            guard let plan = try? Self.list(text, store) else { continue }
            bound += 1
            let reader = NaiveRows(store: naive, table: plan.table)
            func value(_ value: RowValue, _ row: Int) -> Value { NaiveAggregates.value(reader.cell(value, row), reader.shape(value)) }
            var rows = (0..<(naive.tables[plan.table]?.count ?? 0)).filter { row in plan.filter.map { reader.holds($0, row) } ?? true }
            let keys = rows.map { row in (row: row, values: plan.order.map { value($0.value, row) }) }
            rows = keys.sorted { a, b in
                for (index, order) in plan.order.enumerated() {
                    let (x, y) = (a.values[index], b.values[index])
                    if x == .missing || y == .missing {
                        if x != y { return y == .missing }
                        continue
                    }
                    let comparison = Value.compare(x, y)
                    if comparison != 0 { return order.descending ? comparison > 0 : comparison < 0 }
                }
                return a.row < b.row
            }.map(\.row)
            let expected = rows.prefix(plan.limit ?? .max).map { row in plan.columns.map { value(.column($0), row) } }
            let answer = try Engine(store: store, threads: 2, interrupt: nil).list(plan)
            #expect(answer.rows == Array(expected), "seed \(seed): \(text)")
        }
        #expect(bound >= 4)
    }

    @Test("links made anew where a table changed are the links of the whole", arguments: 0..<30)
    func links(_ seed: Int) {
        var random = Seeded(seed + 900)
        let (first, second) = (RandomStore(&random, rows: 0...80).store, RandomStore(&random, rows: 0...80).store)
        var store = Store()
        for table in first.tables.values.shuffled(using: &random) { store = store.replacing(table) }
        for table in second.tables.values.shuffled(using: &random) {
            store = store.replacing(table)
            let whole = Store(tables: store.tables)
            #expect(store.links.dealsWithoutLead == whole.links.dealsWithoutLead && store.links.stagesWithoutLead == whole.links.stagesWithoutLead)
            #expect(store.links.winsBeforeCreation == whole.links.winsBeforeCreation)
            #expect(Set(store.links.derivedColumns) == Set(whole.links.derivedColumns))
            for name in store.links.derivedColumns {
                let (column, other) = (store.links.derived(name), whole.links.derived(name))
                #expect(column?.count == other?.count && (0..<(column?.count ?? 0)).allSatisfy { column?.value($0) == other?.value($0) }, "\(name)")
            }
        }
    }

    @Test("a table put behind another holds the rows of both, and rows selected are those named", arguments: 0..<30)
    func tables(_ seed: Int) throws {
        var random = Seeded(seed + 1300)
        let (first, second) = (RandomStore(&random, rows: 0...60).store, RandomStore(&random, rows: 0...60).store)
        for (role, table) in first.tables {
            let rows = (0..<table.rowCount).filter { _ in random.oneIn(2) }
            let some = table.selecting(rows)
            for (column, whole) in zip(some.columns, table.columns) { #expect(rows.indices.map { column.value($0) } == rows.map { whole.value($0) }) }
            guard let other = second.tables[role], let both = try? table.appending(other) else { continue }
            #expect(both.rowCount == table.rowCount + other.rowCount)
            for column in ColumnRole.allCases {
                guard let joined = both.column(column) else { continue }
                func cells(_ table: Table) -> [Value] { (0..<table.rowCount).map { table.column(column)?.value($0) ?? .missing } }
                // A date among time stamps is its midnight.
                let expected = (cells(table) + cells(other)).map { value -> Value in
                    if case .date(let day) = value, joined.type == .timestamp { .timestamp(day: day, microseconds: 0) } else { value }
                }
                #expect((0..<both.rowCount).map { joined.value($0) } == expected, "\(role) \(column)")
            }
        }
    }
}
