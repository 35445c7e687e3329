import FunnelModel
import FunnelPlan
import FunnelText

/// How a deal stands: by its status where there is one, else won if it has a `closed` date and open if not.
struct StateWriter {
    let table: SQLTable
    let alias: String
    let rules: any DialectRules

    func `is`(_ state: DealState) -> Condition {
        if let status = table.schema.column(.status) {
            let column = "\(alias).\(rules.quoted(status.name))"
            if state == .open { return among(column, [.won, .lost]).negated }
            return among(column, [state])
        }
        guard let closed = table.schema.column(.closed) else { return state == .open ? .yes : .no }
        let column = "\(alias).\(rules.quoted(closed.name))"
        switch state {
        case .won: return Condition("\(column) is not null", mayBeUnknown: false)
        case .open: return Condition("\(column) is null", mayBeUnknown: false)
        case .lost: return .no
        }
    }

    private func among(_ column: String, _ states: [DealState]) -> Condition {
        let texts = states.flatMap { table.states[$0] ?? [] }.map(rules.literal)
        guard texts.count > 1 else { return texts.first.map { Condition("\(column) = \($0)") } ?? .no }
        return Condition("\(column) in (\(texts.joined(separator: ", ")))")
    }
}

/// How a lead stands, by the deal of it that says most: one that is won, else one that is open, else a lost one.
enum LeadStanding: Int { case lost, open, won }

/// What its deals say of a lead: a row for each lead that has a win or, where that is asked, a deal.
struct WinWriter {
    let draft: Draft
    /// All, where that is not known.
    let needs: DealNeeds?

    private var needsWonAt: Bool { needs?.wonAt ?? true }
    /// Whether each lead that has a deal has a row, whose `standing` says how it stands; else it has one if it is won.
    var needsAll: Bool { needs?.allDeals ?? true }

    /// A list of the leads that have a won deal, or of those whose deals are all lost.
    func list(of state: DealState) throws(Diagnostic) -> String {
        let rows = RowWriter(draft, .deals)
        guard let key = try rows.own(.lead) else { throw .noTable("deals") }
        let stands = StateWriter(table: try draft.table(.deals), alias: "d", rules: draft.rules).is(state)
        let source = "select \(key.text) as lead_key\n\(try rows.source())\nwhere "
        let named = Condition("\(key.text) is not null", mayBeUnknown: false)
        guard state == .lost else { return draft.add("\(state)_leads", source + Condition.all([stands, named]).text) }
        return draft.add(
            "\(state)_leads", source + "\(named.text)\ngroup by \(key.text)\nhaving max(case when \(stands.text) then 0 else 1 end) = 0")
    }

    func part() throws(Diagnostic) -> String {
        let rows = RowWriter(draft, .deals)
        guard let key = try rows.own(.lead) else { throw .noTable("deals") }
        let state = StateWriter(table: try draft.table(.deals), alias: "d", rules: draft.rules)
        let closed = try rows.own(.closed).map { draft.rules.read($0.text, $0.type) } ?? rows.null(.date)
        let won = state.is(.won)
        let source = try rows.source()
        if needsAll {
            let ways = [(won, LeadStanding.won), (state.is(.lost), .lost)].filter { $0.0.text != "false" }
            let standing = ways.map { "when \($0.0.text) then \($0.1.rawValue) " }.joined()
            let items =
                ["\(key.text) as lead_key", "max(\(standing.isEmpty ? "1" : "case \(standing)else \(LeadStanding.open.rawValue) end")) as standing"]
                + (needsWonAt ? ["min(case when \(won.text) then \(closed) end) as won_at"] : [])
            return draft.add("lead_wins", Layout.clause("select", items) + "\n\(source)\ngroup by \(key.text)")
        }
        let items = ["\(key.text) as lead_key", "1 as is_won"] + (needsWonAt ? ["min(\(closed)) as won_at"] : [])
        return draft.add("lead_wins", Layout.clause("select", items) + "\n\(source)\nwhere \(won.text)\ngroup by \(key.text)")
    }
}

/// Who bought: a deal's customer; without one its lead; with neither, the deal itself.
struct Buyers {
    let draft: Draft

    private func columns(_ alias: String) throws(Diagnostic) -> [String] {
        let rows = RowWriter(draft, .deals)
        let roles: [ColumnRole] = [.customer, .lead, .id]
        var columns: [String] = []
        for role in roles { if let column = try rows.column(role, of: .deals, alias) { columns.append(column.text) } }
        return columns
    }

    /// Whether a deal with neither customer nor lead has no id either, and so must be numbered to be told from others.
    func areNumbered() throws(Diagnostic) -> Bool { try draft.table(.deals).schema.column(.id) == nil }

