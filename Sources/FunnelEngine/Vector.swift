import FunnelStore

/// Numbers of a morsel: known exactly (whole multiples of 10^-scale, microseconds, days), with a bit for each that is there.
struct ExactVector {
    let values: Scratch.Integers
    let valid: Kernels.Words

    func release(to scratch: Scratch) {
        scratch.give(values)
        scratch.give(valid)
    }
}

/// Binary numbers of a morsel.
struct RealVector {
    let values: Scratch.Reals
    let valid: Kernels.Words

    func release(to scratch: Scratch) {
        scratch.give(values)
        scratch.give(valid)
    }
}

/// What computes whole numbers: exact decimals at a fixed scale, instants and lengths of time in microseconds.
protocol ExactNode: Sendable {
    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> ExactVector
}

/// What computes binary numbers.
protocol RealNode: Sendable {
    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> RealVector
}

/// What computes texts: codes into a dictionary that is known before the first row.
protocol TextNode: Sendable {
    var dictionary: [String] { get }
    /// Codes in scratch memory; `Kernels.missingCode` where there is none.
    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Scratch.Texts
}

/// What answers yes or no for each row.
protocol BitsNode: Sendable {
    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Kernels.Words
}
