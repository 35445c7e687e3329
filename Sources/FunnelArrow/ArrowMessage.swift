import FunnelStore

/// One message of an Arrow file: metadata, and the bytes that it describes.
struct ArrowMessage {
    enum Kind: UInt8 {
        case schema = 1
        case dictionary = 2
        case batch = 3
    }

    let kind: Kind
    let header: FlatTable
    let body: Range<Int>
    let file: MappedFile
    var end: Int { body.upperBound }
}

/// Finds the messages of an Arrow file.
struct MessageReader {
    let file: MappedFile

    init(_ file: MappedFile) { self.file = file }

    private func metadata(_ range: Range<Int>) -> FlatBuffer { FlatBuffer(bytes: UnsafeRawBufferPointer(rebasing: file.bytes[range])) }

    /// What stands at the end of a file: `footer, its length, ARROW1`.
    func footer() throws(ArrowError) -> FlatTable {
        let tail = ArrowFile.magic.count + 4
        guard file.count >= 8 + tail, file.bytes.suffix(ArrowFile.magic.count).elementsEqual(ArrowFile.magic) else { throw .cutShort }
        let length = Int(try FlatBuffer(bytes: file.bytes).load(UInt32.self, at: file.count - tail))
        guard length <= file.count - tail - 8 else { throw .damaged("its footer is longer than the file") }
        let footer = try metadata(file.count - tail - length..<file.count - tail).root()
        try Self.check(version: try footer.number(0, default: Int16(0)))
        return footer
    }

    private static func check(version: Int16) throws(ArrowError) {
        guard version >= 3, version <= 4 else { throw .oldMetadata(Int(version)) }
    }

    /// The message that a block of the footer names: its offset, the length of its metadata, the length of its body.
    func message(_ block: [Int64]) throws(ArrowError) -> ArrowMessage {
        guard block[0] >= 0, block[0] < Int64(file.count), let message = try message(at: Int(block[0])) else { throw .damaged("a batch lies outside the file") }
        return message
    }

    /// The message at an offset, or nil at the end of the messages.
    func message(at offset: Int) throws(ArrowError) -> ArrowMessage? {
        if offset == file.count { return nil }
        let whole = FlatBuffer(bytes: file.bytes)
        guard offset <= file.count - 4 else { throw .cutShort }
        var start = offset + 4
        var size = try whole.load(UInt32.self, at: offset)
        // Since Arrow 0.15 a mark stands before the length.
        if size == .max {
            guard offset <= file.count - 8 else { throw .cutShort }
            size = try whole.load(UInt32.self, at: offset + 4)
            start = offset + 8
        }
        if size == 0 { return nil }
        guard Int(size) <= file.count - start else { throw .cutShort }
        let bodyStart = start + Int(size)
        let message = try metadata(start..<bodyStart).root()
        try Self.check(version: try message.number(0, default: Int16(0)))
        let length = try message.number(3, default: Int64(0))
        guard length >= 0, length <= Int64(file.count - bodyStart) else { throw .cutShort }
        guard let kind = ArrowMessage.Kind(rawValue: try message.number(1, default: UInt8(0))), let header = try message.table(2) else {
            throw .damaged("a message is of no known kind")
        }
        return ArrowMessage(kind: kind, header: header, body: bodyStart..<bodyStart + Int(length), file: file)
    }
}
