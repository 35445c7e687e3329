import FunnelModel
import FunnelPlan
import FunnelText

/// Writes what is computed from one row of a table, and gathers what must be joined for it.
final class RowWriter {
    let draft: Draft
    let table: TableRole
    /// What was joined to the rows, of which a row may have nothing.
    private(set) var joins: [String] = []
    private var joined: [String: String] = [:]

    init(_ draft: Draft, _ table: TableRole) {
        self.draft = draft
        self.table = table
    }

    var rules: any DialectRules { draft.rules }

    /// What rows of a table are called.
    static func alias(_ table: TableRole) -> String {
        switch table {
        case .leads: "l"
        case .deals: "d"
        case .stages: "s"
        case .costs: "c"
        }
    }

    /// The rows, with what was joined to them.
    func source() throws(Diagnostic) -> String {
        let relation = needsWinNumbers ? try winNumbers() : try draft.relation(table)
        return (["from \(relation) as \(Self.alias(table))"] + joins).joined(separator: "\n")
    }

    /// The rows of leads that another relation names, with what was joined to them.
    func source(joinedTo relation: String, on condition: String) throws(Diagnostic) -> String {
        (["from \(relation)", "join \(try draft.relation(table)) as \(Self.alias(table)) on \(condition)"] + joins).joined(separator: "\n")
    }

    private func join(_ key: String, as alias: String, _ relation: String, on condition: (String) -> String) -> String {
        if let known = joined[key] { return known }
        var own = alias
        var number = 2
        while joined.values.contains(own) {
            own = "\(alias)\(number)"
            number += 1
        }
        joined[key] = own
        joins.append("left join \(relation) as \(own) on \(condition(own))")
        return own
    }

    // MARK: - Columns

    func column(_ role: ColumnRole, of table: TableRole, _ alias: String) throws(Diagnostic) -> (text: String, type: RowType)? {
        guard let column = try draft.table(table).schema.column(role) else { return nil }
        return ("\(alias).\(rules.quoted(column.name))", RowType(column.type))
    }

    func own(_ role: ColumnRole) throws(Diagnostic) -> (text: String, type: RowType)? { try column(role, of: table, Self.alias(table)) }

    /// The alias of the row's lead.
    func lead() throws(Diagnostic) -> String {
        guard table != .leads else { return "l" }
        guard let key = try own(.lead), let id = try column(.id, of: .leads, "l") else { throw .noTable("leads") }
        return join("lead", as: "l", try draft.relation(.leads)) { _ in matching(id, key) }
    }

    /// What is written of the row's lead as of a row of leads, with its joins among those of this row.
    func ofLead<T>(_ write: (RowWriter) throws(Diagnostic) -> T) throws(Diagnostic) -> T {
        _ = try lead()
        let other = RowWriter(draft, .leads)
        let written = try write(other)
        for line in other.joins where !joins.contains(line) { joins.append(line) }
        return written
    }

    /// Keys are the same as they are written, be they numbers or texts.
    func matching(_ a: (text: String, type: RowType), _ b: (text: String, type: RowType)) -> String {
        guard a.type != b.type else { return "\(a.text) = \(b.text)" }
        return "\(asText(a)) = \(asText(b))"
    }

    private func asText(_ key: (text: String, type: RowType)) -> String { key.type == .text ? key.text : "cast(\(key.text) as \(rules.type(.text)))" }

    /// What counts ask of deals is not known beforehand.
    private var winWriter: WinWriter { WinWriter(draft: draft, needs: isCounting ? nil : draft.needs) }

    /// The alias of what the lead's deals say of it.
    private func wins() throws(Diagnostic) -> String {
        let lead = try lead()
        guard let id = try column(.id, of: .leads, lead) else { throw .noTable("leads") }
        let part = try draft.shared(isCounting ? "all wins" : "wins") { () throws(Diagnostic) in try winWriter.part() }
        guard let key = try draft.table(.deals).schema.column(.lead) else { throw .noTable("deals") }
        return join("wins", as: "w", part) { matching(id, ("\($0).lead_key", RowType(key.type))) }
    }

    /// Whether rows are only counted.
    var isCounting = false

    /// Whether it is looked up in a list of keys how leads stand: where no more is asked of their deals.
    private var looksUp: Bool { rules.asksInAggregates && (isCounting || draft.needs?.isList == true) }

