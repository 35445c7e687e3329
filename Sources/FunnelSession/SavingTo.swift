import FunnelADBC
import FunnelModel
import FunnelStore
import FunnelSyntax
import FunnelText

/// `save to`: the tables of the store, written into an engine.
extension Session {
    func save(_ save: SaveToStatement, in source: Source, folder: String) throws(Diagnostic) {
        guard !configuration.isSafe else { throw Diagnostic.safeMode.placed(in: source, at: save.engine.place.range) }
        let tables = TableRole.allCases.compactMap { store.tables[$0] }
        guard !tables.isEmpty else { throw Diagnostic.nothingToSave.placed(in: source, at: save.place.range) }
        let (engine, isNew) = try openedForWriting(save.engine, in: source, folder: folder)
        do throws(Diagnostic) {
            try write(tables, into: engine, save, in: source)
        } catch {
            engine.letGo()
            if isNew, let file = engine.address.file { Files.remove([file, file + ".wal", file + "-journal", file + "-wal", file + "-shm"]) }
            throw error
        }
        emit(.saved(path: engine.address.shown, tables: tables.map { ($0.role, $0.rowCount) }))
    }

    /// All of the tables or, where the engine has transactions, none.
    private func write(_ tables: [Table], into engine: RemoteEngine, _ save: SaveToStatement, in source: Source) throws(Diagnostic) {
        guard engine.keeps else { throw Diagnostic.keptNowhere(engine.address.shown).placed(in: source, at: save.engine.place.range) }
        if !save.replaces, let taken = tables.map(\.role.rawValue).first(where: engine.has) {
            throw Diagnostic.tableExists(taken, engine.address.shown).placed(in: source, at: save.engine.place.range)
        }
        var written: [String] = []
        func asked<Result>(_ body: () throws(ADBCError) -> Result) throws(Diagnostic) -> Result {
            do throws(ADBCError) { return try body() } catch {
                throw Diagnostic.saving(error, engine.address.shown, written: written).placed(in: source, at: save.engine.place.range)
            }
        }
        let transaction = try asked { () throws(ADBCError) in try engine.begin() }
        do throws(Diagnostic) {
            for table in tables {
                try asked { () throws(ADBCError) in
                    try engine.write(table, named: table.role.rawValue, replacing: save.replaces, interrupt: interruptFlag)
                }
                if !transaction.isWhole { written.append(table.role.rawValue) }
            }
            // What was read of a damaged store is not kept.
            try requireSound()
            try asked(transaction.commit)
        } catch {
            transaction.undo()
            throw error
        }
    }
}
