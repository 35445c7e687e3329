import FunnelArrow
import FunnelModel
import FunnelStore
import Glibc
import FunnelTesting
import Testing

/// A store that was saved is opened as it was; a save that does not end leaves what was there.
struct StoreTests {
    private static func save(_ store: Store, _ path: String, reached: @escaping (StoreWriter.Step) throws(StoreError) -> Void = { _ in }) throws(StoreError) {
        _ = try StoreWriter(store, to: path, ledger: DamageLedger(), interrupt: nil, reached: reached).save()
    }

    private static func open(_ path: String) throws -> [String] {
        let ledger = DamageLedger()
        let content = SmallStore.content(try StoreReader(path, name: "crm.store", ledger: ledger).open().store)
        #expect(ledger.take() == [])
        return content
    }

    @Test("columns of every type come back as they were", arguments: Array(0...70) + [65_537])
    func columns(rows: Int) throws {
        let folder = TemporaryFolder()
        let columns = RandomColumns.make(rows: rows, seed: UInt64(rows) + 7).filter { rows < 100 || !$0.name.contains("7") }
        let table = Table(role: .costs, rowCount: rows, columns: columns, roles: [.date: 0], origin: "here")
        try Self.save(Store(tables: [.costs: table]), folder.path + "/crm.store")
        let ledger = DamageLedger()
        let opened = try StoreReader(folder.path + "/crm.store", name: "crm.store", ledger: ledger).open().store
        let read = try #require(opened.tables[.costs])
        #expect(read.rowCount == rows && read.origin == "here" && read.roles == table.roles)
        for (column, other) in zip(columns, read.columns) {
            #expect(column.name == other.name && column.type == other.type)
            for row in 0..<rows where column.value(row) != other.value(row) { Issue.record("\(column.name) row \(row)") }
        }
        #expect(ledger.take() == [])
    }

    @Test("links come back as they were", arguments: 1...12)
    func links(seed: Int) throws {
        let folder = TemporaryFolder()
        let store = SmallStore.make(seed: UInt64(seed), leads: seed * 9 - 9)
        try Self.save(store, folder.path + "/crm.store")
        let (opened, saved) = (try Self.open(folder.path + "/crm.store"), SmallStore.content(store))
        #expect(opened.count == saved.count)
        for (mine, theirs) in zip(opened, saved) { #expect(mine == theirs) }
    }

    @Test("a table loaded into an opened store is linked as into the whole one")
    func loaded() throws {
        let folder = TemporaryFolder()
        let store = SmallStore.make(seed: 5)
        try Self.save(store, folder.path + "/crm.store")
        let opened = try StoreReader(folder.path + "/crm.store", name: "", ledger: DamageLedger()).open().store
        let other = SmallStore.make(seed: 6)
        for role in TableRole.allCases {
            let table = try #require(other.tables[role])
            #expect(SmallStore.content(opened.replacing(table)) == SmallStore.content(store.replacing(table)), "\(role)")
        }
    }

    @Test("an opened store can be saved again, into its own folder too")
    func again() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/crm.store"
        let store = SmallStore.make(seed: 8)
        try Self.save(store, path)
        let opened = try StoreReader(path, name: "", ledger: DamageLedger()).open().store
        try Self.save(opened, path)
        try Self.save(opened, folder.path + "/copy.store")
        #expect(try Self.open(path) == SmallStore.content(store))
        #expect(try Self.open(folder.path + "/copy.store") == SmallStore.content(store))
        // The first generation is gone, and what was mapped from it is there still.
        #expect(SmallStore.content(opened) == SmallStore.content(store))
        #expect(TemporaryFolder.names(path) == [".lock", "costs.arrow", "deals.arrow", "generation-2", "leads.arrow", "manifest", "stages.arrow"])
    }

