import FunnelModel
import FunnelStore
import FunnelText

/// All columns of a file, read in pieces, each under the rule that its values have settled.
struct Reading: Sendable {
    let file: DataFile
    /// By column: the pieces.
    private(set) var settled: [ColumnDecision.Settled]
    /// The rows of each piece.
    let rows: [Int]
    let ragged: [(row: Int, fields: Int)]
    /// Lines without any value that are not at the end of the file.
    let emptyLines: Int

    var rowCount: Int { rows.reduce(0, +) }

    init(_ decision: inout ColumnDecision, progress: (@Sendable (LoadProgress) -> Void)? = nil) throws {
        file = decision.file
        var jobs: [DataFile.Job] = []
        for column in 0..<file.columns {
            if let rule = decision.rules[column] { jobs.append(decision.job(column, rule)) }
        }
        let chunks = try file.read(jobs, progress: progress)
        rows = chunks.map(\.rows)
        var first = 0
        var ragged: [(row: Int, fields: Int)] = []
        var empty = 0
        var emptyAfter = 0
        for chunk in chunks {
            ragged += chunk.ragged.map { ($0.row + first, $0.fields) }
            first += chunk.rows
            empty += chunk.blankRows
            if chunk.rows > 0 {
                empty += emptyAfter + chunk.emptyInside
                emptyAfter = 0
            }
            emptyAfter += chunk.emptyAfter
        }
        self.ragged = ragged
        emptyLines = empty

        settled = []
        for column in 0..<file.columns {
            let at = jobs.firstIndex { $0.column == column }
            settled.append(try decision.settle(column, at.map { at in chunks.map { $0.parts[at] } }))
        }
    }

    /// One column out of its pieces each. Numbers whose pieces do not fit together are read once more.
    func columns(_ decision: inout ColumnDecision) throws -> [Column] {
        let made = try Parallel.map(file.columns, threads: file.request.threads) { column in
            try Assembly.column(
                file.header.names[column], settled[column].parts, rule: settled[column].rule, check: file.checkInterrupt)
        }
        var columns: [Column] = []
        for (column, made) in made.enumerated() {
            if let made {
                columns.append(made)
                continue
            }
            guard case .number(let rule) = settled[column].rule else { preconditionFailure("a column that does not fit together") }
            let again = try decision.settleLong(column, rule)
            columns.append(try Assembly.column(file.header.names[column], again.parts, rule: again.rule)!)
        }
        return columns
    }

    /// Rows of a column with a bad cell.
    func badRows(_ column: Int) -> [Int] {
        var first = 0
        var bad: [Int] = []
        for part in settled[column].parts {
            bad += part.bad.map { Int($0) + first }
            first += part.rows
        }
        return bad
    }
}
