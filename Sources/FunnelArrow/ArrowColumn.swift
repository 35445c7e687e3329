import FunnelStore

/// Bytes of an Arrow file's body that stand in memory already.
struct ArrowBody {
    /// Keeps the bytes.
    private let owner: AnyObject
    let base: UnsafeRawPointer
    let count: Int

    init<Element>(_ buffer: Buffer<Element>) { self.init(buffer, byteCount: buffer.byteCount) }

    /// The first bytes of a buffer.
    init<Element>(_ buffer: Buffer<Element>, byteCount: Int) {
        precondition(byteCount <= buffer.byteCount)
        owner = buffer
        base = UnsafeRawPointer(buffer.base)
        count = byteCount
    }

    /// Whole words of bits, as a mapped file is to be read.
    init(_ bits: Bitmap) { self.init(bits.words, byteCount: (bits.count + 63) / 64 * 8) }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}

/// One column as it will stand in an Arrow file.
struct ArrowColumn {
    struct Dictionary {
        /// The type of the codes.
        var index: ArrowType
        var count: Int
        var bodies: [ArrowBody]
    }

    var name: String
    var type: ArrowType
    /// Which rows have a value; nil where all have.
    var validity: Bitmap?
    /// The values; of texts the offsets, then the bytes; of a column with a dictionary the codes.
    var bodies: [ArrowBody]
    var dictionary: Dictionary?
}

extension TextDictionary {
    /// Offsets and bytes. The bytes are those that the offsets reach.
    var bodies: [ArrowBody] { [ArrowBody(offsets), ArrowBody(bytes, byteCount: Int(offsets[count]))] }
}
