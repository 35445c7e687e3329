import Dispatch
import Synchronization

/// Work over numbered pieces on several threads, with results in the order of the pieces.
enum Parallel {
    /// The results of `work` for `0..<count`. Each thread makes one `scratch` and reuses it.
    ///
    /// Where pieces throw, the error of the lowest numbered one comes out, and no new piece is begun.
    static func map<Scratch, Result: Sendable>(
        _ count: Int, threads: Int, scratch makeScratch: @Sendable () -> Scratch,
        _ work: @Sendable (inout Scratch, Int) throws -> Result
    ) throws -> [Result] {
        let workers = max(1, min(threads, count))
        if workers == 1 {
            var scratch = makeScratch()
            return try (0..<count).map { try work(&scratch, $0) }
        }
        nonisolated(unsafe) let slots = UnsafeMutablePointer<Result?>.allocate(capacity: count)
        slots.initialize(repeating: nil, count: count)
        defer {
            slots.deinitialize(count: count)
            slots.deallocate()
        }
        let next = Atomic<Int>(0)
        let failure = Mutex<(piece: Int, error: any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            var scratch = makeScratch()
            while true {
                let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard piece < count else { return }
                do {
                    slots[piece] = try work(&scratch, piece)
                } catch {
                    failure.withLock { known in
                        if let first = known, first.piece < piece { return }
                        known = (piece, error)
                    }
                    next.store(count, ordering: .relaxed)
                    return
                }
            }
        }
        if let failed = failure.withLock({ $0 }) { throw failed.error }
        return (0..<count).map { slots[$0]! }
    }

    static func map<Result: Sendable>(_ count: Int, threads: Int, _ work: @Sendable (Int) throws -> Result) throws -> [Result] {
        try map(count, threads: threads, scratch: { () }) { _, piece in try work(piece) }
    }
}
