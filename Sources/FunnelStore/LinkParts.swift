package import FunnelModel

/// The links of a store, taken apart so that they can be saved, and put together again without a row being looked at.
package struct LinkParts: Sendable {
    package enum Number: String, CaseIterable, Sendable {
        case dealsWithoutLead, stagesWithoutLead, winsBeforeCreation
        /// In microseconds; left out where nothing was won.
        case slowCycle
        /// The microseconds that the lengths of cycles count in; left out where there are none.
        case cycleStep
    }

    /// Columns that no file has. What is made on demand is made again when it is asked for.
    package var columns: [DerivedColumn: Column] = [:]
    /// The lead of each deal; -1 for none.
    package var leadOfDeal: Sealed<Buffer<Int32>>?
    package var stageRuns: Sealed<StageRuns>?
    package var cycles: Sealed<Cycles>?
    package var numbers: [Number: Int64] = [:]

    static let remade: Set<DerivedColumn> = [.dealBuyer, .dealLastBought]

    package init() {}
}

extension Store {
    package var linkParts: LinkParts {
        var parts = LinkParts()
        // What few queries read is made again by the first that does; it need not be in the file.
        parts.columns = links.deals.derived.filter { !LinkParts.remade.contains($0.key) }
        parts.leadOfDeal = links.deals.lead
        parts.stageRuns = links.stages.runs
        parts.numbers[.dealsWithoutLead] = Int64(links.dealsWithoutLead)
        parts.numbers[.stagesWithoutLead] = Int64(links.stagesWithoutLead)
        parts.numbers[.winsBeforeCreation] = Int64(links.winsBeforeCreation)
        parts.numbers[.slowCycle] = links.slowCycle
        parts.cycles = links.cycles.map { Sealed($0) }
        parts.numbers[.cycleStep] = links.cycles?.step
        return parts
    }

    /// A store of tables and their links. Nil where they do not fit each other.
    package init?(tables: [TableRole: Table], parts: LinkParts, threads: Int) {
        let leads = tables[.leads]
        for (derived, column) in parts.columns {
            let isInstant = derived.type == .timestamp && (column.type == .date || column.type == .timestamp)
            guard column.count == tables[derived.table]?.rowCount, isInstant || column.type == derived.type else { return nil }
        }
        var deals = DealLinks()
        deals.derived = parts.columns
        deals.withoutLead = Int(parts.numbers[.dealsWithoutLead] ?? 0)
        deals.winsBeforeCreation = Int(parts.numbers[.winsBeforeCreation] ?? 0)
        deals.slowCycle = parts.numbers[.slowCycle]
        if let lead = parts.leadOfDeal {
            guard leads != nil, lead.unchecked.count == tables[.deals]?.rowCount else { return nil }
            deals.lead = lead
        }
        if let table = tables[.deals] {
            deals.demanded = DealLinks.demanded(table, leads: leads, leadOfDeal: parts.leadOfDeal, threads: threads)
            deals.leadTexts = LeadTexts.beside(parts.leadOfDeal, leads: leads, threads: threads)
            deals.demanded.merge(DealLinks.remade(table, leadCount: leads?.rowCount ?? 0, leadOfDeal: parts.leadOfDeal, threads: threads)) { $1 }
        }
        guard parts.cycles.map({ $0.unchecked.leads.count == leads?.rowCount }) ?? true else { return nil }
        deals.cycles = DealLinks.cycles(leads, won: parts.columns[.leadWonAt], saved: parts.cycles, threads: threads)
        if let runs = parts.stageRuns?.unchecked {
            guard let table = tables[.stages], runs.starts.count > 0, runs.rest.count <= table.rowCount,
                !runs.areLeads || runs.count == leads?.rowCount
            else { return nil }
        }
        let stages = StageLinks(runs: parts.stageRuns, withoutLead: Int(parts.numbers[.stagesWithoutLead] ?? 0))
        self.init((tables: tables, links: Links(index: Links.index(of: leads), deals: deals, stages: stages)))
    }
}
