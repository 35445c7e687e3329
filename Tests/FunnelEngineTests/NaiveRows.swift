import FunnelModel
import FunnelPlan

/// Values and conditions of one row, read as the plan's own comments say they are meant.
struct NaiveRows {
    let store: NaiveStore
    /// The table that the rows are of.
    let table: TableRole

    /// What a value is: numbers with their digits behind the point, points in time as dates or time stamps.
    enum Shape: Equatable { case number(Int), real, duration, text, truth, date, timestamp, nothing }

    func shape(_ value: RowValue) -> Shape {
        switch value {
        case .column(let reference):
            switch store.type(reference.index, reference.table) {
            case .text, .unknown: return .text
            case .integer: return .number(0)
            case .decimal(let scale): return .number(scale)
            case .date: return .date
            case .timestamp: return .timestamp
            case .yesNo: return .truth
            }
        case .exact(let exact): return .number(exact.scale)
        case .text, .textFunction: return .text
        case .instant(let instant): return instant.microseconds == 0 ? .date : .timestamp
        case .duration, .elapsed, .between: return .duration
        case .missing: return .nothing
        case .condition: return .truth
        case .length, .datePart: return .number(0)
        case .coalesce(let values): return values.map(shape).reduce(.nothing, Self.common)
        case .cases(let branches, let otherwise):
            return (branches.map(\.value) + [otherwise].compactMap { $0 }).map(shape).reduce(.nothing, Self.common)
        case .arithmetic(let operation, let a, let b): return Self.result(operation, shape(a), shape(b))
        }
    }

    private static func common(_ a: Shape, _ b: Shape) -> Shape {
        switch (a, b) {
        case (.nothing, let other), (let other, .nothing): other
        case (.number(let x), .number(let y)): .number(max(x, y))
        case (.real, .number), (.number, .real): .real
        case (.date, .timestamp), (.timestamp, .date): .timestamp
        default: a
        }
    }

    private static func result(_ operation: Arithmetic, _ a: Shape, _ b: Shape) -> Shape {
        switch (operation, a, b) {
        case (.divide, _, _): .real
        case (.multiply, .number(let x), .number(let y)): x + y <= 9 ? .number(x + y) : .real
        case (.multiply, .duration, .number(0)), (.multiply, .number(0), .duration): .duration
        case (.multiply, _, _): .real
        case (_, .number(let x), .number(let y)): .number(max(x, y))
        case (_, .duration, .duration): .duration
        case (_, .date, .duration), (_, .timestamp, .duration): .timestamp
        case (.subtract, .date, .date), (.subtract, .date, .timestamp), (.subtract, .timestamp, .date), (.subtract, .timestamp, .timestamp): .duration
        default: .real
        }
    }

    // MARK: - Values

    func cell(_ value: RowValue, _ row: Int) -> Cell { Self.cast(raw(value, row), shape(value)) }

    static func double(_ cell: Cell) -> Double? {
        switch cell {
        case .number(let number): Double(number.units) / Double(Exact.power(number.scale))
        case .real(let real): real
        case .duration(let duration): Double(duration) / 86_400_000_000
        case .missing, .text, .truth, .instant: nil
        }
    }

    private static func cast(_ cell: Cell, _ shape: Shape) -> Cell {
        if case .number(let scale) = shape, case .number(let number) = cell { return number.scaled(to: scale).map { .number($0) } ?? cell }
        if shape == .real, let real = double(cell) { return .real(real) }
        return cell
    }

