package import FunnelModel
package import FunnelStore

/// A small store with everything in it that real data has: values missing, deals of nobody, wins before their lead.
package struct RandomStore {
    package let store: Store

    package init(_ random: inout Seeded, rows: ClosedRange<Int> = 0...300) {
        let sizes = (0..<4).map { _ in random.oneIn(12) ? random.among(0...2) : random.among(rows) }
        self.init(&random, sizes: sizes)
    }

    /// So many rows in leads, deals, stages and costs.
    package init(_ random: inout Seeded, sizes: [Int]) {
        let maker = TableMaking(sizes: sizes, textIDs: random.oneIn(2), span: random.oneIn(8) ? 900 : 200, holes: random.pick([0, 8, 3]))
        var tables: [TableRole: Table] = [:]
        tables[.leads] = maker.leads(&random)
        tables[.deals] = maker.deals(&random)
        if !random.oneIn(6) { tables[.stages] = maker.stages(&random) }
        if !random.oneIn(6) { tables[.costs] = maker.costs(&random) }
        store = Store(tables: tables)
    }

    /// The tables in words, for a seed that fails.
    package var text: String { TableRole.allCases.compactMap { store.tables[$0] }.map(Self.describe).joined(separator: "\n") }

    private static func describe(_ table: Table) -> String {
        var names = table.columns.map { "\($0.name): \($0.type)" }
        for (role, index) in table.roles { names[index] += " as \(role.rawValue)" }
        let rows = (0..<min(table.rowCount, 400)).map { row in "  \(row): " + table.columns.map { "\($0.value(row))" }.joined(separator: " | ") }
        return "\(table.role.rawValue) \(table.rowCount) rows\n  \(names.joined(separator: " | "))\n" + rows.joined(separator: "\n")
    }
}

/// Makes the four tables.
private struct TableMaking {
    let sizes: [Int]
    let textIDs: Bool
    /// How many days the dates spread over.
    let span: Int
    /// One value in so many is missing; 0 for none.
    let holes: Int

    private static let firstDay = Calendar.day(year: 2023, month: 11, day: 20)
    private static let sources = ["ads", "web", "mail", "نمایشگاه", "A,b", "zzz", ""]
    private static let owners = ["Ann", "Bob", "Çelik", "dora"]

    // MARK: - Columns

    private func holed(_ random: inout Seeded, _ count: Int, _ make: (inout Seeded) -> Value) -> [Value] {
        (0..<count).map { _ in holes > 0 && random.oneIn(holes) ? .missing : make(&random) }
    }

    private func texts(_ random: inout Seeded, _ count: Int, _ among: [String]) -> [Value] { holed(&random, count) { .text($0.pick(among)) } }
    private func wholes(_ random: inout Seeded, _ count: Int, _ range: ClosedRange<Int>) -> [Value] {
        holed(&random, count) { .exact(Exact($0.among(range))) }
    }

    private func decimals(_ random: inout Seeded, _ count: Int, scale: Int) -> [Value] {
        holed(&random, count) { .exact(Exact($0.oneIn(6) ? 0 : Int128($0.among(-30_000...900_000)), scale: scale)) }
    }

    private func times(_ random: inout Seeded, _ count: Int, _ unit: TimeUnit?) -> [Value] {
        holed(&random, count) { random in
            let day = Self.firstDay + random.below(span)
            guard let unit else { return .date(day) }
            let units = Int64(random.among(0...86_399)) * unit.rawValue + (random.oneIn(2) ? 0 : Int64(random.below(Int(unit.rawValue))))
            return .timestamp(day: day, microseconds: (random.oneIn(5) ? 0 : units) * unit.microseconds)
        }
    }

    private static func like(_ unit: TimeUnit?) -> Value { unit == nil ? .date(0) : .timestamp(day: 0, microseconds: 0) }
    private func truths(_ random: inout Seeded, _ count: Int) -> [Value] { holed(&random, count) { .yesNo($0.oneIn(2)) } }
    private func unit(_ random: inout Seeded) -> TimeUnit? { random.pick([nil, nil, .second, .millisecond, .microsecond]) }

    private func id(_ number: Int, asText: Bool) -> Value { asText ? .text(String(number)) : .exact(Exact(number)) }

    /// Keys of leads as another table has them: some name no lead.
    private func keys(_ random: inout Seeded, _ count: Int) -> [Value] {
        let asText = random.oneIn(2)
        return holed(&random, count) { id(1000 + $0.below(sizes[0] + sizes[0] / 8 + 2), asText: asText) }
    }

    // MARK: - Tables

    func leads(_ random: inout Seeded) -> Table {
        let count = sizes[0]
        let order = (0..<count).shuffled(using: &random)
        var made = Making(.leads, count)
        made.add("id", order.map { id(1000 + $0, asText: textIDs) }, .id)
        let unit = unit(&random)
        made.add("Create Date", times(&random, count, unit), .created, like: Self.like(unit), unit: unit)
        made.add("source", texts(&random, count, Self.sources), .source, like: .text(""))
        made.add("owner", texts(&random, count, Self.owners), .owner, like: .text(""))
        if random.oneIn(2) {
            made.add("qualified", times(&random, count, nil), .qualified, like: Self.like(nil))
        } else {
            made.add("qualified", truths(&random, count), .qualified, like: .yesNo(false))
        }
        made.add("country", texts(&random, count, ["DE", "FR", "IR"]), nil, like: .text(""))
        made.add("score", wholes(&random, count, random.oneIn(3) ? -3_000_000_000...3_000_000_000 : -9...40), nil)
        made.add("budget", decimals(&random, count, scale: 3), nil, scale: 3)
        made.add("vip", truths(&random, count), nil, like: .yesNo(false))
        made.add("touched", times(&random, count, .millisecond), nil, like: Self.like(.millisecond), unit: .millisecond)
        return made.table()
    }

