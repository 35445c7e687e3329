package import FunnelModel
package import FunnelPlan
import FunnelStore
package import FunnelText

/// Which stage leads move from and to.
extension Engine {
    /// For each two stages that follow one another in a lead's history: how many moves, what share of all moves from the
    /// first, whether it is a step forward, a skip, a step back or the same stage again, and its median time.
    package func transitions(_ plan: FunnelPlan) throws(Diagnostic) -> Answer {
        let runner = runner(plan, reading: [.stages])
        let store = runner.store
        guard let column = store.tables[.stages]?.column(.stage), case .text(let codes, let dictionary) = column.values, let runs = store.links.stageRuns
        else { return Answer(columns: [], rows: []) }
        let compiler = RowCompiler(store: store, table: .stages, threads: threads, interrupt: interrupt)
        let filter = try plan.stageFilter.map { condition throws(Diagnostic) in try compiler.bitmap(condition) }
        let leads = try plan.leadFilter.map { condition throws(Diagnostic) in
            try RowCompiler(store: store, table: .leads, threads: threads, interrupt: interrupt).bitmap(condition)
        }
        var noSteps = plan
        noSteps.steps = []
        let tables = try StepTables(noSteps, store, threads: threads, interrupt: interrupt)
        var keys: [FunnelKeySpace] = []
        for key in plan.keys { keys.append(try FunnelKeySpace(key, runner, tables)) }
        let spaces = keys
        guard let entered = tables.entered else { return Answer(columns: [], rows: []) }
        let rank = Self.ranks(dictionary, plan.stageOrder)
        let reader = HistoryReader(
            runs: runs, codes: codes, validity: column.validity, entered: entered, filter: filter, leads: runs.areLeads ? leads : nil, ranks: rank)
        let (from, until) = (plan.from?.total ?? .min, plan.until?.total ?? .max)
        let stages = UInt64(max(1, dictionary.count))
        let tallies = (0..<max(1, threads)).map { _ in MoveTally() }
        nonisolated(unsafe) let shared = tallies
        let size = TimelineReader.leadsAtATime
        let scratches = (0..<max(1, threads)).map { _ in Scratch() }
        nonisolated(unsafe) let memory = scratches
        let finished = Workers.run(threads: threads, morsels: (runs.count + size - 1) / size, interrupt: interrupt) { worker, piece in
            let range = piece * size..<min(runs.count, (piece + 1) * size)
            let own = spaces.map { $0.reader(range, memory[worker]) }
            let tally = shared[worker]
            reader.forEachMove(of: range) { lead, before, to in
                guard to.time >= from, to.time < until else { return }
                let group = own.code(lead: lead, row: Int(before.row), time: to.time)
                tally.add((group &* stages &+ UInt64(before.stage)) &* stages &+ UInt64(to.stage), to.time - before.time)
            }
            for key in own { key.release(to: memory[worker]) }
        }
        guard finished else { throw .interrupted }
        return Self.answer(MoveTally.merged(tallies, spaces, stages: Int(stages)), plan, spaces, dictionary, rank)
    }

    private static func ranks(_ dictionary: TextDictionary, _ order: [String]) -> [Int] {
        var places: [String: Int] = [:]
        for (place, name) in order.enumerated() where places[Name.fold(name)] == nil { places[Name.fold(name)] = place }
        return dictionary.texts.map { places[Name.fold($0)] ?? order.count }
    }

    private static func answer(
        _ moves: [Move: [SeriesList.Part]], _ plan: FunnelPlan, _ spaces: [FunnelKeySpace], _ dictionary: TextDictionary, _ rank: [Int]
    ) -> Answer {
        var totals: [Move: Int] = [:]
        for (move, times) in moves { totals[Move(key: move.key, from: move.from, to: -1), default: 0] += times.reduce(0) { $0 + $1.count } }
        let sorted = moves.keys.sorted { a, b in
            for (space, (x, y)) in zip(spaces, zip(a.key, b.key)) {
                let comparison = Value.compare(space.value(x), space.value(y))
                if comparison != 0 { return comparison < 0 }
            }
            return (rank[a.from], a.from, rank[a.to], a.to) < (rank[b.from], b.from, rank[b.to], b.to)
        }
        let rows = sorted.map { move -> [Value] in
            let times = (moves[move] ?? []).flatMap(\.pieces)
            let count = times.reduce(0) { $0 + $1.count }
            let all = totals[Move(key: move.key, from: move.from, to: -1)] ?? 1
            let median = Selection.percentiles(times, thousandths: [500])[0].map { Value.real($0.between / Double(microsecondsPerDay)) } ?? .missing
            let step = rank[move.to] - rank[move.from]
            let kind = step == 1 ? "forward" : step > 1 ? "skip" : step == 0 ? "again" : "back"
            return zip(move.key, spaces).map { $1.value($0) } + [
                .text(dictionary[move.from]), .text(dictionary[move.to]), .exact(Exact(count)), .real(Double(count) / Double(all)), .text(kind),
                median,
            ]
        }
        let columns =
            zip(plan.keys, spaces).map { AnswerColumn($0.name, .key($1.grain)) } + [
                AnswerColumn("from", .key(nil)), AnswerColumn("to", .key(nil)), AnswerColumn("moves", .measure(.count)),
                AnswerColumn("of all from", .measure(.percent)), AnswerColumn("kind", .field(.text)), AnswerColumn("median time", .measure(.days)),
            ]
        return Answer(columns: columns, rows: rows)
    }
}
