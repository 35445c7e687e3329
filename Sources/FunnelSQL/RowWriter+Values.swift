import FunnelModel
import FunnelPlan
import FunnelText

/// Values of a row. What is composed stands in brackets.
extension RowWriter {
    /// What a value is, as the engine reads it.
    func type(_ value: RowValue) throws(Diagnostic) -> RowType {
        try value.type { reference throws(Diagnostic) in try type(of: reference) }
    }

    /// A value in the form of its own type.
    func value(_ value: RowValue) throws(Diagnostic) -> String {
        switch try type(value) {
        case .exact(let scale): try exact(value, scale: scale)
        case .duration: try exact(value)
        case .real: try real(value)
        case .text, .unknown: try text(value)
        case .date: try time(value, as: .date)
        case .timestamp: try time(value, as: .timestamp)
        case .yesNo: try truth(value)
        }
    }

    // MARK: - Numbers

    /// An exact number; of lengths of time and points in time, microseconds. Where the engine has no decimals it is whole
    /// multiples of 10^-scale.
    func exact(_ value: RowValue, scale: Int = 0) throws(Diagnostic) -> String {
        switch value {
        case .column(let reference):
            switch try type(of: reference) {
            case .exact(let own): return rescaled(try read(reference), from: own, to: scale)
            case .date, .timestamp: return try microseconds(value)
            default: return try read(reference)
            }
        case .exact(let exact): return literal(exact, scale: scale)
        case .instant: return try microseconds(value)
        case .duration(let microseconds): return String(microseconds)
        case .missing: return null(.exact(scale: scale))
        case .elapsed(let from, let to): return try elapsed(from, to)
        case .between(let from, let to, let order): return try span(from, to, order)
        case .length(let text): return rescaled(rules.length(try self.text(text)), from: 0, to: scale)
        case .datePart(let part, let date): return rescaled(try self.part(part, of: date), from: 0, to: scale)
        case .coalesce(let values): return try coalesced(values) { value throws(Diagnostic) in try exact(value, scale: scale) }
        case .cases(let branches, let otherwise):
            return try chosen(branches, otherwise) { value throws(Diagnostic) in try exact(value, scale: scale) }
        case .arithmetic(let operation, let a, let b):
            switch operation {
            case .add, .subtract:
                if try type(value) == .timestamp { return try microseconds(value) }
                return "(\(try exact(a, scale: scale)) \(operation.rawValue) \(try exact(b, scale: scale)))"
            case .multiply:
                let scales = (try digits(a), try digits(b))
                return rescaled("(\(try exact(a, scale: scales.0)) * \(try exact(b, scale: scales.1)))", from: scales.0 + scales.1, to: scale)
            case .divide: return try real(value)
            }
        case .condition, .text, .textFunction: return try text(value)
        }
    }

    private func digits(_ value: RowValue) throws(Diagnostic) -> Int {
        if case .exact(let scale) = try type(value) { scale } else { 0 }
    }

    private func rescaled(_ text: String, from: Int, to: Int) -> String {
        rules.countsInUnits && to > from ? "(\(text) * \(rules.power10(to - from)))" : text
    }

    private func literal(_ exact: Exact, scale: Int) -> String {
        guard rules.countsInUnits else { return rules.literal(exact) }
        return (exact.scaled(to: max(scale, exact.scale)) ?? exact).units.description
    }

    func real(_ value: RowValue) throws(Diagnostic) -> String {
        let type = try type(value)
        switch value {
        case .elapsed(let from, let to):
            if try self.type(from) == .date, try self.type(to) == .date { break }
            return rules.realDays(from: try time(from, as: .timestamp), to: try time(to, as: .timestamp))
        case .arithmetic(.divide, let a, let b): return "(\(try real(a)) / nullif(\(try real(b)), 0))"
        case .arithmetic(let operation, let a, let b) where type == .real: return "(\(try real(a)) \(operation.rawValue) \(try real(b)))"
        case .cases(let branches, let otherwise) where type == .real:
            return try chosen(branches, otherwise) { value throws(Diagnostic) in try real(value) }
        case .coalesce(let values) where type == .real: return try coalesced(values) { value throws(Diagnostic) in try real(value) }
        default: break
        }
        switch type {
        case .exact(let scale):
            let text = rules.real(try exact(value, scale: scale))
            return rules.countsInUnits && scale > 0 ? "(\(text) / \(rules.power10(scale)))" : text
        case .duration: return "(\(rules.real(try exact(value))) / 86400000000)"
        case .real:
            if case .column(let reference) = value { return try read(reference) }
            return null(.real)
        case .date, .timestamp: return "(\(rules.real(try microseconds(value))) / 86400000000)"
        case .text, .yesNo, .unknown: return null(.real)
        }
    }

    // MARK: - Time

