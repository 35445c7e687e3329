import FunnelBinder
import FunnelEngine
import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// What stands under a table: what the numbers mean, and what they leave out.
struct Foot {
    let store: Store
    let engine: Engine

    func remarks(_ bound: BoundQuery) throws(Diagnostic) -> [Remark] {
        let facts = bound.facts
        var remarks: [Remark] = []
        if facts.asksForTime, !facts.axes.isEmpty {
            remarks.append(Remark(.axis, "in time by: " + facts.axes.map { "\($0.table.rawValue) by \($0.axis)" }.joined(separator: "; ")))
        }
        if let period = facts.period { remarks.append(Remark(.scope, "period: \(period)")) }
        if let comparison = facts.comparison { remarks.append(Remark(.scope, "compared with \(comparison)")) }
        if let asOf = facts.asOf { remarks.append(Remark(.scope, "as known at the end of \(asOf)")) }
        if !facts.windows.isEmpty {
            remarks.append(Remark(.scope, "won within \(facts.windows.map(\.name).joined(separator: ", ")) of the lead's creation"))
        }
        for window in facts.windows {
            guard let plan = window.tooYoung, let count = try number(plan), count > 0 else { continue }
            remarks.append(Remark(.leftOut, Counted.text(count, "lead", "leads") + " younger than \(window.name) left out"))
        }
        if let plan = facts.stillOpen, let count = try number(plan), count > 0 {
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
        return remarks
    }

    private func number(_ plan: Plan) throws(Diagnostic) -> Int? {
        guard case .exact(let count)? = try engine.answer(plan).rows.first?.first else { return nil }
        return Int(exactly: count.units)
    }
}
