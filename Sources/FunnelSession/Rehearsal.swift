import FunnelADBC
import FunnelBinder
import FunnelIngest
import FunnelModel
import FunnelPlan
import FunnelSyntax
import FunnelText

/// A script gone through before it runs: every statement is bound against what the statements before it would leave, with
/// the headers of files for the tables that they would load. No data is read.
struct Rehearsal {
    private let session: Session
    private let folder: String
    private var context: BindingContext
    private var settings: Settings
    private var including: [String] = []
    /// Tables whose load can't be right: what is said of them afterwards would only repeat it.
    private var broken: Set<TableRole> = []
    private var found: [Diagnostic] = []
    /// The engine that would be connected; and whether that is one which a statement before would make.
    private var engine: RemoteEngine?
    private var isEngineOpen = false
    private var made: Set<String> = []
    /// What statements before would have saved, by path.
    private var saved: [String: [TableRole: TableSchema]] = [:]

    init(_ session: Session, folder: String) {
        self.session = session
        self.folder = folder
        context = session.context
        settings = session.settings
        including = session.including
        engine = session.connected
        session.rehearsed = Rehearsed()
    }

    /// All that is wrong with a script, in the order of the text.
    mutating func problems(with script: Script, in source: Source) -> [Diagnostic] {
        for statement in script.statements { visit(statement, in: source, folder: folder) }
        return found
    }

    private mutating func visit(_ statement: Statement, in source: Source, folder: String) {
        do throws(Diagnostic) {
            try rehearse(statement, in: source, folder: folder)
        } catch {
            if error.cause == .tableNotLoaded, !broken.isEmpty { return }
            found.append(error.placed(in: source, at: statement.range))
        }
    }

    private mutating func rehearse(_ statement: Statement, in source: Source, folder: String) throws(Diagnostic) {
        switch statement {
        case .query(let query):
            _ = try session.format(query.format, query.into, in: source)
            _ = try Binder.bind(query, in: source, context)
        case .explain(let query, _):
            _ = try Explanation(context).lines(query, in: source)
            if !query.keys.isEmpty || query.filter != nil { _ = try Binder.bind(query, in: source, context) }
        case .funnel(let funnel), .leaks(let funnel), .plan(.funnel(let funnel), _, _): _ = try Binder.bind(funnel, in: source, context)
        case .transitions(let query, _):
            guard context.schemas[.stages] != nil else { throw Diagnostic.tableNotLoaded(.stages).placed(in: source, at: query.place.range) }
            _ = try Binder.bind(FunnelStatement(steps: [], order: .ordered, isOpen: false, query: query, place: query.place), in: source, context)
        case .why(let why): _ = try Binder.bind(why.query, in: source, context)
        case .compare(let kpi, _, _):
            guard context.definitions[kpi.folded] != nil else {
                throw Diagnostic.notAKPI(kpi.text, known: context.definitions.names).placed(in: source, at: kpi.range)
            }
        case .target(let target):
            try Binder.check(target, in: source, context)
            context.targets.append((target, source))
        case .test(let test): found += TestBlock(session, context).problems(test, in: source)
        case .plan(.query(let query), _, _), .time(let query, _): _ = try Binder.bind(query, in: source, context)
        case .sql(let asked, let dialect, _):
            _ = try Session.dialect(dialect, in: source)
            try rehearse(asked, in: source, folder: folder)
        case .check(let check): _ = try Binder.bind(check, in: source, context)
        case .list(let list):
            _ = try session.format(list.format, list.into, in: source)
            _ = try Binder.bind(list, in: source, context)
        case .describe(let table, _):
            guard let table else { return }
            guard let role = Binder.table(named: table.folded) else { throw Diagnostic.unknownTable(table.text).placed(in: source, at: table.range) }
            guard context.schemas[role] != nil else { throw Diagnostic.tableNotLoaded(role).placed(in: source, at: table.range) }
        case .connect(let name, let place): try rehearse(connect: name, in: source, at: place, folder: folder)
        case .saveTo(let save):
            guard !session.configuration.isSafe else { throw Diagnostic.safeMode.placed(in: source, at: save.engine.place.range) }
            made.insert(save.engine.text)
            if let engine, session.isAddress(save.engine, of: engine, folder: folder) { isEngineOpen = true }
        case .load(let load): try rehearse(load, in: source, folder: folder)
        case .save(let file, _): saved[Session.storePath(file, folder)] = context.schemas
        case .open(let file, _): try rehearse(open: file, in: source, folder: folder)
        case .define(let definition):
            let entry = DefinitionEntry(definition: definition, source: source, isBuiltIn: false)
            // A definition that is wrong is defined all the same, so that its uses are not wrong as well.
            defer { context.definitions.define(entry) }
            try Binder.check(entry, context)
        case .parameter(let parameter):
            if !session.fixedParameters.contains(parameter.name.folded) { context.parameters[parameter.name.folded] = (parameter.value, source) }
        case .include(let file): try rehearse(include: file, in: source, folder: folder)
        case .set(let set):
            try Session.apply(set, to: &settings, context, in: source)
            context.rules = settings.rules
            if let now = settings.now { context.now = now }
            if let stages = settings.stages { (context.stageOrder, context.funnelStages, context.stagesAreSet) = (stages, stages, true) }
        case .help(let topic, _): _ = try Help(context.definitions).lines(topic)
        case .show: break
        }
    }

