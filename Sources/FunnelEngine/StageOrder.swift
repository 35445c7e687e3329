import FunnelModel
package import FunnelStore
import FunnelText

/// The order of the stages, as the data show it.
package enum StageOrder {
    /// The stages of a store, a stage before those that most leads entered after it.
    ///
    /// For each two stages it is counted how often one was first entered before the other; a stage stands by how many
    /// others it precedes more often than it follows (Copeland's method), then by its mean place.
    package static func inferred(_ store: Store, threads: Int) -> [String] {
        guard let column = store.tables[.stages]?.column(.stage), case .text(let codes, let dictionary) = column.values,
            let runs = store.links.stageRuns
        else { return [] }
        let count = dictionary.count
        guard count > 0, count <= mostStages else { return dictionary.texts }
        let counts = (0..<max(1, threads)).map { _ in StageCounts(stages: count) }
        nonisolated(unsafe) let shared = counts
        Workers.run(threads: threads, morsels: Workers.morsels(in: runs.count), interrupt: nil) { worker, morsel in
            shared[worker].add(Workers.rows(of: morsel, in: runs.count), runs, codes, column.validity)
        }
        for other in counts.dropFirst() { counts[0].add(other) }
        return order(dictionary.texts, before: counts[0].before, places: counts[0].places, leads: counts[0].leads)
    }

    /// The order that counts speak for: by the earlier stage and the later, how many leads first entered the one before the
    /// other; by stage, the sum of its places among those of a lead, and how many leads entered it.
    package static func order(_ stages: [String], before: [Int], places: [Int], leads: [Int]) -> [String] {
        let count = stages.count
        let scores = (0..<count).map { stage in
            (0..<count).reduce(0) { score, other in
                let (ahead, behind) = (before[stage * count + other], before[other * count + stage])
                return score + (ahead > behind ? 1 : ahead < behind ? -1 : 0)
            }
        }
        let means = (0..<count).map { leads[$0] == 0 ? Double(count) : Double(places[$0]) / Double(leads[$0]) }
        return (0..<count).filter { leads[$0] > 0 }.sorted { a, b in
            if isLost(stages[a]) != isLost(stages[b]) { return isLost(stages[b]) }
            if scores[a] != scores[b] { return scores[a] > scores[b] }
            if means[a] != means[b] { return means[a] < means[b] }
            return a < b
        }.map { stages[$0] }
    }

    /// Beyond, they are no stages of a funnel but names of something else.
    package static let mostStages = 500

    /// Whether a stage is an end without a win: it is no step of a funnel.
    package static func isLost(_ stage: String) -> Bool { lost.contains(Name.fold(stage)) }

    private static let lost: Set<String> = [
        "lost", "closed_lost", "closedlost", "disqualified", "unqualified", "dead", "rejected", "declined", "denied", "cancelled", "canceled", "abandoned",
        "churned", "no_deal", "ناموفق", "باخته", "رد_شده", "از_دست_رفته",
    ]
}

/// How often stages were first entered one before the other. One thread adds to it.
private final class StageCounts {
    private let stages: Int
    /// By the earlier stage and the later.
    private(set) var before: [Int]
    /// The sum of each stage's places among those of a lead, and the leads that entered it.
    private(set) var places: [Int]
    private(set) var leads: [Int]

    init(stages: Int) {
        self.stages = stages
        before = Array(repeating: 0, count: stages * stages)
        places = Array(repeating: 0, count: stages)
        leads = places
    }

    func add(_ other: StageCounts) {
        for at in before.indices { before[at] += other.before[at] }
        for stage in 0..<stages {
            places[stage] += other.places[stage]
            leads[stage] += other.leads[stage]
        }
    }

    /// Adds the histories of some leads.
    func add(_ range: Range<Int>, _ runs: StageRuns, _ codes: Codes, _ validity: Bitmap?) {
        let rows = runs.rows(of: range.lowerBound).lowerBound..<runs.rows(of: range.upperBound - 1).upperBound
        guard !rows.isEmpty else { return }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: rows.count) { memory in
            Kernels.widen(codes, rows, memory.baseAddress!)
            before.withUnsafeMutableBufferPointer { before in
                var seen: [Int] = []
                for lead in range {
                    seen.removeAll(keepingCapacity: true)
                    for row in Int(runs.starts.base[lead])..<Int(runs.starts.base[lead + 1]) {
                        if let validity, !validity[row] { continue }
                        let stage = Int(memory[row - rows.lowerBound])
                        if seen.contains(stage) { continue }
                        for earlier in seen { before[earlier &* stages &+ stage] &+= 1 }
                        places[stage] += seen.count
                        leads[stage] += 1
                        seen.append(stage)
                    }
                }
            }
        }
    }
}
