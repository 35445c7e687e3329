import FunnelModel
import FunnelRandom
import FunnelStore
import Testing

/// Kernels that read codes and days as they are stored.
extension KernelLaws {
    @Test("rows counted by codes in their own width, and codes by table at an index", arguments: sizes + [256, 300])
    func countedCodes(_ size: Int) {
        let sample = Sample(size)
        let present = Bitmap((0..<size + 64).map { $0 % 5 != 3 } + [true])
        let rows = 64..<64 + size
        for column in [UInt32(3), 40, 200, 70_000].map({ limit in Codes(packing: Buffer((0..<size + 65).map { UInt32($0 * 7) % limit }), size: Int(limit)) }) {
            let entries = (0..<size + 65).map { column[$0] }.max()! + 2
            for validity in [nil, present] {
                for flags in [nil, sample.flags] {
                    // As a column does, rows without a value hold the code 0.
                    let cleared = Codes(
                        packing: Buffer((0..<size + 65).map { validity?[$0] == false ? 0 : UInt32(column[$0]) }), size: column.width == 8 ? 200 : 70_000)
                    let counts = zeros(Int64.self, entries)
                    let words = flags.map { Self.words($0 + [false]) }
                    withExtendedLifetime(words) { Kernels.count(cleared, validity, rows, words?.base, size: entries, counts.base) }
                    var expected = [Int64](repeating: 0, count: entries)
                    for row in sample.range where flags?[row] ?? true {
                        expected[validity?[64 + row] == false ? entries - 1 : column[64 + row]] += 1
                    }
                    #expect((0..<entries).map { counts[$0] } == expected)
                }
            }
        }
        let bytes = Codes(packing: Buffer((0..<size + 65).map { UInt32($0 * $0) % 7 }), size: 7)
        let (pairs, counts, marked) = (PairCounts(size: 7, marks: false), zeros(Int64.self, 14), zeros(Int64.self, 14))
        #expect(PairCounts.fits(bytes, size: 7, marks: true) && !PairCounts.fits(Codes(packing: Buffer([1, 2]), size: 300), size: 300, marks: false))
        pairs.count(bytes, rows)
        pairs.count(bytes, 0..<3)
        for _ in 0..<2 { pairs.fold(stride: 2, counts.base) }
        for code in 0..<7 { #expect(counts[code * 2] == Int64(rows.count { bytes[$0] == code } + (0..<3).count { bytes[$0] == code })) }
        let marks = Self.words(sample.flags + [false])
        let both = PairCounts(size: 7, marks: true)
        withExtendedLifetime(marks) { both.count(bytes, rows, marks: marks.base) }
        for _ in 0..<2 { both.fold(stride: 2, counts.base, marked: marked.base) }
        for code in 0..<7 {
            #expect(counts[code * 2] == Int64(2 * rows.count { bytes[$0] == code } + (0..<3).count { bytes[$0] == code }))
            #expect(marked[code * 2] == Int64(sample.range.count { sample.flags[$0] && bytes[64 + $0] == code }))
        }
        let index = held(sample.index.map { abs($0) } + [0])
        let table = held((0..<21).map { UInt32($0 * 2) })
        for column in sample.widths where size > 0 {
            let looked = texts(size) { Kernels.look(column, index.base, size, low: -10, table: table.base, size: 21, $0) }
            #expect(
                looked
                    == sample.range.map { row in
                        let at = column[Int(index[row])] + 10
                        return at >= 0 && at < 21 ? UInt32(at * 2) : Kernels.missingCode
                    })
        }
    }

