import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText
import Synchronization

/// One pass over the whole table, outside of a scan.
extension RowCompiler {
    /// Calls `visit` once for each morsel, on all threads; a worker's calls come one after the other.
    func sweep(_ visit: @Sendable (_ worker: Int, _ morsel: Morsel, _ scratch: Scratch) -> Void) throws(Diagnostic) {
        let count = store.rowCount(table)
        let links = store.leads(of: table)
        let workers = (0..<max(1, threads)).map { _ in Scratch() }
        nonisolated(unsafe) let scratches = workers
        let finished = Workers.run(threads: threads, morsels: Workers.morsels(in: count), interrupt: interrupt) { worker, morsel in
            visit(worker, scratches[worker].morsel(Workers.rows(of: morsel, in: count), links), scratches[worker])
        }
        guard finished else { throw .interrupted }
        if workers.contains(where: \.overflowed) { throw .numberTooLarge }
    }

    /// The rows of the whole table for which a condition holds.
    func bitmap(_ condition: RowCondition) throws(Diagnostic) -> Bitmap {
        let count = store.rowCount(table)
        let words = Buffer<UInt64>(zeros: (count + 63) / 64)
        let node = try bits(condition)
        try sweep { _, morsel, scratch in
            let found = node.evaluate(morsel, scratch)
            for word in 0..<Kernels.wordCount(morsel.count) { words.base[morsel.rows.lowerBound / 64 + word] = found[word] }
            scratch.give(found)
        }
        return Bitmap(words: words, count: count)
    }

    /// The leads that have a row in another table for which the condition holds.
    func leads(withAny condition: RowCondition, in other: TableRole) throws(Diagnostic) -> Bitmap {
        let count = store.rowCount(.leads)
        let compiler = RowCompiler(store: store, table: other, threads: threads, interrupt: interrupt)
        guard store.leads(of: other) != nil else { return Bitmap(words: Buffer(zeros: (count + 63) / 64), count: count) }
        let node = try compiler.bits(condition)
        let marked = (0..<max(1, threads)).map { _ in Buffer<UInt64>(zeros: (count + 63) / 64) }
        try compiler.sweep { worker, morsel, scratch in
            let bits = node.evaluate(morsel, scratch)
            if let leads = scratch.index(of: morsel, fromLead: true) { Kernels.mark(bits, morsel.count, leads, marked[worker].base) }
            scratch.give(bits)
        }
        for other in marked.dropFirst() { Kernels.or(marked[0].base, other.base, count) }
        return Bitmap(words: marked[0], count: count)
    }
}
