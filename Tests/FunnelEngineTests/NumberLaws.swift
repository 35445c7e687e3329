import FunnelRandom
import FunnelModel
import FunnelStore
import Testing

/// Order statistics, exact numbers, and what a column gives back.
struct NumberLaws {
    @Test("a percentile by selection is the one by sorting", arguments: 0..<40)
    func percentiles(_ seed: Int) {
        var random = Seeded(seed)
        for _ in 0..<20 {
            let count = random.pick([1, 2, 3, 24, 25, 26, random.among(1...400), random.among(4000...6000)])
            let spread = random.pick([1, 3, 1000, 1_000_000_000])
            let shape = random.below(5)
            var values = (0..<count).map { _ in Int64(random.among(-spread...spread)) }
            if shape == 1 { values.sort() }
            if shape == 2 { values.sort(by: >) }
            // Whoever looks at some of the values, at regular steps, sees none like the others.
            if shape == 3 {
                let (step, far) = (random.pick([7, 31, 61]), random.pick([Int64.min, Int64.max, 0]))
                for at in stride(from: 0, to: count, by: step) { values[at] = far }
            }
            let sorted = values.sorted()
            for thousandths in [0, 10, 100, 250, 330, 500, 900, 990, 1000] {
                let buffer = Buffer(values)
                let position = (count - 1) * thousandths
                guard let ranks = Selection.percentile(buffer.base, count, thousandths: thousandths) else {
                    Issue.record("no percentile of \(count) values")
                    continue
                }
                #expect(ranks.low == sorted[position / 1000])
                #expect(ranks.fraction == Double(position % 1000) / 1000)
                #expect(ranks.high == (position % 1000 == 0 ? ranks.low : sorted[position / 1000 + 1]))
            }
        }
        #expect(Selection.percentile(Buffer<Int64>(zeros: 1).base, 0, thousandths: 500) == nil)
    }

    @Test("percentiles of values in pieces are those of the values together", arguments: 0..<20)
    func pieces(_ seed: Int) {
        var random = Seeded(seed + 70)
        let count = random.pick([1, 2, 4096, 4097, random.among(5000...9000)])
        let extremes = random.oneIn(2) ? [Int64.min, .max] : []
        let values = extremes + (0..<count).map { _ in Int64(random.among(-1_000_000...1_000_000)) }
        var pieces: [Buffer<Int64>] = []
        var rest = values[...]
        while !rest.isEmpty {
            let piece = rest.prefix(random.among(0...3000))
            pieces.append(Buffer(piece))
            rest = rest.dropFirst(piece.count)
        }
        #expect(Selection.distinct(pieces.map { UnsafeBufferPointer(start: $0.base, count: $0.count) }) == Set(values).count)
        let sorted = values.sorted()
        let found = Selection.percentiles(pieces.map { UnsafeBufferPointer(start: $0.base, count: $0.count) }, thousandths: [500, 900])
        for (thousandths, ranks) in zip([500, 900], found) {
            let position = (values.count - 1) * thousandths
            #expect(ranks?.low == sorted[position / 1000])
            #expect(ranks?.high == (position % 1000 == 0 ? sorted[position / 1000] : sorted[position / 1000 + 1]))
            let alone = Selection.percentiles(pieces.map { UnsafeBufferPointer(start: $0.base, count: $0.count) }, thousandths: [thousandths])[0]
            #expect(alone?.low == ranks?.low && alone?.high == ranks?.high && alone?.fraction == ranks?.fraction)
        }
    }

    @Test("exact arithmetic is that of whole numbers brought to one scale", arguments: 0..<40)
    func exact(_ seed: Int) {
        var random = Seeded(seed)
        for _ in 0..<100 {
            let (a, b) = (Int128(random.among(-999_999_999...999_999_999)), Int128(random.among(-99_999...99_999)))
            let (s, t) = (random.below(7), random.below(7))
            let (x, y) = (Exact(a, scale: s), Exact(b, scale: t))
            let (wideA, wideB) = (a * Exact.power(6 - s), b * Exact.power(6 - t))
            func wide(_ exact: Exact?) -> Int128? { exact.map { $0.units * Exact.power(12 - $0.scale) } }
            #expect(wide(Exact.adding(x, y)) == (wideA + wideB) * 1_000_000)
            #expect(wide(Exact.subtracting(x, y)) == (wideA - wideB) * 1_000_000)
            #expect(wide(Exact.multiplying(x, y)) == wideA * wideB)
            #expect(Exact.compare(x, y) == (wideA < wideB ? -1 : wideA > wideB ? 1 : 0))
            #expect((x == y) == (wideA == wideB))
            if x == y { #expect(x.hashValue == y.hashValue) }
            #expect(Exact.dividing(x, y) == (b == 0 ? nil : Double(a * Exact.power(max(s, t) - s)) / Double(b * Exact.power(max(s, t) - t))))
            #expect(x.scaled(to: s + 3)?.units == a * 1000 && (s == 0 || x.scaled(to: s - 1) == nil))
            let digits = x.text.filter { $0 != "." && $0 != "-" }
            #expect(Int128(digits) == (a < 0 ? -a : a) && (s == 0 || x.text.split(separator: ".")[1].count == s))
        }
    }

    @Test("what does not fit is nil, never wrong")
    func overflow() {
        let large = Exact(Int128.max)
        #expect(Exact.adding(large, Exact(1)) == nil && Exact.multiplying(large, Exact(2)) == nil && Exact.subtracting(Exact(Int128.min), Exact(1)) == nil)
        #expect(large.scaled(to: 1) == nil && Exact.multiplying(Exact(1, scale: 20), Exact(1, scale: 20)) == nil)
        #expect(Exact.compare(large, Exact(5, scale: 10)) == 1)
    }

    @Test("whole numbers come back from every width", arguments: [0, 7, 15, 31, 62])
    func widths(_ bits: Int) {
        for edge in [Int64(1) << Int64(bits), (Int64(1) << Int64(bits)) - 1, -(Int64(1) << Int64(bits)), -(Int64(1) << Int64(bits)) - 1] {
            let values = [0, edge, 1, edge]
            let packed = Integers(packing: Buffer(values))
            #expect((0..<4).map { packed[$0] } == values)
        }
        for size in [1, 255, 256, 257, 65_536, 65_537] {
            let codes = Codes(packing: Buffer([0, UInt32(size - 1)]), size: size)
            #expect(codes[1] == size - 1)
        }
    }

    @Test("a sum of quantities is of the kind that both are")
    func quantities() {
        #expect(Quantity.adding(.money, .days) == nil && Quantity.adding(.count, .percent) == nil)
        #expect(Quantity.dividing(.money, .days).name == "money per day" && Quantity.multiplying(.money, .count) == .money)
        #expect(Quantity.dividing(.money, .money) == .number)
    }
}
