import FunnelArrow
import FunnelEngine
import FunnelRandom
import FunnelModel
import FunnelStore
import FunnelTesting
import Testing

/// A store that was saved and opened answers as the one that it was saved from, byte for byte.
struct SavedStoreLaws {
    @Test("an opened store answers as the saved one", arguments: EngineLaws.seeds.prefix(24))
    func answers(_ seed: Int) throws {
        var random = Seeded(seed + 500)
        let made = RandomStore(&random, rows: random.oneIn(4) ? 0...300 : 0...70).store
        let folder = TemporaryFolder()
        let ledger = DamageLedger()
        guard !made.tables.isEmpty else { return }
        _ = try StoreWriter(made, to: folder.path + "/s", ledger: ledger, interrupt: nil).save()
        let opened = try StoreReader(folder.path + "/s", name: "s", ledger: ledger).open().store
        var queries = RandomQuery(seed + 500)
        var answered = 0
        for _ in 0..<60 where answered < 15 {
            let text = queries.text()
            guard let plan = EngineLaws.plan(text, made) else { continue }
            let again = try #require(EngineLaws.plan(text, opened), "\(text)")
            answered += 1
            let expected = try? EngineLaws.answer(plan, made, threads: 1)
            let answer = try? EngineLaws.answer(again, opened, threads: 3)
            #expect(answer?.columns == expected?.columns && answer?.rows == expected?.rows && answer?.total == expected?.total, "seed \(seed): \(text)")
        }
        #expect(StageOrder.inferred(opened, threads: 1) == StageOrder.inferred(made, threads: 1))
        #expect(ledger.take() == [])
    }
}
