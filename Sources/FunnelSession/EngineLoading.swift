import FunnelADBC
import FunnelArrow
import FunnelIngest
import FunnelModel
import FunnelSQL
import FunnelStore
import FunnelSyntax
import FunnelText

/// `load … from table`: a table of the engine that is connected takes a role in place, or is copied into the store.
extension Session {
    /// How many rows of an engine's table tell what its columns are used for.
    private static let sampledRows = 1000

    /// Gives the table a role where it stands: nothing is copied.
    func bind(_ load: LoadStatement, _ path: [Identifier], in source: Source, folder: String) throws(Diagnostic) {
        let known = rehearsed.tables.removeValue(forKey: load)
        let table = if let known { known } else { try boundTable(load, path, connected, in: source, folder: folder).table }
        let role = table.table.schema.role
        store = Store(tables: store.tables.filter { $0.key != role }, threads: settings.threads)
        bound[role] = table
        emit(.bound(role: role, origin: table.origin, roles: table.roles, notes: table.notes))
    }

    /// - Parameter engine: the one that is connected; in a rehearsal, the one that would be.
    func boundTable(
        _ load: LoadStatement, _ path: [Identifier], _ engine: RemoteEngine?, in source: Source, folder: String
    ) throws(Diagnostic) -> (table: BoundTable, schema: TableSchema) {
        if let clause = Self.clauseForMemory(load) { throw Diagnostic.onlyIntoMemory(clause).placed(in: source, at: load.origin.place.range) }
        let request = try Self.request(load, in: source, folder: folder, settings)
        let (engine, remote) = try remoteTable(path, engine, in: source, load.origin.place)
        guard let dialect = SQLDialect.named(engine.address.dialect) else {
            throw Diagnostic.unknownDialect(engine.address.dialect).placed(in: source, at: load.origin.place.range)
        }
        let (readable, others) = remote.withoutOthers
        let (known, broken) = readable.withoutBrokenNames
        let notes =
            others.map { "`\($0.name)` is left out: it is \($0.type)" }
            + broken.map { "`\($0)` is left out: its name holds a line break; give it another in a view of the engine, or copy the table `into memory`" }
        let sample = try asked(load.origin.place, in: source) { () throws(ADBCError) in
            try engine.columns(of: known, limit: Self.sampledRows, interrupt: interruptFlag)
        }
        let columns = EngineColumns(file: sample, bytes: 0, isWhole: false, demands: known.demands)
        let recognition = try Self.typed(others: { self.report($0) }) { () throws in try Loader.recognise(request, columns) }
        var schema = recognition.schema
        for (index, column) in known.columns.enumerated() {
            let type = column.columnType ?? .unknown
            // SQLite has no dates, and what it holds as text is read as such.
            let keeps = engine.address.kind == .sqlite && type == .text && (schema.columns[index].type == .date || schema.columns[index].type == .timestamp)
            let demand = request.role.roles.filter { schema.roles[$0] == index }.map(\.demand)
            if !keeps, !demand.allSatisfy({ Self.fits(type, $0) }) {
                throw Diagnostic.wrongType(column.name, type, schema.roles.first { $0.value == index }?.key).placed(in: source, at: load.origin.place.range)
            }
            schema.columns[index] = TableSchema.Column(column.name, keeps ? schema.columns[index].type : type)
        }
        let columnCount = known.columns.count
        var constants: [SQLConstant] = []
        for (column, value) in zip(schema.columns.dropFirst(columnCount), recognition.constants) {
            guard let constant = SQLConstant(name: column.name, value: value) else {
                throw Diagnostic.onlyIntoMemory("a constant that is neither a text nor a whole number nor a date").placed(
                    in: source, at: load.origin.place.range)
            }
            constants.append(constant)
        }
        var texts: [ColumnRole: [String]] = [:]
        for role in [ColumnRole.status, .stage] {
            guard let index = schema.roles[role] else { continue }
            if index >= columnCount {
                if case .text(let text) = recognition.constants[index - columnCount] { texts[role] = [text] }
                continue
            }
            texts[role] = try asked(load.origin.place, in: source) { () throws(ADBCError) in
                try engine.texts(of: known.columns[index].name, in: known, interrupt: interruptFlag)
            }
        }
        let states = try Self.typed(others: { self.report($0) }) { () throws in
            try Loader.states(of: texts[.status] ?? [], column: schema.column(.status)?.name ?? "", request)
        }
        let names = schema.columns.map(\.name)
        let table = BoundTable(
            engine: engine, dialect: dialect,
            table: SQLTable(path: remote.path, schema: schema, states: states, stages: texts[.stage] ?? [], constants: constants), stages: texts[.stage],
            roles: recognition.roles.map { BoundRole(role: $0.role, column: names[$0.column], recognised: $0.recognised) },
            notes: notes)
        return (table, schema)
    }

    /// All columns of the table, for the store.
    func columns(of path: [Identifier], _ engine: RemoteEngine?, limit: Int? = nil, in source: Source, _ place: Place) throws(Diagnostic) -> EngineColumns {
        let (engine, remote) = try remoteTable(path, engine, in: source, place)
        let known = remote.withoutOthers.table
        let file = try asked(place, in: source) { () throws(ADBCError) in
            try engine.columns(
                of: known, limit: limit, interrupt: interruptFlag,
                progress: { [configuration] rows in if limit == nil { configuration.progress(LoadProgress(rows: rows, bytes: 0, totalBytes: 0)) } })
        }
        return EngineColumns(file: file, bytes: 0, isWhole: limit.map { file.rowCount < $0 } ?? true, demands: known.demands)
    }

    private func remoteTable(_ path: [Identifier], _ engine: RemoteEngine?, in source: Source, _ place: Place) throws(Diagnostic) -> (RemoteEngine, RemoteTable)
    {
        guard let engine else { throw Diagnostic.notConnected.placed(in: source, at: place.range) }
        let table = try asked(place, in: source) { () throws(ADBCError) in try engine.describe(path.map(\.text), interrupt: interruptFlag) }
        return (engine, table)
    }

    private func asked<Result>(_ place: Place, in source: Source, _ body: () throws(ADBCError) -> Result) throws(Diagnostic) -> Result {
        do throws(ADBCError) { return try body() } catch { throw Diagnostic.engine(error).placed(in: source, at: place.range) }
    }

    /// A clause that needs the rows here, in words.
    private static func clauseForMemory(_ load: LoadStatement) -> String? {
        if load.filter != nil { return "`where`" }
        if load.onError != nil { return "`on error`" }
        if load.onDuplicate != nil { return "`on duplicate`" }
        if load.dates != nil { return "`dates`" }
        if load.appends { return "`append`" }
        return load.part == nil ? nil : "`table`"
    }

    private static func fits(_ type: ColumnType, _ demand: TypeDemand) -> Bool {
        switch (demand, type) {
        case (.key, .integer), (.key, .text), (.text, .text), (.date, .date), (.date, .timestamp), (.number, .integer), (.number, .decimal): true
        case (.dateOrYesNo, .date), (.dateOrYesNo, .timestamp), (.dateOrYesNo, .yesNo): true
        default: false
        }
    }
}
