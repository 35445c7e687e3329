package import FunnelStore

/// An Arrow file, opened: its columns, and its batches of rows. What its metadata says of offsets and lengths has been
/// checked; values are checked as they are decoded.
///
/// Both forms are read, the file with its footer and the stream without one. Format:
/// https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
package struct ArrowFile: Sendable {
    package let fields: [ArrowField]
    package let batches: [ArrowBatch]

    package var rowCount: Int { batches.reduce(0) { $0 + $1.rowCount } }

    static let magic = Array("ARROW1".utf8)

    /// Whether bytes begin as an Arrow file or an Arrow stream does.
    package static func isArrow(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if bytes.starts(with: magic) { return true }
        // A stream begins with the mark of a message, its length, and a flatbuffer that points at its root.
        guard bytes.count >= 16, bytes.prefix(4).allSatisfy({ $0 == 0xFF }) else { return false }
        let size = bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
        let root = bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
        return size % 8 == 0 && root < size
    }

    package init(_ file: MappedFile) throws(ArrowError) {
        let messages = MessageReader(file)
        self = file.bytes.starts(with: Self.magic) ? try Self.file(messages) : try Self.stream(messages)
        guard rowCount <= Int(Int32.max) else { throw .tooManyRows }
    }

    /// Columns that came from elsewhere than a file, laid out as in one.
    package init(fields: [ArrowField], batches: [ArrowBatch]) {
        self.fields = fields
        self.batches = batches
    }

    private static func file(_ messages: MessageReader) throws(ArrowError) -> ArrowFile {
        let footer = try messages.footer()
        guard let schema = try footer.table(1) else { throw .damaged("its columns are missing") }
        let fields = try ArrowSchema.fields(schema)
        var dictionaries = Dictionaries(fields)
        // In a file all dictionaries hold for all batches, wherever they stand.
        for block in try footer.words(2, width: 3) { try dictionaries.take(try messages.message(block), isFile: true) }
        var batches: [ArrowBatch] = []
        for block in try footer.words(3, width: 3) {
            let message = try messages.message(block)
            guard message.kind == .batch else { throw .damaged("a batch of rows is something else") }
            var reader = try BatchReader(message.header, body: message.body, file: messages.file)
            batches.append(try reader.batch(fields, dictionaries.byID))
        }
        return ArrowFile(fields: fields, batches: batches)
    }

    private static func stream(_ messages: MessageReader) throws(ArrowError) -> ArrowFile {
        guard let first = try messages.message(at: 0), first.kind == .schema else { throw .notArrow }
        let fields = try ArrowSchema.fields(first.header)
        var dictionaries = Dictionaries(fields)
        var batches: [ArrowBatch] = []
        var at = first.end
        while let message = try messages.message(at: at) {
            at = message.end
            switch message.kind {
            case .schema: throw .damaged("it tells its columns twice")
            case .dictionary: try dictionaries.take(message, isFile: false)
            case .batch:
                var reader = try BatchReader(message.header, body: message.body, file: messages.file)
                batches.append(try reader.batch(fields, dictionaries.byID))
            }
        }
        return ArrowFile(fields: fields, batches: batches)
    }
}

/// The dictionaries of a file, as far as they have been read.
private struct Dictionaries {
    private(set) var byID: [Int64: ArrowDictionary] = [:]
    private let fields: [ArrowField]

    init(_ fields: [ArrowField]) { self.fields = fields }

    /// Adds what a message brings: the values of a dictionary, or more of them. In a stream, values that come again take
    /// the place of the old ones for the batches behind.
    mutating func take(_ message: ArrowMessage, isFile: Bool) throws(ArrowError) {
        guard message.kind == .dictionary else { throw .damaged("a dictionary is something else") }
        let id = try message.header.number(0, default: Int64(0))
        guard let field = fields.first(where: { $0.dictionary?.id == id }) else { throw .damaged("a dictionary belongs to no column") }
        guard let batch = try message.header.table(1) else { throw .damagedColumn(field.name, "the dictionary is empty") }
        var reader = try BatchReader(batch, body: message.body, file: message.file)
        let piece = try reader.array(field.name, field.type)
        if try message.header.truth(2) {
            guard let known = byID[id] else { throw .damagedColumn(field.name, "the dictionary goes on before it begins") }
            byID[id] = known.appending(piece)
        } else {
            guard byID[id] == nil || !isFile else { throw .damagedColumn(field.name, "the dictionary begins twice") }
            byID[id] = ArrowDictionary([piece])
        }
    }
}
