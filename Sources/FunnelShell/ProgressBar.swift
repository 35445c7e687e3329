import FunnelIngest

/// Decides when progress is drawn: not for short work, and not more often than an eye can follow.
struct ProgressBar {
    private var began: ContinuousClock.Instant?
    private var drawn: ContinuousClock.Instant?

    /// Work that is done before that shows no bar.
    private static let patience = Duration.milliseconds(150)
    private static let interval = Duration.milliseconds(100)

    /// Takes a report; returns the seconds since the work began where a bar is to be drawn now.
    mutating func due(at now: ContinuousClock.Instant) -> Double? {
        guard let began else {
            self.began = now
            return nil
        }
        guard now - began >= Self.patience, drawn.map({ now - $0 >= Self.interval }) ?? true else { return nil }
        drawn = now
        return Double((now - began).components.seconds) + Double((now - began).components.attoseconds) / 1e18
    }

    /// Whether a bar stands on the screen.
    var isDrawn: Bool { drawn != nil }

    /// The bar was erased, and will be drawn again if the work goes on.
    mutating func erased() { drawn = nil }

    mutating func end() { self = ProgressBar() }

    /// To the first column, and away with what stands there.
    static let erase = "\r\u{1B}[K"
}
