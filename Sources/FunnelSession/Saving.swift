import FunnelArrow
import FunnelModel
import FunnelStore
import FunnelSyntax
import FunnelText

/// `save` and `open`: the whole store in a folder, and back.
extension Session {
    func save(_ file: FileName, in source: Source, folder: String) throws(Diagnostic) {
        guard !configuration.isSafe else { throw Diagnostic.safeMode.placed(in: source, at: file.place.range) }
        let path = Self.storePath(file, folder)
        let report: StoreWriter.Report
        do throws(StoreError) {
            report = try StoreWriter(store, to: path, ledger: damage, interrupt: interruptFlag).save()
        } catch {
            throw Diagnostic.savedStore(error, file.path).placed(in: source, at: file.place.range)
        }
        for role in TableRole.allCases { loadedFiles.insert(Files.real("\(path)/\(role.rawValue).arrow")) }
        emit(.saved(path: file.path, tables: report.rows.map { ($0.role, $0.count) }))
    }

    func open(_ file: FileName, in source: Source, folder: String) throws(Diagnostic) {
        let path = Self.storePath(file, folder)
        do throws(StoreError) {
            let opened = try StoreReader(path, name: file.path, ledger: damage, threads: settings.threads).open()
            store = opened.store
            bound = [:]
            for path in opened.files { loadedFiles.insert(Files.real(path)) }
        } catch {
            throw Diagnostic.savedStore(error, file.path).placed(in: source, at: file.place.range)
        }
        emit(.opened(path: file.path, tables: TableRole.allCases.compactMap { role in store.tables[role].map { (role, $0.rowCount) } }))
    }

    /// The schemas of a saved store: what a script that opens it is checked against.
    static func schemas(_ file: FileName, in source: Source, folder: String) throws(Diagnostic) -> [TableRole: TableSchema] {
        do throws(StoreError) {
            return try StoreReader(storePath(file, folder), name: file.path, ledger: DamageLedger()).schemas()
        } catch {
            throw Diagnostic.savedStore(error, file.path).placed(in: source, at: file.place.range)
        }
    }

    /// A path without the slash at its end, as completion leaves one behind a folder.
    static func storePath(_ file: FileName, _ folder: String) -> String {
        var path = Files.resolve(file.path, from: folder)
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