    @Test("a table that the store has no more is gone from the folder")
    func gone() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/crm.store"
        let store = SmallStore.make(seed: 8)
        try Self.save(store, path)
        let leads = Store(tables: store.tables.filter { $0.key == .leads })
        try Self.save(leads, path)
        #expect(TemporaryFolder.names(path) == [".lock", "generation-2", "leads.arrow", "manifest"])
        #expect(try Self.open(path) == SmallStore.content(leads))
    }

    // MARK: - Saves that do not end

    @Test("a program that ends at any step of a save leaves the old store whole, or the new one", arguments: StoreWriter.Step.allCases)
    func halted(at step: StoreWriter.Step) throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/crm.store"
        let (old, new) = (SmallStore.make(seed: 1), SmallStore.make(seed: 2))
        try Self.save(old, path)
        #expect(throws: StoreError.halted) {
            try Self.save(new, path) { reached throws(StoreError) in if reached == step { throw .halted } }
        }
        let isDone = [.manifestPlaced, .namesPlaced, .oldRemoved].contains(step)
        #expect(try Self.open(path) == SmallStore.content(isDone ? new : old))
        // The next save clears away what was left.
        try Self.save(new, path)
        #expect(try Self.open(path) == SmallStore.content(new))
        #expect(TemporaryFolder.names(path).filter { $0.hasPrefix("generation") }.count == 1)
    }

    @Test("a save that fails at any step leaves no file of its own", arguments: StoreWriter.Step.allCases.prefix { $0 != .manifestPlaced })
    func failed(at step: StoreWriter.Step) throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/crm.store"
        let failure = { (reached: StoreWriter.Step) throws(StoreError) in if reached == step { throw StoreError.interrupted } }
        #expect(throws: StoreError.interrupted) { try Self.save(SmallStore.make(seed: 2), path, reached: failure) }
        #expect(TemporaryFolder.names(folder.path) == [])
        try Self.save(SmallStore.make(seed: 1), path)
        let before = TemporaryFolder.names(path)
        #expect(throws: StoreError.interrupted) { try Self.save(SmallStore.make(seed: 2), path, reached: failure) }
        #expect(TemporaryFolder.names(path) == before)
        #expect(try Self.open(path) == SmallStore.content(SmallStore.make(seed: 1)))
    }

    @Test("a first save that was cut short can be made again")
    func cutShort() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/crm.store"
        #expect(throws: StoreError.halted) {
            try Self.save(SmallStore.make(seed: 1), path) { reached throws(StoreError) in if reached == .manifestWritten { throw .halted } }
        }
        #expect(throws: StoreError.self) { try Self.open(path) }
        try Self.save(SmallStore.make(seed: 2), path)
        #expect(try Self.open(path) == SmallStore.content(SmallStore.make(seed: 2)))
    }

    @Test("a save is stopped by the interrupt")
    func interrupted() throws {
        let folder = TemporaryFolder()
        let interrupt = Interrupt()
        interrupt.raise()
        #expect(throws: StoreError.interrupted) {
            _ = try StoreWriter(SmallStore.make(seed: 1), to: folder.path + "/crm.store", ledger: DamageLedger(), interrupt: interrupt).save()
        }
    }

    @Test("two saves into one folder do not mix")
    func locked() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/crm.store"
        let (first, second) = (SmallStore.make(seed: 1), SmallStore.make(seed: 2))
        try Self.save(first, path) { reached throws(StoreError) in
            guard reached == .linksWritten else { return }
            let error = #expect(throws: StoreError.self) { try Self.save(second, path) }
            #expect(error?.message == "is being saved by another program")
        }
        #expect(try Self.open(path) == SmallStore.content(first))
        try Self.save(second, path)
        #expect(try Self.open(path) == SmallStore.content(second))
    }

    @Test("a file, and a folder with other things in it, are not written over")
    func refused() throws {
        let folder = TemporaryFolder()
        TemporaryFolder.write([1], folder.path + "/notes.txt")
        let other = #expect(throws: StoreError.self) { try Self.save(SmallStore.make(seed: 1), folder.path) }
        #expect(other?.message == "is a folder with other things in it (`notes.txt`); nothing was written")
        let file = #expect(throws: StoreError.self) { try Self.save(SmallStore.make(seed: 1), folder.path + "/notes.txt") }
        #expect(file?.message == "is a file; nothing was written")
        let deep = #expect(throws: StoreError.self) { try Self.save(SmallStore.make(seed: 1), folder.path + "/no/crm.store") }
        #expect(deep?.message.contains("there is no folder to put it into") == true)
        let nothing = #expect(throws: StoreError.self) { try Self.save(Store(), folder.path + "/crm.store") }
        #expect(nothing?.message == "was not saved: nothing is loaded")
        #expect(TemporaryFolder.names(folder.path) == ["notes.txt"])
    }
}
