/// The smallest and the largest value of each morsel of a column: what a scan knows of it without reading it.
package struct Zones: Sendable {
    package struct Zone: Sendable {
        package let low: Int64
        package let high: Int64
        /// Whether every row has a value.
        package let isWhole: Bool
    }

    /// Of each morsel; nil where no row has a value.
    private let zones: [Zone?]

    init(_ values: Integers, _ validity: Bitmap?) {
        zones = (0..<Workers.morsels(in: values.count)).map { morsel in
            let rows = Workers.rows(of: morsel, in: values.count)
            if let validity, !Self.isWhole(validity, rows) { return Self.some(values, validity, rows) }
            return Kernels.bounds(values, rows).map { Zone(low: $0.low, high: $0.high, isWhole: true) }
        }
    }

    private static func isWhole(_ validity: Bitmap, _ rows: Range<Int>) -> Bool {
        let words = validity.words.base + rows.lowerBound / 64
        var there = 0
        for word in 0..<(rows.count + 63) / 64 { there &+= words[word].nonzeroBitCount }
        return there == rows.count
    }

    private static func some(_ values: Integers, _ validity: Bitmap, _ rows: Range<Int>) -> Zone? {
        var low = Int64.max
        var high = Int64.min
        values.forEachChunk(rows) { first, chunk, count in
            for at in 0..<count where validity[first + at] {
                low = Swift.min(low, chunk[at])
                high = Swift.max(high, chunk[at])
            }
        }
        return low <= high ? Zone(low: low, high: high, isWhole: false) : nil
    }

    /// The smallest and the largest value; nil where no row has one.
    package var bounds: (low: Int64, high: Int64)? {
        zones.reduce(nil) { found, zone in
            guard let zone else { return found }
            return found.map { (Swift.min($0.low, zone.low), Swift.max($0.high, zone.high)) } ?? (zone.low, zone.high)
        }
    }

    /// The zone of a whole morsel's rows, or of some of them; nil where none has a value, or they lie in several morsels.
    package func zone(of rows: Range<Int>) -> Zone? {
        let morsel = rows.lowerBound / Workers.morselSize
        guard !rows.isEmpty, (rows.upperBound - 1) / Workers.morselSize == morsel, zones.indices.contains(morsel) else { return nil }
        return zones[morsel]
    }
}
