import Synchronization

/// Whether the user asked to stop. A signal handler may raise it; loads and morsels look at it.
package final class Interrupt: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    package var isRaised: Bool { flag.load(ordering: .relaxed) }
    package func raise() { flag.store(true, ordering: .relaxed) }
    package func clear() { flag.store(false, ordering: .relaxed) }
}
