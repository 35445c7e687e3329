import FunnelModel
import FunnelStore

/// The values of a stored column: of the row itself, or of its lead.
struct StoredExact: NumberNode {
    let values: Integers
    let validity: Bitmap?
    let fromLead: Bool
    /// What is known of the column's morsels, where it is one of the rows themselves and that helps.
    var zones: Zones?

    var presence: (any BitsNode)? { validity == nil ? nil : Presence(validity: validity, fromLead: fromLead) }

    var magnitude: UInt64 {
        switch values {
        case .int8: 1 << 7
        case .int16: 1 << 15
        case .int32: 1 << 31
        case .int64, .computed: .max
        }
    }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        let out = scratch.takeIntegers()
        if let index = scratch.index(of: morsel, fromLead: fromLead) {
            Kernels.gather(values, index, morsel.count, out)
        } else {
            Kernels.widen(values, morsel.rows, out)
        }
        return ExactVector(values: out, valid: presenceBits(validity, fromLead, morsel, scratch))
    }
}

/// Which rows have a value.
func presenceBits(_ validity: Bitmap?, _ fromLead: Bool, _ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
    let words = scratch.takeWords()
    if let index = scratch.index(of: morsel, fromLead: fromLead) {
        if let validity {
            Kernels.gather(validity, index, morsel.count, words)
        } else if fromLead {
            Kernels.linked(index, morsel.count, words)
        } else {
            Kernels.set(true, words, morsel.count)
        }
    } else if let validity {
        Kernels.copy(validity, morsel.rows, words)
    } else {
        Kernels.set(true, words, morsel.count)
    }
    return words
}

/// A date or a time stamp, in microseconds since 1970-01-01. The time of day is read only here.
struct StoredInstant: NumberNode {
    let days: Integers
    let time: Integers?
    let unit: TimeUnit
    let validity: Bitmap?
    let fromLead: Bool

    var presence: (any BitsNode)? { validity == nil ? nil : Presence(validity: validity, fromLead: fromLead) }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        guard let time else {
            let days = StoredExact(values: days, validity: validity, fromLead: fromLead).evaluate(morsel, scratch)
            Kernels.scale(days.values, by: microsecondsPerDay, morsel.count)
            return days
        }
        let out = scratch.takeIntegers()
        if let index = scratch.index(of: morsel, fromLead: fromLead) {
            Kernels.gather(days: days, time: time, step: unit.microseconds, perDay: microsecondsPerDay, index, morsel.count, out)
        } else {
            Kernels.instants(days: days, time: time, step: unit.microseconds, perDay: microsecondsPerDay, morsel.rows, out)
        }
        return ExactVector(values: out, valid: presenceBits(validity, fromLead, morsel, scratch))
    }
}

struct StoredText: TextNode {
    let codes: Codes
    let dictionary: [String]
    let validity: Bitmap?
    let fromLead: Bool

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Scratch.Texts {
        let out = scratch.takeTexts()
        if let index = scratch.index(of: morsel, fromLead: fromLead) {
            Kernels.gather(codes, validity, index, morsel.count, out)
            return out
        }
        Kernels.widen(codes, morsel.rows, out)
        if validity != nil {
            let words = presenceBits(validity, fromLead, morsel, scratch)
            Kernels.mask(out, words, morsel.count)
            scratch.give(words)
        }
        return out
    }
}

struct StoredBits: BitsNode {
    let bitmap: Bitmap
    let validity: Bitmap?
    let fromLead: Bool

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        let words = scratch.takeWords()
        if let index = scratch.index(of: morsel, fromLead: fromLead) {
            Kernels.gather(bitmap, index, morsel.count, words)
        } else {
            Kernels.copy(bitmap, morsel.rows, words)
        }
        if validity != nil {
            let present = presenceBits(validity, fromLead, morsel, scratch)
            Kernels.and(words, present, morsel.count)
            scratch.give(present)
        }
        return words
    }
}

/// Whether a stored column has a value.
struct Presence: BitsNode {
    let validity: Bitmap?
    let fromLead: Bool

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words { presenceBits(validity, fromLead, morsel, scratch) }
}
