import FunnelModel
package import FunnelStore

/// What the histories of leads in an engine say of the order of stages.
extension RemoteEngine {
    /// How many leads entered each stage; and of each two, how many entered the first before the second, by when they first did.
    package func stageCounts(
        _ path: [String], lead: String, stage: String, entered: String, interrupt: Interrupt?
    ) throws(ADBCError) -> (leads: [String: Int], before: [StagePair: Int]) {
        let (lead, stage, entered) = (quoted(lead), quoted(stage), quoted(entered))
        let first = """
            with first as (
                select \(lead) as lead_key, \(stage) as stage_name, min(\(entered)) as entered_at from \(path.map(quoted).joined(separator: "."))
                where \(lead) is not null and \(stage) is not null and \(entered) is not null group by \(lead), \(stage)
            )

            """
        var leads: [String: Int] = [:]
        for row in try rows(first + "select stage_name, count(*) from first group by stage_name", interrupt: interrupt) {
            if case .text(let name)? = row.first, let count = row.last?.double { leads[name] = Int(count) }
        }
        var before: [StagePair: Int] = [:]
        let pairs =
            first + """
                select a.stage_name as earlier, b.stage_name as later, count(*) as leads
                from first as a join first as b on a.lead_key = b.lead_key and a.entered_at < b.entered_at group by a.stage_name, b.stage_name
                """
        for row in try rows(pairs, interrupt: interrupt) {
            if row.count == 3, case .text(let earlier) = row[0], case .text(let later) = row[1], let count = row[2].double {
                before[StagePair(earlier: earlier, later: later)] = Int(count)
            }
        }
        return (leads, before)
    }
}

/// Two stages, in the order of time.
package struct StagePair: Hashable, Sendable {
    package var earlier: String
    package var later: String

    package init(earlier: String, later: String) {
        self.earlier = earlier
        self.later = later
    }
}
