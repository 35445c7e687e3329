import FunnelModel
import FunnelPlan
import FunnelText

/// Writes the events of leads' histories.
struct EventWriter {
    /// The part of the time of each lead between two steps.
    static func span(_ draft: Draft, _ from: StepEvents, _ to: StepEvents, _ stageOrder: [String]) throws(Diagnostic) -> String {
        throw draft.noSQL("the time between two steps", others: [])
    }
}
