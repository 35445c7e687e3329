package import FunnelModel

/// A measure of the answer.
package struct PlanMeasure: Sendable, Hashable {
    package var name: String
    package var quantity: Quantity
    package var value: MeasureValue
    /// A measure that only orders or ranks is not shown.
    package var isShown: Bool

    package init(name: String, quantity: Quantity, value: MeasureValue, isShown: Bool = true) {
        self.name = name
        self.quantity = quantity
        self.value = value
        self.isShown = isShown
    }
}

/// What is computed for one group from the results of its aggregates.
package indirect enum MeasureValue: Sendable, Hashable {
    case slot(Int)
    case exact(Exact)
    case arithmetic(Arithmetic, MeasureValue, MeasureValue)
    /// The measure's part of its value over all rows.
    case share(MeasureValue)
    /// The measure over the rows of this period and all, or so many, before it in its series.
    case cumulative(MeasureValue)
    case rolling(MeasureValue, periods: Int)
    /// The measure less its value in the period before.
    case change(MeasureValue)
    /// Its place among the lines, from the largest; among those of the same period where there are other keys.
    case rank(MeasureValue)
    /// A bound of Wilson's interval of a share: Wilson, "Probable inference" (1927).
    case wilson(successes: MeasureValue, trials: MeasureValue, level: Double, isUpper: Bool)
    /// A bound of Newcombe's interval of the difference of two shares: his method 10, "Interval estimation for the
    /// difference between independent proportions" (1998).
    case newcombe(later: Proportion, earlier: Proportion, level: Double, isUpper: Bool)
}

/// So many successes of so many trials.
package struct Proportion: Sendable, Hashable {
    package var successes: MeasureValue
    package var trials: MeasureValue

    package init(successes: MeasureValue, trials: MeasureValue) {
        self.successes = successes
        self.trials = trials
    }
}

package indirect enum MeasureCondition: Sendable, Hashable {
    case compare(Comparison, MeasureValue, MeasureValue)
    case isMissing(MeasureValue)
    case not(MeasureCondition)
    case and(MeasureCondition, MeasureCondition)
    case or(MeasureCondition, MeasureCondition)
}