    /// A text that names the buyer.
    func name(_ alias: String) throws(Diagnostic) -> String {
        let text = draft.rules.type(.text)
        let all = try columns(alias) + (areNumbered() ? ["\(alias).deal_number"] : [])
        let named = all.enumerated().map { "'\($0)-' || cast(\($1) as \(text))" }
        return named.count == 1 ? named[0] : "coalesce(\(named.joined(separator: ", ")))"
    }

    /// The deals, the won ones numbered among those of their buyer in the order of closing; with the buyer's last closing, where
    /// that is asked.
    ///
    /// `onlyWon`: the others are not asked for.
    func numbered(onlyWon: Bool) throws(Diagnostic) -> String {
        let rules = draft.rules
        let table = try draft.table(.deals)
        let state = StateWriter(table: table, alias: "d", rules: rules)
        let columns = table.schema.columns.map { "d.\(rules.quoted($0.name)) as \(rules.quoted($0.name))" }
        let keys = try columnsInTurn(table)
        let closed = table.schema.column(.closed).map { "d.\(rules.quoted($0.name))" }
        let read = table.schema.column(.closed).map { rules.read("d.\(rules.quoted($0.name))", RowType($0.type)) } ?? "cast(null as \(rules.type(.date)))"
        let ties = table.schema.column(.id).map { ["d.\(rules.quoted($0.name))"] } ?? table.schema.columns.map { "d.\(rules.quoted($0.name))" }
        let order = ([closed.map { "\($0) nulls last" }].compactMap { $0 } + ties).joined(separator: ", ")
        let won = state.is(.won)
        let group = (keys + (onlyWon ? [] : ["case when \(won.text) then 1 else 0 end"])).joined(separator: ", ")
        var number = "row_number() over (\(group.isEmpty ? "" : "partition by \(group) ")order by \(order))"
        var last = "max(\(read)) over (\(group.isEmpty ? "" : "partition by \(group)"))"
        var numbers: [String] = []
        if try areNumbered() {
            // A deal without a buyer's name is the only one of its buyer.
            let isAlone = try self.columns("d").map { "\($0) is null" }.joined(separator: " and ")
            number = isAlone.isEmpty ? "1" : "case when \(isAlone) then 1 else \(number) end"
            last = isAlone.isEmpty ? read : "case when \(isAlone) then \(read) else \(last) end"
            if draft.needs?.buyer ?? true { numbers = ["row_number() over (order by \(order)) as deal_number"] }
        }
        let items = columns + ["\(number) as win_number"] + (draft.needs?.lastBought ?? true ? ["\(last) as last_bought"] : []) + numbers
        return draft.add(
            onlyWon ? "numbered_wins" : "numbered_deals",
            Layout.clause("select", items) + "\nfrom \(try draft.relation(.deals)) as d\(onlyWon ? "\nwhere \(won.text)" : "")")
    }

    /// Each column that names a buyer, but where one before it does.
    private func columnsInTurn(_ table: SQLTable) throws(Diagnostic) -> [String] {
        var before: [String] = []
        return try columns("d").map { column in
            let key = before.isEmpty ? column : "case when \(before.map { "\($0) is null" }.joined(separator: " and ")) then \(column) end"
            before.append(column)
            return key
        }
    }
}

/// How often deals of a source are won, over those that have closed.
struct SourceRateWriter {
    let draft: Draft

    /// The part, and the source of a row of deals.
    func part(_ rows: RowWriter) throws(Diagnostic) -> (String, String?) {
        let isOwn = try draft.table(.deals).schema.column(.source) != nil
        func source(_ rows: RowWriter) throws(Diagnostic) -> String? {
            if isOwn { return try rows.own(.source)?.text }
            guard draft.catalog.tables[.leads]?.schema.column(.source) != nil else { return nil }
            return try rows.column(.source, of: .leads, rows.lead())?.text
        }
        let part = try draft.shared("source rates") { () throws(Diagnostic) in
            let own = RowWriter(draft, .deals)
            let source = try source(own)
            let state = StateWriter(table: try draft.table(.deals), alias: "d", rules: draft.rules)
            let won = draft.rules.real(draft.rules.filtered("count(*)", state.is(.won).text))
            return draft.add(
                "source_rates",
                """
                select \(source.map { "\($0) as source_key, " } ?? "")\(won) / count(*) as win_rate
                \(try own.source())
                where \(state.is(.open).negated.text)\(source.map { "\ngroup by \($0)" } ?? "")
                """)
        }
        return (part, try source(rows))
    }
}
