import FunnelModel
import FunnelStore
import FunnelText
import Synchronization

/// A file whose header has been read and whose rows can be, column by column.
final class DataFile: Sendable {
    let request: LoadRequest
    let text: FileText
    let dialect: Dialect
    let header: Header
    let plan: ChunkPlan.Plan
    /// Whether the pieces are known to hold whole records. Where they were guessed, reading them all shows it.
    private let isCertain: Atomic<Bool>
    let isWhole: Bool
    /// What was decided on the way so far.
    let notes: [String]
    private let interrupt: Interrupt?

    var columns: Int { header.names.count }

    /// With `guesses`, the file is cut without having been read.
    init(_ request: LoadRequest, limit: Int? = nil, chunkSize: Int, guesses: Bool = false, interrupt: Interrupt? = nil) throws {
        var opened = try FileReading.open(request, limit: limit, interrupt: interrupt)
        isCertain = Atomic(!guesses)
        var layout = try Self.layout(opened.text, request, chunkSize, guesses, interrupt)
        if !layout.isUTF8 {
            let (text, note) = Encoding.repaired(opened.text)
            opened.text = text
            opened.notes.append(note)
            layout = try Self.layout(text, request, chunkSize, guesses, interrupt)
        }
        self.request = request
        self.interrupt = interrupt
        text = opened.text
        isWhole = opened.isWhole
        dialect = layout.dialect
        header = layout.header
        plan = layout.plan
        notes = opened.notes + layout.header.notes
        if plan.endsInside, isWhole { throw Diagnostic.openQuote(self) }
    }

    private struct Layout {
        var dialect: Dialect
        var header: Header
        var plan: ChunkPlan.Plan
        var isUTF8: Bool
    }

    private static func layout(
        _ text: FileText, _ request: LoadRequest, _ chunkSize: Int, _ guesses: Bool, _ interrupt: Interrupt?
    ) throws -> Layout {
        let (dialect, start) = Dialect.sniff(text, from: Encoding.start(of: text))
        guard let header = Header(text, from: start, dialect: dialect) else { throw Diagnostic.emptyFile(request) }
        let plan =
            guesses
            ? ChunkPlan.guess(text, from: header.end, dialect: dialect, chunkSize: chunkSize)
            : try ChunkPlan.make(
                text, from: header.end, dialect: dialect, chunkSize: chunkSize, threads: request.threads, interrupt: interrupt)
        for chunk in 0..<plan.count where plan.range(chunk).count > Int(Int32.max) - 64 {
            throw Diagnostic.recordTooLong(request, line: text.line(at: plan.range(chunk).lowerBound))
        }
        return Layout(
            dialect: dialect, header: header, plan: plan, isUTF8: plan.isUTF8 && Encoding.isUTF8(text, 0..<header.end))
    }

    /// To be asked between steps of long work.
    func checkInterrupt() throws {
        if interrupt?.isRaised == true { throw Diagnostic.interrupted }
    }

    /// What becomes of rows of the wrong length while cells are read.
    private var wrongLength: FieldIndex.WrongLength { request.onError == .null ? .fit : .clear }

    /// The pieces were guessed and do not hold whole records, or the text is no UTF-8.
    struct WrongGuess: Error {}

    /// Whether what was found so far may be wrong because the pieces are.
    var isGuess: Bool { !isCertain.load(ordering: .relaxed) }

    /// Holds a piece whose fields stand in the index against the guess.
    private func check(_ index: FieldIndex, _ range: Range<Int>) throws {
        if index.holdsQuote, !ChunkPlan.endsOutside(text, range, start: header.end, dialect: dialect) { throw WrongGuess() }
        if index.holdsOther, !Encoding.isUTF8(text, range) { throw WrongGuess() }
    }

    /// The fields of one piece.
    func index(_ chunk: Int, into index: FieldIndex) {
        index.build(text, plan.range(chunk), dialect: dialect, wrongLength: wrongLength)
    }

    // MARK: - Reading

    /// What was read of one piece.
    struct Chunk: Sendable {
        var rows: Int
        var ragged: [(row: Int, fields: Int)]
        var emptyInside: Int
        var emptyAfter: Int
        var blankRows: Int
        /// For each column asked for, in that order.
        var parts: [ColumnPart]
    }

