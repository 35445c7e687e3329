import Synchronization

/// What of a saved store has turned out to be damaged since it was last asked: an answer that read it must not be shown.
package final class DamageLedger: Sendable {
    private let found = Mutex<[String]>([])

    package init() {}

    /// What was damaged, each part once; nothing afterwards.
    package func take() -> [String] {
        found.withLock { found in
            defer { found = [] }
            return found
        }
    }

    /// Notes these alone.
    package func put(_ parts: [String]) { found.withLock { $0 = parts } }

    package var isClear: Bool { found.withLock(\.isEmpty) }

    func add(_ part: String) { found.withLock { found in if !found.contains(part) { found.append(part) } } }
}

/// Vouches for stored bytes: they are held against their checksum when they are first asked for.
package final class Seal: Sendable {
    private enum State {
        static let unseen = 0
        static let sound = 1
        static let damaged = 2
    }

    /// What it is on, as messages name it: ``column `source` of `leads.arrow` ``.
    private let part: String
    private let ledger: DamageLedger
    private let verify: @Sendable () -> Bool
    private let state = Atomic<Int>(State.unseen)
    private let turn = Mutex<Void>(())

    /// `verify` says whether the bytes are those that were saved, and lie where other parts look for them.
    package init(on part: String, ledger: DamageLedger, verify: @escaping @Sendable () -> Bool) {
        self.part = part
        self.ledger = ledger
        self.verify = verify
    }

    /// Whether the bytes may be used. Each time that they may not be, it is noted in the ledger.
    var isSound: Bool {
        let known = state.load(ordering: .acquiring)
        if known == State.sound { return true }
        if known == State.unseen, look() { return true }
        ledger.add(part)
        return false
    }

    private func look() -> Bool {
        turn.withLock { _ in
            if state.load(ordering: .acquiring) == State.unseen { state.store(verify() ? State.sound : State.damaged, ordering: .releasing) }
            return state.load(ordering: .acquiring) == State.sound
        }
    }
}

/// A value that may stand in a saved store: whoever asks gets it once its bytes have been looked at, and something harmless
/// of the same shape in the place of damaged ones.
package struct Sealed<Value: Sendable>: Sendable {
    /// The value as it lies there, for its size and its type.
    package let unchecked: Value
    private let guardian: Guardian?

    private struct Guardian: Sendable {
        let seal: Seal
        let substitute: OnDemand<Value>
    }

    /// A value in memory of our own.
    package init(_ value: Value) {
        unchecked = value
        guardian = nil
    }

    package init(_ value: Value, seal: Seal, substitute: @escaping @Sendable () -> Value) {
        unchecked = value
        guardian = Guardian(seal: seal, substitute: OnDemand(substitute))
    }

    @inline(__always)
    package var value: Value {
        guard let guardian, !guardian.seal.isSound else { return unchecked }
        return guardian.substitute.value
    }
}
