import FunnelArrow
import FunnelModel
import FunnelStore

/// Values of an Arrow file written as the cells of a text file, to be read by the same code: a text that plays the role of
/// a date, a number that plays that of a text.
final class ArrowCells: @unchecked Sendable {
    /// No number and no date is longer; a longer text would only be shown as a bad one.
    private static let longest = 200

    private let memory: UnsafeMutablePointer<UInt8>
    private let fields: UnsafeMutablePointer<UInt64>
    private let rows: Int
    private let arena = Arena()

    /// Hands the cells on. Texts that are found among them stand in this object, which must outlive them.
    func withCells<Result>(_ body: (Cells) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(Cells(base: UnsafePointer(memory), fields: fields, stride: 1, rows: rows, arena: arena)) }
    }

    init(_ piece: ArrowPiece) {
        var bytes: [UInt8] = []
        rows = piece.marks.count
        fields = .allocate(capacity: max(1, rows))
        for row in 0..<rows {
            let start = bytes.count
            if piece.isPresent(row) {
                switch piece.values {
                case .texts(let texts): bytes += texts[row].prefix(Self.longest)
                case .codes(let codes, let texts): bytes += texts[Int(codes[row])].prefix(Self.longest)
                default: bytes += piece.text(row).utf8
                }
            }
            fields[row] = UInt64(start) | UInt64(bytes.count) << 32
        }
        memory = .allocate(capacity: bytes.count + FileText.padding)
        memory.initialize(repeating: 0, count: bytes.count + FileText.padding)
        for (at, byte) in bytes.enumerated() { memory[at] = byte }
    }

    /// What the first cells speak for.
    func evidence(_ wish: ColumnWish, limit: Int) -> Evidence {
        withCells { cells in
            var evidence = Evidence()
            for row in 0..<min(limit, cells.rows) { wish.weigh(cells[row], into: &evidence) }
            return evidence
        }
    }

    deinit {
        memory.deallocate()
        fields.deallocate()
    }
}

extension ArrowPiece {
    func isPresent(_ row: Int) -> Bool { marks.isPresent(row) }

    /// A value as a text file would have it; empty where there is none.
    func text(_ row: Int) -> String {
        guard isPresent(row) else { return "" }
        switch values {
        case .nothing: return ""
        case .integers(let values): return String(values[row])
        case .decimals(let values, let scale): return Exact(Int128(values[row]), scale: scale).text
        case .reals(let values): return Self.text(values[row])
        case .bits(let values): return values[row] == 1 ? "true" : "false"
        case .days(let days): return Calendar.text(Int(days[row]))
        case .instants(let days, let times, _, _): return Calendar.text(Int(days[row])) + " " + Calendar.text(timeOfDay: times[row])
        case .times(let times): return Calendar.text(timeOfDay: times[row])
        case .texts(let texts): return texts.string(row)
        case .codes(let codes, let texts): return texts.string(Int(codes[row]))
        }
    }

    /// The shortest digits that read back as the same number; whole ones without a fraction, as an id has them.
    private static func text(_ value: Double) -> String { Int64(exactly: value).map { String($0) } ?? value.description }
}
