import FunnelArrow
import FunnelModel
import FunnelStore
import FunnelText
import Glibc

/// An Arrow file on its way to a table. Its columns have types already, which they keep; only where a role asks for another
/// one are values read as a text file's cells are.
struct ArrowReading {
    let request: LoadRequest
    let file: ArrowFile
    /// Where each column of the table comes from.
    let sources: [Source]
    let header: Header
    let byteCount: Int
    /// Whether all rows are here, and not only the first ones.
    let isWhole: Bool
    private let demands: [Int: TypeDemand]
    var assignment: RoleAssignment
    var notes: [String]
    private let interrupt: Interrupt?

    /// Rows in a piece: so few that what is made of it stays in the cache, and that the allocator keeps its memory for the next one.
    static let pieceSize = 8192

    /// Nil where the request names no Arrow file.
    init?(_ request: LoadRequest, interrupt: Interrupt?) throws {
        guard request.text == nil, let mapped = Self.map(request.path) else { return nil }
        let file: ArrowFile
        do throws(ArrowError) {
            file = try ArrowFile(mapped)
        } catch {
            throw Diagnostic.arrowFile(error, request)
        }
        try self.init(request, EngineColumns(file: file, bytes: mapped.count), interrupt: interrupt)
    }

    /// Columns that an engine has handed over go the same way.
    init(_ request: LoadRequest, _ columns: EngineColumns, interrupt: Interrupt?) throws {
        self.request = request
        self.interrupt = interrupt
        byteCount = columns.bytes
        isWhole = columns.isWhole
        demands = columns.demands
        let file = columns.file
        self.file = file
        // The names go the way of a text file's header, so that they are told apart and recognised in the same way.
        let sources = Source.all(file.fields)
        self.sources = sources
        let names = sources.map { file.fields[$0.field] }.map {
            "\"" + $0.name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
        let text = FileText(Array((names.joined(separator: ",") + "\n").utf8))
        guard !names.isEmpty, let header = Header(text, from: 0, dialect: Dialect(delimiter: Byte.comma)) else { throw Diagnostic.emptyFile(request) }
        self.header = header
        notes = header.notes
        for source in sources {
            if let time = source.time { notes.append(Note.joined(file.fields[source.field].name, file.fields[time].name)) }
        }
        assignment = try RoleAssignment(request, header: header)
        dropMisfits()
        let missing = request.role.needed.filter { assignment.roles[$0] == nil }
        guard missing.isEmpty else { throw Diagnostic.missingRoles(missing.map { ($0, nil) }, among: header.names, request) }
    }

    /// A regular file that begins as an Arrow file does.
    private static func map(_ path: String) -> MappedFile? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var start = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &start, start.count, 0)
        guard count > 0, start.withUnsafeBytes({ ArrowFile.isArrow(UnsafeRawBufferPointer(rebasing: $0[..<count])) }) else { return nil }
        return MappedFile(descriptor: descriptor)
    }

    func checkInterrupt() throws {
        if interrupt?.isRaised == true { throw Diagnostic.interrupted }
    }

    // MARK: - How columns are read

    /// The type of a column of the table, as the file has it.
    func type(_ column: Int) -> ArrowType {
        guard let time = sources[column].time, case .time(let unit) = file.fields[time].type else { return file.fields[sources[column].field].type }
        return .timestamp(unit, zone: nil)
    }

    /// How a column comes in.
    enum Way {
        /// As it is.
        case own
        /// As the cells of a text file.
        case cells(TypeDemand?)
    }

    func way(_ column: Int) -> Way {
        let type = type(column)
        let isConditional = assignment.conditional.contains { $0.column == column }
        let demand = isConditional ? nil : assignment.demand(column) ?? demands[sources[column].field]
        let fits: Bool =
            switch (type, demand) {
            case (.null, _), (.time, _): false
            case (_, nil): true
            case (.utf8, .key), (.utf8View, .key), (.utf8, .text), (.utf8View, .text), (.integer, .key): true
            case (.integer, .number), (.decimal, .number), (.real, .number): true
            case (.days, .date), (.dayMilliseconds, .date), (.timestamp, .date): true
            case (.days, .dateOrYesNo), (.dayMilliseconds, .dateOrYesNo), (.timestamp, .dateOrYesNo), (.bool, .dateOrYesNo): true
            default: false
            }
        return fits ? .own : .cells(demand)
    }

    /// A piece of the file: rows of a batch, and the number of the first of them in the file.
    struct Span: Sendable {
        var batch: Int
        var rows: Range<Int>
        var first: Int
    }

    var spans: [Span] {
        var spans: [Span] = []
        var first = 0
        for (batch, rows) in file.batches.map(\.rowCount).enumerated() {
            for start in stride(from: 0, to: rows, by: Self.pieceSize) {
                spans.append(Span(batch: batch, rows: start..<min(rows, start + Self.pieceSize), first: first + start))
            }
            first += rows
        }
        return spans
    }

    /// A header may only look like a role's: a column whose type and first values don't fit an optional role is a plain column.
    private mutating func dropMisfits() {
        for role in request.role.roles where assignment.recognised.contains(role) && !request.role.needed.contains(role) {
            guard case .column(let column) = assignment.roles[role], case .cells(let demand?) = way(column), demand == role.demand,
                let span = spans.first, let piece = try? piece(column, span.batch, span.rows)
            else { continue }
            let wish = wish(demand)
            let evidence = ArrowCells(piece).evidence(wish, limit: 1000)
            let fits: Bool =
                switch demand {
                case .key, .text: true
                case .number: evidence.pointNumbers + evidence.commaNumbers > 0
                case .date: evidence.dayFirst + evidence.monthFirst + evidence.pattern > 0
                case .dateOrYesNo: evidence.dayFirst + evidence.monthFirst + evidence.pattern + evidence.yesNoDigits > 0
                }
            guard !fits, evidence.values > 0 else { continue }
            assignment.drop(role)
            notes.append("`\(header.names[column])` is not taken for `\(role)`: none of its values fit")
        }
    }

    func wish(_ demand: TypeDemand?) -> ColumnWish {
        ColumnWish(demand: demand, pattern: request.dates.flatMap { DatePattern($0) }, zoneMinutes: request.timezoneMinutes)
    }

    func piece(_ column: Int, _ batch: Int, _ rows: Range<Int>, scale: Int? = nil) throws -> ArrowPiece {
        do throws(ArrowError) {
            let arrays = file.batches[batch].arrays
            let piece = try arrays[sources[column].field].piece(rows, of: header.names[column], scale: scale, zoneMinutes: request.timezoneMinutes)
            guard let time = sources[column].time else { return piece }
            return piece.joined(with: try arrays[time].piece(rows, of: file.fields[time].name))
        } catch {
            throw Diagnostic.arrowFile(error, request)
        }
    }
}

extension ArrowReading {
    /// What a column of the table is made of: a column of the file, and where a saved store has taken a time stamp apart, the
    /// column of its time of day.
    struct Source: Sendable {
        var field: Int
        var time: Int?

        static func all(_ fields: [ArrowField]) -> [Source] {
            var sources: [Source] = []
            var taken: Set<Int> = []
            for (index, field) in fields.enumerated() {
                guard field.type == .days, let time = fields.firstIndex(where: { $0.name == field.name + " time" }), case .time = fields[time].type else {
                    sources.append(Source(field: index))
                    continue
                }
                taken.insert(time)
                sources.append(Source(field: index, time: time))
            }
            return sources.filter { !taken.contains($0.field) }
        }
    }
}
