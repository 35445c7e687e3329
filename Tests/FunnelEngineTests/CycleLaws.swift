import FunnelModel
import FunnelRandom
import FunnelStore
import Testing

/// The time from creation to first win, packed: what is read of it is what the time stamps say.
struct CycleLaws {
    @Test("lengths of some rows of a morsel are read as those of all rows say", arguments: 0..<12)
    func reading(_ seed: Int) {
        var random = Seeded(seed + 40)
        let count = random.pick([0, 1, 63, 64, 65, 1000, 16_384, 16_385, 40_000])
        let share = random.pick([1, 2, 12, 90])
        let lengths = (0..<count).map { _ in random.oneIn(share) ? Int64(random.among(-50...100_000)) : nil }
        let step = random.pick([Int64(1), 1_000, 1_000_000, 86_400_000_000])
        let cycles = Cycles(leads: Bitmap(lengths.map { $0 != nil }), lengths: Integers(packing: Buffer(lengths.compactMap { $0 })), step: step)
        #expect(cycles.isWhole)
        for first in stride(from: 0, to: count, by: Workers.morselSize) {
            let rows = first..<min(count, first + Workers.morselSize)
            let (out, words) = (zeros(Int64.self, rows.count + 64), zeros(UInt64.self, rows.count / 64 + 2))
            cycles.read(rows, out.base)
            #expect(rows.allSatisfy { out[$0 - first] == (lengths[$0] ?? 0) * step })
            for part in [1, 3] {
                let some = rows.filter { lengths[$0] != nil && (part == 1 || random.oneIn(part)) }
                let chosen = Set(some)
                let bits = KernelLaws.words(rows.map(chosen.contains))
                withExtendedLifetime(bits) { cycles.read(rows, bits.base, out.base) }
                #expect(some.indices.allSatisfy { out[$0] == lengths[some[$0]]! * step })
            }
            let index = rows.filter { _ in random.oneIn(3) }
            let numbers = held(index.map { Int32($0) } + [0])
            withExtendedLifetime(numbers) { cycles.gather(rows, numbers.base, index.count, out.base) }
            #expect(index.indices.allSatisfy { out[$0] == (lengths[index[$0]] ?? 0) * step })
            for most in [Int64.min + 1, -1, 0, 40 * step + step / 2, 60_000 * step - 1, Int64.max] {
                cycles.within(most, rows, words.base)
                let isWithin = rows.map { words[($0 - first) >> 6] >> UInt64(($0 - first) & 63) & 1 == 1 }
                #expect(isWithin == rows.map { lengths[$0].map { $0 * step <= most } ?? false })
            }
        }
    }

    @Test("a store's lengths are those between its leads' creation and first win, before and after it is put together anew", arguments: 0..<30)
    func store(_ seed: Int) {
        var random = Seeded(seed + 2900)
        let (first, second) = (RandomStore(&random, rows: 0...90).store, RandomStore(&random, rows: 0...90).store)
        var store = first
        for table in second.tables.values.shuffled(using: &random) {
            store = store.replacing(table, threads: 2)
            guard let leads = store.tables[.leads], let created = leads.column(.created), let won = store.links.derived(.leadWonAt) else {
                #expect(store.links.cycles == nil)
                continue
            }
            let expected = (0..<leads.rowCount).map { row in
                if let from = created.microseconds(row), let to = won.microseconds(row) { to - from } else { nil as Int64? }
            }
            guard let cycles = store.links.cycles else {
                #expect(expected.allSatisfy { $0 == nil })
                continue
            }
            let out = zeros(Int64.self, leads.rowCount + 1)
            if leads.rowCount > 0 { cycles.read(0..<leads.rowCount, out.base) }
            #expect(cycles.isWhole && (0..<leads.rowCount).allSatisfy { cycles.leads[$0] == (expected[$0] != nil) && out[$0] == expected[$0] ?? 0 })
        }
    }

    @Test("values added in runs stand in their series as those added one by one", arguments: [0, 1, 5, 4000, 4096, 5000])
    func series(_ size: Int) {
        var random = Seeded(size)
        for count in [1, 9, 64, 65] {
            let series = SeriesList()
            series.grow(to: count)
            var expected = [[Int64]](repeating: [], count: count)
            for _ in 0..<12 {
                let values = (0..<size).map { _ in Int64(random.among(-9...9)) }
                let groups = (0..<size).map { _ in UInt32(random.oneIn(3) ? random.below(count) : 0) }
                for (value, group) in zip(values, groups) { expected[Int(group)].append(value) }
                let (held, places) = (held(values + [0]), held(groups + [0]))
                Kernels.collect(nil, size, places.base, held.base, series)
            }
            for group in 0..<count { #expect(Array(series[group].pieces.joined()) == expected[group]) }
        }
    }
}
