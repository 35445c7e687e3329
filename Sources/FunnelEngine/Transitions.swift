package import FunnelModel
package import FunnelPlan
import FunnelStore
package import FunnelText

/// Which stage leads move from and to.
extension Engine {
    /// For each two stages that follow one another in a lead's history: how many moves, what share of all moves from the
    /// first, whether it is a step forward, a skip, a step back or the same stage again, and its median time.
    package func transitions(_ plan: FunnelPlan) throws(Diagnostic) -> Answer {
        let runner = runner(plan)
        let store = runner.store
        guard let column = store.tables[.stages]?.column(.stage), case .text(let codes, let dictionary) = column.values, let runs = store.links.stageRuns
        else { return Answer(columns: [], rows: []) }
        let compiler = RowCompiler(store: store, table: .stages, threads: threads, interrupt: interrupt)
        let rows = try plan.stageFilter.map { condition throws(Diagnostic) in try compiler.bitmap(condition) }
        let leads = try plan.leadFilter.map { condition throws(Diagnostic) in
            try RowCompiler(store: store, table: .leads, threads: threads, interrupt: interrupt).bitmap(condition)
        }
        var spaces: [FunnelKeySpace] = []
        for key in plan.keys { spaces.append(try FunnelKeySpace(key, runner)) }
        let rank = Self.ranks(dictionary, plan.stageOrder)
        var moves: [Move: [Int64]] = [:]
        for lead in 0..<runs.count {
            if lead % 65_536 == 0, interrupt?.isRaised == true { throw .interrupted }
            if let leads, runs.areLeads, !leads[lead] { continue }
            let history = Self.history(lead, runs, codes, column, rows, rank)
            for (from, to) in zip(history, history.dropFirst()) {
                if let start = plan.from, to.time < start.total { continue }
                if let end = plan.until, to.time >= end.total { continue }
                let key = spaces.map { $0.code(lead: lead, row: Int(from.row), time: to.time) }
                moves[Move(key: key, from: from.stage, to: to.stage), default: []].append(to.time - from.time)
            }
        }
        return Self.answer(moves, plan, spaces, dictionary, rank)
    }

    private struct Move: Hashable {
        var key: [Int]
        var from: Int
        var to: Int
    }

    private static func ranks(_ dictionary: TextDictionary, _ order: [String]) -> [Int] {
        var places: [String: Int] = [:]
        for (place, name) in order.enumerated() where places[Name.fold(name)] == nil { places[Name.fold(name)] = place }
        return dictionary.texts.map { places[Name.fold($0)] ?? order.count }
    }

    /// The stages of a lead in order; rows of one time in the declared order.
    private static func history(
        _ lead: Int, _ runs: StageRuns, _ codes: Codes, _ column: Column, _ filter: Bitmap?, _ rank: [Int]
    ) -> [(time: Int64, stage: Int, row: Int32)] {
        var history: [(time: Int64, stage: Int, row: Int32)] = []
        for at in Int(runs.starts.base[lead])..<Int(runs.starts.base[lead + 1]) {
            let row = runs.rows.base[at]
            if column.isMissing(Int(row)) { continue }
            if let filter, !filter[Int(row)] { continue }
            let event = (time: runs.times.base[at], stage: codes[Int(row)], row: row)
            var place = history.count
            while place > 0, history[place - 1].time == event.time, rank[history[place - 1].stage] > rank[event.stage] { place -= 1 }
            history.insert(event, at: place)
        }
        return history
    }

    private static func answer(
        _ moves: [Move: [Int64]], _ plan: FunnelPlan, _ spaces: [FunnelKeySpace], _ dictionary: TextDictionary, _ rank: [Int]
    ) -> Answer {
        var totals: [Move: Int] = [:]
        for (move, times) in moves { totals[Move(key: move.key, from: move.from, to: -1), default: 0] += times.count }
        let sorted = moves.keys.sorted { a, b in
            for (space, (x, y)) in zip(spaces, zip(a.key, b.key)) {
                let comparison = Value.compare(space.value(x), space.value(y))
                if comparison != 0 { return comparison < 0 }
            }
            return (rank[a.from], a.from, rank[a.to], a.to) < (rank[b.from], b.from, rank[b.to], b.to)
        }
        let rows = sorted.map { move -> [Value] in
            var times = moves[move] ?? []
            let all = totals[Move(key: move.key, from: move.from, to: -1)] ?? 1
            let median = times.withUnsafeMutableBufferPointer { buffer -> Value in
                guard let base = buffer.baseAddress, let (low, high, fraction) = Selection.percentile(base, buffer.count, thousandths: 500) else {
                    return .missing
                }
                return .real((Double(low) + (Double(high) - Double(low)) * fraction) / Double(microsecondsPerDay))
            }
            let step = rank[move.to] - rank[move.from]
            let kind = step == 1 ? "forward" : step > 1 ? "skip" : step == 0 ? "again" : "back"
            return zip(move.key, spaces).map { $1.value($0) } + [
                .text(dictionary[move.from]), .text(dictionary[move.to]), .exact(Exact(times.count)), .real(Double(times.count) / Double(all)), .text(kind),
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
