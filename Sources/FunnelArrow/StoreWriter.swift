package import FunnelModel
package import FunnelStore
import Glibc

/// Saves a store: a folder of Arrow files, one a table, a file of links, and a manifest that says what they are.
///
/// Each save writes a generation beside the last, into a folder of its own. The manifest is put in its place last, in one
/// step of the file system: before it the folder is the old store, and after it the new one, whatever ends the program.
package struct StoreWriter {
    /// The steps of a save, in their order: a test stops at each.
    package enum Step: CaseIterable, Sendable {
        case locked, generationMade, tableWritten, linksWritten, filesSynced, manifestWritten, manifestPlaced, namesPlaced, oldRemoved
    }

    /// What a save has written.
    package struct Report: Sendable {
        package let rows: [(role: TableRole, count: Int)]
        package let byteCount: Int
    }

    private let store: Store
    private let folder: String
    private let ledger: DamageLedger
    private let interrupt: Interrupt?
    private let reached: (Step) throws(StoreError) -> Void

    /// `ledger` is that of the session: what the store was opened from may turn out to be damaged only now.
    package init(
        _ store: Store, to folder: String, ledger: DamageLedger, interrupt: Interrupt?, reached: @escaping (Step) throws(StoreError) -> Void = { _ in }
    ) {
        self.store = store
        self.folder = folder
        self.ledger = ledger
        self.interrupt = interrupt
        self.reached = reached
    }

    package func save() throws(StoreError) -> Report {
        guard !store.tables.isEmpty else { throw .empty }
        let isNew = try makeFolder()
        let lock: StoreLock
        do throws(StoreError) {
            lock = try StoreLock(folder)
        } catch {
            if isNew { rmdir(folder) }
            throw error
        }
        defer { lock.release() }
        let generation = try nextGeneration()
        do throws(StoreError) {
            try reached(.locked)
            let (manifest, report) = try write(generation)
            try place(manifest)
            return report
        } catch {
            // What stands in the manifest is whole; what does not is removed, unless the program ends here.
            if error != .halted, try currentGeneration() != generation { removeUnfinished(generation, isNew: isNew) }
            throw error
        }
    }

    // MARK: - The folder

    /// Makes the folder, or makes sure that it is a saved store or empty. Returns whether it is new.
    private func makeFolder() throws(StoreError) -> Bool {
        if mkdir(folder, 0o755) == 0 { return true }
        guard errno == EEXIST else { throw errno == ENOENT ? .noParent : .unwritable(folder, StoreFiles.reason()) }
        guard StoreFiles.isFolder(folder) else { throw .overFile }
        let names = StoreFiles.names(in: folder)
        if names.contains(Manifest.name) {
            guard let text = try? StoreFiles.text(path(Manifest.name)), Manifest.isManifest(text) else { throw .otherFolder(Manifest.name) }
            return false
        }
        // A save that was cut short before its end leaves nothing but its own files.
        let other = names.first { $0 != StoreLock.name && $0 != Self.newManifest && Self.generation(of: $0) == nil }
        if let other { throw .otherFolder(other) }
        return false
    }

    private func path(_ name: String) -> String { folder + "/" + name }
    private static let newManifest = Manifest.name + ".new"

    private static func generation(of name: String) -> Int? {
        name.hasPrefix("generation-") ? Int(name.dropFirst("generation-".count)) : nil
    }

    /// The generation that the manifest names; nil where there is none, or it can't be read.
    private func currentGeneration() throws(StoreError) -> Int? {
        guard let text = try? StoreFiles.text(path(Manifest.name)) else { return nil }
        return (try? Manifest(text))?.generation
    }

    private func nextGeneration() throws(StoreError) -> Int {
        let known = StoreFiles.names(in: folder).compactMap(Self.generation)
        return max(known.max() ?? 0, try currentGeneration() ?? 0) + 1
    }

    private func removeUnfinished(_ generation: Int, isNew: Bool) {
        StoreFiles.remove(folder: path(Manifest.folderName(generation)))
        unlink(path(Self.newManifest))
        guard isNew else { return }
        unlink(path(StoreLock.name))
        rmdir(folder)
    }

    // MARK: - The files

    private func check() throws(StoreError) {
        if interrupt?.isRaised == true { throw .interrupted }
    }

    /// Writes all files of a generation, and brings them to the disk.
    private func write(_ generation: Int) throws(StoreError) -> (Manifest, Report) {
        let into = path(Manifest.folderName(generation))
        guard mkdir(into, 0o755) == 0 else { throw .unwritable(into, StoreFiles.reason()) }
        try reached(.generationMade)
        var manifest = Manifest(generation: generation)
        var rows: [(role: TableRole, count: Int)] = []
        for role in TableRole.allCases {
            guard let table = store.tables[role] else { continue }
            try check()
            let (layout, columns) = StoreLayout.table(table)
            try write(layout, into: into, name: Manifest.fileName(role), &manifest)
            var stored = Manifest.Table(role: role, rowCount: table.rowCount, origin: table.origin)
            stored.columns = columns
            stored.roles = table.roles
            stored.aliases = table.aliases
            stored.states = table.states
            manifest.tables.append(stored)
            rows.append((role, table.rowCount))
            try reached(.tableWritten)
        }
        try writeLinks(into: into, &manifest)
        try reached(.linksWritten)
        try StoreFiles.sync(into)
        try reached(.filesSynced)
        let damage = ledger.take()
        guard damage.isEmpty else { throw .damagedSource(damage) }
        return (manifest, Report(rows: rows, byteCount: manifest.files.reduce(0) { $0 + $1.byteCount }))
    }

    private func write(_ layout: StoreLayout, into folder: String, name: String, _ manifest: inout Manifest) throws(StoreError) {
        let file = try StoreFile(folder + "/" + name)
        for piece in layout.pieces {
            switch piece {
            case .bytes(let bytes): try file.write(bytes)
            case .body(let body): try file.write(body.bytes, check: check)
            }
        }
        try file.close()
        manifest.files.append(layout.file(name))
    }

    private func writeLinks(into folder: String, _ manifest: inout Manifest) throws(StoreError) {
        let parts = store.linkParts
        var layout = StoreLayout.links()
        for (derived, column) in parts.columns.sorted(by: { $0.key.rawValue < $1.key.rawValue }) { manifest.derived[derived] = layout.add(column) }
        manifest.leadOfDeal = parts.leadOfDeal.map { layout.add($0.value) }
        if let runs = parts.stageRuns?.value {
            manifest.stageStarts = layout.add(runs.starts)
            manifest.stageRest = layout.add(runs.rest)
            manifest.runsAreLeads = runs.areLeads
        }
        if let cycles = parts.cycles?.value {
            manifest.cycleLeads = layout.add(ArrowBody(cycles.leads), .values, .bits, count: cycles.leads.count)
            manifest.cycleLengths = layout.add(cycles.lengths)
        }
        for (number, value) in parts.numbers { manifest.numbers[number.rawValue] = value }
        try write(layout, into: folder, name: Manifest.linksName, &manifest)
    }

    // MARK: - The manifest

    /// Puts the manifest in the place of the last one; then the names that other tools read, and the end of the old files.
    private func place(_ manifest: Manifest) throws(StoreError) {
        unlink(path(Self.newManifest))
        let file = try StoreFile(path(Self.newManifest))
        try file.write(Array(manifest.text.utf8))
        try file.close()
        try reached(.manifestWritten)
        try check()
        guard rename(path(Self.newManifest), path(Manifest.name)) == 0 else { throw .unwritable(path(Manifest.name), StoreFiles.reason()) }
        try StoreFiles.sync(folder)
        try reached(.manifestPlaced)
        placeNames(manifest)
        try reached(.namesPlaced)
        for name in StoreFiles.names(in: folder) {
            guard let generation = Self.generation(of: name), generation != manifest.generation else { continue }
            StoreFiles.remove(folder: path(name))
        }
        try reached(.oldRemoved)
    }

    /// `leads.arrow` in the folder itself leads to the file of the generation. Where the file system has no links the names
    /// lack, and the store is whole without them.
    private func placeNames(_ manifest: Manifest) {
        for role in TableRole.allCases {
            let name = Manifest.fileName(role)
            let new = path(name + ".new")
            unlink(new)
            guard manifest.tables.contains(where: { $0.role == role }) else {
                unlink(path(name))
                continue
            }
            let target = Manifest.folderName(manifest.generation) + "/" + name
            if symlink(target, new) == 0 || link(path(target), new) == 0 { rename(new, path(name)) }
        }
    }
}

/// Keeps two programs from saving into one folder at a time. The system lets go of it when a program ends.
final class StoreLock {
    static let name = ".lock"
    private let descriptor: Int32

    init(_ folder: String) throws(StoreError) {
        descriptor = open(folder + "/" + Self.name, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .unwritable(folder, StoreFiles.reason()) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let reason = StoreFiles.reason()
            close(descriptor)
            throw isHeld ? .inUse : .unwritable(folder, reason)
        }
    }

    func release() { close(descriptor) }
}
