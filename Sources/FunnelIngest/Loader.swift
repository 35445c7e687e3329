package import FunnelModel
package import FunnelStore
import FunnelText

/// The entrance to this room: a file becomes a table.
package enum Loader {
    /// The size of the pieces that threads read at once.
    private static let chunkSize = 1 << 20
    /// Files up to this size are read whole by `peek`, so that the types it tells are exact.
    private static let small = 4 << 20

    /// The schema of a file from its header and first rows. Of a large file, only columns that play a role have a type.
    ///
    /// Throws a `Diagnostic` where the file can't be read, or where header and clauses do not fit; bad cells are left to `load`.
    package static func peek(_ request: LoadRequest, interrupt: Interrupt? = nil) throws -> TableSchema {
        var request = request
        request.onError = .null
        if let file = try ArrowReading(request, interrupt: interrupt) { return try file.schema() }
        let file = try DataFile(request, limit: small, chunkSize: chunkSize, interrupt: interrupt)
        var decision = try ColumnDecision(file, isPeek: true)
        return try file.isWhole ? SchemaPeek.whole(&decision) : SchemaPeek.sampled(&decision)
    }

    /// Reads a file into a table.
    ///
    /// Throws `Diagnostic` or `Diagnostics`: the file, its rows or the clauses are wrong, or `interrupt` was raised.
    package static func load(
        _ request: LoadRequest, interrupt: Interrupt, progress: @escaping @Sendable (LoadProgress) -> Void
    ) throws -> (table: Table, report: LoadReport) {
        try load(request, interrupt: interrupt, chunkSize: chunkSize, progress: progress)
    }

    /// The road of a load. The result is the same at any number of threads and any size of pieces.
    static func load(
        _ request: LoadRequest, interrupt: Interrupt, chunkSize: Int,
        progress: @escaping @Sendable (LoadProgress) -> Void = { _ in }
    ) throws -> (table: Table, report: LoadReport) {
        if let file = try ArrowReading(request, interrupt: interrupt) { return try file.load(progress: progress) }
        // Reading a file once more, to see where its quotes are, takes a fourth of the time; nearly all do without.
        let guess = try DataFile(request, chunkSize: chunkSize, guesses: true, interrupt: interrupt)
        do {
            return try load(guess, progress)
        } catch {
            // Before the guess was seen to be right, nothing that was found counts.
            guard guess.isGuess, !interrupt.isRaised else { throw error }
        }
        return try load(DataFile(request, chunkSize: chunkSize, interrupt: interrupt), progress)
    }

    private static func load(_ file: DataFile, _ progress: @escaping @Sendable (LoadProgress) -> Void) throws -> (table: Table, report: LoadReport) {
        let request = file.request
        var decision = try ColumnDecision(file)
        let reading = try Reading(&decision, progress: progress)
        let errors = try RowErrors(reading, decision)
        var columns = try reading.columns(&decision)
        let selection = try RowChoice(reading, decision, errors, columns)
        if let rows = selection.rows {
            columns = try Parallel.map(columns.count, threads: request.threads) { [columns] in
                RowSelection.take(rows, of: columns[$0])
            }
        }
        try file.checkInterrupt()
        return try TableMaker.make(reading, &decision, errors, selection, columns)
    }
}
