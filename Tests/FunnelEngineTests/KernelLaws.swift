import FunnelRandom
import FunnelModel
import FunnelStore
import Testing

/// A buffer that is never freed: kernels take pointers, which keep nothing alive.
func held<Element: BitwiseCopyable>(_ values: some Collection<Element>) -> Buffer<Element> {
    let buffer = Buffer(values)
    _ = Unmanaged.passRetained(buffer)
    return buffer
}

func zeros<Element: BitwiseCopyable>(_ type: Element.Type, _ count: Int) -> Buffer<Element> {
    let buffer = Buffer<Element>(zeros: count)
    _ = Unmanaged.passRetained(buffer)
    return buffer
}

/// Each kernel is its row-by-row reading, at every size around a word of 64 rows.
struct KernelLaws {
    static let sizes = Array(0...70)

    /// Values, codes and bits of a morsel, as arrays and as the kernels want them.
    final class Sample {
        let count: Int
        let values: [Int64]
        let others: [Int64]
        let reals: [Double]
        let codes: [UInt32]
        let groups: [UInt32]
        let flags: [Bool]
        let index: [Int32]
        /// The rows before the morsel: it begins at a word, not at the first row.
        let offset = 64

        init(_ count: Int) {
            var random = Seeded(count + 1000)
            self.count = count
            values = (0..<count).map { _ in random.oneIn(9) ? Int64(random.pick([-128, 127, 0, 5])) : Int64(random.among(-20...20)) }
            others = (0..<count).map { _ in Int64(random.among(-20...20)) }
            reals = (0..<count).map { _ in Double(random.among(-40...40)) / 4 }
            codes = (0..<count).map { _ in random.oneIn(5) ? Kernels.missingCode : UInt32(random.below(6)) }
            groups = (0..<count).map { _ in UInt32(random.below(4)) }
            flags = (0..<count).map { _ in !random.oneIn(3) }
            index = (0..<count).map { _ in random.oneIn(4) ? -1 : Int32(random.below(max(1, count))) }
        }

        var rows: Range<Int> { offset..<offset + count }
        var range: Range<Int> { 0..<count }

        /// The values in a column of each width, with other rows before them.
        var widths: [Integers] {
            let padded = [Int64](repeating: 3, count: offset) + values
            return [
                .int8(held(padded.map { Int8(clamping: $0) })), .int16(held(padded.map { Int16($0) })), .int32(held(padded.map { Int32($0) })),
                .int64(held(padded)),
            ]
        }

        var codeWidths: [Codes] {
            let padded = [UInt32](repeating: 1, count: offset) + codes.map { $0 == Kernels.missingCode ? 0 : $0 }
            return [.uint8(held(padded.map { UInt8($0) })), .uint16(held(padded.map { UInt16($0) })), .uint32(held(padded))]
        }

        var bitmap: Bitmap { Bitmap([Bool](repeating: true, count: offset) + flags) }
        /// New words each time: some kernels change them.
        var bits: Buffer<UInt64> { KernelLaws.words(flags) }
    }

    /// Bits as words; what lies behind the last row is zero.
    static func words(_ flags: [Bool]) -> Buffer<UInt64> {
        let words = Bitmap(flags).words
        return held((0..<words.count).map { words[$0] } + [0])
    }

