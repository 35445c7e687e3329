import Dispatch
import FunnelStore

/// The smallest and the largest of many numbers, found on all cores.
enum Extremes {
    private static let pieceSize = 1 << 18

    /// Of no numbers 0 and 0.
    static func of<T: FixedWidthInteger & BitwiseCopyable & Sendable>(_ buffer: Buffer<T>) -> (low: T, high: T) {
        guard buffer.count > 0 else { return (0, 0) }
        let pieces = (buffer.count + pieceSize - 1) / pieceSize
        let lows = Buffer<T>(zeros: pieces)
        let highs = Buffer<T>(zeros: pieces)
        DispatchQueue.concurrentPerform(iterations: pieces) { piece in
            let base = buffer.base
            var low = base[piece * pieceSize]
            var high = low
            for row in piece * pieceSize..<min(buffer.count, (piece + 1) * pieceSize) {
                low = min(low, base[row])
                high = max(high, base[row])
            }
            lows.base[piece] = low
            highs.base[piece] = high
        }
        var (low, high) = (lows.base[0], highs.base[0])
        for piece in 1..<max(1, pieces) {
            low = min(low, lows.base[piece])
            high = max(high, highs.base[piece])
        }
        return (low, high)
    }
}
