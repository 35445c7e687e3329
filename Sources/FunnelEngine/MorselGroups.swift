import FunnelStore

/// The groups of a morsel's rows: numbered when the first aggregate asks for them, if at all. One thread asks.
final class MorselGroups {
    /// What tells the groups.
    enum Kind {
        /// A number for each row.
        case numbered
        /// All rows are of one group.
        case one(Int)
        /// The codes of a stored text, of which there are `size`, the missing one among them; a code counts `stride`, from `offset` on.
        case codes(KeyCodes, stride: Int, offset: Int, size: Int)
    }

    private let morsel: Morsel
    private let scratch: Scratch
    private let number: (Morsel) -> Scratch.Texts
    private var numbers: Scratch.Texts?
    let kind: Kind
    /// Whether some rows of the morsel can be numbered without the others.
    private let numbersSome: Bool

    init(_ morsel: Morsel, _ scratch: Scratch, kind: Kind, numbersSome: Bool, number: @escaping (Morsel) -> Scratch.Texts) {
        self.morsel = morsel
        self.scratch = scratch
        // Codes are counted one row behind the other.
        if case .codes = kind, morsel.index != nil { self.kind = .numbered } else { self.kind = kind }
        self.numbersSome = numbersSome
        self.number = number
    }

    /// The group of each row; nil where all are of one.
    var all: UnsafePointer<UInt32>? {
        if case .one = kind { return nil }
        let known = numbers ?? number(morsel)
        numbers = known
        return UnsafePointer(known)
    }

    /// The first group, where all rows are of one.
    var first: Int { if case .one(let group) = kind { group } else { 0 } }

    /// The groups of the rows with a bit, which `picked` numbers; to be given back. Nil where all are of one.
    func picked(_ bits: Kernels.Words, _ picked: () -> Morsel) -> Scratch.Texts? {
        if case .one = kind { return nil }
        if numbers == nil, numbersSome {
            if case .codes(let key, let stride, let offset, let size) = kind {
                let own = scratch.takeTexts()
                if Kernels.pick(key.codes, key.validity, morsel.rows, bits, size: size, stride: stride, offset: offset, own) { return own }
                scratch.give(own)
            }
            return number(picked())
        }
        guard let all else { return nil }
        let own = scratch.takeTexts()
        Kernels.compact(bits, morsel.count, all, own)
        return own
    }

    func release() { numbers.map(scratch.give) }
}

/// The codes of a text key as they are stored, for one worker: it asks for them many times in a morsel, and has buffers of its own so that
/// it need not wait for the others.
final class KeyCodes {
    let codes: Codes
    let validity: Bitmap?

    init(_ text: StoredText) {
        codes = text.codes.lent
        validity = text.validity?.lent
    }
}

/// The groups of the rows that a kernel is given: a number for each or, without numbers, all of the group `first`.
struct RowGroups {
    let numbers: UnsafePointer<UInt32>?
    let first: Int
}
