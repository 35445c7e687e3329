import FunnelADBC
import FunnelBinder
import FunnelEngine
package import FunnelIngest
import FunnelModel
package import FunnelPlan
package import FunnelRender
package import FunnelSQL
import FunnelStore
import FunnelSyntax
import FunnelText

/// What a session takes from the world.
package struct SessionConfiguration: Sendable {
    /// Where relative paths of typed text begin; a script's own begin at its folder.
    package var folder = "."
    /// `--param NAME=VALUE`, in the language's notation; a text that can't be read as such is a string.
    package var parameters: [(name: String, value: String)] = []
    /// `--format` stands above `set format`.
    package var format: OutputFormat?
    package var isSafe = false
    /// What is asked is not answered, but written in the SQL of this dialect: `funnel sql`.
    package var dialect: SQLDialect?
    /// The time now.
    package var clock: @Sendable () -> Instant
    /// Seconds since some fixed moment, for timing.
    package var stopwatch: @Sendable () -> Double
    package var progress: @Sendable (LoadProgress?) -> Void
    /// Variables of the environment: where drivers are, and secrets that a script names.
    package var environment: @Sendable (String) -> String? = { _ in nil }
    /// Asks a person for something that is not shown; nil where nobody can be asked.
    package var secret: (@Sendable (String) -> String?)?

    package init(
        clock: @escaping @Sendable () -> Instant, stopwatch: @escaping @Sendable () -> Double, progress: @escaping @Sendable (LoadProgress?) -> Void = { _ in }
    ) {
        self.clock = clock
        self.stopwatch = stopwatch
        self.progress = progress
    }
}

