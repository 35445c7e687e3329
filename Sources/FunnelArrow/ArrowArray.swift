package import FunnelStore
import Synchronization

/// One column of one batch: its buffers, each long enough for its rows.
package struct ArrowArray: Sendable {
    package let type: ArrowType
    package let count: Int
    let file: MappedFile
    /// Where the bits stand that say which rows have a value; nil where all have.
    let validity: Range<Int>?
    /// Offsets of texts, views of texts, or the values themselves.
    let data: Range<Int>
    /// The bytes of texts.
    let texts: [Range<Int>]
    /// Where the rows are codes: the values.
    let dictionary: ArrowDictionary?

    /// The ranges are places in `file`, each long enough for `count` rows; those of values begin with the first row.
    package init(
        type: ArrowType, count: Int, file: MappedFile, validity: Range<Int>?, data: Range<Int>, texts: [Range<Int>] = [],
        dictionary: ArrowDictionary? = nil
    ) {
        self.type = type
        self.count = count
        self.file = file
        self.validity = validity
        self.data = data
        self.texts = texts
        self.dictionary = dictionary
    }

    /// The address of a part of the file.
    func address(_ range: Range<Int>) -> UnsafeRawPointer { file.base + range.lowerBound }

    /// Whether a row has a value of its own; a code may still point at a missing one.
    @inline(__always)
    func isPresent(_ row: Int) -> Bool {
        guard let validity else { return true }
        return address(validity).load(fromByteOffset: row >> 3, as: UInt8.self) >> UInt8(row & 7) & 1 == 1
    }
}

/// The values that codes of a column stand for, in the pieces in which they came.
package final class ArrowDictionary: Sendable {
    let pieces: [ArrowArray]
    /// The code of the first value of each piece, and the number of all.
    let starts: [Int]
    package var count: Int { starts[starts.count - 1] }
    /// The texts of all pieces, once they have been found.
    let known = Mutex<ArrowTexts?>(nil)

    package init(_ pieces: [ArrowArray]) {
        self.pieces = pieces
        var total = 0
        starts =
            [0]
            + pieces.map { piece in
                total += piece.count
                return total
            }
    }

    package func appending(_ piece: ArrowArray) -> ArrowDictionary { ArrowDictionary(pieces + [piece]) }

    /// The piece in which a code's value stands, and where in it; the code is one of the dictionary.
    func place(_ code: Int) -> (piece: Int, row: Int) {
        var piece = 0
        while code >= starts[piece + 1] { piece += 1 }
        return (piece, code - starts[piece])
    }
}
