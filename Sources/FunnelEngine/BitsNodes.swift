import FunnelModel
import FunnelStore

struct ConstantBits: BitsNode {
    let truth: Bool

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        let words = scratch.takeWords()
        Kernels.set(truth, words, morsel.count)
        return words
    }
}

struct NotBits: BitsNode {
    let inner: any BitsNode

    var lent: any BitsNode { NotBits(inner: inner.lent) }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        let words = inner.evaluate(morsel, scratch)
        Kernels.not(words, morsel.count)
        return words
    }
}

/// All of the parts, or any of them; there is at least one.
struct JoinedBits: BitsNode {
    enum Join { case all, any }

    let join: Join
    let parts: [any BitsNode]

    var lent: any BitsNode { JoinedBits(join: join, parts: parts.map(\.lent)) }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        let words = parts[0].evaluate(morsel, scratch)
        for (at, part) in parts.enumerated().dropFirst() {
            if join == .all {
                let kept = Kernels.population(words, morsel.count)
                if kept == 0 { break }
                if kept * 8 < morsel.count {
                    narrow(words, kept, by: parts[at...], morsel, scratch)
                    break
                }
            }
            let more = part.evaluate(morsel, scratch)
            switch join {
            case .all: Kernels.and(words, more, morsel.count)
            case .any: Kernels.or(words, more, morsel.count)
            }
            scratch.give(more)
        }
        return words
    }

    /// Asks the parts that are left for the few rows alone that still have a bit.
    private func narrow(_ words: Kernels.Words, _ kept: Int, by rest: ArraySlice<any BitsNode>, _ morsel: Morsel, _ scratch: Scratch) {
        let index = scratch.takeIndex()
        let few = scratch.selecting(words, kept, of: morsel, index)
        let found = JoinedBits(join: .all, parts: Array(rest)).evaluate(few, scratch)
        Kernels.narrow(words, morsel.count, by: found)
        scratch.give(found)
        scratch.give(index)
    }
}

/// A stored column's values in a range, read in its own width.
struct StoredRange: BitsNode {
    let values: Integers
    let validity: Bitmap?
    let low: Int64
    let high: Int64
    let zones: Zones?

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        guard morsel.index == nil else {
            return ExactRange(value: StoredExact(values: values, validity: validity, fromLead: false), low: low, high: high).evaluate(morsel, scratch)
        }
        let words = scratch.takeWords()
        // Of most morsels of a column in the order of time, either all rows lie in a period or none.
        if let zone = zones?.zone(of: morsel.rows) {
            if zone.high < low || zone.low > high {
                Kernels.set(false, words, morsel.count)
                return words
            }
            if zone.isWhole, zone.low >= low, zone.high <= high {
                Kernels.set(true, words, morsel.count)
                return words
            }
        }
        Kernels.range(values, morsel.rows, low: low, high: high, words)
        andPresence(words, validity, morsel, scratch)
        return words
    }
}

/// Computed whole numbers in a range.
struct ExactRange: BitsNode {
    let value: any NumberNode<Int64>
    let low: Int64
    let high: Int64

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        let vector = value.evaluate(morsel, scratch)
        let words = scratch.takeWords()
        Kernels.range(vector.values, morsel.count, low: low, high: high, words)
        Kernels.and(words, vector.valid, morsel.count)
        vector.release(to: scratch)
        return words
    }
}

/// Two numbers of a row.
struct NumberComparison<Element: KernelNumber>: BitsNode {
    let comparison: Kernels.Comparing
    let left: any NumberNode<Element>
    let right: any NumberNode<Element>

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        let a = left.evaluate(morsel, scratch)
        let b = right.evaluate(morsel, scratch)
        let words = scratch.takeWords()
        Element.compare(comparison, a.values, b.values, morsel.count, words)
        Kernels.and(words, a.valid, morsel.count)
        Kernels.and(words, b.valid, morsel.count)
        a.release(to: scratch)
        b.release(to: scratch)
        return words
    }
}

/// A stored text column's codes, tested by a table that was made from its dictionary.
struct StoredTextTest: BitsNode {
    let codes: Codes
    let validity: Bitmap?
    let table: Buffer<UInt8>
    /// Where the table marks a single code, that one.
    let single: Int?

    var lent: any BitsNode { StoredTextTest(codes: codes.lent, validity: validity?.lent, table: table.lent, single: single) }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        let words = scratch.takeWords()
        if let index = morsel.index {
            let picked = scratch.takeTexts()
            Kernels.gather(codes, nil, index, morsel.count, picked)
            Kernels.marked(picked, morsel.count, table: table.base, words)
            scratch.give(picked)
        } else if let single {
            Kernels.equal(codes, morsel.rows, code: single, words)
        } else {
            Kernels.marked(codes, morsel.rows, table: table.base, words)
        }
        andPresence(words, validity, morsel, scratch)
        return words
    }
}

struct TextTableTest: BitsNode {
    let text: any TextNode
    let table: Buffer<UInt8>

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        let codes = text.evaluate(morsel, scratch)
        let words = scratch.takeWords()
        Kernels.marked(codes, morsel.count, table: table.base, words)
        scratch.give(codes)
        return words
    }
}

/// Two texts of a row, by codes of one dictionary.
struct SameTexts: BitsNode {
    let left: any TextNode
    let right: any TextNode

    init(_ left: any TextNode, _ right: any TextNode) {
        var entries: [String] = []
        var codes: [Spelling: UInt32] = [:]
        self.left = TranslatedText(left, into: &entries, &codes)
        self.right = TranslatedText(right, into: &entries, &codes)
    }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        let a = left.evaluate(morsel, scratch)
        let b = right.evaluate(morsel, scratch)
        let words = scratch.takeWords()
        Kernels.same(a, b, morsel.count, words)
        scratch.give(a)
        scratch.give(b)
        return words
    }
}

/// Which rows have a value.
struct NumberPresence<Element: KernelNumber>: BitsNode {
    let value: any NumberNode<Element>

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        let vector = value.evaluate(morsel, scratch)
        scratch.give(UnsafeMutableRawPointer(vector.values))
        return vector.valid
    }
}

struct TextPresence: BitsNode {
    let text: any TextNode

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        let codes = text.evaluate(morsel, scratch)
        let words = scratch.takeWords()
        Kernels.present(codes, morsel.count, words)
        scratch.give(codes)
        return words
    }
}

/// Whether `end` comes no later than so many calendar months after `start`, the time of day counted.
struct WithinMonths: BitsNode {
    let start: any NumberNode<Int64>
    let end: any NumberNode<Int64>
    let months: Int

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words {
        let a = start.evaluate(morsel, scratch)
        for row in 0..<morsel.count { a.values[row] = InstantArithmetic.adding(months: months, to: a.values[row]) }
        let b = end.evaluate(morsel, scratch)
        let words = scratch.takeWords()
        Kernels.compare(.lessOrEqual, b.values, a.values, morsel.count, words)
        Kernels.and(words, a.valid, morsel.count)
        Kernels.and(words, b.valid, morsel.count)
        a.release(to: scratch)
        b.release(to: scratch)
        return words
    }
}