    /// What a kernel wrote, a bit a row; it must leave no bit behind the last row.
    private func bits(_ count: Int, _ body: (Kernels.Words) -> Void) -> [Bool] {
        let words = zeros(UInt64.self, count / 64 + 2)
        body(words.base)
        for row in count..<((count + 63) / 64 * 64) where words[row / 64] >> UInt64(row % 64) & 1 == 1 {
            Issue.record("a bit behind the last of \(count) rows")
        }
        return (0..<count).map { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
    }

    private func integers(_ count: Int, _ body: (UnsafeMutablePointer<Int64>) -> Void) -> [Int64] {
        let out = zeros(Int64.self, max(1, count))
        body(out.base)
        return (0..<count).map { out[$0] }
    }

    func texts(_ count: Int, from start: [UInt32]? = nil, _ body: (UnsafeMutablePointer<UInt32>) -> Void) -> [UInt32] {
        let out = start.map { held($0 + [0]) } ?? zeros(UInt32.self, max(1, count))
        body(out.base)
        return (0..<count).map { out[$0] }
    }

    // MARK: - Conditions

    @Test("range", arguments: sizes)
    func range(_ size: Int) {
        let sample = Sample(size)
        for (low, high) in [(-3, 4), (5, 5), (4, -4), (Int64.min, 0), (0, Int64.max), (-1000, 1000), (127, 300), (400, 500)] as [(Int64, Int64)] {
            let expected = sample.values.map { $0 >= low && $0 <= high }
            for column in sample.widths { #expect(bits(size) { Kernels.range(column, sample.rows, low: low, high: high, $0) } == expected) }
            let plain = held(sample.values + [0])
            #expect(bits(size) { Kernels.range(plain.base, size, low: low, high: high, $0) } == expected)
        }
    }

    @Test("equal and marked", arguments: sizes + [1023, 1024, 1025, 2112])
    func codes(_ size: Int) {
        let sample = Sample(size)
        let table = held([UInt8(0), .max, 0, .max, .max, 0])
        for column in sample.codeWidths {
            let codes = sample.rows.map { column[$0] }
            for code in 0..<6 { #expect(bits(size) { Kernels.equal(column, sample.rows, code: code, $0) } == codes.map { $0 == code }) }
            #expect(bits(size) { Kernels.marked(column, sample.rows, table: table.base, $0) } == codes.map { table[$0] > 0 })
        }
        let plain = held(sample.codes + [0])
        let marked = sample.codes.map { $0 != Kernels.missingCode && table[Int($0)] > 0 }
        #expect(bits(size) { Kernels.marked(plain.base, size, table: table.base, $0) } == marked)
        #expect(bits(size) { Kernels.present(plain.base, size, $0) } == sample.codes.map { $0 != Kernels.missingCode })
        let other = held(sample.codes.reversed() + [0])
        let same = sample.range.map { sample.codes[$0] != Kernels.missingCode && sample.codes[$0] == other[$0] }
        #expect(bits(size) { Kernels.same(plain.base, other.base, size, $0) } == same)
    }

    @Test("compare", arguments: sizes)
    func compare(_ size: Int) {
        let sample = Sample(size)
        let (a, b) = (held(sample.values + [0]), held(sample.others + [0]))
        let (x, y) = (held(sample.reals + [0]), held(sample.reals.reversed() + [0]))
        #expect(bits(size) { Kernels.compare(.equal, a.base, b.base, size, $0) } == sample.range.map { a[$0] == b[$0] })
        #expect(bits(size) { Kernels.compare(.less, a.base, b.base, size, $0) } == sample.range.map { a[$0] < b[$0] })
        #expect(bits(size) { Kernels.compare(.lessOrEqual, a.base, b.base, size, $0) } == sample.range.map { a[$0] <= b[$0] })
        #expect(bits(size) { Kernels.compare(.equal, x.base, y.base, size, $0) } == sample.range.map { x[$0] == y[$0] })
        #expect(bits(size) { Kernels.compare(.less, x.base, y.base, size, $0) } == sample.range.map { x[$0] < y[$0] })
        #expect(bits(size) { Kernels.compare(.lessOrEqual, x.base, y.base, size, $0) } == sample.range.map { x[$0] <= y[$0] })
    }

    @Test("and, or, not, set, copy, population, blend of bits", arguments: sizes)
    func words(_ size: Int) {
        let sample = Sample(size)
        let other = Array(sample.flags.reversed())
        let theirs = Self.words(other)
        func combined(_ body: (Kernels.Words) -> Void) -> [Bool] {
            bits(size) { words in
                Kernels.copy(sample.bitmap, sample.rows, words)
                body(words)
            }
        }
        #expect(combined { _ in } == sample.flags)
        #expect(combined { Kernels.and($0, theirs.base, size) } == sample.range.map { sample.flags[$0] && other[$0] })
        #expect(combined { Kernels.or($0, theirs.base, size) } == sample.range.map { sample.flags[$0] || other[$0] })
        #expect(combined { Kernels.not($0, size) } == sample.flags.map { !$0 })
        #expect(combined { Kernels.set(true, $0, size) } == sample.flags.map { _ in true })
        #expect(combined { Kernels.set(false, $0, size) } == sample.flags.map { _ in false })
        #expect(Kernels.population(sample.bits.base, size) == sample.flags.count { $0 })
        // All bits behind the last row are set in one of them.
        let (full, part) = (Self.words([Bool](repeating: true, count: size + 64)), Self.words(sample.flags + [true, true]))
        #expect(Kernels.population(full.base, both: nil, size) == size)
        #expect(Kernels.population(full.base, both: part.base, size) == sample.flags.count { $0 })
        #expect(sample.bitmap.population == sample.offset + sample.flags.count { $0 })
        let chosen = Self.words(sample.values.map { $0 > 0 })
        #expect(
            combined { Kernels.blendBits($0, theirs.base, chosen: chosen.base, size) }
                == sample.range.map { sample.values[$0] > 0 ? other[$0] : sample.flags[$0] })
    }

    @Test("gather by links, and linked", arguments: sizes)
    func gather(_ size: Int) {
        let sample = Sample(size)
        let index = held(sample.index + [-1])
        #expect(bits(size) { Kernels.linked(index.base, size, $0) } == sample.index.map { $0 >= 0 })
        let leads = Bitmap(sample.flags)
        #expect(bits(size) { Kernels.gather(leads, index.base, size, $0) } == sample.index.map { $0 >= 0 && sample.flags[Int($0)] })
        for column in sample.widths {
            #expect(integers(size) { Kernels.gather(column, index.base, size, $0) } == sample.index.map { $0 >= 0 ? column[Int($0)] : 0 })
        }
        for column in sample.codeWidths {
            #expect(
                texts(size) { Kernels.gather(column, nil, index.base, size, $0) }
                    == sample.index.map { $0 >= 0 ? UInt32(column[Int($0)]) : Kernels.missingCode })
        }
        let holed = Bitmap((0..<size + sample.offset).map { $0 % 3 != 1 })
        for column in sample.codeWidths {
            #expect(
                texts(size) { Kernels.gather(column, holed, index.base, size, $0) }
                    == sample.index.map { $0 >= 0 && $0 % 3 != 1 ? UInt32(column[Int($0)]) : Kernels.missingCode })
        }
        let marked = zeros(UInt64.self, 4)
        Kernels.mark(sample.bits.base, size, index.base, marked.base)
        for lead in 0..<size {
            let expected = sample.range.contains { sample.flags[$0] && Int(sample.index[$0]) == lead }
            #expect((marked[lead / 64] >> UInt64(lead % 64) & 1 == 1) == expected)
        }
    }

