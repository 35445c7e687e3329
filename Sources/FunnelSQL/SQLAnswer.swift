package import FunnelModel
package import FunnelPlan

/// From the rows of a query to the answer that the engine of the store in memory gives.
package enum SQLAnswer {
    /// A remark about lines that were not filled in comes with them: no line, no remark.
    package static func answer(_ rows: [[Value]], to query: SQLQuery, of plan: Plan) -> Answer {
        let shown = plan.measures.filter(\.isShown)
        let width = plan.keys.count + shown.count
        let columns =
            plan.keys.map { key -> AnswerColumn in
                if case .period(let grain) = key.kind { return AnswerColumn(key.name, .key(grain)) }
                return AnswerColumn(key.name, .key(nil))
            } + shown.map { AnswerColumn($0.name, .measure($0.quantity)) }
        let hasFewRows = LineMarks.hasFewRows(plan)
        let hasKinds = LineMarks.hasKinds(plan)
        var answer = Answer(columns: columns, rows: [])
        var small = 0
        let kindPlace = width + (hasFewRows ? 1 : 0)
        let markPlace = kindPlace + (hasKinds ? 1 : 0)
        let hasMark = query.columns.count > markPlace + plan.counts.count
        answer.counts = counts(rows.first, query, from: markPlace + (hasMark ? 1 : 0)) ?? []
        for row in rows {
            var values = zip(row, query.columns).prefix(width).map { value($0, $1.type) }
            for (index, key) in plan.keys.enumerated() { values[index] = self.key(values[index], key.kind, plan.rules) }
            let kind = hasKinds ? row[kindPlace].double ?? 0 : 0
            if hasFewRows, row[width].double == 1, kind == 0 { small += 1 }
            if kind == 2 {
                answer.total = values
            } else {
                if kind == 1, let first = ranked(plan).first { values[first] = .text("other") }
                answer.rows.append(values)
            }
        }
        if small > 0 { answer.remarks.append(Remark(.caution, "\(small) of \(answer.rows.count) groups rest on fewer than 30 rows")) }
        if hasMark, let first = rows.first, first[markPlace].double == 1 { answer.remarks.append(.unfilled) }
        return answer
    }

    /// What was counted besides stands in every row; nil where there is no row.
    private static func counts(_ row: [Value]?, _ query: SQLQuery, from place: Int) -> [Int]? {
        guard let row else { return nil }
        var counts: [Int] = []
        for (value, column) in zip(row, query.columns).dropFirst(place) {
            guard case .exact(let count) = self.value(value, column.type), let number = Int(exactly: count.units) else { return nil }
            counts.append(number)
        }
        return counts
    }

    package static func answer(_ rows: [[Value]], to query: SQLQuery, of plan: ListPlan) -> Answer {
        let columns = zip(plan.columns, query.columns).map { reference, column -> AnswerColumn in
            let type: ColumnType =
                switch column.type {
                case .text: .text
                case .exact(scale: 0): .integer
                case .exact(let scale): .decimal(scale: scale)
                case .real: .decimal(scale: 6)
                case .date: .date
                case .timestamp: .timestamp
                case .yesNo: .yesNo
                }
            return AnswerColumn(reference.name, .field(type))
        }
        return Answer(columns: columns, rows: rows.map { row in zip(row, query.columns).map { value($0, $1.type) } })
    }

    package static func answer(_ rows: [[Value]], to query: SQLQuery, of plan: FunnelPlan) -> Answer {
        var columns = keys(plan)
        if plan.windows.count > 1 { columns.append(AnswerColumn("within", .key(nil))) }
        columns += [
            AnswerColumn("step", .key(nil)), AnswerColumn("entered", .measure(.count)), AnswerColumn("of before", .measure(.percent)),
            AnswerColumn("of first", .measure(.percent)), AnswerColumn("lost", .measure(.count)), AnswerColumn("median time", .measure(.days)),
            AnswerColumn("p90 time", .measure(.days)),
        ]
        return Answer(columns: columns, rows: rows.map { line($0, query, plan) })
    }

    /// A row whose first columns are the keys of a funnel.
    private static func line(_ row: [Value], _ query: SQLQuery, _ plan: FunnelPlan) -> [Value] {
        var values = zip(row, query.columns).map { value($0, $1.type) }
        for (index, key) in plan.keys.enumerated() {
            switch key {
            case .period(_, let grain): values[index] = self.key(values[index], .period(grain), plan.rules)
            case .lead(let key, _), .stage(let key, _): values[index] = self.key(values[index], key.kind, plan.rules)
            }
        }
        return values
    }

    /// Where leads are lost, out of the answer of the funnel; of several windows the first counts.
    package static func leaks(_ funnel: Answer, of plan: FunnelPlan, dealSize: Double?) -> Answer {
        var leaks = Leaks(plan, dealSize: dealSize)
        let entered = plan.keys.count + (plan.windows.count > 1 ? 2 : 1)
        let (steps, windows) = (plan.steps.count, max(1, plan.windows.count))
        for first in stride(from: 0, to: funnel.rows.count, by: max(1, steps * windows)) {
            let group = funnel.rows[first..<first + steps]
            leaks.add(
                Array(group[first].prefix(plan.keys.count)),
                entered: group.map { row in if case .exact(let count) = row[entered] { Int(count.units) } else { 0 } })
        }
        return leaks.answer(Array(funnel.columns.prefix(plan.keys.count)))
    }

    package static func transitions(_ rows: [[Value]], to query: SQLQuery, of plan: FunnelPlan) -> Answer {
        let columns =
            keys(plan) + [
                AnswerColumn("from", .key(nil)), AnswerColumn("to", .key(nil)), AnswerColumn("moves", .measure(.count)),
                AnswerColumn("of all from", .measure(.percent)), AnswerColumn("kind", .field(.text)), AnswerColumn("median time", .measure(.days)),
            ]
        return Answer(columns: columns, rows: rows.map { line($0, query, plan) })
    }

    private static func keys(_ plan: FunnelPlan) -> [AnswerColumn] {
        plan.keys.map { key in
            if case .period(let name, let grain) = key { return AnswerColumn(name, .key(grain)) }
            return AnswerColumn(key.name, .key(nil))
        }
    }

    private static func ranked(_ plan: Plan) -> [Int] {
        let others = plan.keys.indices.filter { if case .period = plan.keys[$0].kind { false } else { true } }
        return others.isEmpty ? Array(plan.keys.indices) : others
    }

    private static func key(_ value: Value, _ kind: PlanKey.Kind, _ rules: CalendarRules) -> Value {
        guard case .period(let grain) = kind else { return value }
        switch value {
        case .date(let day): return .period(Period(grain, holding: day, rules: rules))
        case .exact(let index): return .period(Period(grain, index: Int(index.units), rules: rules))
        default: return .missing
        }
    }

    /// A value as its column's type has it: engines give whole numbers for yes and no, texts for dates, binary numbers for
    /// decimals.
    static func value(_ value: Value, _ type: SQLType) -> Value {
        switch (type, value) {
        case (_, .missing): .missing
        case (.exact(let scale), .real(let real)): .exact(Exact(Int128((real * pow10(scale)).rounded()), scale: scale))
        case (.exact(let scale), .exact(let exact)): .exact(exact.scaled(to: scale) ?? trimmed(exact, to: scale))
        case (.exact(let scale), .text(let text)): number(text).map { self.value(.exact($0), .exact(scale: scale)) } ?? .missing
        case (.real, .text(let text)): Double(text).map { .real($0) } ?? .missing
        case (.real, .exact(let exact)): .real(exact.double)
        case (.yesNo, .exact(let exact)): .yesNo(exact.units != 0)
        case (.date, .timestamp(let day, _)): .date(day)
        case (.timestamp, .date(let day)): .timestamp(day: day, microseconds: 0)
        case (.date, .text(let text)): time(text).map { .date($0.day) } ?? .missing
        case (.timestamp, .text(let text)): time(text).map { .timestamp(day: $0.day, microseconds: $0.microseconds) } ?? .missing
        default: value
        }
    }

    /// `-12.50`, as engines give decimals that have no type of their own.
    private static func number(_ text: String) -> Exact? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let units = Int128(parts.joined()) else { return nil }
        return Exact(units, scale: parts.count == 2 ? parts[1].count : 0)
    }

    private static func pow10(_ digits: Int) -> Double { Double(Exact.power(digits)) }

    /// The same number with fewer digits, where those left out are zeros.
    private static func trimmed(_ exact: Exact, to scale: Int) -> Exact {
        let factor = Exact.power(exact.scale - scale)
        return exact.units % factor == 0 ? Exact(exact.units / factor, scale: scale) : exact
    }

    /// `2024-01-05` or `2024-01-05 10:30:00.5`.
    private static func time(_ text: String) -> Instant? {
        let digits = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= digits.count else { return nil }
            return Int(String(decoding: digits[range], as: UTF8.self))
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        let days = Calendar.day(year: year, month: month, day: day)
        guard let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19) else { return Instant(day: days) }
        var fraction = 0
        if digits.count > 20 {
            let part = digits[20..<min(26, digits.count)]
            fraction = (Int(String(decoding: part, as: UTF8.self)) ?? 0) * Int(Exact.power(6 - part.count))
        }
        return Instant(day: days, microseconds: Int64((hour * 3600 + minute * 60 + second) * 1_000_000 + fraction))
    }
}
