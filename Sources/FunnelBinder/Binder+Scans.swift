import FunnelModel
package import FunnelPlan
import FunnelSyntax
import FunnelText

/// Keys, filters and scans: each table computes them from its own rows.
extension Binder {
    mutating func planKeys(_ query: Query) throws(Diagnostic) -> [PlanKey] {
        var keys: [PlanKey] = []
        for key in query.keys {
            let name = Printer.text(key)
            guard !keys.contains(where: { $0.name == name }) else { throw error(.keyTwice(name), key.place.range) }
            var kind: PlanKey.Kind?
            for table in tablesRead {
                let (_, found) = try scanKey(key, table)
                if let kind, kind != found { throw error(.keyTypesDiffer(name), key.place.range) }
                kind = found
            }
            keys.append(PlanKey(name: name, kind: kind ?? .text))
        }
        return keys
    }

    private var tablesRead: [TableRole] { TableRole.allCases.filter { aggregates[$0] != nil } }

    /// A key, as the rows of a table compute it.
    mutating func scanKey(_ key: Key, _ table: TableRole) throws(Diagnostic) -> (ScanKey, PlanKey.Kind) {
        subject = subject(of: table)
        switch key.kind {
        case .grain(let word, let column):
            guard let grain = Grain(rawValue: word.folded) else { throw error(.notAMeasure, word.range) }
            let value: RowValue
            let type: RowType
            if let column {
                let bound = try row(.name(column), in: RowScope(table: table))
                guard bound.type.isTime else { throw error(.needs("a date", found: bound.type), column.range) }
                (value, type) = (bound.value, bound.type)
            } else {
                let axis = try axis(of: table, at: key.place.range)
                (value, type) = (axis.value, axis.type)
                note(axis: axis.name, of: table)
            }
            if grain == .hour, type == .date { throw error(.noTimeOfDay(column?.text ?? table.rawValue), key.place.range) }
            return (.period(grain, of: value, shift: .none), .period(grain))
        case .expression(let expression):
            let bound = try row(expression, in: RowScope(table: table))
            switch bound.type {
            case .text, .unknown: return (.value(bound.value), .text)
            case .yesNo: return (.value(bound.value), .yesNo)
            case .date, .timestamp: return (.value(bound.value), .date)
            case .exact, .real, .duration: return (.value(bound.value), .number)
            }
        }
    }

    /// The measures that read a table, for messages.
    private func subject(of table: TableRole) -> String {
        let slots = Set((aggregates[table] ?? []).map(\.slot))
        let names = bound.filter { !$0.value.slots.isDisjoint(with: slots) }.map(\.name)
        return names.isEmpty ? "this query" : names.joined(separator: "`, `")
    }

    private mutating func note(axis name: String, of table: TableRole) {
        facts.asksForTime = true
        if !facts.axes.contains(where: { $0.table == table }) { facts.axes.append((table, name)) }
    }

    /// What of a table a query reads: its `where` and its `during`.
    mutating func scanFilter(
        _ query: Query, _ table: TableRole, during other: PeriodBounds? = nil
    ) throws(Diagnostic) -> (condition: RowCondition?, axis: String?) {
        var parts: [RowCondition] = []
        if let filter = query.filter {
            subject = subject(of: table)
            parts.append(try condition(filter, in: RowScope(table: table)))
        }
        var name: String?
        if let during = query.during {
            let bounds = if let other { other } else { try self.bounds(of: during) }
            let axis = try axis(of: table, at: during.place.range)
            parts.append(.during(axis.value, from: bounds.from, until: bounds.until))
            name = axis.name
            if other == nil { facts.period = PeriodName.text(bounds) }
        }
        return (parts.isEmpty ? nil : parts.count == 1 ? parts[0] : .and(parts), name)
    }

    mutating func scans(_ query: Query, keys: [PlanKey]) throws(Diagnostic) -> [Scan] {
        var scans: [Scan] = []
        for table in tablesRead {
            let filter = try scanFilter(query, table)
            if let axis = filter.axis { note(axis: axis, of: table) }
            var scanKeys: [ScanKey] = []
            for key in query.keys { scanKeys.append(try scanKey(key, table).0) }
            scans.append(Scan(table: table, filter: filter.condition, keys: scanKeys, aggregates: aggregates[table] ?? []))
        }
        return scans
    }
}

/// A period in words, for the foot.
enum PeriodName {
    static func text(_ bounds: PeriodBounds) -> String {
        let last = Binder.instant(bounds.until.total - 1)
        if bounds.from.microseconds == 0, bounds.until.microseconds == 0 {
            let (from, to) = (Calendar.text(bounds.from.day), Calendar.text(last.day))
            return from == to ? from : "\(from) to \(to)"
        }
        return "\(PlanText.text(bounds.from)) to \(PlanText.text(bounds.until))"
    }
}

extension Binder {
    /// A stretch of time in words.
    package static func text(from: Instant, until: Instant) -> String { PeriodName.text(PeriodBounds(from: from, until: until)) }
}
