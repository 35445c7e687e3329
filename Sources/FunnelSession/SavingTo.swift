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
        // An engine that is connected already holds its file for itself.
        let engine = try opened(save.engine, in: source, folder: folder, creates: true)
        var written: [(role: TableRole, rows: Int)] = []
        if !save.replaces, let taken = tables.map(\.role.rawValue).first(where: engine.has) {
            throw Diagnostic.tableExists(taken, engine.address.shown).placed(in: source, at: save.engine.place.range)
        }
        for table in tables {
            do throws(ADBCError) {
                try engine.write(table, named: table.role.rawValue, replacing: save.replaces, interrupt: interruptFlag)
            } catch {
                throw Diagnostic.engine(error, engine.address.shown).placed(in: source, at: save.engine.place.range)
            }
            written.append((table.role, table.rowCount))
        }
        try requireSound()
        emit(.saved(path: engine.address.shown, tables: written))
    }
}
