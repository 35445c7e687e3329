import Dispatch
import Synchronization

/// How rows are shared out: morsels of a fixed size, taken by whichever thread is free.
package enum Workers {
    /// Rows in a morsel: a multiple of 64, so that a morsel begins at a word of every bitmap, and few enough for what is
    /// computed of it to stay in the cache.
    package static let morselSize = 16_384

    /// So many neighbouring morsels a thread takes at once at most: what it reads lies together, and is on its way when it is asked for.
    private static let mostAtOnce = 16

    /// Calls `work(worker, morsel)` once for each morsel of `0..<morsels`, on `threads` threads; a worker's calls come one
    /// after the other. Stops early where the interrupt is raised; returns false then.
    ///
    /// A thread takes several morsels at once while many are left, and one at a time towards the end, so that all are done together.
    @discardableResult
    package static func run(threads: Int, morsels: Int, interrupt: Interrupt?, _ work: @Sendable (_ worker: Int, _ morsel: Int) -> Void) -> Bool {
        let workers = Swift.max(1, Swift.min(threads, morsels))
        let next = Atomic<Int>(0)
        @Sendable func takeAll(_ worker: Int) {
            while true {
                let first = next.load(ordering: .relaxed)
                if first >= morsels { return }
                let some = Swift.max(1, Swift.min(mostAtOnce, (morsels - first) / (workers * 8)))
                guard next.weakCompareExchange(expected: first, desired: first + some, ordering: .relaxed).exchanged else { continue }
                for morsel in first..<first + some {
                    if interrupt?.isRaised == true { return }
                    work(worker, morsel)
                }
            }
        }
        if workers == 1 {
            takeAll(0)
        } else {
            DispatchQueue.concurrentPerform(iterations: workers) { takeAll($0) }
        }
        return interrupt?.isRaised != true
    }

    /// The results of `work` for `0..<count`, in that order.
    package static func map<Result: Sendable>(_ count: Int, threads: Int, _ work: @Sendable (Int) -> Result) -> [Result] {
        nonisolated(unsafe) let slots = UnsafeMutablePointer<Result?>.allocate(capacity: count)
        slots.initialize(repeating: nil, count: count)
        defer {
            slots.deinitialize(count: count)
            slots.deallocate()
        }
        run(threads: threads, morsels: count, interrupt: nil) { _, piece in slots[piece] = work(piece) }
        return (0..<count).map { slots[$0]! }
    }

    /// The rows of a morsel.
    package static func rows(of morsel: Int, in count: Int) -> Range<Int> {
        let start = morsel * morselSize
        return start..<Swift.min(count, start + morselSize)
    }

    package static func morsels(in count: Int) -> Int { (count + morselSize - 1) / morselSize }
}
