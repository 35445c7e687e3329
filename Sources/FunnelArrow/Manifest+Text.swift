import FunnelModel
import FunnelStore

/// The manifest as text: a line each, its fields apart by tabs; the last line seals the others.
extension Manifest {
    static let format = 1
    private static let mark = "funnel store"

    /// Whether a text is a manifest at all, of this version or of another.
    static func isManifest(_ text: String) -> Bool { text.hasPrefix(mark + "\t") }

    // MARK: - Written

    var text: String {
        var lines: [[String]] = [[Self.mark, "\(Self.format)"], ["generation", "\(generation)"]]
        for file in files { lines.append(["file", file.name, "\(file.byteCount)", Self.hex(file.checksum)]) }
        for table in tables {
            lines.append(["table", table.role.rawValue, "\(table.rowCount)", table.origin])
            for column in table.columns { lines += Self.lines("column", column.name, column) }
            for (role, index) in table.roles.sorted(by: { $0.key.rawValue < $1.key.rawValue }) { lines.append(["role", role.rawValue, "\(index)"]) }
            for (alias, index) in table.aliases.sorted(by: { $0.key < $1.key }) { lines.append(["alias", alias, "\(index)"]) }
            for state in table.states { lines.append(["state", state?.rawValue ?? "none"]) }
        }
        lines.append(["links"])
        for (column, stored) in derived.sorted(by: { $0.key.rawValue < $1.key.rawValue }) { lines += Self.lines("derived", column.rawValue, stored) }
        if let part = leadOfDeal { lines.append(["leads of deals"] + Self.fields(part)) }
        if let starts = stageStarts, let rest = stageRest {
            lines.append([runsAreLeads ? "runs of leads" : "runs of keys"] + Self.fields(starts))
            lines.append(["rest"] + Self.fields(rest))
        }
        if let leads = cycleLeads, let lengths = cycleLengths {
            lines.append(["leads with cycles"] + Self.fields(leads))
            lines.append(["cycles"] + Self.fields(lengths))
        }
        for (name, number) in numbers.sorted(by: { $0.key < $1.key }) { lines.append(["number", name, "\(number)"]) }
        let text = lines.map { $0.map(Self.escaped).joined(separator: "\t") + "\n" }.joined()
        return text + "end\t\(Self.hex(Self.checksum(text)))\n"
    }

    private static func lines(_ word: String, _ name: String, _ column: StoredColumn) -> [[String]] {
        let kind: String =
            switch column.kind {
            case .text: "text"
            case .integer: "integer"
            case .date: "date"
            case .yesNo: "yes/no"
            case .decimal(let scale): "decimal \(scale)"
            case .timestamp(let perSecond): "timestamp \(perSecond)"
            }
        return [[word, name, kind]] + column.parts.map { ["part"] + fields($0) }
    }

    private static func fields(_ part: StoredPart) -> [String] {
        [part.kind.rawValue, part.form.rawValue, "\(part.count)", "\(part.offset)", hex(part.checksum)]
    }

    private static func hex(_ number: UInt64) -> String { String(number, radix: 16) }

    private static func checksum(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { Checksum.of(UnsafeRawBufferPointer($0)) }
    }

    private static func escaped(_ field: String) -> String {
        var text = ""
        for scalar in field.unicodeScalars {
            switch scalar {
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\\": text += "\\\\"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func unescaped(_ field: Substring) -> String {
        guard field.contains("\\") else { return String(field) }
        var text = ""
        var scalars = field.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "\\", let next = scalars.next() else {
                text.unicodeScalars.append(scalar)
                continue
            }
            text.unicodeScalars.append(next == "t" ? "\t" : next == "n" ? "\n" : next == "r" ? "\r" : next)
        }
        return text
    }

    // MARK: - Read

    /// Throws where the text is of another version, or was changed since it was written.
    init(_ text: String) throws(StoreError) {
        guard Self.isManifest(text) else { throw .damagedManifest }
        let lines = text.utf8.split(separator: UInt8(ascii: "\n")).map { Substring($0) }
        let version = lines[0].split(separator: "\t").last.map(String.init) ?? ""
        guard version == "\(Self.format)" else { throw .otherVersion(version) }
        guard let last = lines.last, last.hasPrefix("end\t"), text.hasSuffix("\n"), let sum = UInt64(last.dropFirst(4), radix: 16),
            sum == Self.checksum(String(text.utf8.prefix(text.utf8.count - last.utf8.count - 1)) ?? "")
        else { throw .damagedManifest }
        var reader = ManifestReader()
        for line in lines.dropFirst().dropLast() {
            try reader.read(line.split(separator: "\t", omittingEmptySubsequences: false).map(Self.unescaped))
        }
        self = try reader.manifest()
    }
}
