/// What a measure looks at.
extension MeasureValue {
    /// Whether it is computed from one group alone, and no other group plays a part.
    package var isOfOneGroup: Bool {
        switch self {
        case .slot, .exact, .wilson, .newcombe: true
        case .arithmetic(_, let a, let b): a.isOfOneGroup && b.isOfOneGroup
        case .share, .cumulative, .rolling, .change, .rank: false
        }
    }

    /// The slots that it reads.
    package var slots: Set<Int> {
        switch self {
        case .slot(let slot): [slot]
        case .exact: []
        case .arithmetic(_, let a, let b): a.slots.union(b.slots)
        case .share(let inner), .cumulative(let inner), .rolling(let inner, _), .change(let inner), .rank(let inner): inner.slots
        case .wilson(let successes, let trials, _, _): successes.slots.union(trials.slots)
        case .newcombe(let later, let earlier, _, _):
            later.successes.slots.union(later.trials.slots).union(earlier.successes.slots).union(earlier.trials.slots)
        }
    }
}
