import FunnelModel
import FunnelPlan
import FunnelStore

struct ConstantText: TextNode {
    let dictionary: [String]

    init(_ text: String?) { dictionary = text.map { [$0] } ?? [] }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Scratch.Texts {
        let out = scratch.takeTexts()
        let code = dictionary.isEmpty ? Kernels.missingCode : 0
        for row in 0..<morsel.count { out[row] = code }
        return out
    }
}

/// A text node whose entries are renamed, equal ones made one; done once for each entry, not for each row.
struct TranslatedText: TextNode {
    let inner: any TextNode
    let dictionary: [String]
    /// For each code of the inner text that of the translated one.
    let table: Buffer<UInt32>

    init(_ inner: any TextNode, _ rename: (String) -> String) {
        self.inner = inner
        var entries: [String] = []
        var codes: [Spelling: UInt32] = [:]
        let table = inner.dictionary.map { text in TextUnion.code(of: rename(text), &entries, &codes) }
        self.dictionary = entries
        self.table = Buffer(table)
    }

    /// Into a dictionary that other nodes share.
    init(_ inner: any TextNode, into entries: inout [String], _ codes: inout [Spelling: UInt32]) {
        self.inner = inner
        self.table = Buffer(inner.dictionary.map { TextUnion.code(of: $0, &entries, &codes) })
        self.dictionary = []
    }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Scratch.Texts {
        let codes = inner.evaluate(morsel, scratch)
        Kernels.translate(codes, table.base, morsel.count)
        return codes
    }
}

/// One dictionary over several.
enum TextUnion {
    static func code(of text: String, _ entries: inout [String], _ codes: inout [Spelling: UInt32]) -> UInt32 {
        let spelling = Spelling(text)
        if let code = codes[spelling] { return code }
        let code = UInt32(entries.count)
        entries.append(text)
        codes[spelling] = code
        return code
    }
}

struct TextCases: TextNode {
    let branches: [(condition: any BitsNode, value: any TextNode)]
    let otherwise: any TextNode
    let dictionary: [String]

    init(_ branches: [(condition: any BitsNode, value: any TextNode)], otherwise: any TextNode) {
        var entries: [String] = []
        var codes: [Spelling: UInt32] = [:]
        self.branches = branches.map { ($0.condition, TranslatedText($0.value, into: &entries, &codes)) }
        self.otherwise = TranslatedText(otherwise, into: &entries, &codes)
        self.dictionary = entries
    }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Scratch.Texts {
        let result = otherwise.evaluate(morsel, scratch)
        for branch in branches.reversed() {
            let chosen = branch.condition.evaluate(morsel, scratch)
            let value = branch.value.evaluate(morsel, scratch)
            Kernels.blend(result, value, chosen: chosen, morsel.count)
            scratch.give(value)
            scratch.give(chosen)
        }
        return result
    }
}

struct TextCoalesce: TextNode {
    let values: [any TextNode]
    let dictionary: [String]

    init(_ values: [any TextNode]) {
        var entries: [String] = []
        var codes: [Spelling: UInt32] = [:]
        self.values = values.map { TranslatedText($0, into: &entries, &codes) }
        self.dictionary = entries
    }

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Scratch.Texts {
        let result = values[0].evaluate(morsel, scratch)
        for node in values.dropFirst() {
            let value = node.evaluate(morsel, scratch)
            for row in 0..<morsel.count where result[row] == Kernels.missingCode { result[row] = value[row] }
            scratch.give(value)
        }
        return result
    }
}

/// A yes or no as a text of its own: how a condition becomes a key.
struct TextFromBits: TextNode {
    let bits: any BitsNode
    let present: (any BitsNode)?
    let dictionary = ["no", "yes"]

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Scratch.Texts {
        let words = bits.evaluate(morsel, scratch)
        let out = scratch.takeTexts()
        for row in 0..<morsel.count { out[row] = UInt32(truncatingIfNeeded: words[row >> 6] >> UInt64(row & 63) & 1) }
        scratch.give(words)
        if let present {
            let there = present.evaluate(morsel, scratch)
            Kernels.mask(out, there, morsel.count)
            scratch.give(there)
        }
        return out
    }
}
