/// A stream of numbers that is the same on every machine: xoshiro256** by Blackman and Vigna, seeded by SplitMix64.
struct SampleRandom {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    init(seed: UInt64) {
        var state = seed
        func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        (a, b, c, d) = (next(), next(), next(), next())
    }

    @inline(__always)
    mutating func next() -> UInt64 {
        let product = b &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = b << 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = d << 45 | d >> 19
        return result
    }

    /// A number in `0..<limit`.
    @inline(__always)
    mutating func below(_ limit: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(limit)).high)
    }

    /// True in `share` of a thousand cases.
    @inline(__always)
    mutating func perMille(_ share: Int) -> Bool { below(1000) < share }

    /// Nearly normal, with mean 0 and deviation 1: the sum of twelve uniform numbers, less six. Only additions and one
    /// exact division, so that no library's rounding can show.
    @inline(__always)
    mutating func normal() -> Double {
        var sum: UInt64 = 0
        for _ in 0..<3 {
            let bits = next()
            sum &+= (bits & 0xFFFF) &+ (bits >> 16 & 0xFFFF) &+ (bits >> 32 & 0xFFFF) &+ bits >> 48
        }
        return Double(Int(sum) - 6 * 65_536) / 65_536
    }

    /// A log-normal number with the median given.
    @inline(__always)
    mutating func logNormal(median: Double, deviation: Double) -> Double { median * Self.exponential(deviation * normal()) }

    /// e^x for moderate x by its series, after the powers of two are taken out: the same bits everywhere.
    @inline(__always)
    static func exponential(_ x: Double) -> Double {
        let ln2 = 0.693_147_180_559_945_3
        let power = (x / ln2).rounded(.down)
        let rest = x - power * ln2
        var sum = 1.0
        var divisor = 12.0
        while divisor >= 1 {
            sum = 1 + sum * rest / divisor
            divisor -= 1
        }
        return sum * Double(sign: .plus, exponent: Int(power), significand: 1)
    }
}

/// A choice among few with fixed weights: one draw, one look-up.
struct SampleChoice {
    private let table: [UInt8]

    init(_ weights: [Int]) {
        let total = weights.reduce(0, +)
        var table: [UInt8] = []
        var sum = 0
        for (index, weight) in weights.enumerated() {
            sum += weight
            while table.count < sum * 4096 / total { table.append(UInt8(index)) }
        }
        self.table = table
    }

    @inline(__always)
    func pick(_ random: inout SampleRandom) -> Int { Int(table[Int(truncatingIfNeeded: random.next() >> 52)]) }
}
