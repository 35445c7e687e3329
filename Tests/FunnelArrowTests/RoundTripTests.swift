import FunnelArrow
import FunnelModel
import FunnelStore
import Testing

/// What was written into an Arrow file is read back.
struct RoundTripTests {
    static let sizes = Array(0...70) + [65_537]

    static func file(_ bytes: [UInt8]) throws -> ArrowFile {
        try ArrowFile(bytes.withUnsafeBytes { MappedFile($0) })
    }

    @Test("columns of every type come back as they were", arguments: sizes)
    func columns(rows: Int) throws {
        let columns = RandomColumns.make(rows: rows, seed: UInt64(rows) + 1)
        let file = try Self.file(ArrowTable.bytes(columns, rowCount: rows))
        #expect(file.rowCount == rows)
        var next = 0
        for column in columns {
            let index = next
            next += 1
            #expect(file.fields[index].name == column.name)
            let read = try Self.values(file, index)
            if case .timestamp = column.values {
                let time = next
                next += 1
                #expect(file.fields[time].name == column.name + " time")
                let times = try Self.values(file, time)
                for row in 0..<rows {
                    switch (column.value(row), read[row], times[row]) {
                    case (.missing, .missing, .missing): break
                    case (.timestamp(let day, let time), .date(let other), .exact(let microseconds)):
                        if day != other || Int128(time) != microseconds.units { Issue.record("\(column.name) row \(row)") }
                    default: Issue.record("\(column.name) row \(row)")
                    }
                }
            } else {
                for row in 0..<rows where column.value(row) != read[row] { Issue.record("\(column.name) row \(row): \(read[row])") }
            }
        }
        #expect(file.fields.count == next)
    }

    /// All values of a column of a file, times of day as microseconds.
    static func values(_ file: ArrowFile, _ index: Int) throws -> [Value] {
        var found: [Value] = []
        for batch in file.batches {
            let piece = try batch.arrays[index].piece(0..<batch.rowCount, of: file.fields[index].name)
            for row in 0..<batch.rowCount {
                let isThere = piece.marks.validity.map { $0[row >> 6] >> UInt64(row & 63) & 1 == 1 } ?? true
                found.append(isThere ? value(piece.values, row) : .missing)
            }
        }
        return found
    }

    private static func value(_ values: ArrowPiece.Values, _ row: Int) -> Value {
        switch values {
        case .nothing: .missing
        case .integers(let values), .times(let values): .exact(Exact(Int128(values[row])))
        case .decimals(let values, let scale): .exact(Exact(Int128(values[row]), scale: scale))
        case .reals(let values): .real(values[row])
        case .bits(let values): .yesNo(values[row] == 1)
        case .days(let values): .date(Int(values[row]))
        case .instants(let days, let times, _, _): .timestamp(day: Int(days[row]), microseconds: times[row])
        case .texts(let texts): .text(texts.string(row))
        case .codes(let codes, let texts): .text(texts.string(Int(codes[row])))
        }
    }
}
