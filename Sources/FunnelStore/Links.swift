package import FunnelModel

/// What the tables know of each other, found once when a table is put into the store: no query joins.
package struct Links: Sendable {
    /// The rows of leads by their id; nil without leads.
    let index: OnDemand<KeyIndex>?
    let deals: DealLinks
    let stages: StageLinks

    init(index: OnDemand<KeyIndex>?, deals: DealLinks, stages: StageLinks) {
        self.index = index
        self.deals = deals
        self.stages = stages
    }

    /// The lead of each deal's, of each stage's row. Nil where one of the tables is not there.
    package func leads(of table: TableRole) -> LeadLinks? {
        switch table {
        case .deals: leadOfDeal.map { .rows($0) }
        case .stages: stageRuns.flatMap { $0.areLeads ? .runs($0) : nil }
        case .leads, .costs: nil
        }
    }

    package var leadOfDeal: Buffer<Int32>? { deals.lead?.value }
    /// A text column of leads, by its position, as a column of their deals; nil where it is read through the links.
    package func besideDeals(_ position: Int) -> Column? { deals.leadTexts[position]?.value }
    /// The time from creation to first win of the leads that have both; nil where leads or deals have no dates.
    package var cycles: Cycles? { deals.cycles?.value }
    /// The stage rows of each lead in the order of time.
    package var stageRuns: StageRuns? { stages.runs?.value }
    /// Columns that no file has.
    package func derived(_ column: DerivedColumn) -> Column? {
        deals.derived[column] ?? deals.demanded[column]?.value
    }
    /// Which columns no file has.
    package var derivedColumns: [DerivedColumn] { Array(deals.derived.keys) + Array(deals.demanded.keys) }
    /// How many deals and stage rows name a lead that is not there.
    package var dealsWithoutLead: Int { deals.withoutLead }
    package var stagesWithoutLead: Int { stages.withoutLead }
    /// How many leads have a win dated before their creation.
    package var winsBeforeCreation: Int { deals.winsBeforeCreation }
    /// The time from creation to first win that nine of ten are no longer than, in microseconds; nil without wins.
    package var slowCycle: Int64? { deals.slowCycle }
}

extension Links {
    /// The links of a set of tables, and the tables, the stages among them in the order of their leads. What does not depend
    /// on the table that `changed` is taken over from `old`.
    static func make(_ tables: [TableRole: Table], old: Links?, changed: TableRole?, threads: Int) -> (tables: [TableRole: Table], links: Links) {
        var tables = tables
        let leads = tables[.leads]
        let index: OnDemand<KeyIndex>?
        if let old, changed != .leads {
            index = old.index
        } else {
            index = Self.index(of: leads)
        }
        let deals: DealLinks
        if let old, changed == .stages || changed == .costs {
            deals = old.deals
        } else {
            deals = DealLinks(tables[.deals], leads: leads, index: index?.value, threads: threads)
        }
        let stages: StageLinks
        if let old, changed == .deals || changed == .costs {
            stages = old.stages
        } else if let table = tables[.stages] {
            let grouping = StageGrouping(table, index: index?.value, leads: leads, threads: threads)
            tables[.stages] = grouping.table
            stages = StageLinks(runs: grouping.runs.map { Sealed($0) }, withoutLead: grouping.withoutLead)
        } else {
            stages = StageLinks(runs: nil, withoutLead: 0)
        }
        return (tables, Links(index: index, deals: deals, stages: stages))
    }
}

extension Links {
    /// The index of the leads, made when the first table is loaded that needs it.
    static func index(of leads: Table?) -> OnDemand<KeyIndex>? {
        leads?.column(.id).map { id in
            OnDemand {
                _ = id.values
            } _: {
                KeyIndex(id)
            }
        }
    }
}

/// What deals and leads know of each other.
struct DealLinks: Sendable {
    var lead: Sealed<Buffer<Int32>>?
    var derived: [DerivedColumn: Column] = [:]
    /// What is made quickly of other columns, by the first query that reads it: it is not saved.
    var demanded: [DerivedColumn: OnDemand<Column>] = [:]
    /// Texts of the leads as columns of their deals, by position: made when they are first read, not saved.
    var leadTexts: [Int: OnDemand<Column?>] = [:]
    var cycles: OnDemand<Cycles?>?
    var withoutLead = 0
    var winsBeforeCreation = 0
    var slowCycle: Int64?