    /// A point in time as a date or a time stamp.
    func time(_ value: RowValue, as target: RowType) throws(Diagnostic) -> String {
        let type = try type(value)
        switch value {
        case .column(let reference): return time(try read(reference), type, as: target)
        case .instant(let instant): return target == .date ? rules.literal(day: instant.day) : rules.literal(instant)
        case .coalesce(let values): return try coalesced(values) { value throws(Diagnostic) in try time(value, as: target) }
        case .cases(let branches, let otherwise): return try chosen(branches, otherwise) { value throws(Diagnostic) in try time(value, as: target) }
        case .arithmetic: return time(rules.timestamp(ofMicroseconds: try microseconds(value)), .timestamp, as: target)
        default: return null(target)
        }
    }

    /// Microseconds since 1970-01-01.
    private func microseconds(_ value: RowValue) throws(Diagnostic) -> String {
        switch value {
        case .instant(let instant): return String(instant.total)
        case .arithmetic(let operation, let a, let b): return "(\(try exact(a)) \(operation.rawValue) \(try exact(b)))"
        default: return rules.microseconds(ofTimestamp: try time(value, as: .timestamp))
        }
    }

    func elapsed(_ from: RowValue, _ to: RowValue) throws(Diagnostic) -> String {
        if try type(from) == .date, try type(to) == .date {
            return "(\(rules.days(from: try time(from, as: .date), to: try time(to, as: .date))) * 86400000000)"
        }
        return rules.microseconds(from: try time(from, as: .timestamp), to: try time(to, as: .timestamp))
    }

    /// The day of a point in time.
    func day(_ value: RowValue) throws(Diagnostic) -> String {
        let type = try type(value)
        if case .column(let reference) = value, case .file(let index) = reference.index {
            return rules.day(ofColumn: try stored(reference, index), type)
        }
        return type == .date ? try time(value, as: .date) : rules.day(ofTimestamp: try time(value, as: .timestamp))
    }

    func part(_ part: DatePart, of value: RowValue) throws(Diagnostic) -> String {
        guard part == .hour else { return rules.part(part, ofDate: try day(value)) }
        guard try type(value) == .timestamp else { return "case when \(try time(value, as: .date)) is not null then 0 end" }
        return rules.hour(ofTimestamp: try time(value, as: .timestamp))
    }

    // MARK: - Texts and truths

    func text(_ value: RowValue) throws(Diagnostic) -> String {
        switch value {
        case .column(let reference):
            if try type(of: reference) != .yesNo { return try read(reference) }
            let truth = try truth(value)
            return "case when \(truth) then 'yes' when not \(truth) then 'no' end"
        case .text(let text): return rules.literal(text)
        case .missing: return null(.text)
        case .textFunction(let function, let inner):
            guard let text = rules.function(function, try text(inner)) else { throw draft.noSQL("`\(function.rawValue)`", others: SQLDialect.all) }
            return text
        case .coalesce(let values): return try coalesced(values) { value throws(Diagnostic) in try text(value) }
        case .cases(let branches, let otherwise): return try chosen(branches, otherwise) { value throws(Diagnostic) in try text(value) }
        case .condition(let condition): return "case when \(try self.condition(condition).text) then 'yes' else 'no' end"
        case .exact, .instant, .duration, .arithmetic, .elapsed, .between, .length, .datePart: return null(.text)
        }
    }

    /// A yes or no, or nothing.
    func truth(_ value: RowValue) throws(Diagnostic) -> String {
        switch value {
        case .column(let reference):
            if case .derived(let derived) = reference.index {
                let truth = try derivedCondition(derived).value(rules)
                guard reference.table == .leads, let hasLead = try hasLead() else { return "(\(truth))" }
                return "case when \(hasLead.text) then \(truth) end"
            }
            return try read(reference)
        case .condition(let condition): return "(\(try self.condition(condition).value(rules)))"
        case .coalesce(let values): return try coalesced(values) { value throws(Diagnostic) in try truth(value) }
        case .cases(let branches, let otherwise): return try chosen(branches, otherwise) { value throws(Diagnostic) in try truth(value) }
        default: return null(.yesNo)
        }
    }

    // MARK: - Choices

    private func coalesced(_ values: [RowValue], _ write: (RowValue) throws(Diagnostic) -> String) throws(Diagnostic) -> String {
        var texts: [String] = []
        for value in values { texts.append(Layout.bare(try write(value))) }
        return texts.count == 1 ? texts[0] : "coalesce(\(texts.joined(separator: ", ")))"
    }

    private func chosen(_ branches: [RowCase], _ otherwise: RowValue?, _ write: (RowValue) throws(Diagnostic) -> String) throws(Diagnostic) -> String {
        var text = "case"
        for branch in branches { text += " when \(try condition(branch.condition).text) then \(Layout.bare(try write(branch.value)))" }
        if let otherwise { text += " else \(Layout.bare(try write(otherwise)))" }
        return text + " end"
    }
}
