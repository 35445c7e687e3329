import Synchronization

/// A value that the first who asks makes.
final class OnDemand<Value: Sendable>: Sendable {
    private let made = Mutex<Value?>(nil)
    private let make: @Sendable () -> Value
    private let touch: @Sendable () -> Void

    /// `touch` asks for what the value is made of, each time that the value is asked for: so that damage of a saved store is
    /// noted also when what was made of it is known already.
    init(touch: @escaping @Sendable () -> Void = {}, _ make: @escaping @Sendable () -> Value) {
        self.touch = touch
        self.make = make
    }

    var value: Value {
        touch()
        return known
    }

    private var known: Value {
        made.withLock { made in
            if let made { return made }
            let value = make()
            made = value
            return value
        }
    }
}
