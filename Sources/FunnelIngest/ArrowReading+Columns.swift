import FunnelArrow
import FunnelModel
import FunnelStore
import FunnelText

/// The columns of an Arrow file, made of its pieces.
extension ArrowReading {
    /// A column, and what there is to say of it.
    struct Made: Sendable {
        var column: Column
        /// Rows whose value does not fit, in rising order, and what the first of them holds.
        var bad: [Int] = []
        var example = ""
        var demand: TypeDemand?
        var notes: [String] = []
    }

    /// `limit`: how many pieces are read.
    func column(_ index: Int, limit: Int? = nil) throws -> Made {
        let spans = Array(spans.prefix(limit ?? .max))
        switch way(index) {
        case .own: return try own(index, spans)
        case .cells(let demand): return try cells(index, demand, spans)
        }
    }

    private func own(_ index: Int, _ spans: [Span]) throws -> Made {
        let name = header.names[index]
        let arena = Arena()
        var reals: ArrowPart.RealRule?
        let parts: [(part: ColumnPart, empty: Int, notNumbers: Int)]
        switch type(index) {
        case .decimal, .real:
            // How many digits stand behind the point is known when all have been looked at.
            func read(scale: Int?) throws -> [ArrowPiece] {
                try Parallel.map(spans.count, threads: request.threads) { at in
                    try checkInterrupt()
                    return try piece(index, spans[at].batch, spans[at].rows, scale: scale)
                }
            }
            var pieces = try read(scale: nil)
            if case .decimal = type(index), pieces.contains(where: { !$0.marks.misfits.isEmpty }) {
                // Digits behind the point that are zero in every row make room for larger numbers.
                pieces = try read(scale: try neededScale(index, spans))
            }
            if case .real = type(index) { reals = ArrowPart.realRule(pieces) }
            parts = try Parallel.map(spans.count, threads: request.threads) { [pieces, reals] at in
                try checkInterrupt()
                return ArrowPart.make(pieces[at], reals: reals, arena: arena)
            }
        default:
            // A piece becomes a part while it is in the cache, and its memory serves the next one.
            parts = try Parallel.map(spans.count, threads: request.threads) { at in
                try checkInterrupt()
                return ArrowPart.make(try piece(index, spans[at].batch, spans[at].rows), reals: nil, arena: arena)
            }
        }
        guard let column = try Assembly.column(name, parts.map(\.part), rule: rule(type(index)), check: checkInterrupt) else {
            preconditionFailure("pieces of one scale that do not fit together")
        }
        var made = Made(column: column, notes: TableMaker.notes(name, rule(type(index)), Evidence(), parts.map(\.part)))
        noteBad(parts.map(\.part), spans, index, &made)
        let empty = parts.reduce(0) { $0 + $1.empty }
        if empty > 0 { made.notes.append(Note.emptyTexts(empty, name)) }
        let notNumbers = parts.reduce(0) { $0 + $1.notNumbers }
        if notNumbers > 0 { made.notes.append(Note.notNumbers(notNumbers, name)) }
        if let reals, reals.rounds { made.notes.append(Note.rounded(name, reals.scale)) }
        return made
    }

    private func neededScale(_ index: Int, _ spans: [Span]) throws -> Int {
        var needed = 0
        for span in spans {
            do throws(ArrowError) {
                needed = max(needed, try file.batches[span.batch].arrays[sources[index].field].neededScale(span.rows, of: header.names[index]))
            } catch {
                throw Diagnostic.arrowFile(error, request)
            }
        }
        return needed
    }

    /// The rule of a text file under which pieces of such a type are put together.
    private func rule(_ type: ArrowType) -> ColumnRule {
        switch type {
        case .integer, .decimal, .real: .number(NumberRule(mark: .point))
        case .bool: .yesNo(digits: false)
        case .days, .dayMilliseconds, .timestamp: .date(DateRule())
        case .null, .utf8, .utf8View, .time: .text
        }
    }

