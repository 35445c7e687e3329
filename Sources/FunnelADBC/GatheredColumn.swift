import CADBC
import FunnelArrow
import Glibc

/// A column of batches that are brought together. One thread gathers; any may ask for a slice.
final class GatheredColumn: @unchecked Sendable {
    let field: ArrowField
    private let index: Int
    /// The dictionary of what was brought together last, which is mostly that of the next as well.
    private var known: (values: FunnelArrow.ArrowArray, dictionary: ArrowDictionary)?

    init(_ field: ArrowField, at index: Int) {
        self.field = field
        self.index = index
    }

    private var name: String { field.name.isEmpty ? "column_\(index + 1)" : field.name }

    /// The column's part of a batch.
    func slice(of array: ImportedArray) throws(ADBCError) -> ColumnSlice {
        let batch = array.pointer.pointee
        guard let child = batch.children[index]?.pointee, batch.offset >= 0, child.offset >= 0, child.length - batch.offset >= batch.length else {
            throw .damagedColumn(name, "the rows are not as many as those of the batch")
        }
        guard child.n_buffers >= ColumnSlice.bufferCount(field.dictionary?.index ?? field.type), (child.dictionary != nil) == (field.dictionary != nil) else {
            throw .damagedColumn(name, "buffers are missing")
        }
        return ColumnSlice(array: child, offset: Int(child.offset + batch.offset), count: Int(batch.length))
    }

    /// The column of some batches that have rows, in one piece.
    func gather(_ arrays: [ImportedArray]) throws(ADBCError) -> FunnelArrow.ArrowArray {
        var slices: [ColumnSlice] = []
        for array in arrays { slices.append(try slice(of: array)) }
        return field.dictionary == nil ? try SliceCopy(slices, field.type, name).array() : try coded(slices)
    }

    // MARK: - Dictionaries

    /// Codes of the dictionaries of all slices, which stand one behind the other; equal neighbours are one.
    private func coded(_ slices: [ColumnSlice]) throws(ADBCError) -> FunnelArrow.ArrowArray {
        var distinct: [(slice: ColumnSlice, values: FunnelArrow.ArrowArray)] = []
        var starts: [Int] = []
        var total = 0
        for slice in slices {
            guard let own = slice.array.dictionary?.pointee, own.offset >= 0, own.length >= 0, own.n_buffers >= ColumnSlice.bufferCount(field.type) else {
                throw .damagedColumn(name, "the dictionary is missing")
            }
            let values = ColumnSlice(array: own, offset: Int(own.offset), count: Int(own.length))
            let copied = try SliceCopy([values], field.type, name).array()
            if let last = distinct.last, last.values.isEqual(to: copied) {
                starts.append(total - last.values.count)
            } else {
                distinct.append((values, copied))
                starts.append(total)
                total += copied.count
            }
        }
        guard total <= Int(Int32.max) else { throw .damagedColumn(name, "the dictionary has more than 2,147,483,647 values") }
        let dictionary: ArrowDictionary
        if let known, distinct.count == 1, known.values.isEqual(to: distinct[0].values) {
            dictionary = known.dictionary
        } else {
            let values = distinct.count == 1 ? distinct[0].values : try SliceCopy(distinct.map(\.slice), field.type, name).array()
            dictionary = ArrowDictionary([values])
            known = (values, dictionary)
        }
        guard case .integer(let bits, let isSigned)? = field.dictionary?.index else { throw .damagedColumn(name, "the codes are no integers") }
        return try SliceCopy(slices, .integer(bits: bits, isSigned: isSigned), name).codes(starts, dictionary)
    }
}

/// Rows of an array that an engine has handed over.
struct ColumnSlice {
    let array: CADBC.ArrowArray
    /// The first row, in the array's buffers.
    let offset: Int
    let count: Int

    /// The buffers that an array of a type has at least.
    static func bufferCount(_ type: ArrowType) -> Int64 {
        switch type {
        case .null: 0
        case .utf8, .utf8View: 3
        case .integer, .real, .decimal, .bool, .days, .dayMilliseconds, .time, .timestamp: 2
        }
    }

    var bufferCount: Int { Int(array.n_buffers) }

    func buffer(_ index: Int) -> UnsafeRawPointer? { array.buffers?[index] }

    /// The bits that say which rows have a value; nil where all have.
    var validity: UnsafeRawPointer? { array.null_count == 0 ? nil : buffer(0) }

    /// Where the texts of the rows begin and end in their buffer; nil for views.
    func textPlaces(_ type: ArrowType) -> (start: Int, end: Int)? {
        guard case .utf8(let bits) = type, count > 0, let offsets = buffer(1) else { return nil }
        func place(_ row: Int) -> Int {
            bits == 32
                ? Int(offsets.loadUnaligned(fromByteOffset: 4 * row, as: Int32.self)) : Int(offsets.loadUnaligned(fromByteOffset: 8 * row, as: Int64.self))
        }
        return (place(offset), place(offset + count))
    }

    /// How many bytes of text the rows need where their offsets are 32 bits wide.
    func textBytes(of field: ArrowField) -> Int {
        guard field.dictionary == nil, case .utf8(32) = field.type, let places = textPlaces(field.type) else { return 0 }
        return max(0, places.end - places.start)
    }
}
