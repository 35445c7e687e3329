package import FunnelModel

/// What the tables know of each other, found once when the store is put together: no query joins.
package struct Links: Sendable {
    /// The row of each deal's, each stage row's lead; -1 for none. Nil where one of the tables is not there.
    package let leadOfDeal: Buffer<Int32>?
    package let leadOfStage: Buffer<Int32>?
    /// Columns that no file has.
    package let derived: [DerivedColumn: Column]
    /// How many deals and stage rows name a lead that is not there.
    package let dealsWithoutLead: Int
    package let stagesWithoutLead: Int
    /// How many leads have a win dated before their creation.
    package let winsBeforeCreation: Int

    init(_ tables: [TableRole: Table]) {
        let leads = tables[.leads]
        let deals = tables[.deals]
        let index = leads?.column(.id).map(KeyIndex.init)
        leadOfDeal = index.flatMap { index in deals?.column(.lead).map(index.rows) }
        leadOfStage = index.flatMap { index in tables[.stages]?.column(.lead).map(index.rows) }
        dealsWithoutLead = Self.unlinked(leadOfDeal, deals?.column(.lead))
        stagesWithoutLead = Self.unlinked(leadOfStage, tables[.stages]?.column(.lead))
        var derived: [DerivedColumn: Column] = [:]
        var early = 0
        if let deals {
            let states = DealStates(deals)
            derived.merge(states.columns(of: deals)) { $1 }
            derived[.dealNewCustomer] = FirstDeals.column(of: deals, states: states, leads: leadOfDeal)
            if let leads, let leadOfDeal {
                let wins = LeadWins(leads: leads, deals: deals, states: states, leadOfDeal: leadOfDeal)
                derived.merge(wins.columns) { $1 }
                early = wins.beforeCreation
            }
        }
        self.derived = derived
        winsBeforeCreation = early
    }

    /// Rows with a key that names no lead.
    private static func unlinked(_ links: Buffer<Int32>?, _ key: Column?) -> Int {
        guard let links, let key else { return 0 }
        return (0..<links.count).count { links.base[$0] < 0 && !key.isMissing($0) }
    }
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
