import FunnelStore

/// The groups of a morsel's rows: numbered when the first aggregate asks for them. One thread asks.
final class MorselGroups {
    private let morsel: Morsel
    private let scratch: Scratch
    private let number: (Morsel) -> Scratch.Texts
    private var numbers: Scratch.Texts?
    /// The only key, where it is a stored text that is read one row behind the other: rows are counted by its codes as they
    /// are stored.
    let key: StoredText?
    /// Whether some rows of the morsel can be numbered without the others.
    private let numbersSome: Bool

    init(_ morsel: Morsel, _ scratch: Scratch, key: StoredText?, numbersSome: Bool, number: @escaping (Morsel) -> Scratch.Texts) {
        self.morsel = morsel
        self.scratch = scratch
        self.key = morsel.index == nil ? key : nil
        self.numbersSome = numbersSome
        self.number = number
    }

    /// The group of each row.
    var all: UnsafePointer<UInt32> {
        let known = numbers ?? number(morsel)
        numbers = known
        return UnsafePointer(known)
    }

    /// The groups of the rows with a bit, of which `picked` consists; to be given back.
    func picked(_ picked: Morsel, _ bits: Kernels.Words) -> Scratch.Texts {
        if numbers == nil, numbersSome { return number(picked) }
        let own = scratch.takeTexts()
        Kernels.compact(bits, morsel.count, all, own)
        return own
    }

    func release() { numbers.map(scratch.give) }
}
