import FunnelADBC
import FunnelArrow
import FunnelIngest
import FunnelModel
import FunnelSyntax
import FunnelText

/// `load` from files that a driver of an engine reads.
extension Session {
    /// How many rows of such a file tell its schema.
    static let peekedRows = 65_536

    /// What a statement loads by way of an engine: a table of it, or a file that its driver reads. Nil for any other file.
    func engineColumns(
        _ load: LoadStatement, _ request: LoadRequest, _ engine: RemoteEngine?, limit: Int? = nil, in source: Source
    ) throws(Diagnostic) -> EngineColumns? {
        if case .table(let path, let place) = load.origin { return try columns(of: path, engine, limit: limit, in: source, place) }
        let kind = ForeignFile(request.path)
        if let place = load.partPlace, kind != .sqlite, kind != .workbook {
            throw Diagnostic.noParts(request.displayName).placed(in: source, at: place.range)
        }
        return try kind.map { kind throws(Diagnostic) in try columns(of: request, kind, part: load.part, limit: limit) }
    }

    /// - Parameters:
    ///   - part: the sheet of a workbook or the table of a database.
    ///   - limit: how many rows are read at most.
    private func columns(of request: LoadRequest, _ kind: ForeignFile, part: String?, limit: Int? = nil) throws(Diagnostic) -> EngineColumns {
        let bytes = FileReader.byteCount(request.path)
        let kind: FileReader.Kind =
            switch kind {
            case .parquet: .parquet
            case .workbook: .workbook
            case .json: .json
            case .sqlite: .sqlite
            }
        do throws(ADBCError) {
            let file = try fileReader.columns(
                request.path, kind, table: part, limit: limit, threads: settings.threads, interrupt: interruptFlag,
                progress: { [configuration] rows in
                    if limit == nil { configuration.progress(LoadProgress(rows: rows, bytes: 0, totalBytes: 0)) }
                })
            return EngineColumns(file: file, bytes: bytes, isWhole: limit.map { file.rowCount < $0 } ?? true)
        } catch {
            throw Diagnostic.foreignFile(error, request.displayName).placed(in: request.script, at: request.pathRange ?? request.range)
        }
    }
}