    @Test("pairs of codes are counted beyond what an entry holds", arguments: [7, 120, 256])
    func manyPairs(_ size: Int) {
        let count = 300_011
        // Long runs of one code, of two by turns, and of all.
        let codes = (0..<count).map { UInt32($0 < 150_000 ? size - 1 : $0 < 200_000 ? $0 % 2 : $0 % size) }
        let bytes = Codes(packing: Buffer(codes), size: size)
        let flags = (0..<count).map { $0 < 140_000 || $0 % 5 == 0 }
        let words = Self.words(flags)
        for isMarked in size > 128 ? [false] : [false, true] {
            let (pairs, counts, marked) = (PairCounts(size: size, marks: isMarked), zeros(Int64.self, size), zeros(Int64.self, size))
            withExtendedLifetime(words) {
                // Runs of a morsel, and one that is longer than all that an entry holds.
                pairs.count(bytes, 0..<16_384, marks: isMarked ? UnsafePointer(words.base) : nil)
                pairs.count(bytes, 16_384..<count, marks: isMarked ? UnsafePointer(words.base + 256) : nil)
            }
            pairs.fold(counts.base, marked: marked.base)
            var expected = [Int64](repeating: 0, count: size)
            var expectedMarked = expected
            for (code, flag) in zip(codes, flags) {
                expected[Int(code)] += 1
                if flag, isMarked { expectedMarked[Int(code)] += 1 }
            }
            #expect((0..<size).map { counts[$0] } == expected)
            #expect((0..<size).map { marked[$0] } == expectedMarked)
        }
    }

    @Test("few codes are counted by comparison, in and beyond whole blocks", arguments: sizes + [4095, 4096, 4097, 40_000], [1, 3, 4, 7, 16])
    func fewCodes(_ size: Int, _ codes: Int) { count(size, codes, .compared) }

    @Test(
        "few codes are counted from their bits, in and beyond whole vectors and blocks", .enabled(if: FewCounts.Way.fastest == .sliced),
        arguments: sizes + [511, 512, 513, 4095, 4096, 4097, 4608, 40_000], [1, 3, 8, 9, 16, 17, 32, 33, 41, 64])
    func slicedCodes(_ size: Int, _ codes: Int) { count(size, codes, .sliced) }

    private func count(_ size: Int, _ codes: Int, _ way: FewCounts.Way) {
        var random = Seeded(size * 31 + codes)
        // Long runs of one code, and codes by chance.
        let all = (0..<64 + size).map { UInt32($0 % 9000 < 4500 ? codes - 1 : random.below(codes)) }
        let flags = (0..<size).map { $0 % 9000 < 3000 || random.oneIn(3) }
        let (bytes, words) = (Codes(packing: Buffer(all), size: codes), Self.words(flags + [false]))
        for isMarked in [false, true] {
            let few = FewCounts(size: codes, marks: isMarked, way: way)
            let (counts, marked) = (zeros(Int64.self, codes * 2), zeros(Int64.self, codes * 2))
            withExtendedLifetime(words) { few.count(bytes, 64..<64 + size, marks: isMarked ? UnsafePointer(words.base) : nil) }
            // A second fold has nothing to add.
            for _ in 0..<2 { few.fold(stride: 2, counts.base, marked: marked.base) }
            for code in 0..<codes {
                #expect(counts[code * 2] == Int64((0..<size).count { all[64 + $0] == UInt32(code) }))
                #expect(marked[code * 2] == (isMarked ? Int64((0..<size).count { all[64 + $0] == UInt32(code) && flags[$0] }) : 0))
                #expect(counts[code * 2 + 1] == 0 && marked[code * 2 + 1] == 0)
            }
        }
    }

    @Test("codes of the rows with a bit are picked out as groups", arguments: sizes + [255, 4096])
    func picked(_ size: Int) {
        var random = Seeded(size + 3)
        for share in [1, 2, 12, 100] {
            let there = (0..<64 + size).map { _ in !random.oneIn(5) }
            let all = there.map { $0 ? UInt32(random.below(9)) : 0 }
            let flags = (0..<size).map { _ in random.oneIn(share) }
            let words = Self.words(flags + [false])
            for validity in [nil, Bitmap(there)] {
                let out = zeros(UInt32.self, size + 64)
                let codes = Codes(packing: Buffer(all), size: 9)
                let isPicked = withExtendedLifetime(words) {
                    Kernels.pick(codes, validity, 64..<64 + size, words.base, size: 10, stride: 3, offset: 7, out.base)
                }
                let expected = (0..<size).filter { flags[$0] }.map { row in
                    (validity?[64 + row] == false ? 9 : all[64 + row]) * 3 + 7
                }
                #expect(isPicked && expected.indices.allSatisfy { out[$0] == expected[$0] })
            }
        }
        let wide = Codes(packing: Buffer([UInt32](repeating: 0, count: 64 + size)), size: 300)
        let words = Self.words([Bool](repeating: true, count: size + 1))
        let isPicked = withExtendedLifetime(words) {
            Kernels.pick(wide, nil, 64..<64 + size, words.base, size: 300, stride: 1, offset: 0, zeros(UInt32.self, 1).base)
        }
        #expect(!isPicked)
    }

