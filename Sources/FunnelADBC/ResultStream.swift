import CADBC
package import FunnelArrow
package import FunnelModel
import FunnelStore

/// The batches of a query's result, in the order in which the engine sends them.
package final class ResultStream: @unchecked Sendable {
    private let handle: StreamHandle
    private let watch: CancelWatch
    private let interrupt: Interrupt?
    package let fields: [ArrowField]
    /// Columns that hold numbers as text.
    private let numberTexts: Set<Int>

    init(_ statement: Statement, interrupt: Interrupt?) throws(ADBCError) {
        let handle = StreamHandle(statement)
        let watch = CancelWatch(statement, interrupt)
        do throws(ADBCError) {
            if let error = try statement.connection.call(interrupt, { statement.execute(into: handle.pointer) }) { throw error }
            guard handle.pointer.pointee.release != nil else { throw ADBCError(.other, "the driver has given no result") }
            var schema = ArrowSchema()
            try Self.check(handle, handle.pointer.pointee.get_schema(handle.pointer, &schema))
            defer { schema.release?(&schema) }
            fields = try FieldReading.fields(schema)
            numberTexts = FieldReading.numberTexts(schema)
        } catch {
            watch.end()
            throw interrupt?.isRaised == true ? .interrupted : error
        }
        self.handle = handle
        self.watch = watch
        self.interrupt = interrupt
    }

    deinit { watch.end() }

    /// The next batch; nil behind the last.
    func next() throws(ADBCError) -> ImportedArray? {
        if interrupt?.isRaised == true { throw .interrupted }
        let array = ImportedArray()
        let handle = handle
        do throws(ADBCError) {
            let code = try handle.statement.connection.call(interrupt) { handle.pointer.pointee.get_next(handle.pointer, array.pointer) }
            try Self.check(handle, code)
        } catch {
            throw interrupt?.isRaised == true ? .interrupted : error
        }
        guard array.pointer.pointee.release != nil else { return nil }
        guard array.pointer.pointee.n_children == fields.count else { throw ADBCError(.other, "a batch has other columns than the result") }
        return array
    }

    /// A stream's functions return an errno; what went wrong is told in two other ways, the newer of which has details.
    private static func check(_ handle: StreamHandle, _ code: Int32) throws(ADBCError) {
        guard code != 0 else { return }
        let (stream, driver) = (handle.pointer, handle.statement.driver)
        if driver.hasDetails, let ask = driver.functions.pointee.ErrorFromArrayStream {
            var status = AdbcStatus(ADBC_UNKNOWN)
            if let error = ask(stream, &status), error.pointee.message != nil { throw ADBCError(status, error, driver) }
        }
        let told = stream.pointee.get_last_error(stream).map { String(cString: $0) } ?? ""
        throw ADBCError(.other, told.isEmpty ? "the result breaks off (errno \(code))" : told)
    }

    /// All of it, column by column.
    ///
    /// - Parameter progress: how many rows have come.
    package func columns(progress: (Int) -> Void = { _ in }) throws(ADBCError) -> ArrowFile {
        let gathering = BatchGathering(fields)
        defer { gathering.end() }
        while let array = try next() {
            try gathering.add(array)
            progress(gathering.rowCount)
        }
        return try gathering.file()
    }

    /// A decimal out of its text; a number that is none is missing.
    private static func number(_ value: Value) -> Value {
        guard case .text(let text) = value else { return value }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let units = Int128(parts.joined()) else { return Double(text).flatMap { $0.isFinite ? .real($0) : nil } ?? .missing }
        return .exact(Exact(units, scale: parts.count == 2 ? parts[1].utf8.count : 0))
    }

    /// All of it, row by row: for the few rows of an answer.
    package func rows() throws(ADBCError) -> [[Value]] {
        let file = try columns()
        var rows: [[Value]] = []
        for batch in file.batches {
            var columns: [[Value]] = []
            for (index, (field, array)) in zip(file.fields, batch.arrays).enumerated() {
                do throws(ArrowError) {
                    let cells = try array.cells(of: field.name)
                    columns.append(numberTexts.contains(index) ? cells.map(Self.number) : cells)
                } catch {
                    throw ADBCError(.other, "the result " + error.message)
                }
            }
            for row in 0..<batch.rowCount { rows.append(columns.map { $0[row] }) }
        }
        return rows
    }
}
