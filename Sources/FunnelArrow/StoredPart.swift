import FunnelStore

/// One buffer of a saved store: where it stands, what it holds, and its checksum.
struct StoredPart: Sendable, Hashable {
    enum Kind: String, Sendable {
        /// Numbers, bits, or the codes of a dictionary.
        case values
        case time
        case validity
        /// Of a dictionary's texts.
        case offsets, bytes
    }

    enum Form: String, Sendable {
        case int8, int16, int32, int64, uint8, uint16, uint32
        /// One bit each, in words of 64.
        case bits

        /// The bytes of so many.
        func bytes(_ count: Int) -> Int {
            switch self {
            case .int8, .uint8: count
            case .int16, .uint16: count * 2
            case .int32, .uint32: count * 4
            case .int64: count * 8
            case .bits: (count + 63) / 64 * 8
            }
        }
    }

    let kind: Kind
    let form: Form
    let count: Int
    let offset: Int
    let checksum: UInt64

    /// The bytes of the file that it takes.
    var range: Range<Int> { offset..<offset + form.bytes(count) }
}

/// One column of a saved store.
struct StoredColumn: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case text, integer, date, yesNo
        case decimal(scale: Int)
        /// A day, and a time of day in so many units a second.
        case timestamp(perSecond: Int64)
    }

    let name: String
    let kind: Kind
    let parts: [StoredPart]

    func part(_ kind: StoredPart.Kind) -> StoredPart? { parts.first { $0.kind == kind } }
}
