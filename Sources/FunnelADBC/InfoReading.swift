import CADBC

/// What a driver tells of itself: rows of a code and a value, of which only texts are read.
enum InfoReading {
    /// Texts by code. Takes the stream's batches; a driver that tells nothing, or not in the way it should, gives none.
    static func texts(_ stream: UnsafeMutablePointer<ArrowArrayStream>) -> [UInt32: String] {
        var found: [UInt32: String] = [:]
        while true {
            let array = ImportedArray()
            guard stream.pointee.get_next(stream, array.pointer) == 0, array.pointer.pointee.release != nil else { return found }
            let batch = array.pointer.pointee
            guard batch.n_children == 2, let codes = batch.children[0]?.pointee, let values = batch.children[1]?.pointee, values.n_children > 0,
                let texts = values.children[0]?.pointee, codes.n_buffers == 2, values.n_buffers >= 1, texts.n_buffers == 3, let numbers = codes.buffers[1],
                let kinds = values.buffers[0], let offsets = texts.buffers[1]
            else { return found }
            // A dense union says where each value stands; in a sparse one it stands in its row.
            let places = values.n_buffers > 1 ? values.buffers[1] : nil
            for row in 0..<Int(batch.length) where kinds.load(fromByteOffset: row + Int(values.offset), as: Int8.self) == 0 {
                let own = row + Int(values.offset)
                let place = (places.map { Int($0.load(fromByteOffset: 4 * own, as: Int32.self)) } ?? own) + Int(texts.offset)
                let start = Int(offsets.load(fromByteOffset: 4 * place, as: Int32.self))
                let end = Int(offsets.load(fromByteOffset: 4 * place + 4, as: Int32.self))
                guard end >= start, let bytes = texts.buffers[2] else { continue }
                let text = UnsafeBufferPointer(start: bytes.assumingMemoryBound(to: UInt8.self) + start, count: end - start)
                found[numbers.load(fromByteOffset: 4 * (row + Int(codes.offset)), as: UInt32.self)] = String(decoding: text, as: UTF8.self)
            }
        }
    }
}