    /// As a text file's columns are read: the first values speak for a rule, and where it does not hold for all, all decide.
    private func cells(_ index: Int, _ demand: TypeDemand?, _ spans: [Span]) throws -> Made {
        let name = header.names[index]
        let pieces = try Parallel.map(spans.count, threads: request.threads) { at in
            try checkInterrupt()
            return ArrowCells(try piece(index, spans[at].batch, spans[at].rows))
        }
        let wish = wish(demand)
        let isDemanded = demand == .number || demand == .date || demand == .dateOrYesNo
        func read(_ rule: ColumnRule) throws -> [ColumnPart] {
            try Parallel.map(pieces.count, threads: request.threads) { at in
                try checkInterrupt()
                return pieces[at].withCells { CellReader.read($0, rule, isDemanded: isDemanded) }
            }
        }
        var evidence = pieces.first.map { $0.evidence(wish, limit: 1000) } ?? Evidence()
        var rule = demand == nil ? .text : wish.rule(for: evidence, isWhole: false)
        var parts = try rule.map(read) ?? []
        if rule == nil || parts.contains(where: { $0.isFailed || !$0.bad.isEmpty }) {
            evidence = Evidence()
            for piece in try Parallel.map(pieces.count, threads: request.threads, { pieces[$0].evidence(wish, limit: .max) }) { evidence.add(piece) }
            let decided = wish.rule(for: evidence, isWhole: true)
            if decided != rule { parts = try decided.map(read) ?? [] }
            rule = decided
        }
        if rule == nil, spans.count < self.spans.count {
            // The rows behind the first may tell the order of day and month: for the type it is all the same.
            rule = .date(DateRule(allowsCompact: true))
            parts = try rule.map(read) ?? []
        }
        guard var rule else { throw Diagnostic.ambiguousArrowDates(name, evidence.ambiguousExample, request) }
        var column = parts.contains(where: \.isTooLong) ? nil : try Assembly.column(name, parts, rule: rule, check: checkInterrupt)
        if column == nil, case .number(var number) = rule {
            number.scale = neededScale(pieces, number)
            rule = .number(number)
            parts = try read(rule)
            column = try Assembly.column(name, parts, rule: rule, check: checkInterrupt)
        }
        guard let column else { preconditionFailure("a column that does not fit together") }
        var made = Made(column: column, demand: demand, notes: TableMaker.notes(name, rule, evidence, parts))
        noteBad(parts, spans, index, &made)
        // The texts of the parts stand in the cells.
        return withExtendedLifetime(pieces) { made }
    }

    /// The largest scale that a number among cells needs, of those that fit 64 bits.
    private func neededScale(_ pieces: [ArrowCells], _ rule: NumberRule) -> Int {
        var needed = 0
        for piece in pieces {
            piece.withCells { cells in
                for row in 0..<cells.rows {
                    guard let number = NumberText.parse(cells[row].trimmed, rule)?.shortened, number.scale <= 18, Int64(exactly: number.units) != nil
                    else { continue }
                    needed = max(needed, number.scale)
                }
            }
        }
        return needed
    }

    private func noteBad(_ parts: [ColumnPart], _ spans: [Span], _ index: Int, _ made: inout Made) {
        for (part, span) in zip(parts, spans) {
            for row in part.bad.sorted() {
                if made.bad.isEmpty { made.example = text(index, span.batch, span.rows.lowerBound + Int(row)) }
                made.bad.append(span.first + Int(row))
            }
        }
    }

    /// A value as it is shown.
    func text(_ column: Int, row: Int) -> String {
        guard let span = spans.last(where: { $0.first <= row }) else { return "" }
        return text(column, span.batch, span.rows.lowerBound + row - span.first)
    }

    private func text(_ column: Int, _ batch: Int, _ row: Int) -> String {
        let array = file.batches[batch].arrays[sources[column].field]
        guard let piece = try? piece(column, batch, row..<row + 1), piece.marks.misfits.isEmpty else { return array.written(row) }
        return piece.text(0)
    }
}
