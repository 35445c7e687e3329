import FunnelBinder
import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// What stands under a table: what the numbers mean, and what they leave out.
struct Foot {
    let store: Store
    /// Carries a plan out.
    let answer: (Plan) throws(Diagnostic) -> Answer

    /// `counts` are those of the bound plan, where its answer holds them; else each is asked for. `answer` is looked at where it
    /// is what the query asks for.
    func remarks(_ bound: BoundQuery, counts: [Int] = [], of answer: Answer? = nil) throws(Diagnostic) -> [Remark] {
        let facts = bound.facts
        var remarks: [Remark] = []
        if facts.asksForTime, !facts.axes.isEmpty {
            let axes = facts.axes.map { "\($0.table.rawValue) by \($0.axis)" }.joined(separator: "; ")
            let view = facts.isCohort ? " (cohorts: a win counts with its lead)" : facts.axes.count > 1 ? " (each on its own date)" : ""
            remarks.append(Remark(.axis, "in time by: " + axes + view))
        }
        if let period = facts.period { remarks.append(Remark(.scope, "period: \(period)")) }
        if let comparison = facts.comparison { remarks.append(Remark(.scope, "compared with \(comparison)")) }
        if let asOf = facts.asOf { remarks.append(Remark(.scope, "as known at the end of \(asOf)")) }
        if !facts.windows.isEmpty {
            remarks.append(Remark(.scope, "won within \(facts.windows.map(\.name).joined(separator: ", ")) of the lead's creation"))
        }
        for window in facts.windows {
            guard let place = window.tooYoung, let count = try count(place, counts, bound.plan), count > 0 else { continue }
            remarks.append(Remark(.leftOut, Counted.text(count, "lead", "leads") + " younger than \(window.name) left out"))
        }
        if let place = facts.stillOpen, let count = try count(place, counts, bound.plan), count > 0 {
            remarks.append(Remark(.leftOut, Counted.text(count, "lead is", "leads are") + " still open: neither won nor lost"))
        }
        if facts.readsLeadOf.contains(.deals), store.links.dealsWithoutLead > 0 {
            remarks.append(
                Remark(.kept, Counted.text(store.links.dealsWithoutLead, "deal names", "deals name") + " a lead that is not there; it has no attributes"))
        }
        if facts.readsLeadOf.contains(.stages), store.links.stagesWithoutLead > 0 {
            remarks.append(
                Remark(
                    .kept, Counted.text(store.links.stagesWithoutLead, "stage row names", "stage rows name") + " a lead that is not there; it has no attributes"
                ))
        }
        if facts.readsCycle, store.links.winsBeforeCreation > 0 {
            let wins = Counted.text(store.links.winsBeforeCreation, "lead was won before its", "leads were won before their")
            remarks.append(Remark(.kept, wins + " creation; the negative time is kept"))
        }
        if facts.readsLifetime, let remark = lifetimes() { remarks.append(remark) }
        if let remark = Self.shortWindows(bound.plan) { remarks.append(remark) }
        if bound.plan.top?.withOther == true, let answer, Self.hasTwoOthers(answer) {
            remarks.append(Remark(.caution, "a group is called `other` as well; the last line `other` is the rest"))
        }
        if facts.isCohort, let answer, let remark = try young(bound, answer) { remarks.append(remark) }
        return remarks
    }

    /// Rolling windows of the first periods, which have too few before them.
    private static func shortWindows(_ plan: Plan) -> Remark? {
        let longest = plan.measures.filter(\.isShown).map { $0.value.longestWindow }.max() ?? 1
        let grains = plan.keys.compactMap { key in if case .period(let grain) = key.kind, grain.isCalendar { grain } else { nil } }
        guard longest > 1, let grain = grains.first else { return nil }
        let short = longest == 2 ? "that of the first is shorter" : "those of the first \(longest - 1) are shorter"
        return Remark(.caution, "rolling windows reach no further back than the first \(grain.rawValue) asked for: \(short)")
    }

    /// Whether a group has the name, and the other keys, of the line of the rest.
    private static func hasTwoOthers(_ answer: Answer) -> Bool {
        var seen: Set<[Value]> = []
        return answer.rows.contains { row in
            let keys = Array(row.prefix(answer.keyCount))
            return keys.contains(.text("other")) && !seen.insert(keys).inserted
        }
    }

    /// Lifetimes are those of customers seen so far; most of one purchase say little.
    private func lifetimes() -> Remark? {
        guard let last = store.column(.derived(.dealLastBought), of: .deals).flatMap(InstantReader.init),
            let closed = store.tables[.deals]?.column(.closed).flatMap(InstantReader.init)
        else { return nil }
        // A customer's last purchase stands with the first one.
        let (customers, once) = InstantReader.compared(last, closed)
        guard customers > 0, once * 2 > customers else { return nil }
        return Remark(
            .caution, "\(Grouped.text(once)) of \(Grouped.text(customers)) customers bought once, with a lifetime of 0: lifetimes are too short to trust")
    }

    /// Periods of a cohort measure that are too young to judge: their age is below the 90th percentile of the cycle.
    private func young(_ bound: BoundQuery, _ answer: Answer) throws(Diagnostic) -> Remark? {
        guard let index = bound.plan.keys.firstIndex(where: { if case .period(let grain) = $0.kind { grain.isCalendar } else { false } }),
            let ninth = store.links.slowCycle, ninth > 0, case .period(let grain) = bound.plan.keys[index].kind
        else { return nil }
        let now = Period(grain, holding: Calendar.floorDivide(Int(bound.plan.now.total - ninth), Int(microsecondsPerDay)), rules: bound.plan.rules)
        let shown = answer.rows.contains { row in if case .period(let period) = row[index] { period.index >= now.index } else { false } }
        guard shown else { return nil }
        let days = Int((Double(ninth) / Double(microsecondsPerDay)).rounded(.up))
        return Remark(
            .caution,
            "\(grain.rawValue)s from \(now.label) on are younger than nine of ten cycles take (\(Grouped.text(days)) days): their value may still rise")
    }

    private func count(_ place: Int, _ known: [Int], _ plan: Plan) throws(Diagnostic) -> Int? {
        if known.indices.contains(place) { return known[place] }
        guard case .exact(let count)? = try answer(plan.counting(plan.counts[place])).rows.first?.first else { return nil }
        return Int(exactly: count.units)
    }
}

extension MeasureValue {
    /// How many periods the longest rolling window in it holds; 1 where there is none.
    fileprivate var longestWindow: Int {
        switch self {
        case .slot, .exact, .wilson, .newcombe: 1
        case .rolling(let inner, let periods): max(periods, inner.longestWindow)
        case .arithmetic(_, let a, let b): max(a.longestWindow, b.longestWindow)
        case .share(let inner), .cumulative(let inner), .change(let inner), .rank(let inner): inner.longestWindow
        }
    }
}