    private mutating func rehearse(_ load: LoadStatement, in source: Source, folder: String) throws(Diagnostic) {
        let role = Binder.table(named: load.table.folded)
        do throws(Diagnostic) {
            if case .table(let path, _) = load.origin {
                if isEngineOpen {
                    // What its tables are is known when it is there.
                    if let role {
                        broken.insert(role)
                        context.schemas[role] = nil
                    }
                    return
                }
                if !load.intoMemory {
                    let (table, schema) = try session.boundTable(load, path, engine, in: source, folder: folder)
                    session.rehearsed.tables[load] = table
                    context.schemas[schema.role] = schema
                    if schema.role == .stages { context.stages = table.stages }
                    return
                }
            }
            let request = try Session.request(load, in: source, folder: folder, settings)
            let flag = session.interruptFlag
            var others: [Diagnostic] = []
            defer { found += others }
            var schema = try Session.typed(others: { others.append($0) }) { [session, engine] () throws in
                guard let columns = try session.engineColumns(load, request, engine, limit: Session.peekedRows, in: source) else {
                    return try Loader.peek(request, interrupt: flag)
                }
                return try Loader.peek(request, columns, interrupt: flag)
            }
            if load.appends, let old = context.schemas[request.role] { schema = Self.joined(old, schema) }
            context.schemas[request.role] = schema
            if request.role == .stages { context.stages = nil }
            if let filter = load.filter { _ = try Binder.bind(filter, of: request.role, in: source, context) }
        } catch {
            if let role { broken.insert(role) }
            throw error
        }
    }

    /// Connects, as the run will: what is looked at are names and types.
    private mutating func rehearse(connect name: EngineName, in source: Source, at place: Place, folder: String) throws(Diagnostic) {
        guard !session.configuration.isSafe else { throw Diagnostic.safeMode.placed(in: source, at: name.place.range) }
        isEngineOpen = made.contains(name.text)
        guard !isEngineOpen else { return }
        do throws(Diagnostic) {
            let opened = try session.opened(name, in: source, folder: folder)
            session.rehearsed.engines[name.text] = opened
            engine = opened
        } catch {
            // Without it nothing can be said of its tables.
            isEngineOpen = true
            throw error
        }
    }

    private mutating func rehearse(open file: FileName, in source: Source, folder: String) throws(Diagnostic) {
        do throws(Diagnostic) {
            if let known = saved[Session.storePath(file, folder)] {
                context.schemas = known
            } else {
                context.schemas = try Session.schemas(file, in: source, folder: folder)
            }
            context.stages = nil
        } catch {
            broken = Set(TableRole.allCases)
            throw error
        }
    }

    /// What a table will hold when rows are added: types that differ are not known before.
    private static func joined(_ old: TableSchema, _ new: TableSchema) -> TableSchema {
        var schema = old
        for (index, column) in new.columns.enumerated() {
            let role = new.roles.first { $0.value == index }?.key
            let match = role.flatMap { old.roles[$0] } ?? old.columns.firstIndex { $0.name == column.name }
            if let match {
                if schema.columns[match].type != column.type { schema.columns[match].type = .unknown }
            } else {
                if let role { schema.roles[role] = schema.columns.count }
                schema.columns.append(column)
            }
        }
        return schema
    }

    private mutating func rehearse(include file: FileName, in source: Source, folder: String) throws(Diagnostic) {
        let allowed = session.configuration.isSafe ? session.configuration.folder : nil
        let (included, inner, path) = try Inclusion.read(file, in: source, folder: folder, within: allowed)
        guard !including.contains(path) else { throw Diagnostic.includeCycle(file.path).placed(in: source, at: file.place.range) }
        including.append(path)
        defer { including.removeLast() }
        let (script, mistakes) = Parser.parse(included)
        found += mistakes
        for statement in script.statements { visit(statement, in: included, folder: inner) }
    }
}

extension Session {
    /// Looks a text through without running it: `funnel check`. Returns the exit status.
    package func check(_ text: String, named name: String, folder: String?) -> Int32 {
        status = 0
        let source = Source(name: name, text: text)
        let (script, mistakes) = Parser.parse(source)
        for mistake in mistakes { report(mistake) }
        var rehearsal = Rehearsal(self, folder: folder ?? configuration.folder)
        for problem in rehearsal.problems(with: script, in: source) { report(problem) }
        return status
    }
}
