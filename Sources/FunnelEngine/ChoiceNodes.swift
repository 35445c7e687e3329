import FunnelStore

/// The value of the first branch whose condition holds.
struct Cases<Element: KernelNumber>: NumberNode {
    let branches: [(condition: any BitsNode, value: any NumberNode<Element>)]
    let otherwise: any NumberNode<Element>

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Vector<Element> {
        let result = otherwise.evaluate(morsel, scratch)
        for branch in branches.reversed() {
            let chosen = branch.condition.evaluate(morsel, scratch)
            let value = branch.value.evaluate(morsel, scratch)
            Element.blend(result.values, value.values, chosen: chosen, morsel.count)
            Kernels.blendBits(result.valid, value.valid, chosen: chosen, morsel.count)
            value.release(to: scratch)
            scratch.give(chosen)
        }
        return result
    }
}

/// The first value that is there.
struct Coalesce<Element: KernelNumber>: NumberNode {
    let values: [any NumberNode<Element>]

    func evaluate(_ morsel: Morsel, _ scratch: Scratch) -> Vector<Element> {
        let result = values[values.count - 1].evaluate(morsel, scratch)
        for node in values.dropLast().reversed() {
            let value = node.evaluate(morsel, scratch)
            Element.blend(result.values, value.values, chosen: value.valid, morsel.count)
            Kernels.or(result.valid, value.valid, morsel.count)
            value.release(to: scratch)
        }
        return result
    }
}