    /// Whether the lead is won or lost, by the list of those that are.
    private func isListed(_ state: DealState) throws(Diagnostic) -> Condition {
        let lead = try lead()
        guard let id = try column(.id, of: .leads, lead), let key = try draft.table(.deals).schema.column(.lead) else { throw .noTable("leads") }
        let part = try draft.shared("list of \(state)") { () throws(Diagnostic) in try WinWriter(draft: draft, needs: nil).list(of: state) }
        guard id.type != RowType(key.type) else { return Condition("\(id.text) in (select lead_key from \(part))") }
        let listed = asText(("lead_key", RowType(key.type)))
        return Condition("\(asText(id)) in (select \(listed) from \(part))")
    }

    /// The alias of the leads for which some row of another table satisfies a condition; it has a row if the row's lead is one.
    func lead(withAny condition: RowCondition, in other: TableRole) throws(Diagnostic) -> String? {
        guard let key = draft.catalog.tables[other]?.schema.column(.lead), draft.catalog.tables[.leads] != nil else { return nil }
        let lead = try lead()
        guard let id = try column(.id, of: .leads, lead) else { return nil }
        let part = try draft.shared("any \(other.rawValue) \(PlanText.text(condition))") { () throws(Diagnostic) in
            let rows = RowWriter(draft, other)
            let column = "\(Self.alias(other)).\(rules.quoted(key.name))"
            let filter = Condition.all([Condition("\(column) is not null", mayBeUnknown: false), try rows.condition(condition)])
            return draft.add("leads_with_\(other.rawValue)", "select distinct \(column) as lead_key\n\(try rows.source())\nwhere \(filter.text)")
        }
        return join("any \(part)", as: "a", part) { matching(id, ("\($0).lead_key", RowType(key.type))) }
    }

    /// The time of the row's lead between two steps.
    func span(_ from: StepEvents, _ to: StepEvents, _ stageOrder: [String]) throws(Diagnostic) -> String {
        let lead = try lead()
        guard let id = try column(.id, of: .leads, lead) else { throw .noTable("leads") }
        let events = EventWriter.between(draft, from, to, stageOrder)
        let part = try draft.shared("span \(PlanText.text(from)) \(PlanText.text(to)) \(stageOrder)") { () throws(Diagnostic) in try events.span() }
        let key = try events.key(id)
        return join("span \(part)", as: "b", part) { "\($0).lead_key = \(key)" } + ".span"
    }

    // MARK: - Columns that no table has

    /// A column of the row or of its lead, as it is read.
    func read(_ reference: ColumnReference) throws(Diagnostic) -> String {
        switch reference.index {
        case .file(let index):
            let column = try stored(reference, index)
            return rules.read(column, try type(of: reference))
        case .derived(let derived): return try self.derived(derived, of: reference.table)
        }
    }

    /// The stored column that a value is, where it is one.
    func stored(_ value: RowValue) throws(Diagnostic) -> String? {
        guard case .column(let reference) = value else { return nil }
        switch reference.index {
        case .file(let index): return try stored(reference, index)
        case .derived(.dealAxis):
            guard let kept, let column = try own(kept == .open ? .created : .closed), try column.type == timeType([.closed, .created]) else { return nil }
            return column.text
        case .derived: return nil
        }
    }

    /// A stored column under its name.
    func stored(_ reference: ColumnReference, _ index: Int) throws(Diagnostic) -> String {
        let alias = reference.table == table ? Self.alias(table) : try lead()
        return "\(alias).\(rules.quoted(try draft.table(reference.table).schema.columns[index].name))"
    }

    func type(of reference: ColumnReference) throws(Diagnostic) -> RowType {
        switch reference.index {
        case .file(let index): return RowType(try draft.table(reference.table).schema.columns[index].type)
        case .derived(let derived):
            switch derived {
            case .leadWonAt, .dealLastBought: return try timeType([.closed])
            case .dealAxis: return try timeType([.closed, .created])
            case .dealBuyer: return .text
            case .dealSourceWinRate: return .real
            default: return RowType(derived.type)
            }
        }
    }

    private func timeType(_ roles: [ColumnRole]) throws(Diagnostic) -> RowType {
        let schema = try draft.table(.deals).schema
        return roles.contains { schema.column($0)?.type == .timestamp } ? .timestamp : .date
    }

