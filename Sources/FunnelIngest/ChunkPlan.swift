import FunnelStore
import FunnelText
import Glibc

/// Where a file can be cut so that each piece holds whole records.
///
/// Whether a line feed ends a record depends on every quote before it. So each piece is first walked from both states it
/// may begin in; chaining the ends then tells the true state at each cut, exactly, whatever quotes there are.
enum ChunkPlan {
    /// Where a reader stands: outside of quotes, inside of them, or just behind a quote that may be one of two.
    enum Quoting: UInt8 { case outside, inside, behindQuote }

    /// What one walk over a piece found.
    private struct Survey: Sendable {
        var endFromOutside: Quoting
        var endFromInside: Quoting
        var isUTF8: Bool
    }

    struct Plan: Sendable {
        /// Records lie in `starts[i]..<starts[i + 1]`; some pieces may be empty.
        var starts: [Int]
        var isUTF8: Bool
        /// Whether the file ends within quotes.
        var endsInside: Bool
        var count: Int { starts.count - 1 }
        func range(_ chunk: Int) -> Range<Int> { starts[chunk]..<starts[chunk + 1] }
    }

    static func make(
        _ text: FileText, from start: Int, dialect: Dialect, chunkSize: Int, threads: Int, interrupt: Interrupt?
    ) throws -> Plan {
        let cuts = cuts(text, from: start, chunkSize)
        let count = cuts.count - 1
        let surveys = try Parallel.map(count, threads: threads) { piece -> Survey in
            if interrupt?.isRaised == true { throw Diagnostic.interrupted }
            let range = cuts[piece]..<cuts[piece + 1]
            defer { text.release(range) }
            // Most pieces hold no quote at all, and end as they began.
            let holdsQuote = memchr(text.base + range.lowerBound, Int32(Byte.quote), range.count) != nil
            func end(_ state: Quoting) -> Quoting { holdsQuote ? walk(text, range, from: state, start: start, dialect: dialect) : state }
            return Survey(endFromOutside: end(.outside), endFromInside: end(.inside), isUTF8: Encoding.isUTF8(text, range))
        }
        var states: [Quoting] = [.outside]
        for piece in 0..<count {
            let end: Quoting =
                switch states[piece] {
                case .outside: surveys[piece].endFromOutside
                case .inside: surveys[piece].endFromInside
                case .behindQuote:
                    walk(text, cuts[piece]..<cuts[piece + 1], from: .behindQuote, start: start, dialect: dialect)
                }
            states.append(end)
        }
        return Plan(
            starts: starts(text, cuts, states, start: start, dialect: dialect), isUTF8: surveys.allSatisfy(\.isUTF8), endsInside: states[count] == .inside)
    }

    /// The same without a look at what lies between the cuts: right where no quotes hold a line end at a cut. Whoever reads a piece finds out
    /// by `endsOutside`.
    static func guess(_ text: FileText, from start: Int, dialect: Dialect, chunkSize: Int) -> Plan {
        let cuts = cuts(text, from: start, chunkSize)
        let states = [Quoting](repeating: .outside, count: cuts.count)
        return Plan(starts: starts(text, cuts, states, start: start, dialect: dialect), isUTF8: true, endsInside: false)
    }

    /// Whether a piece that begins outside of quotes ends so.
    static func endsOutside(_ text: FileText, _ range: Range<Int>, start: Int, dialect: Dialect) -> Bool {
        switch walk(text, range, from: .outside, start: start, dialect: dialect) {
        case .outside: true
        case .inside: false
        case .behindQuote: range.upperBound == text.count
        }
    }

    private static func cuts(_ text: FileText, from start: Int, _ chunkSize: Int) -> [Int] {
        let size = max(1, chunkSize)
        let count = max(1, (text.count - start + size - 1) / size)
        return (0...count).map { min(start + $0 * size, text.count) }
    }

    /// Where the records begin that are the first behind each cut.
    private static func starts(_ text: FileText, _ cuts: [Int], _ states: [Quoting], start: Int, dialect: Dialect) -> [Int] {
        let count = cuts.count - 1
        var starts = [Int](repeating: text.count, count: count + 1)
        starts[0] = start
        for piece in stride(from: count - 1, to: 0, by: -1) {
            let range = cuts[piece]..<cuts[piece + 1]
            starts[piece] = firstRecord(text, range, from: states[piece], start: start, dialect: dialect) ?? starts[piece + 1]
        }
        return starts
    }

    /// The state at the end of a range, for a state at its start.
    private static func walk(
        _ text: FileText, _ range: Range<Int>, from state: Quoting, start: Int, dialect: Dialect
    ) -> Quoting {
        var at = range.lowerBound
        let end = range.upperBound
        var state = state
        if state == .behindQuote {
            guard at < end else { return state }
            if text.base[at] == Byte.quote {
                state = .inside
                at += 1
            } else {
                state = .outside
            }
        }
        while let found = memchr(text.base + at, Int32(Byte.quote), end - at) {
            let quote = text.base.distance(to: found.assumingMemoryBound(to: UInt8.self))
            at = quote + 1
            if state == .outside {
                if quote == start || isBoundary(text.base[quote - 1], dialect) { state = .inside }
            } else if at == end {
                return .behindQuote
            } else if text.base[at] == Byte.quote {
                at += 1
            } else {
                state = .outside
            }
        }
        return state
    }

    @inline(__always)
    private static func isBoundary(_ byte: UInt8, _ dialect: Dialect) -> Bool {
        byte == dialect.delimiter || Byte.isLineEnd(byte)
    }

    /// The first offset in a range at which a record begins, for a state at the start of the range.
    private static func firstRecord(
        _ text: FileText, _ range: Range<Int>, from state: Quoting, start: Int, dialect: Dialect
    ) -> Int? {
        var at = range.lowerBound
        var state = state
        if state == .outside {
            let before = text.base[at - 1]
            if before == Byte.lineFeed { return at }
            if before == Byte.carriageReturn { return text.base[at] == Byte.lineFeed && at < text.count ? at + 1 : at }
        }
        while at < range.upperBound {
            let byte = text.base[at]
            switch state {
            case .behindQuote where byte == Byte.quote: state = .inside
            case .behindQuote, .outside:
                state = .outside
                if byte == Byte.lineFeed { return at + 1 }
                if byte == Byte.carriageReturn {
                    return at + 1 < text.count && text.base[at + 1] == Byte.lineFeed ? at + 2 : at + 1
                }
                if byte == Byte.quote, isBoundary(text.base[at - 1], dialect) { state = .inside }
            case .inside:
                if byte == Byte.quote { state = .behindQuote }
            }
            at += 1
        }
        return nil
    }
}
