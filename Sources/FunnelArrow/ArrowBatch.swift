import FunnelStore

/// Some rows of an Arrow file: an array for each column.
package struct ArrowBatch: Sendable {
    package let rowCount: Int
    package let arrays: [ArrowArray]

    package init(rowCount: Int, arrays: [ArrowArray]) {
        self.rowCount = rowCount
        self.arrays = arrays
    }
}

/// A batch's metadata, read against the bytes behind it.
struct BatchReader {
    private let file: MappedFile
    private let body: Range<Int>
    private let rowCount: Int
    private let nodes: [[Int64]]
    private let buffers: [[Int64]]
    private let viewCounts: [[Int64]]
    private var nextNode = 0
    private var nextBuffer = 0
    private var nextView = 0

    init(_ batch: FlatTable, body: Range<Int>, file: MappedFile) throws(ArrowError) {
        let rows = try batch.number(0, default: Int64(0))
        guard rows >= 0 else { throw .damaged("a batch has fewer than no rows") }
        guard rows <= Int64(Int32.max) else { throw .tooManyRows }
        rowCount = Int(rows)
        nodes = try batch.words(1, width: 2)
        viewCounts = try batch.words(4, width: 1)
        let buffers = try batch.words(2, width: 2)
        if let compression = try batch.table(3) {
            let unpacked = try Unpacking.unpack(buffers, body, file, codec: try compression.number(0, default: Int8(0)))
            (self.file, self.body, self.buffers) = (unpacked.memory, 0..<unpacked.memory.count, unpacked.buffers)
        } else {
            (self.file, self.body, self.buffers) = (file, body, buffers)
        }
    }

    /// The arrays of all columns, in order.
    mutating func batch(_ fields: [ArrowField], _ dictionaries: [Int64: ArrowDictionary]) throws(ArrowError) -> ArrowBatch {
        var arrays: [ArrowArray] = []
        for field in fields {
            var dictionary: ArrowDictionary?
            if let encoding = field.dictionary {
                dictionary = dictionaries[encoding.id]
                guard dictionary != nil else { throw .damagedColumn(field.name, "the dictionary is missing") }
            }
            arrays.append(try array(field.name, field.stored, dictionary))
        }
        // A column without values takes no bytes, so nothing in the file would bound how many rows it says it has.
        guard rowCount == 0 || arrays.contains(where: { $0.type != .null }) else { throw .noColumns }
        return ArrowBatch(rowCount: rowCount, arrays: arrays)
    }

    /// The next column of the batch.
    mutating func array(_ name: String, _ type: ArrowType, _ dictionary: ArrowDictionary? = nil) throws(ArrowError) -> ArrowArray {
        guard nextNode < nodes.count else { throw .damagedColumn(name, "the count of rows is missing") }
        let node = nodes[nextNode]
        nextNode += 1
        guard node[0] == Int64(rowCount) else { throw .damagedColumn(name, "the rows are not as many as those of the batch") }
        if type == .null {
            return ArrowArray(type: type, count: rowCount, file: file, validity: nil, data: 0..<0, texts: [], dictionary: nil)
        }
        let bits = try next(name)
        let validity = node[1] == 0 ? nil : bits
        if let validity, validity.count < (rowCount + 7) / 8 { throw .damagedColumn(name, "the marks of missing values break off") }
        let data = try next(name)
        var texts: [Range<Int>] = []
        switch type {
        case .utf8:
            texts = [try next(name)]
            // A batch without rows may leave its only offset out.
            guard data.count >= (rowCount == 0 ? 0 : (rowCount + 1) * type.bits / 8) else { throw .damagedColumn(name, "the offsets break off") }
        case .utf8View:
            guard nextView < viewCounts.count else { throw .damagedColumn(name, "the count of its buffers is missing") }
            let count = viewCounts[nextView][0]
            nextView += 1
            guard count >= 0, count <= Int64(buffers.count) else { throw .damagedColumn(name, "the count of its buffers is wrong") }
            for _ in 0..<count { texts.append(try next(name)) }
            guard data.count >= rowCount * 16 else { throw .damagedColumn(name, "the values break off") }
        default:
            guard data.count >= (rowCount * type.bits + 7) / 8 else { throw .damagedColumn(name, "the values break off") }
        }
        return ArrowArray(type: type, count: rowCount, file: file, validity: validity, data: data, texts: texts, dictionary: dictionary)
    }

    /// Where the next buffer stands in the file.
    private mutating func next(_ name: String) throws(ArrowError) -> Range<Int> {
        guard nextBuffer < buffers.count else { throw .damagedColumn(name, "a buffer is missing") }
        let (offset, length) = (buffers[nextBuffer][0], buffers[nextBuffer][1])
        nextBuffer += 1
        guard offset >= 0, length >= 0, offset <= Int64(body.count), length <= Int64(body.count) - offset else {
            throw .damagedColumn(name, "a buffer lies outside its batch")
        }
        return body.lowerBound + Int(offset)..<body.lowerBound + Int(offset + length)
    }
}