    /// A derived column that is a yes or no.
    func derivedCondition(_ derived: DerivedColumn) throws(Diagnostic) -> Condition {
        switch derived {
        case .dealNewCustomer where kept == .won:
            needsWinNumbers = true
            return Condition("d.win_number = 1", mayBeUnknown: false)
        case .leadWon, .leadLost:
            let state: DealState = derived == .leadWon ? .won : .lost
            if looksUp { return try isListed(state) }
            if state == .won, !winWriter.needsAll { return Condition("\(try wins()).is_won = 1") }
            return Condition("\(try wins()).standing = \((state == .won ? LeadStanding.won : .lost).rawValue)")
        case .leadOpen where !looksUp:
            let stands = Condition("coalesce(\(try wins()).standing, \(LeadStanding.open.rawValue)) = \(LeadStanding.open.rawValue)", mayBeUnknown: false)
            return .all(try hasLead().map { [$0, stands] } ?? [stands])
        case .leadOpen:
            let stands = [try derivedCondition(.leadWon).negated, try derivedCondition(.leadLost).negated]
            return .all(try hasLead().map { [$0] + stands } ?? stands)
        case .dealWon: return try states().is(.won)
        case .dealLost: return try states().is(.lost)
        case .dealOpen: return try states().is(.open)
        case .dealNewCustomer:
            needsWinNumbers = true
            return .all([try states().is(.won), Condition("d.win_number = 1", mayBeUnknown: false)])
        case .leadWonAt, .dealAxis, .dealBuyer, .dealLastBought, .dealSourceWinRate: return .no
        }
    }

    /// That there is a lead, which of a row of leads need not be asked.
    func hasLead() throws(Diagnostic) -> Condition? {
        guard table != .leads else { return nil }
        let lead = try lead()
        return try column(.id, of: .leads, lead).map { Condition("\($0.text) is not null", mayBeUnknown: false) }
    }

    private func states() throws(Diagnostic) -> StateWriter { StateWriter(table: try draft.table(.deals), alias: "d", rules: rules) }

    private func derived(_ derived: DerivedColumn, of table: TableRole) throws(Diagnostic) -> String {
        switch derived {
        case .leadWon, .leadLost, .leadOpen, .dealWon, .dealLost, .dealOpen, .dealNewCustomer: return try derivedCondition(derived).value(rules)
        case .leadWonAt:
            return "\(try wins()).won_at"
        case .dealAxis:
            let type = try timeType([.closed, .created])
            func read(_ role: ColumnRole) throws(Diagnostic) -> String {
                guard let column = try own(role) else { return null(type) }
                return time(rules.read(column.text, column.type), column.type, as: type)
            }
            switch kept {
            case .won, .closed: return try read(.closed)
            case .open: return try read(.created)
            case nil: break
            }
            return "case when \(try states().is(.open).text) then \(try read(.created)) else \(try read(.closed)) end"
        case .dealBuyer:
            let buyers = Buyers(draft: draft)
            if try buyers.areNumbered() { needsWinNumbers = true }
            return try buyers.name("d")
        case .dealLastBought:
            needsWinNumbers = true
            return "case when \(try derivedCondition(.dealNewCustomer).text) then d.last_bought end"
        case .dealSourceWinRate:
            let (part, source) = try SourceRateWriter(draft: draft).part(self)
            return join("rates", as: "r", part) { alias in source.map { rules.same("\(alias).source_key", $0, .text) } ?? "true" } + ".win_rate"
        }
    }

    /// How the deals stand that are kept, where it is one way: won, not open, or open.
    enum Kept { case won, closed, open }
    var kept: Kept?

    /// Whether the deals must be numbered among those of their buyers.
    private var needsWinNumbers = false

    private func winNumbers() throws(Diagnostic) -> String {
        let onlyWon = kept == .won
        return try draft.shared("win numbers \(onlyWon)") { () throws(Diagnostic) in try Buyers(draft: draft).numbered(onlyWon: onlyWon) }
    }

    func null(_ type: RowType) -> String { "cast(null as \(rules.type(SQLType(type))))" }

    /// A date or a time stamp as the one or the other.
    func time(_ text: String, _ type: RowType, as target: RowType) -> String {
        switch (type, target) {
        case (.date, .timestamp): rules.timestamp(ofDate: text)
        case (.timestamp, .date): rules.day(ofTimestamp: text)
        default: text
        }
    }
}

extension SQLType {
    /// What values of a row are as columns of a part.
    init(_ type: RowType) {
        switch type {
        case .exact(let scale): self = .exact(scale: scale)
        case .real: self = .real
        case .duration: self = .exact(scale: 0)
        case .text, .unknown: self = .text
        case .date: self = .date
        case .timestamp: self = .timestamp
        case .yesNo: self = .yesNo
        }
    }
}
