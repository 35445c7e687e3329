import CADBC
import FunnelArrow
import FunnelStore

/// Batches of an engine brought together into larger ones in memory of our own, laid out as an Arrow file lays them out.
///
/// Engines send some thousand rows at a time, at any offset and with any width of slack behind them; what reads columns
/// wants more rows at once and sixteen readable bytes behind every text. So the bytes are copied, once.
struct BatchGathering {
    /// Rows and bytes of text at which a batch is full.
    private static let fullRows = 524_288
    private static let fullBytes = 1 << 30

    private let columns: [GatheredColumn]
    private let fields: [ArrowField]
    private var waiting: [ImportedArray] = []
    private var waitingRows = 0
    private var batches: [ArrowBatch] = []
    private(set) var rowCount = 0

    init(_ fields: [ArrowField]) {
        self.fields = fields
        columns = fields.enumerated().map { GatheredColumn($1, at: $0) }
    }

    mutating func add(_ array: ImportedArray) throws(ADBCError) {
        let batch = array.pointer.pointee
        let rows = Int(batch.length)
        guard rows >= 0, batch.offset >= 0, rowCount + rows <= Int(Int32.max) else { throw ADBCError(.other, "the result has more than 2,147,483,647 rows") }
        guard rows > 0 else { return }
        var slices: [ColumnSlice] = []
        for column in columns { slices.append(try column.slice(of: batch)) }
        // Offsets of text have 32 bits, also of batches brought together.
        if waitingRows > 0, zip(columns, slices).contains(where: { $0.textBytes + $1.textBytes(of: $0.field) > Self.fullBytes }) { try gather() }
        for (column, slice) in zip(columns, slices) { column.add(slice) }
        waiting.append(array)
        waitingRows += rows
        rowCount += rows
        if waitingRows >= Self.fullRows { try gather() }
    }

    private mutating func gather() throws(ADBCError) {
        guard waitingRows > 0 else { return }
        var arrays: [FunnelArrow.ArrowArray] = []
        for column in columns { arrays.append(try column.take()) }
        batches.append(ArrowBatch(rowCount: waitingRows, arrays: arrays))
        waiting = []
        waitingRows = 0
    }

    mutating func file() throws(ADBCError) -> ArrowFile {
        try gather()
        return ArrowFile(fields: fields, batches: batches)
    }
}
