import Dispatch
import FunnelStore

/// Stops a statement soon after the user has asked to stop, from a thread of its own: the thread that waits for the engine
/// can't look up.
final class CancelWatch: Sendable {
    /// How often the interrupt is looked at.
    private static let pause = DispatchTimeInterval.milliseconds(20)

    private let isOver = DispatchSemaphore(value: 0)
    private let hasLeft = DispatchSemaphore(value: 0)
    private let isWatching: Bool

    init(_ statement: Statement, _ interrupt: Interrupt?) {
        isWatching = interrupt != nil
        guard let interrupt else { return }
        DispatchQueue(label: "funnel.cancel").async { [isOver, hasLeft, unowned statement] in
            // One call may come before the engine has begun, and be lost: it is made until the statement ends.
            while isOver.wait(timeout: .now() + Self.pause) == .timedOut {
                if interrupt.isRaised { statement.cancel() }
            }
            hasLeft.signal()
        }
    }

    /// Returns when the watch does not touch the statement any more. Called once.
    func end() {
        guard isWatching else { return }
        isOver.signal()
        hasLeft.wait()
    }
}
