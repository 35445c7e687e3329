package import FunnelModel

/// What the tables know of each other, found once when a table is put into the store: no query joins.
package struct Links: Sendable {
    /// The rows of leads by their id.
    private let index: KeyIndex?
    private let deals: DealLinks
    private let stages: StageLinks

    /// The links of a set of tables. What does not depend on the table that `changed` is taken over from `old`.
    init(_ tables: [TableRole: Table], old: Links? = nil, changed: TableRole? = nil) {
        let leads = tables[.leads]
        if let old, changed != .leads {
            index = old.index
        } else {
            index = leads?.column(.id).map(KeyIndex.init)
        }
        if let old, changed == .stages || changed == .costs {
            deals = old.deals
        } else {
            deals = DealLinks(tables[.deals], leads: leads, index: index)
        }
        if let old, changed == .deals || changed == .costs {
            stages = old.stages
        } else {
            stages = StageLinks(tables[.stages], index: index, leadCount: leads?.rowCount ?? 0)
        }
    }

    /// The row of each deal's, each stage row's lead; -1 for none. Nil where one of the tables is not there.
    package var leadOfDeal: Buffer<Int32>? { deals.lead }
    package var leadOfStage: Buffer<Int32>? { stages.lead }
    /// The stage rows of each lead in the order of time.
    package var stageRuns: StageRuns? { stages.runs }
    /// Columns that no file has.
    package var derived: [DerivedColumn: Column] { deals.derived }
    /// How many deals and stage rows name a lead that is not there.
    package var dealsWithoutLead: Int { deals.withoutLead }
    package var stagesWithoutLead: Int { stages.withoutLead }
    /// How many leads have a win dated before their creation.
    package var winsBeforeCreation: Int { deals.winsBeforeCreation }
    /// The time from creation to first win that nine of ten are no longer than, in microseconds; nil without wins.
    package var slowCycle: Int64? { deals.slowCycle }
}

/// What deals and leads know of each other.
private struct DealLinks: Sendable {
    var lead: Buffer<Int32>?
    var derived: [DerivedColumn: Column] = [:]
    var withoutLead = 0
    var winsBeforeCreation = 0
    var slowCycle: Int64?

    init(_ deals: Table?, leads: Table?, index: KeyIndex?) {
        guard let deals else { return }
        lead = index.flatMap { index in deals.column(.lead).map(index.rows) }
        withoutLead = unlinked(lead, deals.column(.lead))
        let states = DealStates(deals)
        derived = states.columns(of: deals)
        derived.merge(Buyers(deals, states: states, leads: lead, leadCount: leads?.rowCount ?? 0).columns) { $1 }
        derived[.dealSourceWinRate] = SourceRates.column(of: deals, states: states, leads: leads, leadOfDeal: lead)
        if let leads, let lead {
            let wins = LeadWins(leads: leads, deals: deals, states: states, leadOfDeal: lead)
            derived.merge(wins.columns) { $1 }
            winsBeforeCreation = wins.beforeCreation
            slowCycle = wins.slowCycle
        }
    }
}

/// What stage rows know of their leads.
private struct StageLinks: Sendable {
    var lead: Buffer<Int32>?
    var withoutLead = 0

    var runs: StageRuns?

    init(_ stages: Table?, index: KeyIndex?, leadCount: Int) {
        guard let stages else { return }
        lead = index.flatMap { index in stages.column(.lead).map(index.rows) }
        withoutLead = unlinked(lead, stages.column(.lead))
        runs = StageRuns(stages, leads: lead, leadCount: leadCount)
    }
}

/// Rows with a key that names no lead.
private func unlinked(_ links: Buffer<Int32>?, _ key: Column?) -> Int {
    guard let links, let key else { return 0 }
    var count = 0
    for row in 0..<links.count where links.base[row] < 0 && !key.isMissing(row) { count += 1 }
    return count
}

/// A column of dates or time stamps, read as microseconds since 1970-01-01.
struct InstantReader {
    private let column: Column

    init(_ column: Column) { self.column = column }

    var isTimestamp: Bool { column.type == .timestamp }

    var unit: TimeUnit? {
        if case .timestamp(_, _, let unit) = column.values { unit } else { nil }
    }

    /// nil where the row has none.
    func at(_ row: Int) -> Int64? {
        if column.isMissing(row) { return nil }
        switch column.values {
        case .date(let days): return days[row] &* microsecondsPerDay
        case .timestamp(let days, let time, let unit): return days[row] &* microsecondsPerDay &+ time[row] &* unit.microseconds
        case .text, .integer, .decimal, .yesNo: return nil
        }
    }

    /// A column of instants (`missing` where there is none), as dates or as time stamps of the unit given.
    static func column(named name: String, _ values: Buffer<Int64>, missing: Int64, unit: TimeUnit?) -> Column {
        let count = values.count
        let days = Buffer<Int64>(zeros: count)
        let times = Buffer<Int64>(zeros: count)
        let words = Buffer<UInt64>(zeros: (count + 63) / 64)
        let step = (unit ?? .second).microseconds
        for row in 0..<count where values.base[row] != missing {
            let value = values.base[row]
            let day = value >= 0 ? value / microsecondsPerDay : (value + 1) / microsecondsPerDay - 1
            days.base[row] = day
            times.base[row] = (value - day * microsecondsPerDay) / step
            words.base[row >> 6] |= 1 << UInt64(row & 63)
        }
        let validity = Bitmap(words: words, count: count)
        let all = validity.population == count
        return Column(
            name: name,
            values: unit.map { .timestamp(days: Integers(packing: days), time: Integers(packing: times), unit: $0) } ?? .date(Integers(packing: days)),
            validity: all ? nil : validity)
    }
}

extension Column {
    /// A date or a time stamp in microseconds since 1970-01-01; nil where there is none.
    package func microseconds(_ row: Int) -> Int64? { InstantReader(self).at(row) }
}
