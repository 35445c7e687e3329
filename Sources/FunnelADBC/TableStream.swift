import CADBC
import FunnelModel
import FunnelStore

/// A table of the store as a stream of batches, which an engine takes in as fast as it can.
///
/// The C structs own what they point at: a batch is freed by its `release`, the stream lets this object go by its own.
final class TableStream {
    /// Rows in a batch.
    static let batchSize = 65_536

    private let columns: [ExportedColumn]
    private let rowCount: Int
    private var next = 0
    private let interrupt: Interrupt?

    init(_ table: Table, forms: (Column) -> ExportedForm, interrupt: Interrupt?) {
        columns = table.columns.map { ExportedColumn($0, forms($0)) }
        rowCount = table.rowCount
        self.interrupt = interrupt
    }

    /// The stream. Whoever takes it calls its `release`.
    func stream() -> ArrowArrayStream {
        var stream = ArrowArrayStream()
        stream.get_schema = { stream, out in
            guard let stream, let out else { return 22 }
            out.pointee = TableStream.of(stream).schema()
            return 0
        }
        stream.get_next = { stream, out in
            guard let stream, let out else { return 22 }
            let table = TableStream.of(stream)
            // 125: ECANCELED
            guard table.interrupt?.isRaised != true else { return 125 }
            out.pointee = table.batch() ?? ArrowArray()
            return 0
        }
        stream.get_last_error = { _ in nil }
        stream.release = { stream in
            guard let stream, let context = stream.pointee.private_data else { return }
            Unmanaged<TableStream>.fromOpaque(context).release()
            stream.pointee.release = nil
            stream.pointee.private_data = nil
        }
        stream.private_data = Unmanaged.passRetained(self).toOpaque()
        return stream
    }

    private static func of(_ stream: UnsafeMutablePointer<ArrowArrayStream>) -> TableStream {
        Unmanaged<TableStream>.fromOpaque(stream.pointee.private_data).takeUnretainedValue()
    }

    private func schema() -> ArrowSchema {
        ExportedMemory.schema("+s", name: "", children: columns.map { ExportedMemory.schema($0.format, name: $0.name, children: []) })
    }

    private func batch() -> ArrowArray? {
        guard next < rowCount else { return nil }
        let rows = next..<min(rowCount, next + Self.batchSize)
        next = rows.upperBound
        return ExportedMemory.array(rows: rows.count, missing: 0, buffers: [nil], children: columns.map { $0.array(rows) })
    }
}

/// How a column is handed over.
enum ExportedForm {
    /// Decimals as such, time stamps and truths as such.
    case own
    /// Decimals as binary numbers, truths as 0 and 1: for engines that know no others.
    case plain
}

/// A column of the store, batch by batch as the C data interface lays it out.
struct ExportedColumn {
    let name: String
    private let column: Column
    private let form: ExportedForm

    init(_ column: Column, _ form: ExportedForm) {
        name = column.name
        self.column = column
        self.form = form
    }

    var format: String {
        switch column.values {
        case .text: "u"
        case .integer: "l"
        case .decimal(_, let scale): form == .own ? "d:18,\(scale)" : "g"
        case .date: "tdD"
        case .timestamp: "tsu:"
        case .yesNo: form == .own ? "b" : "l"
        }
    }

    func array(_ rows: Range<Int>) -> ArrowArray {
        let missing = column.missing == 0 ? 0 : rows.reduce(0) { $0 + (column.isMissing($1) ? 1 : 0) }
        var buffers: [UnsafeMutableRawPointer?] = [missing == 0 ? nil : bits(rows) { !column.isMissing($0) }]
        switch column.values {
        case .text(let codes, let dictionary): buffers += texts(rows, codes, dictionary)
        case .integer(let values): buffers.append(numbers(rows) { values[$0] })
        case .decimal(let values, let scale):
            let factor = Exact(Exact.power(scale)).double
            buffers.append(
                form == .own
                    ? numbers(rows) { row -> SIMD2<UInt64> in
                        let units = Int128(values[row])
                        return SIMD2(UInt64(truncatingIfNeeded: units), UInt64(truncatingIfNeeded: units >> 64))
                    } : numbers(rows) { Double(values[$0]) / factor })
        case .date(let days): buffers.append(numbers(rows) { Int32(truncatingIfNeeded: days[$0]) })
        case .timestamp(let days, let time, let unit):
            buffers.append(numbers(rows) { days[$0] * microsecondsPerDay + time[$0] * unit.microseconds })
        case .yesNo(let truths): buffers.append(form == .own ? bits(rows) { truths[$0] } : numbers(rows) { truths[$0] ? Int64(1) : 0 })
        }
        return ExportedMemory.array(rows: rows.count, missing: missing, buffers: buffers, children: [])
    }

    private func numbers<Number: BitwiseCopyable>(_ rows: Range<Int>, _ value: (Int) -> Number) -> UnsafeMutableRawPointer {
        let memory = ExportedMemory.bytes(rows.count * MemoryLayout<Number>.stride)
        let out = memory.bindMemory(to: Number.self, capacity: rows.count)
        for row in rows { out[row - rows.lowerBound] = value(row) }
        return memory
    }

    private func bits(_ rows: Range<Int>, _ isSet: (Int) -> Bool) -> UnsafeMutableRawPointer {
        let memory = ExportedMemory.bytes((rows.count + 7) / 8)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: (rows.count + 7) / 8)
        for row in rows where isSet(row) {
            let at = row - rows.lowerBound
            memory.assumingMemoryBound(to: UInt8.self)[at >> 3] |= 1 << UInt8(at & 7)
        }
        return memory
    }

    private func texts(_ rows: Range<Int>, _ codes: Codes, _ dictionary: TextDictionary) -> [UnsafeMutableRawPointer?] {
        let offsets = ExportedMemory.bytes((rows.count + 1) * 4)
        let ends = offsets.bindMemory(to: Int32.self, capacity: rows.count + 1)
        var total = 0
        for row in rows {
            ends[row - rows.lowerBound] = Int32(total)
            if !column.isMissing(row) { total += dictionary.utf8(codes[row]).count }
        }
        ends[rows.count] = Int32(total)
        let bytes = ExportedMemory.bytes(total)
        for row in rows where !column.isMissing(row) {
            let text = dictionary.utf8(codes[row])
            guard let start = text.baseAddress, text.count > 0 else { continue }
            (bytes + Int(ends[row - rows.lowerBound])).copyMemory(from: start, byteCount: text.count)
        }
        return [offsets, bytes]
    }
}
