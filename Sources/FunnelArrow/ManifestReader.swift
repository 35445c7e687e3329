import FunnelModel
import FunnelStore

/// Puts a manifest together, line after line.
struct ManifestReader {
    private var found = Manifest(generation: 0)
    private var generation: Int?
    /// The column whose parts come next.
    private var column: (isDerived: Bool, name: String, kind: StoredColumn.Kind, parts: [StoredPart])?

    mutating func read(_ fields: [String]) throws(StoreError) {
        switch fields[0] {
        case "part":
            let part = try part(fields)
            guard column != nil else { throw .damagedManifest }
            column?.parts.append(part)
            return
        case "column", "derived":
            try closeColumn()
            guard fields.count == 3 else { throw .damagedManifest }
            column = (fields[0] == "derived", fields[1], try kind(fields[2]), [])
            return
        default: try closeColumn()
        }
        let table = found.tables.count - 1
        switch (fields[0], fields.count) {
        case ("generation", 2): generation = try number(fields[1])
        case ("file", 4):
            guard let checksum = UInt64(fields[3], radix: 16) else { throw .damagedManifest }
            found.files.append(Manifest.File(name: fields[1], byteCount: try number(fields[2]), checksum: checksum))
        case ("table", 4):
            guard let role = TableRole(rawValue: fields[1]), !found.tables.contains(where: { $0.role == role }) else { throw .damagedManifest }
            found.tables.append(Manifest.Table(role: role, rowCount: try number(fields[2]), origin: fields[3]))
        case ("role", 3):
            guard table >= 0, let role = ColumnRole(rawValue: fields[1]) else { throw .damagedManifest }
            found.tables[table].roles[role] = try index(fields[2])
        case ("alias", 3):
            guard table >= 0 else { throw .damagedManifest }
            found.tables[table].aliases[fields[1]] = try index(fields[2])
        case ("state", 2):
            guard table >= 0 else { throw .damagedManifest }
            let state = DealState(rawValue: fields[1])
            guard state != nil || fields[1] == "none" else { throw .damagedManifest }
            found.tables[table].states.append(state)
        case ("links", 1): break
        case ("leads of deals", _): found.leadOfDeal = try part(fields)
        case ("runs of leads", _), ("runs of keys", _):
            found.runsAreLeads = fields[0] == "runs of leads"
            found.stageStarts = try part(fields)
        case ("rest", _): found.stageRest = try part(fields)
        case ("leads with cycles", _): found.cycleLeads = try part(fields)
        case ("cycles", _): found.cycleLengths = try part(fields)
        case ("number", 3):
            guard let number = Int64(fields[2]) else { throw .damagedManifest }
            found.numbers[fields[1]] = number
        default: throw .damagedManifest
        }
    }

    mutating func manifest() throws(StoreError) -> Manifest {
        try closeColumn()
        guard let generation else { throw .damagedManifest }
        var manifest = Manifest(generation: generation)
        manifest.files = found.files
        manifest.tables = found.tables
        manifest.derived = found.derived
        manifest.leadOfDeal = found.leadOfDeal
        manifest.stageStarts = found.stageStarts
        manifest.stageRest = found.stageRest
        manifest.runsAreLeads = found.runsAreLeads
        manifest.cycleLeads = found.cycleLeads
        manifest.cycleLengths = found.cycleLengths
        manifest.numbers = found.numbers
        return manifest
    }

    private mutating func closeColumn() throws(StoreError) {
        guard let column else { return }
        let stored = StoredColumn(name: column.name, kind: column.kind, parts: column.parts)
        if column.isDerived {
            guard let derived = DerivedColumn(rawValue: column.name) else { throw .damagedManifest }
            found.derived[derived] = stored
        } else {
            guard !found.tables.isEmpty else { throw .damagedManifest }
            found.tables[found.tables.count - 1].columns.append(stored)
        }
        self.column = nil
    }

    private func number(_ field: String) throws(StoreError) -> Int {
        guard let number = Int(field), number >= 0, number < 1 << 48 else { throw .damagedManifest }
        return number
    }

    /// The index of a column of the table that is being read.
    private func index(_ field: String) throws(StoreError) -> Int {
        let index = try number(field)
        guard let table = found.tables.last, table.columns.indices.contains(index) else { throw .damagedManifest }
        return index
    }

    private func kind(_ field: String) throws(StoreError) -> StoredColumn.Kind {
        let words = field.split(separator: " ")
        switch (words.first, words.count) {
        case ("text", 1): return .text
        case ("integer", 1): return .integer
        case ("date", 1): return .date
        case ("yes/no", 1): return .yesNo
        case ("decimal", 2):
            guard let scale = Int(words[1]), (0...18).contains(scale) else { throw .damagedManifest }
            return .decimal(scale: scale)
        case ("timestamp", 2):
            guard let perSecond = Int64(words[1]), TimeUnit(rawValue: perSecond) != nil else { throw .damagedManifest }
            return .timestamp(perSecond: perSecond)
        default: throw .damagedManifest
        }
    }

    private func part(_ fields: [String]) throws(StoreError) -> StoredPart {
        guard fields.count == 6, let kind = StoredPart.Kind(rawValue: fields[1]), let form = StoredPart.Form(rawValue: fields[2]),
            let checksum = UInt64(fields[5], radix: 16)
        else { throw .damagedManifest }
        return StoredPart(kind: kind, form: form, count: try number(fields[3]), offset: try number(fields[4]), checksum: checksum)
    }
}
