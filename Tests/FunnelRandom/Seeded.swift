/// Random numbers that are the same in every run: splitmix64.
package struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    package init(_ seed: Int) {
        state = UInt64(truncatingIfNeeded: seed) &+ 0x1234_5678_9ABC_DEF1
        // Neighbouring seeds must not be one sequence, begun at different places.
        state = next() ^ 0xA5A5_5A5A_0F0F_F0F0
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number in `0..<count`.
    package mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(1, count))) }

    package mutating func among(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// True once in so many times.
    package mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

    package mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
}