    @Test("the codes that groups have met are those of their rows", arguments: [1, 2, 63, 64, 65, 512])
    func met(_ size: Int) {
        var random = Seeded(size + 5)
        #expect(MetCodes.fits(size) && !MetCodes.fits(513))
        let groups = 3
        let (mine, other) = (MetCodes(size: size), MetCodes(size: size))
        var expected = [Set<UInt32>](repeating: [], count: groups)
        for met in [mine, other] {
            met.grow(to: groups)
            for rows in [0, 1, 64, 300] {
                let codes = (0..<rows).map { _ in random.oneIn(6) ? Kernels.missingCode : UInt32(random.below(size)) }
                let places = (0..<rows).map { _ in UInt32(random.below(groups)) }
                let flags = (0..<rows).map { _ in random.oneIn(2) }
                let (held, numbers, words) = (held(codes + [0]), held(places + [0]), Self.words(flags + [false]))
                withExtendedLifetime(words) { met.add(held.base, rows, words.base, numbers.base, first: 0) }
                met.add(held.base, rows / 2, nil, nil, first: 1)
                // Group g of the other one is group 2 - g here.
                func place(_ group: Int) -> Int { met === mine ? group : 2 - group }
                for row in 0..<rows where codes[row] != Kernels.missingCode {
                    if flags[row] { expected[place(Int(places[row]))].insert(codes[row]) }
                    if row < rows / 2 { expected[place(1)].insert(codes[row]) }
                }
            }
        }
        mine.merge(other, map: [2, 1, 0])
        #expect((0..<groups).map { mine.count(of: $0) } == expected.map(\.count))
        #expect(mine.hasMetAll == expected.allSatisfy { $0.count == size })
        let all = held((0..<size).map { UInt32($0) })
        for group in 0..<groups { mine.add(all.base, size, nil, nil, first: group) }
        #expect(mine.hasMetAll)
        mine.grow(to: groups + 1)
        #expect(!mine.hasMetAll)
    }

    @Test("the hour of each second of a day, and of finer times")
    func hours() {
        let seconds = (0..<86_400).map { Int64($0) }
        for unit in [TimeUnit.second, .millisecond, .microsecond] {
            let times = held(seconds.map { $0 * unit.rawValue + unit.rawValue - 1 })
            Kernels.hours(times.base, unit, 86_400)
            #expect(seconds.allSatisfy { times[Int($0)] == $0 / 3600 })
        }
    }

    @Test("the time between two time stamps of the rows that an index names", arguments: sizes)
    func elapsed(_ size: Int) {
        let sample = Sample(size)
        let (day, second): (Int64, Int64) = (86_400_000_000, 1_000_000)
        let days = (0..<size).map { Int16(sample.values[$0]) }
        let times = (0..<size).map { Int32(sample.others[$0] + 20) * 2000 }
        let later = (0..<size).map { Int16(sample.others[$0]) }
        let index = sample.index.map { max(0, $0) }
        func stamps(_ days: [Int16], _ times: [Int32], _ step: Int64) -> Kernels.Stamps? {
            Kernels.Stamps(days: .int16(held(days + [0])), time: .int32(held(times + [0])), step: step)
        }
        guard let start = stamps(days, times, second), let end = stamps(later, times.reversed(), 1000) else {
            Issue.record("the usual widths are refused")
            return
        }
        let out = zeros(Int64.self, size + 1)
        Kernels.elapsed(from: start, to: end, perDay: day, held(index + [0]).base, size, out.base)
        for row in 0..<size {
            let at = Int(index[row])
            let from = Int64(days[at]) * day + Int64(times[at]) * second
            #expect(out[row] == Int64(later[at]) * day + Int64(times[size - 1 - at]) * 1000 - from)
        }
        #expect(Kernels.Stamps(days: .int32(held(days.map { Int32($0) } + [0])), time: .int32(held(times + [0])), step: second) == nil)
        #expect(Kernels.Stamps(days: .int16(held(days + [0])), time: .int64(held(times.map { Int64($0) } + [0])), step: second) == nil)
    }
}