    init() {}

    init(_ deals: Table?, leads: Table?, index: KeyIndex?, threads: Int) {
        guard let deals else { return }
        var leadOfDeal: Buffer<Int32>?
        if let index, let key = deals.column(.lead) {
            let lead = index.rows(of: key, threads: threads)
            for row in 0..<deals.rowCount where lead.base[row] < 0 && !key.isMissing(row) { withoutLead += 1 }
            leadOfDeal = lead
            self.lead = Sealed(lead)
        }
        let states = DealStates(deals)
        derived = states.columns
        derived.merge(Buyers(deals, states: states, leads: leadOfDeal, leadCount: leads?.rowCount ?? 0).columns(threads: threads)) { $1 }
        demanded = Self.demanded(deals, leads: leads, leadOfDeal: lead, threads: threads)
        leadTexts = LeadTexts.beside(lead, leads: leads, threads: threads)
        if let leads, let leadOfDeal {
            let wins = LeadWins(leads: leads, deals: deals, states: states, leadOfDeal: leadOfDeal, threads: threads)
            derived.merge(wins.columns) { $1 }
            cycles = Self.cycles(leads, won: derived[.leadWonAt], saved: nil, threads: threads)
            winsBeforeCreation = wins.beforeCreation
            slowCycle = wins.slowCycle
        }
    }

    /// How long leads took to be won: as a store was saved with them, or made by the first query that asks.
    static func cycles(_ leads: Table?, won: Column?, saved: Sealed<Cycles>?, threads: Int) -> OnDemand<Cycles?>? {
        if let saved { return OnDemand(touch: { _ = saved.value }, { saved.value }) }
        guard let created = leads?.column(.created), let won else { return nil }
        return OnDemand {
            _ = (created.values, won.values)
        } _: {
            Cycles(created: created, won: won, threads: threads)
        }
    }

    /// Who bought, and when last: what is not saved of the buyers.
    static func remade(
        _ deals: Table, leadCount: Int, leadOfDeal: Sealed<Buffer<Int32>>?, threads: Int
    ) -> [DerivedColumn: OnDemand<Column>] {
        let sources = [ColumnRole.customer, .lead, .status, .closed].compactMap { deals.column($0) }
        let touch: @Sendable () -> Void = {
            _ = leadOfDeal?.value
            for column in sources { _ = column.values }
        }
        let buyers = OnDemand(touch: touch) {
            Buyers(deals, states: DealStates(deals), leads: leadOfDeal?.value, leadCount: leadCount).columns(threads: threads)
        }
        // The buyers' columns are those and no others.
        let known = LinkParts.remade.map { name in (name, OnDemand(touch: touch) { buyers.value[name]! }) }
        return Dictionary(uniqueKeysWithValues: known)
    }

    static func demanded(
        _ deals: Table, leads: Table?, leadOfDeal: Sealed<Buffer<Int32>>?, threads: Int
    ) -> [DerivedColumn: OnDemand<Column>] {
        let state = [deals.column(.status), deals.column(.closed)].compactMap { $0 }
        let source = (deals.column(.source) ?? leads?.column(.source)).map { [$0] } ?? []
        let created = deals.column(.created).map { [$0] } ?? []
        return [
            .dealSourceWinRate: OnDemand {
                _ = leadOfDeal?.value
                for column in state + source { _ = column.values }
            } _: {
                SourceRates.column(of: deals, states: DealStates(deals), leads: leads, leadOfDeal: leadOfDeal?.value)
            },
            .dealAxis: OnDemand {
                for column in state + created { _ = column.values }
            } _: {
                DealStates(deals).axis(of: deals, threads: threads)
            },
        ]
    }
}

/// What stage rows know of their leads.
struct StageLinks: Sendable {
    var runs: Sealed<StageRuns>?
    var withoutLead: Int
}
