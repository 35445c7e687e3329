/// The distinct texts of a column, in order of first appearance: UTF-8 bytes and offsets into them, as Arrow lays them out.
package final class TextDictionary: Sendable {
    /// The texts behind each other, and where each begins; one more at the end.
    package let bytes: Buffer<UInt8>
    package let offsets: Buffer<Int64>

    /// `offsets` has one entry more than there are texts; it begins with 0 and never falls. The bytes are valid UTF-8.
    package init(bytes: Buffer<UInt8>, offsets: Buffer<Int64>) {
        precondition(offsets.count >= 1 && offsets[offsets.count - 1] <= Int64(bytes.count))
        self.bytes = bytes
        self.offsets = offsets
    }

    /// The same of a saved store, whose offsets are looked at before the first text is read.
    package init(unchecked bytes: Buffer<UInt8>, offsets: Buffer<Int64>) {
        precondition(offsets.count >= 1)
        self.bytes = bytes
        self.offsets = offsets
    }

    package convenience init(_ texts: [String]) {
        var offsets: [Int64] = [0]
        var bytes: [UInt8] = []
        for text in texts {
            bytes.append(contentsOf: text.utf8)
            offsets.append(Int64(bytes.count))
        }
        self.init(bytes: Buffer(bytes), offsets: Buffer(offsets))
    }

    package var count: Int { offsets.count - 1 }
    package var byteCount: Int { bytes.byteCount + offsets.byteCount }

    package subscript(code: Int) -> String { String(decoding: utf8(code), as: UTF8.self) }

    /// The texts of some codes, in their order.
    func selecting(_ codes: [Int]) -> TextDictionary {
        let offsets = Buffer<Int64>(zeros: codes.count + 1)
        for (index, code) in codes.enumerated() { offsets.base[index + 1] = offsets.base[index] + Int64(utf8(code).count) }
        let bytes = Buffer<UInt8>(count: Int(offsets.base[codes.count])) { out in
            for (index, code) in codes.enumerated() {
                let text = utf8(code)
                if let base = text.baseAddress { (out + Int(offsets.base[index])).update(from: base, count: text.count) }
            }
        }
        return TextDictionary(bytes: bytes, offsets: offsets)
    }

    package func utf8(_ code: Int) -> UnsafeBufferPointer<UInt8> {
        precondition(code >= 0 && code < count, "code \(code) of \(count)")
        let start = Int(offsets.base[code])
        return UnsafeBufferPointer(start: bytes.base + start, count: Int(offsets.base[code + 1]) - start)
    }

    /// All texts, by code.
    package var texts: [String] { (0..<count).map { self[$0] } }

    /// The code of a text, or nil where no entry is that text, byte for byte.
    package func code(of text: String) -> Int? {
        var text = text
        return text.withUTF8 { wanted in
            (0..<count).first { code in
                let entry = utf8(code)
                return entry.count == wanted.count && entry.elementsEqual(wanted)
            }
        }
    }
}
