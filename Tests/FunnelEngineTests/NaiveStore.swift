import FunnelModel
import FunnelPlan
import FunnelStore

/// One value of a row, as the naive evaluator computes with it.
enum Cell: Equatable {
    case missing
    case number(Exact)
    case real(Double)
    case text(String)
    case truth(Bool)
    /// Microseconds since 1970-01-01.
    case instant(Int64)
    /// Microseconds.
    case duration(Int64)
}

/// The tables of a store as plain arrays, and what they know of each other, found by plain search.
struct NaiveStore {
    struct Rows {
        var count: Int
        var columns: [[Cell]]
        var types: [ColumnType]
        var roles: [ColumnRole: Int]
        var states: [String: DealState]

        func cell(_ role: ColumnRole, _ row: Int) -> Cell { roles[role].map { columns[$0][row] } ?? .missing }
        func has(_ role: ColumnRole) -> Bool { roles[role] != nil }
        func isTimestamp(_ role: ColumnRole) -> Bool { roles[role].map { types[$0] == .timestamp } ?? false }
    }

    var tables: [TableRole: Rows] = [:]
    private var leadOf: [TableRole: [Int?]] = [:]
    private var derived: [DerivedColumn: [Cell]] = [:]

    /// With `asOf`, what was known just before that moment.
    init(_ store: Store, asOf: Instant? = nil) {
        for (role, table) in store.tables {
            var states: [String: DealState] = [:]
            if let index = table.roles[.status], case .text(_, let dictionary) = table.columns[index].values {
                for (code, state) in table.states.enumerated() { states[dictionary[code]] = state }
            }
            tables[role] = Rows(
                count: table.rowCount, columns: table.columns.map { column in (0..<table.rowCount).map { Self.cell(column.value($0)) } },
                types: table.columns.map(\.type), roles: table.roles, states: states)
        }
        linkLeads()
        if let asOf { forget(after: asOf.total) }
        stand()
        winLeads()
        firstDeals()
    }

    private static func cell(_ value: Value) -> Cell {
        switch value {
        case .missing, .period, .real: .missing
        case .exact(let exact): .number(exact)
        case .text(let text): .text(text)
        case .yesNo(let truth): .truth(truth)
        case .date(let day): .instant(Int64(day) * microsecondsPerDay)
        case .timestamp(let day, let microseconds): .instant(Int64(day) * microsecondsPerDay + microseconds)
        }
    }

    /// The row of the lead that a row of deals or stages names.
    func lead(of row: Int, in table: TableRole) -> Int? { table == .leads ? row : leadOf[table]?[row] }

    func cell(_ index: ColumnIndex, _ table: TableRole, _ row: Int) -> Cell {
        switch index {
        case .file(let position): tables[table]?.columns[position][row] ?? .missing
        case .derived(let column): derived[column]?[row] ?? .missing
        }
    }

    func type(_ index: ColumnIndex, _ table: TableRole) -> ColumnType {
        switch index {
        case .file(let position): return tables[table]?.types[position] ?? .unknown
        case .derived(.leadWonAt): return tables[.deals]?.isTimestamp(.closed) == true ? .timestamp : .date
        case .derived(.dealAxis):
            return tables[.deals].map { $0.isTimestamp(.closed) || $0.isTimestamp(.created) } == true ? .timestamp : .date
        case .derived: return .yesNo
        }
    }

    // MARK: - Links

    private static func key(_ cell: Cell) -> String? {
        switch cell {
        case .number(let number): String(number.units)
        case .text(let text): text
        case .missing, .real, .truth, .instant, .duration: nil
        }
    }

    private mutating func linkLeads() {
        guard let leads = tables[.leads] else { return }
        var rows: [String: Int] = [:]
        for row in 0..<leads.count {
            if let key = Self.key(leads.cell(.id, row)), rows[key] == nil { rows[key] = row }
        }
        for role in [TableRole.deals, .stages] {
            guard let table = tables[role], table.has(.lead) else { continue }
            leadOf[role] = (0..<table.count).map { Self.key(table.cell(.lead, $0)).flatMap { rows[$0] } }
        }
    }

