import FunnelModel
import FunnelPlan
import FunnelStore

struct ConstantExact: NumberNode {
    let value: Int64?

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        let out = scratch.takeIntegers()
        let words = scratch.takeWords()
        for row in 0..<morsel.count { out[row] = value ?? 0 }
        Kernels.set(value != nil, words, morsel.count)
        return ExactVector(values: out, valid: words)
    }
}

/// The same numbers at a finer scale.
struct Rescaled: NumberNode {
    let inner: any NumberNode<Int64>
    let factor: Int64

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        let vector = inner.evaluate(morsel, scratch)
        let factors = scratch.takeIntegers()
        for row in 0..<morsel.count { factors[row] = factor }
        if Kernels.exact(.multiply, vector.values, factors, valid: vector.valid, morsel.count) { scratch.overflowed = true }
        scratch.give(factors)
        return vector
    }
}

/// Exact sums, differences and products; missing where a side is.
struct ExactArithmetic: NumberNode {
    let operation: Kernels.ExactOperation
    let left: any NumberNode<Int64>
    let right: any NumberNode<Int64>

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        let a = left.evaluate(morsel, scratch)
        let b = right.evaluate(morsel, scratch)
        Kernels.and(a.valid, b.valid, morsel.count)
        if Kernels.exact(operation, a.values, b.values, valid: a.valid, morsel.count) { scratch.overflowed = true }
        b.release(to: scratch)
        return a
    }
}

/// Microseconds from one instant to another.
struct Elapsed: NumberNode {
    let from: any NumberNode<Int64>
    let to: any NumberNode<Int64>

    var presence: (any BitsNode)? {
        let parts = [to.presence, from.presence].compactMap { $0 }
        return parts.count < 2 ? parts.first : JoinedBits(join: .all, parts: parts)
    }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        let end = to.evaluate(morsel, scratch)
        let start = from.evaluate(morsel, scratch)
        Kernels.and(end.valid, start.valid, morsel.count)
        Kernels.subtract(end.values, start.values, morsel.count)
        start.release(to: scratch)
        return end
    }

    func present(_ morsel: Morsel, _ scratch: Scratch) -> UnsafeMutablePointer<Int64>? {
        if let end = to as? StoredInstant, let start = from as? StoredInstant, end.isToldByPresence, start.isToldByPresence,
            let elapsed = end.elapsed(since: start, morsel, scratch)
        {
            return elapsed
        }
        guard let end = to.present(morsel, scratch) else { return nil }
        guard let start = from.present(morsel, scratch) else {
            scratch.give(end)
            return nil
        }
        Kernels.subtract(end, start, morsel.count)
        scratch.give(start)
        return end
    }
}

/// A part of a date; of the instant's microseconds.
struct PartOfDate: NumberNode {
    let part: DatePart
    let instant: any NumberNode<Int64>

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        let vector = instant.evaluate(morsel, scratch)
        for row in 0..<morsel.count { vector.values[row] = Self.value(part, vector.values[row]) }
        return vector
    }

    static func value(_ part: DatePart, _ microseconds: Int64) -> Int64 {
        let day = Calendar.floorDivide(Int(microseconds), Int(microsecondsPerDay))
        switch part {
        case .year: return Int64(Calendar.civil(day).year)
        case .quarter: return Int64((Calendar.civil(day).month + 2) / 3)
        case .month: return Int64(Calendar.civil(day).month)
        case .day: return Int64(Calendar.civil(day).day)
        case .weekday: return Int64(Calendar.weekday(day))
        case .hour: return (microseconds - Int64(day) * microsecondsPerDay) / 3_600_000_000
        }
    }
}

/// How many characters a text has: code points, which are what engines count.
struct TextLength: NumberNode {
    let text: any TextNode
    let lengths: Buffer<Int64>

    init(_ text: any TextNode) {
        self.text = text
        self.lengths = Buffer(text.dictionary.map { Int64($0.unicodeScalars.count) })
    }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        let codes = text.evaluate(morsel, scratch)
        let out = scratch.takeIntegers()
        let words = scratch.takeWords()
        Kernels.present(codes, morsel.count, words)
        for row in 0..<morsel.count { out[row] = codes[row] == Kernels.missingCode ? 0 : lengths.base[Int(codes[row])] }
        scratch.give(codes)
        return ExactVector(values: out, valid: words)
    }
}
