import FunnelADBC
import FunnelEngine
import FunnelModel
import FunnelPlan
import FunnelSQL
import FunnelStore
import FunnelText

/// Where plans are carried out: over the store in memory, or by the engine in which the tables stand.
extension Session {
    /// The answer of a plan, wherever its tables are.
    func answer(_ plan: Plan) throws(Diagnostic) -> Answer {
        guard let place = try place(of: plan.tables) else { return try engine.answer(plan) }
        let query = try SQLWriter.query(plan, place.catalog, place.dialect)
        return SQLAnswer.answer(try rows(query, place), to: query, of: plan)
    }

    func answer(_ plan: FunnelPlan) throws(Diagnostic) -> Answer {
        guard let place = try place(of: plan.tables) else { return try engine.funnel(plan) }
        let query = try SQLWriter.query(plan, place.catalog, place.dialect)
        return SQLAnswer.answer(try rows(query, place), to: query, of: plan)
    }

    func leaks(_ plan: FunnelPlan, dealSize: Double?) throws(Diagnostic) -> Answer {
        guard try place(of: plan.tables) != nil else { return try engine.leaks(plan, dealSize: dealSize) }
        return SQLAnswer.leaks(try answer(plan), of: plan, dealSize: dealSize)
    }

    func transitions(_ plan: FunnelPlan) throws(Diagnostic) -> Answer {
        guard let place = try place(of: plan.tables.union([.stages])) else { return try engine.transitions(plan) }
        let query = try SQLWriter.transitions(plan, place.catalog, place.dialect)
        return SQLAnswer.transitions(try rows(query, place), to: query, of: plan)
    }

    func list(_ plan: ListPlan) throws(Diagnostic) -> Answer {
        guard let place = try place(of: plan.tables) else { return try engine.list(plan) }
        let query = try SQLWriter.query(plan, place.catalog, place.dialect)
        return SQLAnswer.answer(try rows(query, place), to: query, of: plan)
    }

    /// The order of the stages of a bound table, as its engine counts it; that of their names where it can't be asked.
    func inferred(_ table: BoundTable) -> [String] {
        let names = table.stages ?? []
        guard names.count <= StageOrder.mostStages, let lead = table.schema.column(.lead)?.name, let stage = table.schema.column(.stage)?.name,
            let entered = table.schema.column(.entered)?.name,
            let counts = try? table.engine.stageCounts(table.table.path, lead: lead, stage: stage, entered: entered, interrupt: interruptFlag)
        else { return names }
        let before = names.flatMap { earlier in names.map { counts.before[StagePair(earlier: earlier, later: $0)] ?? 0 } }
        let places = names.indices.map { later in names.indices.reduce(0) { $0 + before[$1 * names.count + later] } }
        return StageOrder.order(names, before: before, places: places, leads: names.map { counts.leads[$0] ?? 0 })
    }

    // MARK: - Places

    struct EnginePlace {
        var engine: RemoteEngine
        var dialect: SQLDialect
        var catalog: SQLCatalog
    }

    /// The engine in which all of these tables stand; nil where all stand in memory.
    private func place(of tables: Set<TableRole>) throws(Diagnostic) -> EnginePlace? {
        let needed = TableRole.allCases.filter(tables.contains)
        guard let (role, first) = needed.lazy.compactMap({ role in self.bound[role].map { (role, $0) } }).first else { return nil }
        for other in needed where bound[other]?.engine.isPlace(of: first.engine) != true {
            // A table that is nowhere is the writer's to miss.
            guard bound[other] != nil || store.tables[other] != nil else { continue }
            throw .onTwoEngines((role, first.origin), (other, bound[other]?.origin ?? "in memory"), path: first.table.path)
        }
        let here = bound.filter { $0.value.engine.isPlace(of: first.engine) }
        return EnginePlace(engine: first.engine, dialect: first.dialect, catalog: SQLCatalog(tables: here.mapValues(\.table)))
    }

    private func rows(_ query: SQLQuery, _ place: EnginePlace) throws(Diagnostic) -> [[Value]] {
        do throws(ADBCError) {
            try place.engine.use(zoneMinutes: settings.timezoneMinutes)
            return try place.engine.rows(query.text, interrupt: interruptFlag)
        } catch {
            throw .engine(error, place.engine.address.shown)
        }
    }
}
