import FunnelStore

/// Exact numbers as binary ones.
struct RealFromExact: NumberNode {
    let inner: any NumberNode<Int64>
    let divisor: Double

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> RealVector {
        let vector = inner.evaluate(morsel, scratch)
        let out = scratch.takeReals()
        Kernels.real(vector.values, divisor: divisor, morsel.count, out)
        scratch.give(vector.values)
        return RealVector(values: out, valid: vector.valid)
    }
}

/// Binary arithmetic; a division by zero is missing.
struct RealArithmetic: NumberNode {
    let operation: Kernels.RealOperation
    let left: any NumberNode<Double>
    let right: any NumberNode<Double>

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> RealVector {
        let a = left.evaluate(morsel, scratch)
        let b = right.evaluate(morsel, scratch)
        Kernels.and(a.valid, b.valid, morsel.count)
        Kernels.real(operation, a.values, b.values, valid: a.valid, morsel.count)
        b.release(to: scratch)
        return a
    }
}
