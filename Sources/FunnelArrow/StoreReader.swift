package import FunnelModel
package import FunnelStore
import Glibc

/// Opens a saved store: its files are mapped and not read. Each column is held against its checksum when it is first used;
/// what is not a column, such as the metadata of the files, at once.
package struct StoreReader {
    private let folder: String
    private let ledger: DamageLedger
    private let name: String
    private let threads: Int

    /// `name`: as messages call the store. What turns out to be damaged later is noted in `ledger`.
    package init(_ folder: String, name: String, ledger: DamageLedger, threads: Int = 1) {
        self.folder = folder
        self.name = name
        self.ledger = ledger
        self.threads = threads
    }

    /// What the store holds, without its data.
    package func schemas() throws(StoreError) -> [TableRole: TableSchema] { try manifest().schemas }

    /// The store, and the files that it stands in.
    package func open() throws(StoreError) -> (store: Store, files: [String]) {
        // Between manifest and files, another program may save, and remove the generation that the manifest named.
        for _ in 0..<5 {
            let manifest = try manifest()
            do throws(StoreError) {
                return try open(manifest)
            } catch {
                guard try self.manifest().generation != manifest.generation else { throw error }
            }
        }
        throw .inUse
    }

    private func manifest() throws(StoreError) -> Manifest {
        guard StoreFiles.exists(folder) else { throw .noFolder }
        guard StoreFiles.isFolder(folder) else { throw .isFile }
        guard let text = try StoreFiles.text(folder + "/" + Manifest.name) else { throw .notAStore }
        guard Manifest.isManifest(text) else { throw .notAStore }
        return try Manifest(text)
    }

    // MARK: - Files

    private func open(_ manifest: Manifest) throws(StoreError) -> (store: Store, files: [String]) {
        var files: [String: MappedFile] = [:]
        var paths: [String] = []
        for file in manifest.files {
            let path = "\(folder)/\(Manifest.folderName(manifest.generation))/\(file.name)"
            guard !file.name.contains("/") else { throw .damagedManifest }
            guard let mapped = MappedFile(path: path) else {
                if errno == ENOENT { throw .missing(file.name) }
                throw .unreadable(file.name, StoreFiles.reason())
            }
            guard mapped.count == file.byteCount else { throw .damaged(file.name, "has \(mapped.count) bytes instead of \(file.byteCount)") }
            files[file.name] = mapped
            paths.append(path)
        }
        for file in manifest.files { try verifyRest(of: file, files[file.name], manifest) }
        let links = files[Manifest.linksName].map { StoredFile($0, name: Manifest.linksName, store: name, ledger: ledger) }
        guard let links else { throw .missing(Manifest.linksName) }
        var tables: [TableRole: Table] = [:]
        for table in manifest.tables {
            let fileName = Manifest.fileName(table.role)
            guard let file = files[fileName] else { throw .missing(fileName) }
            tables[table.role] = try self.table(table, StoredFile(file, name: fileName, store: name, ledger: ledger))
        }
        let parts = try linkParts(manifest, tables, links)
        guard let store = Store(tables: tables, parts: parts, threads: threads) else { throw .damagedManifest }
        return (store, paths)
    }

    /// Holds the bytes of a file that belong to no column against their checksum. Parts may not overlap.
    private func verifyRest(of file: Manifest.File, _ mapped: MappedFile?, _ manifest: Manifest) throws(StoreError) {
        guard let mapped else { return }
        var rest: [UInt8] = []
        var at = 0
        for part in manifest.parts(of: file.name).filter({ !$0.range.isEmpty }).sorted(by: { $0.offset < $1.offset }) {
            guard part.offset >= at, part.range.upperBound <= mapped.count else { throw .damagedManifest }
            rest += mapped.bytes[at..<part.offset]
            at = part.range.upperBound
        }
        rest += mapped.bytes[at...]
        guard rest.withUnsafeBytes({ Checksum.of($0) }) == file.checksum else { throw .damaged(file.name, "is not the file that was saved") }
    }

    // MARK: - Tables

    private func table(_ table: Manifest.Table, _ file: StoredFile) throws(StoreError) -> Table {
        guard table.rowCount <= Int(Int32.max), !table.columns.isEmpty || table.rowCount == 0 else { throw .damagedManifest }
        var columns: [Column] = []
        for stored in table.columns {
            let column = try file.column(stored, named: "column `\(stored.name)` of")
            guard column.count == table.rowCount else { throw .damagedManifest }
            columns.append(column)
        }
        guard table.states.isEmpty || table.roles[.status] != nil else { throw .damagedManifest }
        return Table(
            role: table.role, rowCount: table.rowCount, columns: columns, roles: table.roles, aliases: table.aliases, states: table.states,
            origin: table.origin)
    }

    // MARK: - Links

    private func linkParts(_ manifest: Manifest, _ tables: [TableRole: Table], _ links: StoredFile) throws(StoreError) -> LinkParts {
        var parts = LinkParts()
        for (derived, stored) in manifest.derived {
            parts.columns[derived] = try links.column(stored, named: "column `\(derived.name)` in").renamed(derived.name)
        }
        let leadCount = Int32(clamping: tables[.leads]?.rowCount ?? 0)
        if let part = manifest.leadOfDeal {
            parts.leadOfDeal = try links.numbers(part, named: "the leads of deals in", within: -1...leadCount - 1, substitute: -1)
        }
        if let starts = manifest.stageStarts, let rest = manifest.stageRest {
            parts.stageRuns = try links.runs(
                starts, rest, areLeads: manifest.runsAreLeads, rowCount: tables[.stages]?.rowCount ?? 0, leadCount: leadCount)
        }
        for number in LinkParts.Number.allCases { parts.numbers[number] = manifest.numbers[number.rawValue] }
        if let leads = manifest.cycleLeads, let lengths = manifest.cycleLengths {
            guard let step = parts.numbers[.cycleStep], step > 0 else { throw .damagedManifest }
            parts.cycles = try links.cycles(leads, lengths, step: step)
        }
        return parts
    }
}

extension Manifest {
    /// All parts that stand in a file.
    func parts(of file: String) -> [StoredPart] {
        if file == Self.linksName {
            let single = [leadOfDeal, stageStarts, stageRest, cycleLeads, cycleLengths].compactMap { $0 }
            return derived.values.flatMap(\.parts) + single
        }
        return tables.filter { Self.fileName($0.role) == file }.flatMap { $0.columns.flatMap(\.parts) }
    }
}
