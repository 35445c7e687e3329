import FunnelStore

/// Numbers of a morsel, with a bit for each that is there.
struct Vector<Element: KernelNumber> {
    let values: UnsafeMutablePointer<Element>
    let valid: Kernels.Words

    func release(to scratch: Scratch) {
        scratch.give(UnsafeMutableRawPointer(values))
        scratch.give(valid)
    }
}

/// Numbers known exactly: whole multiples of 10^-scale, microseconds, days.
typealias ExactVector = Vector<Int64>
/// Binary numbers.
typealias RealVector = Vector<Double>

/// What computes numbers: of `Int64` exact decimals at a fixed scale, instants and lengths of time in microseconds; of `Double`
/// binary ones.
protocol NumberNode<Element>: Sendable {
    associatedtype Element: KernelNumber

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Vector<Element>
    /// The values of a morsel whose rows are all of `presence`, to be given back; nil where that does not tell that all have one.
    func present(_ morsel: Morsel, _ scratch: Scratch) -> UnsafeMutablePointer<Element>?
    /// The values of the rows of a run with a bit, all of which are of `presence`, to be given back; nil where rows are to be numbered for that.
    func picked(_ morsel: Morsel, _ bits: Kernels.Words, _ scratch: Scratch) -> UnsafeMutablePointer<Element>?
    /// No whole number of it is larger in magnitude.
    var magnitude: UInt64 { get }
    /// Tells without computing it which rows have a value; nil where all have or that costs as much.
    var presence: (any BitsNode)? { get }
}

extension NumberNode {
    var magnitude: UInt64 { .max }
    var presence: (any BitsNode)? { nil }

    func present(_ morsel: Morsel, _ scratch: Scratch) -> UnsafeMutablePointer<Element>? { nil }
    func picked(_ morsel: Morsel, _ bits: Kernels.Words, _ scratch: Scratch) -> UnsafeMutablePointer<Element>? { nil }
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
    /// The bits as they stand in a column, those behind the morsel's rows among them; nil where they are not stored so.
    func stored(_ morsel: Morsel) -> UnsafePointer<UInt64>?
    /// The same, for one worker. Threads that count the references to one object wait for each other, at each morsel: what can, brings along
    /// objects of its own.
    var lent: any BitsNode { get }
}

extension BitsNode {
    // What holds it is made anew.
    var lent: any BitsNode { self }

    func stored(_ morsel: Morsel) -> UnsafePointer<UInt64>? { nil }
}
