import FunnelModel
import FunnelStore

/// A small store with links of all kinds: deals and stage rows of leads that are there and that are not, in no order.
enum SmallStore {
    static func make(seed: UInt64, leads count: Int = 40) -> Store {
        var random = Seeded(seed)
        func integers(_ values: [Int64]) -> Column.Values { .integer(Integers(packing: Buffer(values))) }
        func days(_ count: Int) -> Column.Values {
            .date(Integers(packing: Buffer((0..<count).map { _ in Int64.random(in: 19_000..<19_400, using: &random) })))
        }
        func texts(_ texts: [String], _ count: Int) -> Column.Values {
            let codes = Buffer<UInt32>((0..<count).map { _ in UInt32.random(in: 0..<UInt32(texts.count), using: &random) })
            return .text(Codes(packing: codes, size: texts.count), TextDictionary(texts))
        }
        func some(_ name: String, _ values: Column.Values, _ count: Int) -> Column {
            Column(name: name, values: values, validity: nil).masking(Bitmap((0..<count).map { _ in Int.random(in: 0..<5, using: &random) == 0 }))
        }
        func all(_ name: String, _ values: Column.Values) -> Column { Column(name: name, values: values, validity: nil) }
        func keys(_ count: Int) -> Column.Values { integers((0..<count).map { _ in Int64.random(in: 95..<100 + Int64(max(1, leads.count)), using: &random) }) }
        let leads = Array(100..<100 + Int64(count))
        let noon = Integers(packing: Buffer([Int64](repeating: 43_200, count: count)))
        guard case .date(let created) = days(count) else { preconditionFailure("days are dates") }
        let leadTable = Table(
            role: .leads, rowCount: count,
            columns: [
                all("id", integers(leads.shuffled(using: &random))), all("created", .timestamp(days: created, time: noon, unit: .second)),
                some("source", texts(["ads", "web", "نام"], count), count),
            ], roles: [.id: 0, .created: 1, .source: 2], aliases: ["channel": 2], origin: "leads.csv")
        let deals = count / 2
        let dealTable = Table(
            role: .deals, rowCount: deals,
            columns: [
                all("lead", keys(deals)), some("closed", days(deals), deals), all("status", texts(["won", "dead", "open"], deals)),
                some("amount", .decimal(Integers(packing: Buffer((0..<deals).map { Int64($0) * 12_345 })), scale: 2), deals),
            ], roles: [.lead: 0, .closed: 1, .status: 2, .amount: 3], states: [.won, .lost, nil], origin: "a \\ b\tc\n.csv")
        let rows = count * 3
        let stageTable = Table(
            role: .stages, rowCount: rows,
            columns: [all("lead", keys(rows)), all("stage", texts(["mql", "sql", "won"], rows)), some("entered", days(rows), rows)],
            roles: [.lead: 0, .stage: 1, .entered: 2], origin: "stages.csv")
        let costTable = Table(
            role: .costs, rowCount: 2, columns: [all("date", days(2)), all("amount", integers([1, 2]))], roles: [.date: 0, .amount: 1], origin: "costs.csv")
        return Store(tables: [.leads: leadTable, .deals: dealTable, .stages: stageTable, .costs: costTable])
    }

    /// All that a store holds, as text: two stores with the same are the same. Reads every byte of every column.
    static func content(_ store: Store) -> [String] {
        var lines: [String] = []
        func add(_ title: String, _ column: Column) {
            lines.append("\(title) \(column.name) \(column.type): " + (0..<column.count).map { "\(column.value($0))" }.joined(separator: "|"))
        }
        for role in TableRole.allCases {
            guard let table = store.tables[role] else { continue }
            lines.append("\(role) \(table.rowCount) \(table.origin) \(table.states.map { $0?.rawValue ?? "-" })")
            lines.append("\(table.roles.map { "\($0.key)=\($0.value)" }.sorted()) \(table.aliases.map { "\($0.key)=\($0.value)" }.sorted())")
            for column in table.columns { add("\(role)", column) }
        }
        for derived in DerivedColumn.allCases { if let column = store.column(.derived(derived), of: derived.table) { add("\(derived)", column) } }
        let links = store.links
        lines.append("\(links.dealsWithoutLead) \(links.stagesWithoutLead) \(links.winsBeforeCreation) \(links.slowCycle ?? -1)")
        for role in [TableRole.deals, .stages] {
            if let leads = store.leads(of: role) { lines.append("\(role): \((0..<store.rowCount(role)).map { leads[$0] })") }
        }
        if let cycles = links.cycles {
            let lengths = (0..<cycles.lengths.count).map { cycles.lengths[$0] * cycles.step }
            lines.append("\((0..<cycles.leads.count).filter { cycles.leads[$0] }) \(lengths)")
        }
        if let runs = links.stageRuns { lines.append("\(runs.areLeads) \((0..<runs.count).map { runs.rows(of: $0) })") }
        return lines
    }
}