    func deals(_ random: inout Seeded) -> Table {
        let count = sizes[1]
        var made = Making(.deals, count)
        made.add("lead", keys(&random, count), .lead)
        if !random.oneIn(5) {
            let unit = unit(&random)
            made.add("created", times(&random, count, unit), .created, like: Self.like(unit), unit: unit)
        }
        let hasStatus = random.oneIn(2)
        if !hasStatus || !random.oneIn(8) {
            let unit = unit(&random)
            made.add("closed", times(&random, count, unit), .closed, like: Self.like(unit), unit: unit)
        }
        if hasStatus { made.add("status", texts(&random, count, ["Won", "sold", "Lost", "open", "new"]), .status, like: .text("")) }
        let scale = random.oneIn(4) ? 0 : 2
        made.add("amount", scale == 0 ? wholes(&random, count, -50...900) : decimals(&random, count, scale: scale), .amount, scale: scale)
        if random.oneIn(2) { made.add("customer", random.oneIn(2) ? texts(&random, count, ["x", "y", "z"]) : wholes(&random, count, 1...20), .customer) }
        if !random.oneIn(3) { made.add("owner", texts(&random, count, Self.owners), .owner, like: .text("")) }
        made.add("product", texts(&random, count, ["Pro", "Basic", "pro"]), .product, like: .text(""))
        if random.oneIn(3) { made.add("source", texts(&random, count, Self.sources), .source, like: .text("")) }
        made.add("units", wholes(&random, count, -2...12), nil)
        made.add("renewal", truths(&random, count), nil, like: .yesNo(false))
        made.add("due", times(&random, count, nil), nil, like: Self.like(nil))
        return made.table()
    }

    func stages(_ random: inout Seeded) -> Table {
        let count = sizes[2]
        var made = Making(.stages, count)
        made.add("lead", keys(&random, count), .lead)
        made.add("stage", texts(&random, count, ["demo", "trial", "proposal"]), .stage, like: .text(""))
        let unit = unit(&random)
        made.add("entered", times(&random, count, unit), .entered, like: Self.like(unit), unit: unit)
        return made.table()
    }

    func costs(_ random: inout Seeded) -> Table {
        let count = sizes[3]
        var made = Making(.costs, count)
        made.add("date", times(&random, count, nil), .date, like: Self.like(nil))
        made.add("amount", decimals(&random, count, scale: 2), .amount, scale: 2)
        made.add("source", texts(&random, count, Self.sources + ["events"]), .source, like: .text(""))
        made.add("campaign", texts(&random, count, ["c1", "c2"]), .campaign, like: .text(""))
        return made.table()
    }
}

/// Puts columns together.
private struct Making {
    let role: TableRole
    let count: Int
    var columns: [Column] = []
    var roles: [ColumnRole: Int] = [:]

    init(_ role: TableRole, _ count: Int) {
        self.role = role
        self.count = count
    }

    mutating func add(_ name: String, _ values: [Value], _ role: ColumnRole?, like: Value = .exact(Exact(0)), scale: Int = 0, unit: TimeUnit? = nil) {
        if let role { roles[role] = columns.count }
        columns.append(Packing.column(name, values, like: like, scale: scale, unit: unit))
    }

    func table() -> Table {
        var states: [DealState?] = []
        if let status = roles[.status], case .text(_, let dictionary) = columns[status].values {
            let known: [String: DealState] = ["Won": .won, "sold": .won, "Lost": .lost, "open": .open, "new": .open]
            states = dictionary.texts.map { known[$0] }
        }
        return Table(role: role, rowCount: count, columns: columns, roles: roles, states: states)
    }
}

/// Plain values as a column.
package enum Packing {
    /// `like` says what they are where all are missing.
    package static func column(_ name: String, _ values: [Value], like: Value, scale: Int = 0, unit: TimeUnit? = nil) -> Column {
        let isThere = values.map { !$0.isMissing }
        let validity = isThere.contains(false) ? Bitmap(isThere) : nil
        return Column(name: name, values: packed(values, like, scale, unit), validity: validity)
    }

    private static func packed(_ values: [Value], _ like: Value, _ scale: Int, _ unit: TimeUnit?) -> Column.Values {
        func whole(_ read: (Value) -> Int64) -> Integers { Integers(packing: Buffer(values.map { $0.isMissing ? 0 : read($0) })) }
        switch values.first(where: { !$0.isMissing }) ?? like {
        case .text:
            var texts: [String] = []
            var known: [String: UInt32] = [:]
            let codes = values.map { value -> UInt32 in
                guard case .text(let text) = value else { return 0 }
                if let code = known[text] { return code }
                known[text] = UInt32(texts.count)
                texts.append(text)
                return UInt32(texts.count - 1)
            }
            return .text(Codes(packing: Buffer(codes), size: texts.count), TextDictionary(texts))
        case .yesNo: return .yesNo(Bitmap(values.map { $0 == .yesNo(true) }))
        case .date: return .date(whole { if case .date(let day) = $0 { Int64(day) } else { 0 } })
        case .timestamp:
            let unit = unit ?? .second
            return .timestamp(
                days: whole { if case .timestamp(let day, _) = $0 { Int64(day) } else { 0 } },
                time: whole { if case .timestamp(_, let time) = $0 { time / unit.microseconds } else { 0 } }, unit: unit)
        case .exact, .real, .period, .missing:
            let numbers = whole { if case .exact(let exact) = $0 { Int64(exact.units) } else { 0 } }
            return scale > 0 ? .decimal(numbers, scale: scale) : .integer(numbers)
        }
    }
}
