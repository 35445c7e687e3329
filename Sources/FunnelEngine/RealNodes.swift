import FunnelStore

/// Exact numbers as binary ones.
struct RealFromExact: RealNode {
    let inner: any ExactNode
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
struct RealArithmetic: RealNode {
    let operation: Kernels.RealOperation
    let left: any RealNode
    let right: any RealNode

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> RealVector {
        let a = left.evaluate(morsel, scratch)
        let b = right.evaluate(morsel, scratch)
        Kernels.and(a.valid, b.valid, morsel.count)
        Kernels.real(operation, a.values, b.values, valid: a.valid, morsel.count)
        b.release(to: scratch)
        return a
    }
}

struct RealCases: RealNode {
    let branches: [(condition: any BitsNode, value: any RealNode)]
    let otherwise: any RealNode

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> RealVector {
        let result = otherwise.evaluate(morsel, scratch)
        for branch in branches.reversed() {
            let chosen = branch.condition.evaluate(morsel, scratch)
            let value = branch.value.evaluate(morsel, scratch)
            Kernels.blend(result.values, value.values, chosen: chosen, morsel.count)
            Kernels.blendBits(result.valid, value.valid, chosen: chosen, morsel.count)
            value.release(to: scratch)
            scratch.give(chosen)
        }
        return result
    }
}

struct RealCoalesce: RealNode {
    let values: [any RealNode]

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> RealVector {
        let result = values[values.count - 1].evaluate(morsel, scratch)
        for node in values.dropLast().reversed() {
            let value = node.evaluate(morsel, scratch)
            Kernels.blend(result.values, value.values, chosen: value.valid, morsel.count)
            Kernels.or(result.valid, value.valid, morsel.count)
            value.release(to: scratch)
        }
        return result
    }
}
