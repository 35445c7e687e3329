import FunnelModel
import FunnelStore

/// The values of a stored column: of the row itself, or of its lead.
struct StoredExact: NumberNode {
    let values: Integers
    let validity: Bitmap?
    let fromLead: Bool
    /// The column, where it is one of the rows themselves and what is known of all its values helps.
    var column: Column?

    /// What is known of the column's morsels.
    var zones: Zones? { column?.zones }

    var presence: (any BitsNode)? { validity == nil ? nil : Presence(validity: validity, fromLead: fromLead) }

    /// Whether all rows of `presence` have a value: where it is nil, a row may yet have no lead.
    var isToldByPresence: Bool { !fromLead || validity != nil }

    var magnitude: UInt64 {
        switch values {
        case .int8: 1 << 7
        case .int16: 1 << 15
        case .int32: 1 << 31
        case .int64, .computed: .max
        }
    }

    /// The magnitude that the largest one has, where all values have been looked at.
    var greatest: UInt64 {
        guard let column else { return magnitude }
        return column.bounds.map { max($0.low.magnitude, $0.high.magnitude) } ?? 0
    }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        ExactVector(values: read(morsel, scratch), valid: presenceBits(validity, fromLead, morsel, scratch))
    }

    func present(_ morsel: Morsel, _ scratch: Scratch) -> UnsafeMutablePointer<Int64>? {
        isToldByPresence ? read(morsel, scratch) : nil
    }

    fileprivate func read(_ morsel: Morsel, _ scratch: Scratch) -> UnsafeMutablePointer<Int64> {
        let out = scratch.takeIntegers()
        if let index = scratch.index(of: morsel, fromLead: fromLead) {
            Kernels.gather(values, index, morsel.count, out)
        } else {
            Kernels.widen(values, morsel.rows, out)
        }
        return out
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

/// Takes away the rows without a value, of a table's own column.
func andPresence(_ words: Kernels.Words, _ validity: Bitmap?, _ morsel: Morsel, _ scratch: Scratch) {
    guard let validity else { return }
    if morsel.index == nil { return Kernels.and(words, validity, morsel.rows) }
    let present = presenceBits(validity, false, morsel, scratch)
    Kernels.and(words, present, morsel.count)
    scratch.give(present)
}

/// A date or a time stamp, in microseconds since 1970-01-01. The time of day is read only here.
struct StoredInstant: NumberNode {
    let days: Integers
    let time: Integers?
    let unit: TimeUnit
    let validity: Bitmap?
    let fromLead: Bool

    var presence: (any BitsNode)? { validity == nil ? nil : Presence(validity: validity, fromLead: fromLead) }

    /// Whether all rows of `presence` have a value: where it is nil, a row may yet have no lead.
    var isToldByPresence: Bool { !fromLead || validity != nil }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector {
        ExactVector(values: read(morsel, scratch), valid: presenceBits(validity, fromLead, morsel, scratch))
    }

    func present(_ morsel: Morsel, _ scratch: Scratch) -> UnsafeMutablePointer<Int64>? {
        isToldByPresence ? read(morsel, scratch) : nil
    }

    fileprivate func read(_ morsel: Morsel, _ scratch: Scratch) -> UnsafeMutablePointer<Int64> {
        guard let time else {
            let days = StoredExact(values: days, validity: validity, fromLead: fromLead).read(morsel, scratch)
            Kernels.scale(days, by: microsecondsPerDay, morsel.count)
            return days
        }
        let out = scratch.takeIntegers()
        if let index = scratch.index(of: morsel, fromLead: fromLead) {
            Kernels.gather(days: days, time: time, step: unit.microseconds, perDay: microsecondsPerDay, index, morsel.count, out)
        } else {
            Kernels.instants(days: days, time: time, step: unit.microseconds, perDay: microsecondsPerDay, morsel.rows, out)
        }
        return out
    }
}

extension StoredInstant {
    /// The microseconds since another instant, of rows that have both; nil where they are not stored in the usual widths, or not at the same places.
    func elapsed(since start: StoredInstant, _ morsel: Morsel, _ scratch: Scratch) -> UnsafeMutablePointer<Int64>? {
        guard fromLead == start.fromLead, let index = scratch.index(of: morsel, fromLead: fromLead), let mine = stamps, let first = start.stamps else {
            return nil
        }
        let out = scratch.takeIntegers()
        Kernels.elapsed(from: first, to: mine, perDay: microsecondsPerDay, index, morsel.count, out)
        return out
    }

    private var stamps: Kernels.Stamps? { time.flatMap { Kernels.Stamps(days: days, time: $0, step: unit.microseconds) } }
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

    var lent: any BitsNode { StoredBits(bitmap: bitmap.lent, validity: validity?.lent, fromLead: fromLead) }

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

extension StoredBits {
    func stored(_ morsel: Morsel) -> UnsafePointer<UInt64>? {
        guard morsel.index == nil, !fromLead, validity == nil else { return nil }
        precondition(morsel.rows.lowerBound % 64 == 0 && morsel.rows.upperBound <= bitmap.count)
        return UnsafePointer(bitmap.words.base + morsel.rows.lowerBound / 64)
    }
}

/// Whether a stored column has a value.
struct Presence: BitsNode {
    let validity: Bitmap?
    let fromLead: Bool

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words { presenceBits(validity, fromLead, morsel, scratch) }
}
