import FunnelModel
import FunnelStore

/// One file of a saved store, laid out: what is written, and what the manifest says of it.
struct StoreLayout {
    private(set) var pieces: [ArrowLayout.Piece] = []
    private(set) var byteCount = 0
    /// The bytes that no part takes.
    private var rest: [UInt8] = []

    /// What the manifest says of the file.
    func file(_ name: String) -> Manifest.File {
        Manifest.File(name: name, byteCount: byteCount, checksum: rest.withUnsafeBytes { Checksum.of($0) })
    }

    // MARK: - Tables

    /// An Arrow file of a table; and its columns, as the manifest tells them.
    static func table(_ table: Table) -> (layout: StoreLayout, columns: [StoredColumn]) {
        let groups = ArrowTable.parts(of: table.columns)
        let arrow = ArrowLayout(groups.flatMap { $0 }, rowCount: table.rowCount)
        var columns: [StoredColumn] = []
        var owned: Set<Int> = []
        var first = 0
        for (column, group) in zip(table.columns, groups) {
            let stored = column.stored(group, Array(arrow.places[first..<first + group.count]))
            owned.formUnion(stored.parts.filter { !$0.range.isEmpty }.map(\.offset))
            columns.append(stored)
            first += group.count
        }
        var layout = StoreLayout()
        for piece in arrow.pieces { layout.add(piece, isPart: owned.contains(layout.byteCount)) }
        return (layout, columns)
    }

    /// A part is told by where it begins: no other piece with bytes begins there.
    private mutating func add(_ piece: ArrowLayout.Piece, isPart: Bool) {
        guard piece.count > 0 else { return }
        pieces.append(piece)
        byteCount += piece.count
        guard !isPart else { return }
        switch piece {
        case .bytes(let bytes): rest += bytes
        case .body(let body): rest += body.bytes
        }
    }

    // MARK: - Links

    private static let mark = Array("funnel links\n".utf8)

    /// A file of buffers one behind the other, each at a multiple of 64 bytes.
    init() {}

    static func links() -> StoreLayout {
        var layout = StoreLayout()
        layout.add(.bytes(mark), isPart: false)
        layout.fill()
        return layout
    }

    private mutating func fill() {
        let gap = (ArrowLayout.alignment - byteCount % ArrowLayout.alignment) % ArrowLayout.alignment
        add(.bytes([UInt8](repeating: 0, count: gap)), isPart: false)
    }

    /// Adds a buffer, and says where it stands.
    mutating func add(_ body: ArrowBody, _ kind: StoredPart.Kind, _ form: StoredPart.Form, count: Int) -> StoredPart {
        let part = StoredPart(kind: kind, form: form, count: count, offset: byteCount, checksum: Checksum.of(body.bytes))
        add(.body(body), isPart: true)
        fill()
        return part
    }

    mutating func add(_ buffer: Buffer<Int32>) -> StoredPart { add(ArrowBody(buffer), .values, .int32, count: buffer.count) }

    mutating func add(_ values: Integers) -> StoredPart {
        let stored = values.stored
        let form: StoredPart.Form =
            switch stored.bits {
            case 8: .int8
            case 16: .int16
            case 32: .int32
            default: .int64
            }
        return add(stored.body, .values, form, count: stored.count)
    }

    mutating func add(_ column: Column) -> StoredColumn {
        var parts: [StoredPart] = []
        let kind = column.storedKind
        for (index, arrow) in column.arrow(time: "").enumerated() {
            if index == 0, let validity = arrow.validity { parts.append(add(ArrowBody(validity), .validity, .bits, count: validity.count)) }
            parts.append(add(arrow.bodies[0], index == 0 ? .values : .time, arrow.form, count: column.count))
            guard kind == .text, let dictionary = arrow.dictionary else { continue }
            parts.append(add(dictionary.bodies[0], .offsets, .int64, count: dictionary.count + 1))
            parts.append(add(dictionary.bodies[1], .bytes, .uint8, count: dictionary.bodies[1].count))
        }
        return StoredColumn(name: column.name, kind: kind, parts: parts)
    }
}

extension ArrowColumn {
    /// What the first of its buffers holds.
    fileprivate var form: StoredPart.Form {
        switch dictionary?.index ?? type {
        case .integer(8, true): .int8
        case .integer(16, true): .int16
        case .integer(32, true): .int32
        case .integer(8, false): .uint8
        case .integer(16, false): .uint16
        case .integer(32, false): .uint32
        case .bool: .bits
        case .decimal(let bits, _, _): bits == 32 ? .int32 : .int64
        case .days: .int32
        case .time(let unit): unit == .microsecond ? .int64 : .int32
        default: .int64
        }
    }
}

extension Column {
    fileprivate var storedKind: StoredColumn.Kind {
        switch values {
        case .text: .text
        case .integer: .integer
        case .decimal(_, let scale): .decimal(scale: scale)
        case .date: .date
        case .timestamp(_, _, let unit): .timestamp(perSecond: unit.rawValue)
        case .yesNo: .yesNo
        }
    }

    /// What the manifest says of a column that stands in an Arrow file.
    fileprivate func stored(_ group: [ArrowColumn], _ places: [ArrowLayout.Places]) -> StoredColumn {
        var parts: [StoredPart] = []
        func add(_ body: ArrowBody, _ kind: StoredPart.Kind, _ form: StoredPart.Form, _ count: Int, at offset: Int) {
            parts.append(StoredPart(kind: kind, form: form, count: count, offset: offset, checksum: Checksum.of(body.bytes)))
        }
        for (index, (arrow, place)) in zip(group, places).enumerated() {
            if index == 0, let validity = arrow.validity, let offset = place.validity { add(ArrowBody(validity), .validity, .bits, count, at: offset) }
            add(arrow.bodies[0], index == 0 ? .values : .time, arrow.form, count, at: place.bodies[0])
            guard case .text = values, let dictionary = arrow.dictionary else { continue }
            add(dictionary.bodies[0], .offsets, .int64, dictionary.count + 1, at: place.dictionary[0])
            add(dictionary.bodies[1], .bytes, .uint8, dictionary.bodies[1].count, at: place.dictionary[1])
        }
        return StoredColumn(name: name, kind: storedKind, parts: parts)
    }
}
