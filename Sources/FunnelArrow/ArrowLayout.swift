import FunnelStore

/// An Arrow file laid out: every byte of it has its place before the first one is written.
///
/// All rows stand in one batch, and each buffer begins at a multiple of 64 bytes of the file, so that a column can be used
/// where it lies once the file is mapped.
struct ArrowLayout {
    enum Piece {
        case bytes([UInt8])
        case body(ArrowBody)

        var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .body(let body): body.count
            }
        }
    }

    /// Where the buffers of a column stand in the file.
    struct Places {
        var validity: Int?
        var bodies: [Int] = []
        var dictionary: [Int] = []
    }

    /// In the order of the file, without gaps.
    private(set) var pieces: [Piece] = []
    private(set) var count = 0
    /// By column.
    private(set) var places: [Places]
    private var dictionaryBlocks: [[Int64]] = []

    static let alignment = 64

    init(_ columns: [ArrowColumn], rowCount: Int) {
        places = columns.map { _ in Places() }
        add(.bytes(ArrowFile.magic + [0, 0]))
        addMetadata(ArrowMetadata.schema(columns))
        for (index, column) in columns.enumerated() {
            guard let dictionary = column.dictionary else { continue }
            let nodes = [[Int64(dictionary.count), 0]]
            var body = Body()
            body.add(nil)
            for part in dictionary.bodies { body.add(part) }
            let start = count
            let metadata = addMetadata(ArrowMetadata.dictionary(Int64(index), rows: dictionary.count, nodes: nodes, body: body))
            places[index].dictionary = add(body).dropFirst().map { $0 ?? 0 }
            dictionaryBlocks.append([Int64(start), Int64(metadata), Int64(body.count)])
        }
        var body = Body()
        var nodes: [[Int64]] = []
        for column in columns {
            nodes.append([Int64(rowCount), Int64(column.validity.map { $0.count - $0.population } ?? 0)])
            if column.type == .null { continue }
            body.add(column.validity.map { ArrowBody($0) })
            for part in column.bodies { body.add(part) }
        }
        let start = count
        let metadata = addMetadata(ArrowMetadata.batch(rows: rowCount, nodes: nodes, body: body))
        var found = add(body)[...]
        for (index, column) in columns.enumerated() where column.type != .null {
            places[index].validity = found.removeFirst()
            for _ in column.bodies { places[index].bodies.append(found.removeFirst() ?? 0) }
        }
        addEnd(columns, batch: [Int64(start), Int64(metadata), Int64(body.count)])
    }

    private mutating func add(_ piece: Piece) {
        guard piece.count > 0 else { return }
        pieces.append(piece)
        count += piece.count
    }

    /// Writes a message's metadata, filled up so that the body behind it is aligned. Returns its length.
    @discardableResult
    private mutating func addMetadata(_ message: [UInt8]) -> Int {
        let size = (count + 8 + message.count + Self.alignment - 1) / Self.alignment * Self.alignment - count - 8
        add(.bytes([0xFF, 0xFF, 0xFF, 0xFF] + Self.littleEndian(UInt32(size)) + message + [UInt8](repeating: 0, count: size - message.count)))
        return size + 8
    }

    /// Where each part of the body stands; nil for those that are left out.
    private mutating func add(_ body: Body) -> [Int?] {
        let start = count
        for (index, part) in body.parts.enumerated() {
            guard let part else { continue }
            add(.body(part))
            let next = index + 1 < body.offsets.count ? body.offsets[index + 1] : body.count
            add(.bytes([UInt8](repeating: 0, count: start + next - count)))
        }
        return zip(body.parts, body.offsets).map { part, offset in part == nil ? nil : start + offset }
    }

    private mutating func addEnd(_ columns: [ArrowColumn], batch: [Int64]) {
        add(.bytes([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]))
        let footer = ArrowMetadata.footer(columns, dictionaries: dictionaryBlocks, batches: [batch])
        add(.bytes(footer + Self.littleEndian(UInt32(footer.count)) + ArrowFile.magic))
    }

    private static func littleEndian(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }

    /// The whole file in memory.
    var bytes: [UInt8] {
        var all: [UInt8] = []
        all.reserveCapacity(count)
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): all += bytes
            case .body(let body): all += body.bytes
            }
        }
        return all
    }

    /// The buffers behind one message, each at a multiple of 64 bytes.
    struct Body {
        /// Nil for marks of missing values that are left out.
        private(set) var parts: [ArrowBody?] = []
        private(set) var offsets: [Int] = []
        private(set) var count = 0

        mutating func add(_ part: ArrowBody?) {
            parts.append(part)
            offsets.append(count)
            count += ((part?.count ?? 0) + ArrowLayout.alignment - 1) / ArrowLayout.alignment * ArrowLayout.alignment
        }

        /// Offset and length of each, as a batch's metadata tells them.
        var structs: [[Int64]] { zip(parts, offsets).map { part, offset in [Int64(offset), Int64(part?.count ?? 0)] } }
    }
}