    struct Job: Sendable {
        var column: Int
        var rule: ColumnRule
        var isDemanded: Bool
    }

    /// Reads columns of all pieces. Once a rule fails on one piece, the others skip that column.
    func read(_ jobs: [Job], progress: (@Sendable (LoadProgress) -> Void)? = nil) throws -> [Chunk] {
        let failed = Mutex([Bool](repeating: false, count: jobs.count))
        let done = Mutex(LoadProgress(rows: 0, bytes: header.end, totalBytes: text.count))
        let isGuess = isGuess
        let chunks = try Parallel.map(
            plan.count, threads: request.threads, scratch: { FieldIndex(columns: columns) }
        ) { index, chunk in
            try checkInterrupt()
            self.index(chunk, into: index)
            defer { text.release(plan.range(chunk)) }
            if isGuess { try check(index, plan.range(chunk)) }
            let arena = Arena()
            let skipped = failed.withLock { $0 }
            let parts = jobs.indices.map { at -> ColumnPart in
                guard !skipped[at] else { return ColumnPart(rows: index.rows) }
                let part = CellReader.read(
                    index.cells(jobs[at].column, arena: arena), jobs[at].rule, isDemanded: jobs[at].isDemanded)
                if case .failed = part.values { failed.withLock { $0[at] = true } }
                return part
            }
            if let progress {
                done.withLock { state in
                    state.rows += index.rows
                    state.bytes += plan.range(chunk).count
                    progress(state)
                }
            }
            return Chunk(
                rows: index.rows, ragged: index.ragged, emptyInside: index.emptyInside, emptyAfter: index.emptyAfter,
                blankRows: index.blankRows, parts: parts)
        }
        isCertain.store(true, ordering: .relaxed)
        return chunks
    }

    /// What all cells of a column speak for.
    func evidence(_ column: Int, _ wish: ColumnWish) throws -> Evidence {
        let pieces = try Parallel.map(
            plan.count, threads: request.threads, scratch: { FieldIndex(columns: columns) }
        ) { index, chunk -> Evidence in
            try checkInterrupt()
            self.index(chunk, into: index)
            let cells = index.cells(column, arena: Arena())
            var evidence = Evidence()
            for row in 0..<cells.rows {
                wish.weigh(cells[row], into: &evidence)
                if wish.demand == nil, !evidence.isOpen { break }
            }
            return evidence
        }
        var whole = Evidence()
        for piece in pieces { whole.add(piece) }
        return whole
    }

    /// The largest scale that a number of a column needs, among those that fit 64 bits.
    func neededScale(_ column: Int, _ rule: NumberRule) throws -> Int {
        try Parallel.map(
            plan.count, threads: request.threads, scratch: { FieldIndex(columns: columns) }
        ) { index, chunk -> Int in
            try checkInterrupt()
            self.index(chunk, into: index)
            let cells = index.cells(column, arena: Arena())
            var needed = 0
            for row in 0..<cells.rows {
                guard let number = NumberText.parse(cells[row].trimmed, rule)?.shortened, number.scale <= 18,
                    Int64(exactly: number.units) != nil
                else { continue }
                needed = max(needed, number.scale)
            }
            return needed
        }.max() ?? 0
    }

    /// What the first rows speak for, column by column: a first guess, which all cells are checked against.
    func sample(_ wishes: [ColumnWish], rows wanted: Int = 1000) -> [Evidence] {
        var evidence = [Evidence](repeating: Evidence(), count: columns)
        var seen = 0
        let index = FieldIndex(columns: columns)
        for chunk in 0..<plan.count where seen < wanted && !plan.range(chunk).isEmpty {
            self.index(chunk, into: index)
            let arena = Arena()
            let rows = min(index.rows, wanted - seen)
            for column in 0..<columns {
                let cells = index.cells(column, arena: arena)
                for row in 0..<rows {
                    if wishes[column].demand == nil, !evidence[column].isOpen { break }
                    wishes[column].weigh(cells[row], into: &evidence[column])
                }
            }
            seen += rows
        }
        return evidence
    }
}
