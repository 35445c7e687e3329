import FunnelModel
import FunnelPlan
import FunnelText

/// Conditions of a row.
extension RowWriter {
    func condition(_ condition: RowCondition) throws(Diagnostic) -> Condition {
        switch condition {
        case .always(let truth): return truth ? .yes : .no
        case .column(let reference):
            if case .derived(let derived) = reference.index { return try derivedCondition(derived) }
            return Condition(try read(reference))
        case .isMissing(let value):
            if case .condition = value { return .no }
            if case .column(let reference) = value, case .file(let index) = reference.index {
                return Condition("\(try stored(reference, index)) is null", mayBeUnknown: false)
            }
            return Condition("\(try self.value(value)) is null", mayBeUnknown: false)
        case .compare(let comparison, let a, let b): return try compare(comparison, a, b)
        case .during(let value, let from, let until): return try during(value, from, until)
        case .text(let value, let test): return try self.test(value, test)
        case .sameText(let a, let b):
            if try type(a) == .yesNo, try type(b) == .yesNo { return Condition("\(try truth(a)) = \(try truth(b))") }
            return Condition("\(try text(a)) = \(try text(b))")
        case .not(let inner): return try self.condition(inner).negated
        case .and(let parts): return .all(try all(parts))
        case .or(let parts): return .any(try all(parts))
        case .any(let other, let inner):
            return try lead(withAny: inner, in: other).map { Condition("\($0).lead_key is not null", mayBeUnknown: false) } ?? .no
        case .wonWithin(let span): return try wonWithin(span)
        case .agedAtLeast(let span, let now): return try self.condition(.isPast(try created(), by: span, at: now))
        }
    }

    private func all(_ conditions: [RowCondition]) throws(Diagnostic) -> [Condition] {
        var parts: [Condition] = []
        for condition in conditions { parts.append(try self.condition(condition)) }
        return parts
    }

    // MARK: - Comparisons

    private func compare(_ comparison: Comparison, _ a: RowValue, _ b: RowValue) throws(Diagnostic) -> Condition {
        if comparison == .notEqual { return try compare(.equal, a, b).negated }
        let (x, y): (String, String)
        switch (try type(a), try type(b)) {
        case (.exact(let p), .exact(let q)):
            // A constant may have more digits than the column.
            let scale = max(p, q)
            (x, y) = (try exact(a, scale: scale), try exact(b, scale: scale))
        case (.real, _), (_, .real), (.duration, .exact), (.exact, .duration): (x, y) = (try real(a), try real(b))
        case (.date, .date): (x, y) = (try time(a, as: .date), try time(b, as: .date))
        case (.date, .timestamp), (.timestamp, .date), (.timestamp, .timestamp): (x, y) = (try time(a, as: .timestamp), try time(b, as: .timestamp))
        default: (x, y) = (try exact(a), try exact(b))
        }
        return Condition("\(x) \(comparison.rawValue) \(y)")
    }

    private func during(_ value: RowValue, _ from: Instant?, _ until: Instant?) throws(Diagnostic) -> Condition {
        guard from != nil || until != nil else { return try condition(.not(.isMissing(value))) }
        let isBoth = from != nil && until != nil
        if case .column(let reference) = value, case .file(let index) = reference.index {
            let column = try stored(reference, index)
            return Condition(rules.isDuring(column: column, try type(value), from: from, until: until), binding: isBoth ? .and : .test)
        }
        let time = try time(value, as: .timestamp)
        let parts = [from.map { "\(time) >= \(rules.literal($0))" }, until.map { "\(time) < \(rules.literal($0))" }].compactMap { $0 }
        return Condition(parts.joined(separator: " and "), binding: isBoth ? .and : .test)
    }

    // MARK: - Texts

    private func test(_ value: RowValue, _ test: TextTest) throws(Diagnostic) -> Condition {
        let text = try text(value)
        switch test {
        case .isIn(let texts):
            guard texts.count > 1 else { return texts.first.map { Condition("\(text) = \(rules.literal($0))") } ?? .no }
            return Condition("\(text) in (\(texts.map(rules.literal).joined(separator: ", ")))")
        case .contains(let part): return Condition(part.isEmpty ? "\(text) is not null" : rules.contains(text, part))
        case .startsWith(let part): return Condition(part.isEmpty ? "\(text) is not null" : rules.starts(text, part))
        case .endsWith(let part): return Condition(part.isEmpty ? "\(text) is not null" : rules.ends(text, part))
        case .like(let pattern): return Condition(rules.like(text, pattern))
        case .matches(let pattern):
            guard Self.isPlain(pattern) else { throw draft.noSQL("the pattern `/\(pattern)/`", others: []) }
            guard let condition = rules.matches(text, pattern) else { throw draft.noSQL("`matches`", others: SQLDialect.all) }
            return Condition(condition)
        case .compare(let comparison, let other):
            let test = Condition("\(rules.byCodePoints(text)) \(comparison == .notEqual ? "=" : comparison.rawValue) \(rules.literal(other))")
            return comparison == .notEqual ? test.negated : test
        }
    }

    /// Whether all engines read a pattern alike: no classes of their own, no look to the sides, no references back.
    private static func isPlain(_ pattern: String) -> Bool {
        var isEscaped = false
        for scalar in pattern.unicodeScalars {
            if isEscaped, scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) { return false }
            isEscaped = !isEscaped && scalar == "\\"
        }
        return !pattern.contains("(?") && !pattern.contains("[[") && !pattern.contains("&&")
    }

    // MARK: - Windows

    private func created() throws(Diagnostic) -> RowValue {
        let leads = try draft.table(.leads)
        guard let index = leads.schema.roles[.created] else { throw .noTable("leads") }
        return .column(
            ColumnReference(
                path: table == .leads ? .own : .lead, table: .leads, index: .file(index), type: RowType(leads.schema.columns[index].type), name: "created"))
    }

    private func wonWithin(_ span: TimeSpan) throws(Diagnostic) -> Condition {
        let won = RowValue.column(
            ColumnReference(path: table == .leads ? .own : .lead, table: .leads, index: .derived(.leadWonAt), type: .timestamp, name: "won_at"))
        let created = try created()
        switch span {
        case .microseconds(let microseconds):
            if try type(created) == .date, try type(won) == .date { return Condition("\(try elapsed(created, won)) <= \(microseconds)") }
            return Condition(rules.isNoLonger(than: microseconds, from: try time(created, as: .timestamp), to: try time(won, as: .timestamp)))
        case .months(let months):
            if try type(created) == .date, try type(won) == .date {
                return Condition("\(try time(won, as: .date)) <= \(rules.adding(months: months, to: try time(created, as: .date)))")
            }
            return Condition("\(try time(won, as: .timestamp)) <= \(rules.adding(months: months, toTimestamp: try time(created, as: .timestamp)))")
        }
    }
}