    @Test("narrow", arguments: sizes)
    func narrow(_ size: Int) {
        let sample = Sample(size)
        let kept = Self.words(sample.range.map { $0 % 3 != 1 } + [false])
        let set = sample.range.filter { sample.flags[$0] }
        let words = Self.words(sample.flags + [false])
        Kernels.narrow(words.base, size, by: kept.base)
        for row in sample.range {
            let place = set.firstIndex(of: row)
            #expect((words[row / 64] >> UInt64(row % 64) & 1 == 1) == (place.map { $0 % 3 != 1 } ?? false))
        }
    }

    // MARK: - Values

    @Test("widen, blend, mask, translate", arguments: sizes)
    func values(_ size: Int) {
        let sample = Sample(size)
        for column in sample.widths { #expect(integers(size) { Kernels.widen(column, sample.rows, $0) } == sample.rows.map { column[$0] }) }
        for column in sample.codeWidths { #expect(texts(size) { Kernels.widen(column, sample.rows, $0) } == sample.rows.map { UInt32(column[$0]) }) }
        let others = held(sample.others + [0])
        let blended = integers(size) { out in
            for row in 0..<size { out[row] = sample.values[row] }
            Int64.blend(out, others.base, chosen: sample.bits.base, size)
        }
        #expect(blended == sample.range.map { sample.flags[$0] ? sample.others[$0] : sample.values[$0] })
        #expect(
            texts(size, from: sample.codes) { Kernels.mask($0, sample.bits.base, size) }
                == sample.range.map { sample.flags[$0] ? sample.codes[$0] : Kernels.missingCode })
        let table = held([5 as UInt32, 4, 3, 2, 1, 0])
        #expect(
            texts(size, from: sample.codes) { Kernels.translate($0, table.base, size) }
                == sample.codes.map { $0 == Kernels.missingCode ? $0 : table[Int($0)] })
    }