    /// Takes away the rows that are dated at a moment or later, and what later became of those that stay.
    private mutating func forget(after moment: Int64) {
        func isLater(_ cell: Cell) -> Bool { if case .instant(let time) = cell { time >= moment } else { false } }
        let whole = self
        func keep(_ role: TableRole, _ isKept: (Rows, Int) -> Bool) {
            guard let rows = whole.tables[role] else { return }
            let kept = (0..<rows.count).filter { isKept(rows, $0) }
            tables[role]?.count = kept.count
            tables[role]?.columns = rows.columns.map { column in kept.map { column[$0] } }
        }
        keep(.leads) { !isLater($0.cell(.created, $1)) }
        keep(.stages) { !isLater($0.cell(.entered, $1)) }
        keep(.costs) { !isLater($0.cell(.date, $1)) }
        keep(.deals) { deals, row in
            if let lead = whole.lead(of: row, in: .deals), let leads = whole.tables[.leads], isLater(leads.cell(.created, lead)) { return false }
            let created = deals.cell(.created, row)
            return !isLater(created == .missing ? deals.cell(.closed, row) : created)
        }
        func hide(_ role: TableRole, _ hidden: [ColumnRole], where isHidden: (Rows, Int) -> Bool) {
            guard let rows = tables[role] else { return }
            for column in hidden.compactMap({ rows.roles[$0] }) {
                for row in 0..<rows.count where isHidden(rows, row) { tables[role]?.columns[column][row] = .missing }
            }
        }
        hide(.leads, [.qualified]) { isLater($0.cell(.qualified, $1)) }
        hide(.deals, [.closed, .status]) { isLater($0.cell(.closed, $1)) }
        leadOf = [:]
        linkLeads()
    }

    func state(_ deal: Int) -> DealState {
        guard let deals = tables[.deals] else { return .open }
        if deals.has(.status) {
            guard case .text(let text) = deals.cell(.status, deal) else { return .open }
            return deals.states[text] ?? .open
        }
        return deals.has(.closed) && deals.cell(.closed, deal) != .missing ? .won : .open
    }

    private mutating func stand() {
        guard let deals = tables[.deals] else { return }
        let all = 0..<deals.count
        derived[.dealWon] = all.map { .truth(state($0) == .won) }
        derived[.dealLost] = all.map { .truth(state($0) == .lost) }
        derived[.dealOpen] = all.map { .truth(state($0) == .open) }
        derived[.dealAxis] = all.map { deals.cell(state($0) == .open ? .created : .closed, $0) }
    }

    private mutating func winLeads() {
        guard let leads = tables[.leads], let deals = tables[.deals], let leadOfDeal = leadOf[.deals] else { return }
        var mine = [[Int]](repeating: [], count: leads.count)
        for deal in 0..<deals.count { if let lead = leadOfDeal[deal] { mine[lead].append(deal) } }
        derived[.leadWon] = mine.map { deals in .truth(deals.contains { state($0) == .won }) }
        derived[.leadLost] = mine.map { deals in .truth(!deals.isEmpty && deals.allSatisfy { state($0) == .lost }) }
        derived[.leadOpen] = mine.map { all in
            .truth(!all.contains { state($0) == .won } && (all.isEmpty || all.contains { state($0) == .open }))
        }
        derived[.leadWonAt] = mine.map { mine in
            let wins = mine.filter { state($0) == .won }.compactMap { deal -> Int64? in
                if case .instant(let time) = deals.cell(.closed, deal) { time } else { nil }
            }
            return wins.min().map { .instant($0) } ?? .missing
        }
    }

    /// Of each customer the won deal with the earliest closing, the first in the file of equals; one without a date comes last.
    private mutating func firstDeals() {
        guard let deals = tables[.deals] else { return }
        var groups: [String: [Int]] = [:]
        for deal in 0..<deals.count where state(deal) == .won {
            let name: String
            if let customer = Self.key(deals.cell(.customer, deal)) {
                name = "customer " + customer
            } else if let lead = lead(of: deal, in: .deals) {
                name = "lead \(lead)"
            } else if let key = Self.key(deals.cell(.lead, deal)) {
                name = "unknown lead " + key
            } else {
                name = "deal \(deal)"
            }
            groups[name, default: []].append(deal)
        }
        var firsts: Set<Int> = []
        for group in groups.values {
            func time(_ deal: Int) -> Int64 { if case .instant(let time) = deals.cell(.closed, deal) { time } else { .max } }
            if let first = group.min(by: { (time($0), $0) < (time($1), $1) }) { firsts.insert(first) }
        }
        derived[.dealNewCustomer] = (0..<deals.count).map { .truth(firsts.contains($0)) }
    }
}