    private func raw(_ value: RowValue, _ row: Int) -> Cell {
        switch value {
        case .column(let reference):
            guard reference.table != table else { return store.cell(reference.index, table, row) }
            return store.lead(of: row, in: table).map { store.cell(reference.index, .leads, $0) } ?? .missing
        case .exact(let exact): return .number(exact)
        case .text(let text): return .text(text)
        case .instant(let instant): return .instant(instant.total)
        case .duration(let duration): return .duration(duration)
        // The time between two steps of a funnel has golden files of its own.
        case .missing, .between: return .missing
        case .condition(let condition): return .truth(holds(condition, row))
        case .elapsed(let from, let to):
            guard case .instant(let start) = cell(from, row), case .instant(let end) = cell(to, row) else { return .missing }
            return .duration(end - start)
        case .textFunction(let function, let inner):
            guard case .text(let text) = cell(inner, row) else { return .missing }
            switch function {
            case .lower: return .text(text.lowercased())
            case .upper: return .text(text.uppercased())
            case .trim: return .text(String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()))
            }
        case .length(let inner):
            guard case .text(let text) = cell(inner, row) else { return .missing }
            return .number(Exact(text.unicodeScalars.count))
        case .datePart(let part, let inner):
            guard case .instant(let time) = cell(inner, row) else { return .missing }
            return .number(Exact(Self.part(part, time)))
        case .coalesce(let values): return values.lazy.map { cell($0, row) }.first { $0 != .missing } ?? .missing
        case .cases(let branches, let otherwise):
            if let branch = branches.first(where: { holds($0.condition, row) }) { return cell(branch.value, row) }
            return otherwise.map { cell($0, row) } ?? .missing
        case .arithmetic(let operation, let a, let b): return arithmetic(operation, cell(a, row), cell(b, row), shape(value))
        }
    }

    private static func part(_ part: DatePart, _ time: Int64) -> Int {
        let day = NaiveDate.day(of: time)
        let date = NaiveDate(day)
        switch part {
        case .year: return date.year
        case .quarter: return (date.month - 1) / 3 + 1
        case .month: return date.month
        case .day: return date.day
        case .weekday: return ((day % 7) + 7 + 3) % 7 + 1
        case .hour: return Int((time - Int64(day) * microsecondsPerDay) / 3_600_000_000)
        }
    }

    private func arithmetic(_ operation: Arithmetic, _ a: Cell, _ b: Cell, _ shape: Shape) -> Cell {
        let sign: Int64 = operation == .subtract ? -1 : 1
        switch (shape, a, b) {
        case (_, .missing, _), (_, _, .missing): return .missing
        case (.number, .number(let x), .number(let y)):
            let result =
                operation == .multiply ? Exact.multiplying(x, y) : operation == .add ? Exact.adding(x, y) : Exact.subtracting(x, y)
            return result.map { .number($0) } ?? .missing
        case (.timestamp, .instant(let time), .duration(let span)): return .instant(time + sign * span)
        case (.duration, .instant(let x), .instant(let y)): return .duration(x - y)
        case (.duration, .duration(let x), .duration(let y)): return .duration(x + sign * y)
        case (.duration, .duration(let x), .number(let y)): return .duration(x * Int64(y.units))
        case (.duration, .number(let x), .duration(let y)): return .duration(Int64(x.units) * y)
        default:
            guard let x = Self.double(a), let y = Self.double(b) else { return .missing }
            switch operation {
            case .add: return .real(x + y)
            case .subtract: return .real(x - y)
            case .multiply: return .real(x * y)
            case .divide: return y == 0 ? .missing : .real(x / y)
            }
        }
    }

    // MARK: - Conditions

    func holds(_ condition: RowCondition, _ row: Int) -> Bool {
        switch condition {
        case .always(let truth): return truth
        case .column(let reference): return cell(.column(reference), row) == .truth(true)
        case .isMissing(let value): return cell(value, row) == .missing
        case .compare(let comparison, let a, let b): return compare(comparison, cell(a, row), cell(b, row))
        case .during(let value, let from, let until):
            guard case .instant(let time) = cell(value, row) else { return false }
            return (from.map { time >= $0.total } ?? true) && (until.map { time < $0.total } ?? true)
        case .text(let value, let test):
            guard case .text(let text) = cell(value, row) else { return false }
            return Self.passes(text, test)
        case .sameText(let a, let b):
            guard case .text(let x) = cell(a, row), case .text(let y) = cell(b, row) else { return false }
            return x == y
        case .not(let inner): return !holds(inner, row)
        case .and(let parts): return parts.allSatisfy { holds($0, row) }
        case .or(let parts): return parts.contains { holds($0, row) }
        case .any(let other, let inner):
            guard let lead = store.lead(of: row, in: table), let rows = store.tables[other]?.count else { return false }
            let there = NaiveRows(store: store, table: other)
            return (0..<rows).contains { store.lead(of: $0, in: other) == lead && there.holds(inner, $0) }
        case .wonWithin(let span):
            guard let lead = store.lead(of: row, in: table), case .instant(let start) = created(lead),
                case .instant(let win) = store.cell(.derived(.leadWonAt), .leads, lead)
            else { return false }
            return win <= Self.adding(span, to: start)
        case .agedAtLeast(let span, let now):
            guard let lead = store.lead(of: row, in: table), case .instant(let start) = created(lead) else { return false }
            return Self.adding(span, to: start) <= now.total
        }
    }

    private func created(_ lead: Int) -> Cell { store.tables[.leads]?.cell(.created, lead) ?? .missing }

    private static func adding(_ span: TimeSpan, to time: Int64) -> Int64 {
        switch span {
        case .microseconds(let microseconds): return time + microseconds
        case .months(let months):
            let day = NaiveDate.day(of: time)
            var date = NaiveDate(day)
            date.month += months
            while date.month > 12 { (date.year, date.month) = (date.year + 1, date.month - 12) }
            while date.month < 1 { (date.year, date.month) = (date.year - 1, date.month + 12) }
            date.day = min(date.day, NaiveDate.days(in: date.month, of: date.year))
            return Int64(date.number) * microsecondsPerDay + time - Int64(day) * microsecondsPerDay
        }
    }

    /// A missing side says no, so `!=`, which is not `=`, says yes.
    private func compare(_ comparison: Comparison, _ a: Cell, _ b: Cell) -> Bool {
        let order: Int
        switch (a, b) {
        case (.missing, _), (_, .missing): return comparison == .notEqual
        case (.number(let x), .number(let y)): order = Exact.compare(x, y)
        case (.instant(let x), .instant(let y)), (.duration(let x), .duration(let y)): order = x < y ? -1 : x > y ? 1 : 0
        default:
            guard let x = Self.double(a), let y = Self.double(b) else { return false }
            order = x < y ? -1 : x > y ? 1 : 0
        }
        switch comparison {
        case .equal: return order == 0
        case .notEqual: return order != 0
        case .less: return order < 0
        case .lessOrEqual: return order <= 0
        case .greater: return order > 0
        case .greaterOrEqual: return order >= 0
        }
    }

    static func passes(_ text: String, _ test: TextTest) -> Bool {
        switch test {
        case .isIn(let texts): return texts.contains(text)
        case .contains(let part): return part.isEmpty || text.contains(part)
        case .startsWith(let part): return part.isEmpty || text.hasPrefix(part)
        case .endsWith(let part): return part.isEmpty || text.hasSuffix(part)
        case .like(let pattern): return like(Array(text.unicodeScalars)[...], Array(pattern.unicodeScalars)[...])
        case .matches(let pattern): return (try? Regex(pattern).firstMatch(in: text)) != nil
        case .compare(let comparison, let other):
            let (x, y) = (text.unicodeScalars.map(\.value), other.unicodeScalars.map(\.value))
            let order = x == y ? 0 : x.lexicographicallyPrecedes(y) ? -1 : 1
            return comparison.holds(order)
        }
    }

    private static func like(_ text: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "%" { return like(text, pattern.dropFirst()) || (!text.isEmpty && like(text.dropFirst(), pattern)) }
        guard let scalar = text.first, first == "_" || first == scalar else { return false }
        return like(text.dropFirst(), pattern.dropFirst())
    }
}