    @Test("instants, scale, subtract, exact and real arithmetic", arguments: sizes)
    func arithmetic(_ size: Int) {
        let sample = Sample(size)
        let others = held(sample.others + [0])
        let days = held(sample.values + [0])
        func from(_ body: (UnsafeMutablePointer<Int64>) -> Void) -> [Int64] {
            integers(size) { out in
                for row in 0..<size { out[row] = sample.values[row] }
                body(out)
            }
        }
        #expect(
            integers(size) { Kernels.instants(days: days.base, time: others.base, unit: 1000, perDay: 86_400_000_000, size, $0) }
                == sample.range.map { sample.values[$0] * 86_400_000_000 + sample.others[$0] * 1000 })
        #expect(bits(size) { Kernels.repeats(days.base, size, $0) } == (0..<size).map { $0 > 0 && days[$0] == days[$0 - 1] })
        let pairs = held((0..<size).map { Int64($0 / 2 + $0 / 5) })
        #expect(bits(size) { Kernels.repeats(pairs.base, size, $0) } == (0..<size).map { $0 > 0 && pairs[$0] == pairs[$0 - 1] })
        #expect(from { Kernels.scale($0, by: 100, size) } == sample.values.map { $0 * 100 })
        #expect(from { Kernels.subtract($0, others.base, size) } == sample.range.map { sample.values[$0] - sample.others[$0] })
        #expect(from { _ = Kernels.exact(.add, $0, others.base, valid: sample.bits.base, size) } == sample.range.map { sample.values[$0] + sample.others[$0] })
        #expect(
            from { _ = Kernels.exact(.subtract, $0, others.base, valid: sample.bits.base, size) } == sample.range.map { sample.values[$0] - sample.others[$0] })
        #expect(
            from { _ = Kernels.exact(.multiply, $0, others.base, valid: sample.bits.base, size) } == sample.range.map { sample.values[$0] * sample.others[$0] })
        for row in 0..<size {
            let large = held((0..<size).map { $0 == row ? Int64.max : 1 } + [0])
            #expect(Kernels.exact(.add, large.base, held([Int64](repeating: 1, count: size + 1)).base, valid: sample.bits.base, size) == sample.flags[row])
        }
        let real = zeros(Double.self, size + 1)
        Kernels.real(days.base, divisor: 4, size, real.base)
        #expect(sample.range.map { real[$0] } == sample.values.map { Double($0) / 4 })
        let valid = sample.bits
        let divisors = held(sample.others.map { Double($0 % 3) } + [0])
        Kernels.real(.divide, real.base, divisors.base, valid: valid.base, size)
        for row in 0..<size {
            #expect((valid[row / 64] >> UInt64(row % 64) & 1 == 1) == (sample.flags[row] && divisors[row] != 0))
            if divisors[row] != 0 { #expect(real[row] == Double(sample.values[row]) / 4 / divisors[row]) }
        }
        for value in sample.reals { #expect(Kernels.unordered(Kernels.ordered(value)) == value) }
        for (a, b) in zip(sample.reals, sample.reals.dropFirst()) { #expect((a < b) == (Kernels.ordered(a) < Kernels.ordered(b))) }
    }

    // MARK: - Groups

    @Test("counts, sums, least, greatest, collect, with and without groups", arguments: sizes)
    func groups(_ size: Int) {
        let sample = Sample(size)
        let values = held(sample.values + [0])
        let reals = held(sample.reals + [0])
        let groups = held(sample.groups + [0])
        for isGrouped in [false, true] {
            let places = isGrouped ? UnsafePointer(groups.base) : nil
            let count = isGrouped ? 4 : 1
            let rows = (0..<count).map { group in sample.range.filter { sample.flags[$0] && (!isGrouped || Int(sample.groups[$0]) == group) } }
            let counts = zeros(Int64.self, 4)
            Kernels.count(sample.bits.base, size, places, size: 4, counts.base)
            let sums = zeros(Int128.self, 4)
            Kernels.sum(sample.bits.base, size, places, size: 4, values.base, magnitude: .max, sums.base)
            let narrow = zeros(Int128.self, 4)
            Kernels.sum(sample.bits.base, size, places, size: 4, values.base, magnitude: 1 << 40, narrow.base)
            let whole = zeros(Int64.self, 4)
            Kernels.count(nil, size, places, size: 4, whole.base)
            let fixed = zeros(Int128.self, 4)
            #expect(Kernels.sum(sample.bits.base, size, places, reals.base, fixed.base))
            let least = held([Int64](repeating: .max, count: 4))
            let greatest = held([Int64](repeating: .min, count: 4))
            Kernels.least(sample.bits.base, size, places, values.base, least.base)
            Kernels.greatest(sample.bits.base, size, places, values.base, greatest.base)
            for group in 0..<count {
                #expect(counts[group] == Int64(rows[group].count))
                #expect(narrow[group] == sums[group])
                #expect(whole[group] == Int64(sample.range.count { !isGrouped || Int(sample.groups[$0]) == group }))
                #expect(sums[group] == rows[group].reduce(0) { $0 + Int128(sample.values[$1]) })
                #expect(Double(fixed[group]) / Kernels.fraction == rows[group].reduce(0) { $0 + sample.reals[$1] })
                #expect(least[group] == rows[group].map { sample.values[$0] }.min() ?? .max)
                #expect(greatest[group] == rows[group].map { sample.values[$0] }.max() ?? .min)
            }
            let kept = sample.range.filter { sample.flags[$0] }
            let series = SeriesList()
            series.grow(to: 4)
            Kernels.collect(sample.bits.base, size, places, values.base, series)
            for group in 0..<4 {
                let expected = kept.filter { (isGrouped ? Int(sample.groups[$0]) : 0) == group }.map { sample.values[$0] }
                #expect(Array(series[group].pieces.joined()) == expected)
            }
            let index = zeros(Int32.self, size + Kernels.indexPadding)
            Kernels.indices(sample.bits.base, size, first: 128, nil, index.base)
            #expect(kept.indices.map { index[$0] } == kept.map { Int32($0 + 128) })
            let compact = zeros(UInt32.self, size + 1)
            Kernels.compact(sample.bits.base, size, groups.base, compact.base)
            #expect(kept.indices.map { compact[$0] } == kept.map { sample.groups[$0] })
        }
    }

    @Test("group numbers, codes by table, bounds", arguments: sizes)
    func places(_ size: Int) {
        let sample = Sample(size)
        let codes = held(sample.codes + [0])
        let second = held(sample.groups + [0])
        let numbered = texts(size) { out in
            Kernels.begin(codes.base, size, size: 7, out)
            Kernels.extend(second.base, size, size: 5, out)
        }
        #expect(numbered == sample.range.map { min(sample.codes[$0], 6) * 5 + sample.groups[$0] })
        let table = held((0..<21).map { UInt32($0 * 2) })
        let values = held(sample.values + [0])
        let looked = texts(size) { Kernels.look(values.base, size, low: -10, table: table.base, size: 21, valid: sample.bits.base, $0) }
        #expect(
            looked
                == sample.range.map { row in
                    let at = sample.values[row] + 10
                    return sample.flags[row] && at >= 0 && at < 21 ? UInt32(at * 2) : Kernels.missingCode
                })
        for column in sample.widths {
            let direct = texts(size) { Kernels.look(column, sample.rows, low: -10, table: table.base, size: 21, $0) }
            #expect(
                direct
                    == sample.rows.map { row in
                        let at = column[row] + 10
                        return at >= 0 && at < 21 ? UInt32(at * 2) : Kernels.missingCode
                    })
        }
        let offsets = texts(size) { Kernels.offsets(values.base, size, low: -200, valid: sample.bits.base, $0) }
        #expect(offsets == sample.range.map { sample.flags[$0] ? UInt32(sample.values[$0] + 200) : Kernels.missingCode })
        let there = sample.range.filter { sample.flags[$0] }.map { sample.values[$0] }
        let bounds = Kernels.bounds(values.base, sample.bits.base, size)
        #expect(bounds.low == there.min() ?? .max && bounds.high == there.max() ?? .min)
        for column in sample.widths {
            let bounds = Kernels.bounds(column)
            let all = (0..<column.count).map { column[$0] }
            #expect(bounds?.low == all.min() && bounds?.high == all.max())
        }
    }

    @Test("a binary number too large for fixed point is said to be")
    func tooLarge() {
        let sums = zeros(Int128.self, 1)
        #expect(!Kernels.sum(Self.words([true]).base, 1, nil, held([1e30]).base, sums.base))
    }
}
