package import FunnelArrow
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

    // MARK: - Columns of an engine

    /// The schema of columns that an engine has handed over.
    package static func peek(_ request: LoadRequest, _ columns: EngineColumns, interrupt: Interrupt? = nil) throws -> TableSchema {
        var request = request
        request.onError = .null
        return try ArrowReading(request, columns, interrupt: interrupt).schema()
    }

    /// What is known of columns that stay in their engine.
    package struct Recognition: Sendable {
        package var schema: TableSchema
        package var roles: [(role: ColumnRole, column: Int, recognised: Bool)]
        /// The values of the columns that clauses make, which stand behind those of the table.
        package var constants: [Value]
    }

    /// Recognises the roles of columns by their names and some rows.
    package static func recognise(_ request: LoadRequest, _ columns: EngineColumns) throws -> Recognition {
        var request = request
        request.onError = .null
        let reading = try ArrowReading(request, columns, interrupt: nil)
        let (schema, recognised) = try reading.recognised()
        return Recognition(
            schema: schema, roles: request.role.roles.compactMap { role in schema.roles[role].map { (role, $0, recognised.contains(role)) } },
            constants: try reading.assignment.constants.map { try ConstantColumn.make($0, rows: 1, request).value(0) })
    }

    /// Which texts of a status column mean which state; throws where one is not known to mean any.
    package static func states(of texts: [String], column: String, _ request: LoadRequest) throws -> [DealState: [String]] {
        let dictionary = TextDictionary(texts)
        let codes = Codes(packing: Buffer((0..<texts.count).map { UInt32($0) }), size: texts.count)
        var notes: [String] = []
        let states = try StateReading.states(Column(name: column, values: .text(codes, dictionary), validity: nil), request, notes: &notes)
        var found: [DealState: [String]] = [:]
        for (text, state) in zip(dictionary.texts, states) { if let state { found[state, default: []].append(text) } }
        return found
    }

    /// Makes a table of columns that an engine has handed over, as one is made of a file.
    package static func load(
        _ request: LoadRequest, _ columns: EngineColumns, interrupt: Interrupt, progress: @escaping @Sendable (LoadProgress) -> Void
    ) throws -> (table: Table, report: LoadReport) {
        try ArrowReading(request, columns, interrupt: interrupt).load(progress: progress)
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
            columns = try Parallel.map(columns.count, threads: request.threads) { [columns] in columns[$0].selecting(rows) }
        }
        try file.checkInterrupt()
        return try TableMaker.make(reading, &decision, errors, selection, columns)
    }
}

/// Rows that an engine has handed over, column by column.
package struct EngineColumns: Sendable {
    package var file: ArrowFile
    /// The bytes that they were read from, for the report.
    package var bytes: Int
    package var isWhole: Bool
    /// What the texts of a column are, by its place, where the engine tells it and its driver hands text over.
    package var demands: [Int: TypeDemand]

    package init(file: ArrowFile, bytes: Int, isWhole: Bool = true, demands: [Int: TypeDemand] = [:]) {
        self.file = file
        self.bytes = bytes
        self.isWhole = isWhole
        self.demands = demands
    }
}