/// One conversation: text in, answers out. It holds what was loaded, defined and set; a statement that fails changes
/// nothing of it.
package final class Session: Conversation {
    let configuration: SessionConfiguration
    let output: (SessionEvent) -> Void
    package var settings: Settings
    var store = Store() {
        didSet { stages = nil }
    }
    /// The stages of the store in the order that the data show; found when they are first asked for.
    private var stages: [String]?
    /// What of an opened store has turned out to be damaged while a statement ran.
    let damage = DamageLedger()
    var targets: [(statement: TargetStatement, source: Source)] = []
    /// The files that were loaded: no answer is written over them.
    var loadedFiles: Set<String> = []
    var definitions: Definitions
    var parameters: [String: (value: Expression, source: Source)] = [:]
    /// Names given on the command line; `param` does not change them.
    var fixedParameters: Set<String> = []
    private let interruption = Interrupt()
    /// The engine of the last `connect`, and the tables that stay in engines.
    var connected: RemoteEngine?
    var bound: [TableRole: BoundTable] = [:] {
        didSet { stages = nil }
    }
    var rehearsed = Rehearsed()
    /// Reads files through the drivers of engines.
    lazy var fileReader = FileReader(DriverSearch(environment: configuration.environment))
    /// Files being included, outermost first.
    var including: [String] = []
    /// Seconds that were spent on showing what a statement gave, where timing is on: they are not the statement's.
    var showing = 0.0
    /// The worst that happened in the run: the exit status.
    var status: Int32 = 0

    package init(_ configuration: SessionConfiguration, settings: Settings, output: @escaping (SessionEvent) -> Void) {
        self.configuration = configuration
        self.settings = settings
        self.output = output
        let builtIn = Definitions.builtIn(Source(name: KPIs.fileName, text: KPIs.text))
        precondition(builtIn.diagnostics.isEmpty, "kpis.funnel: \(builtIn.diagnostics.first?.message ?? "")")
        definitions = builtIn.definitions
        parameters = builtIn.parameters
        for parameter in configuration.parameters { fix(parameter.name, parameter.value) }
    }

    package func interrupt() { interruption.raise() }
    var interruptFlag: Interrupt { interruption }

    private func fix(_ name: String, _ text: String) {
        let source = Source(name: "--param \(name)", text: "param p = \(text)")
        let (script, diagnostics) = Parser.parse(source)
        let folded = Name.fold(name)
        fixedParameters.insert(folded)
        if diagnostics.isEmpty, script.statements.count == 1, case .parameter(let parameter) = script.statements[0], Self.isConstant(parameter.value) {
            parameters[folded] = (parameter.value, source)
        } else {
            parameters[folded] = (.string(text, Place(source.range)), source)
        }
    }

    /// Whether a text given on the command line stands for itself; a bare word is a string.
    private static func isConstant(_ expression: Expression) -> Bool {
        switch expression {
        case .number, .string, .date, .relative, .duration, .truth: true
        case .unary(.negate, let inner, _): isConstant(inner)
        default: false
        }
    }

    /// The time that `now` means.
    var now: Instant {
        if let now = settings.now { return now }
        let clock = configuration.clock().total + Int64(settings.timezoneMinutes) * 60_000_000
        let day = Calendar.floorDivide(Int(clock), Int(microsecondsPerDay))
        return Instant(day: day, microseconds: clock - Int64(day) * microsecondsPerDay)
    }

    /// The tables that are there, in memory or in an engine.
    var schemas: [TableRole: TableSchema] { store.tables.mapValues(\.schema).merging(bound.mapValues(\.schema)) { _, bound in bound } }

    /// What a statement is bound against now.
    var context: BindingContext {
        var context = BindingContext(
            schemas: schemas, definitions: definitions, parameters: parameters, rules: settings.rules, now: now)
        context.targets = targets
        // Whether a query reads the stages is not known here; one that does will find the damage again.
        let found = damage.take()
        if case .text(_, let dictionary)? = store.tables[.stages]?.column(.stage)?.values { context.stages = dictionary.texts } else { context.stages = [] }
        if !damage.isClear { context.stages = nil }
        if let table = bound[.stages] { context.stages = table.stages }
        damage.put(found)
        context.stagesAreSet = settings.stages != nil
        context.stageOrder = settings.stages ?? []
        context.funnelStages = settings.stages ?? []
        return context
    }

    /// The stages of the store in the order that the data show: found once, for it takes a pass over all stage rows.
    var knownStages: [String] {
        let known = stages ?? bound[.stages].map(inferred) ?? StageOrder.inferred(store, threads: settings.threads)
        stages = known
        return known
    }

    /// The same for funnels, which want the order of the stages: set, or as the data show it.
    var funnelContext: BindingContext {
        var context = context
        let known = knownStages
        let set = settings.stages ?? []
        context.stageOrder = set + known.filter { stage in !set.contains { Name.fold($0) == Name.fold(stage) } }
        context.funnelStages = settings.stages ?? known.filter { !StageOrder.isLost($0) }
        return context
    }

    /// Says something, unless what it rests on is damaged: then the statement ends with an error instead.
    func emit(_ event: SessionEvent) {
        if case .diagnostic(let diagnostic) = event, diagnostic.severity == .error { return output(event) }
        guard damage.isClear else { return }
        guard settings.timing else { return output(event) }
        let start = configuration.stopwatch()
        output(event)
        showing += configuration.stopwatch() - start
    }

    /// Throws where something that the statement has read of an opened store is damaged.
    func requireSound() throws(Diagnostic) {
        let parts = damage.take()
        guard !parts.isEmpty else { return }
        throw .damagedStore(parts)
    }

    func report(_ diagnostic: Diagnostic) {
        emit(.diagnostic(diagnostic))
        guard diagnostic.severity == .error else { return }
        switch diagnostic.cause {
        case .text, .tableNotLoaded: worsen(to: 2)
        case .data: worsen(to: 3)
        case .interrupted: status = 130
        }
    }

    /// A failed check (1) stands below wrong text (2) and wrong data (3).
    func worsen(to status: Int32) {
        if self.status != 130 { self.status = max(self.status, status) }
    }

    package func isComplete(_ text: String) -> Bool { Lexer.isComplete(text) }
}
