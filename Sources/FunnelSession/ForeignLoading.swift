import FunnelADBC
import FunnelArrow
import FunnelIngest
import FunnelModel
import FunnelText

/// `load` from files that a driver of an engine reads.
extension Session {
    /// How many rows of such a file tell its schema.
    static let peekedRows = 65_536

    /// - Parameters:
    ///   - part: the sheet of a workbook or the table of a database.
    ///   - limit: how many rows are read at most.
    func columns(of request: LoadRequest, _ kind: ForeignFile, part: String?, limit: Int? = nil) throws(Diagnostic) -> EngineColumns {
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
