import FunnelModel
package import FunnelStore
import FunnelText

/// The order of the stages, as the data show it.
package enum StageOrder {
    /// The stages of a store, a stage before those that most leads entered after it.
    ///
    /// For each two stages it is counted how often one was first entered before the other; a stage stands by how many
    /// others it precedes more often than it follows (Copeland's method), then by its mean place.
    package static func inferred(_ store: Store) -> [String] {
        guard let column = store.tables[.stages]?.column(.stage), case .text(let codes, let dictionary) = column.values,
            let runs = store.links.stageRuns
        else { return [] }
        let count = dictionary.count
        guard count > 0, count <= mostStages else { return dictionary.texts }
        var before = [Int](repeating: 0, count: count * count)
        var places = [Int](repeating: 0, count: count)
        var leads = [Int](repeating: 0, count: count)
        var seen: [Int] = []
        for lead in 0..<runs.count {
            seen.removeAll(keepingCapacity: true)
            for at in Int(runs.starts.base[lead])..<Int(runs.starts.base[lead + 1]) {
                let row = Int(runs.rows.base[at])
                if column.isMissing(row) { continue }
                let stage = codes[row]
                if seen.contains(stage) { continue }
                for earlier in seen { before[earlier * count + stage] += 1 }
                places[stage] += seen.count
                leads[stage] += 1
                seen.append(stage)
            }
        }
        let scores = (0..<count).map { stage in
            (0..<count).reduce(0) { score, other in
                let (ahead, behind) = (before[stage * count + other], before[other * count + stage])
                return score + (ahead > behind ? 1 : ahead < behind ? -1 : 0)
            }
        }
        let means = (0..<count).map { leads[$0] == 0 ? Double(count) : Double(places[$0]) / Double(leads[$0]) }
        return (0..<count).filter { leads[$0] > 0 }.sorted { a, b in
            if isLost(dictionary[a]) != isLost(dictionary[b]) { return isLost(dictionary[b]) }
            if scores[a] != scores[b] { return scores[a] > scores[b] }
            if means[a] != means[b] { return means[a] < means[b] }
            return a < b
        }.map { dictionary[$0] }
    }

    /// Beyond, they are no stages of a funnel but names of something else.
    private static let mostStages = 500

    /// Whether a stage is an end without a win: it is no step of a funnel.
    package static func isLost(_ stage: String) -> Bool { lost.contains(Name.fold(stage)) }

    private static let lost: Set<String> = [
        "lost", "closed_lost", "closedlost", "disqualified", "unqualified", "dead", "rejected", "declined", "denied", "cancelled", "canceled", "abandoned",
        "churned", "no_deal", "ناموفق", "باخته", "رد_شده", "از_دست_رفته",
    ]
}
