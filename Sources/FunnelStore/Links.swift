package import FunnelModel

/// What the tables know of each other, found once when a table is put into the store: no query joins.
package struct Links: Sendable {
    /// The rows of leads by their id.
    let index: KeyIndex?
    private let deals: DealLinks
    private let stages: StageLinks

    init(index: KeyIndex?, deals: DealLinks, stages: StageLinks) {
        self.index = index
        self.deals = deals
        self.stages = stages
    }

    /// The lead of each deal's, of each stage's row. Nil where one of the tables is not there.
    package func leads(of table: TableRole) -> LeadLinks? {
        switch table {
        case .deals: deals.lead.map { .rows($0) }
        case .stages: stages.runs.flatMap { $0.areLeads ? .runs($0) : nil }
        case .leads, .costs: nil
        }
    }

    package var leadOfDeal: Buffer<Int32>? { deals.lead }
    /// The stage rows of each lead in the order of time.
    package var stageRuns: StageRuns? { stages.runs }
    /// Columns that no file has.
    package func derived(_ column: DerivedColumn) -> Column? {
        column == .dealSourceWinRate ? deals.sourceWinRate?.value : deals.derived[column]
    }
    /// Which columns no file has.
    package var derivedColumns: [DerivedColumn] { Array(deals.derived.keys) + (deals.sourceWinRate == nil ? [] : [.dealSourceWinRate]) }
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
        let index: KeyIndex?
        if let old, changed != .leads {
            index = old.index
        } else {
            index = leads?.column(.id).map(KeyIndex.init)
        }
        let deals: DealLinks
        if let old, changed == .stages || changed == .costs {
            deals = old.deals
        } else {
            deals = DealLinks(tables[.deals], leads: leads, index: index, threads: threads)
        }
        let stages: StageLinks
        if let old, changed == .deals || changed == .costs {
            stages = old.stages
        } else if let table = tables[.stages] {
            let grouping = StageGrouping(table, index: index, leadCount: leads?.rowCount ?? 0, threads: threads)
            tables[.stages] = grouping.table
            stages = StageLinks(runs: grouping.runs, withoutLead: grouping.withoutLead)
        } else {
            stages = StageLinks(runs: nil, withoutLead: 0)
        }
        return (tables, Links(index: index, deals: deals, stages: stages))
    }
}

/// What deals and leads know of each other.
struct DealLinks: Sendable {
    var lead: Buffer<Int32>?
    var derived: [DerivedColumn: Column] = [:]
    /// Read by few queries, so made by the first.
    var sourceWinRate: OnDemand<Column>?
    var withoutLead = 0
    var winsBeforeCreation = 0
    var slowCycle: Int64?

    init(_ deals: Table?, leads: Table?, index: KeyIndex?, threads: Int) {
        guard let deals else { return }
        if let index, let key = deals.column(.lead) {
            let lead = index.rows(of: key, threads: threads)
            for row in 0..<deals.rowCount where lead.base[row] < 0 && !key.isMissing(row) { withoutLead += 1 }
            self.lead = lead
        }
        let states = DealStates(deals)
        derived = states.columns(of: deals, threads: threads)
        derived.merge(Buyers(deals, states: states, leads: lead, leadCount: leads?.rowCount ?? 0).columns(threads: threads)) { $1 }
        sourceWinRate = OnDemand { [lead] in SourceRates.column(of: deals, states: states, leads: leads, leadOfDeal: lead) }
        if let leads, let lead {
            let wins = LeadWins(leads: leads, deals: deals, states: states, leadOfDeal: lead, threads: threads)
            derived.merge(wins.columns) { $1 }
            winsBeforeCreation = wins.beforeCreation
            slowCycle = wins.slowCycle
        }
    }
}

/// What stage rows know of their leads.
struct StageLinks: Sendable {
    var runs: StageRuns?
    var withoutLead: Int
}
