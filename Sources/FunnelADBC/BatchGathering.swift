import Dispatch
import FunnelArrow
import FunnelStore
import Synchronization

/// Batches of an engine brought together into larger ones in memory of our own, laid out as an Arrow file lays them out.
///
/// Engines send some thousand rows at a time, at any offset and with any width of slack behind them; what reads columns
/// wants more rows at once and sixteen readable bytes behind every text. So the bytes are copied, once, and on a thread of
/// its own: the engine goes on meanwhile.
final class BatchGathering: @unchecked Sendable {
    /// Rows and bytes of text at which a batch is full.
    private static let fullRows = 65_536
    private static let fullBytes = 1 << 30
    /// How many full batches may wait.
    private static let mostWaiting = 4

    private let fields: [ArrowField]
    private let columns: [GatheredColumn]
    private var waiting: [ImportedArray] = []
    private var waitingRows = 0
    private var waitingBytes: [Int]
    private(set) var rowCount = 0
    private let queue = DispatchQueue(label: "funnel.gather")
    private let places = DispatchSemaphore(value: mostWaiting)
    private let made = Mutex<Result<[ArrowBatch], ADBCError>>(.success([]))

    init(_ fields: [ArrowField]) {
        self.fields = fields
        columns = fields.enumerated().map { GatheredColumn($1, at: $0) }
        waitingBytes = fields.map { _ in 0 }
    }

    func add(_ array: ImportedArray) throws(ADBCError) {
        let rows = array.rowCount
        guard rows >= 0, rowCount + rows <= Int(Int32.max) else { throw ADBCError(.other, "the result has more than 2,147,483,647 rows") }
        guard rows > 0 else { return }
        var bytes: [Int] = []
        for column in columns { bytes.append(try column.slice(of: array).textBytes(of: column.field)) }
        // Offsets of text have 32 bits, also of batches brought together.
        if waitingRows > 0, zip(waitingBytes, bytes).contains(where: { $0 + $1 > Self.fullBytes }) { gather() }
        for index in bytes.indices { waitingBytes[index] += bytes[index] }
        waiting.append(array)
        waitingRows += rows
        rowCount += rows
        if waitingRows >= Self.fullRows { gather() }
    }

    private func gather() {
        guard waitingRows > 0 else { return }
        places.wait()
        let (arrays, rows) = (waiting, waitingRows)
        queue.async { [self] in
            defer { places.signal() }
            // After a failure nothing more is needed.
            guard case .success = made.withLock({ $0 }) else { return }
            do throws(ADBCError) {
                var gathered: [ArrowArray] = []
                for column in columns { gathered.append(try column.gather(arrays)) }
                let batch = ArrowBatch(rowCount: rows, arrays: gathered)
                made.withLock { known in if case .success(let batches) = known { known = .success(batches + [batch]) } }
            } catch {
                made.withLock { $0 = .failure(error) }
            }
        }
        waiting = []
        waitingRows = 0
        waitingBytes = fields.map { _ in 0 }
    }

    /// All that has come. Called once.
    func file() throws(ADBCError) -> ArrowFile {
        gather()
        queue.sync {}
        return ArrowFile(fields: fields, batches: try made.withLock { $0 }.get())
    }

    /// Waits until nothing is copied any more: before what the batches belong to is closed.
    func end() { queue.sync {} }
}
