import FunnelModel
import FunnelPlan

/// An aggregate over the cells of some rows.
enum NaiveAggregates {
    static func value(_ aggregate: PlanAggregate, _ cells: [Cell], rows: Int, _ shape: NaiveRows.Shape) -> Value {
        let there = cells.filter { $0 != .missing }
        switch aggregate.function {
        case .count: return .exact(Exact(aggregate.argument == nil ? rows : there.count))
        case .distinct:
            var seen: [Cell] = []
            for cell in there where !seen.contains(where: { same($0, cell) }) { seen.append(cell) }
            return .exact(Exact(seen.count))
        case .sum: return sum(there, shape)
        case .mean:
            guard !there.isEmpty else { return .missing }
            switch sum(there, shape) {
            case .exact(let sum): return .real(Double(sum.units) / Double(Int128(there.count) * Exact.power(sum.scale)))
            case .real(let sum): return .real(sum / Double(there.count))
            default: return .missing
            }
        case .min: return there.min(by: precedes).map { value($0, shape) } ?? .missing
        case .max: return there.max(by: precedes).map { value($0, shape) } ?? .missing
        case .span:
            let times = there.compactMap { cell -> Int64? in if case .instant(let time) = cell { time } else { nil } }
            guard let first = times.min(), let last = times.max() else { return .missing }
            return .real(Double(last - first) / 86_400_000_000)
        case .percentile(let thousandths): return percentile(thousandths, there.sorted(by: precedes), shape)
        }
    }

    private static func sum(_ cells: [Cell], _ shape: NaiveRows.Shape) -> Value {
        if case .number(let scale) = shape {
            var total = Exact(0, scale: scale)
            for cell in cells { if case .number(let number) = cell { total = Exact.adding(total, number) ?? total } }
            return .exact(total)
        }
        if shape == .duration {
            var total: Int128 = 0
            for cell in cells { if case .duration(let duration) = cell { total += Int128(duration) } }
            return .real(Double(total) / 86_400_000_000)
        }
        // Neumaier's compensated sum.
        var total = 0.0
        var lost = 0.0
        for cell in cells {
            guard let x = NaiveRows.double(cell) else { continue }
            let next = total + x
            lost += total.magnitude >= x.magnitude ? (total - next) + x : (x - next) + total
            total = next
        }
        return .real(total + lost)
    }

    /// Type 7: linear between the closest ranks.
    private static func percentile(_ thousandths: Int, _ sorted: [Cell], _ shape: NaiveRows.Shape) -> Value {
        guard !sorted.isEmpty else { return .missing }
        let position = Double(sorted.count - 1) * Double(thousandths) / 1000
        let below = Int(position.rounded(.down))
        let fraction = position - Double(below)
        let low = sorted[below]
        guard fraction > 1e-9, below + 1 < sorted.count, !same(low, sorted[below + 1]), let a = NaiveRows.double(low),
            let b = NaiveRows.double(sorted[below + 1])
        else { return value(low, shape) }
        return .real(a + (b - a) * fraction)
    }

    /// A cell as a value of an answer.
    static func value(_ cell: Cell, _ shape: NaiveRows.Shape) -> Value {
        switch cell {
        case .missing: return .missing
        case .number(let number): return .exact(number)
        case .real(let real): return .real(real)
        case .duration(let duration): return .real(Double(duration) / 86_400_000_000)
        case .text(let text): return .text(text)
        case .truth(let truth): return .yesNo(truth)
        case .instant(let time):
            let day = NaiveDate.day(of: time)
            return shape == .date ? .date(day) : .timestamp(day: day, microseconds: time - Int64(day) * microsecondsPerDay)
        }
    }

    private static func same(_ a: Cell, _ b: Cell) -> Bool { !precedes(a, b) && !precedes(b, a) }

    private static func precedes(_ a: Cell, _ b: Cell) -> Bool {
        switch (a, b) {
        case (.number(let x), .number(let y)): Exact.compare(x, y) < 0
        case (.instant(let x), .instant(let y)), (.duration(let x), .duration(let y)): x < y
        case (.text(let x), .text(let y)): x < y
        case (.truth(let x), .truth(let y)): !x && y
        default: (NaiveRows.double(a) ?? 0) < (NaiveRows.double(b) ?? 0)
        }
    }
}
