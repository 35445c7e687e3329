import FunnelModel
import FunnelPlan
import FunnelRender

/// A group that failed a check, in words.
enum CheckText {
    /// How far each measure of a condition is from what it is compared with: one more column each.
    static func differences(_ condition: MeasureCondition, _ measures: [PlanMeasure]) -> [PlanMeasure] {
        switch condition {
        case .compare(_, let a, let b):
            let quantity = measures.first { $0.value == a }?.quantity ?? .number
            guard case .exact(let bound) = b else { return [] }
            let name = "which differs from \(ValueText.text(.exact(bound), quantity)) by"
            return [PlanMeasure(name: name, quantity: quantity, value: .arithmetic(.subtract, a, b))]
        case .and(let a, let b), .or(let a, let b): return differences(a, measures) + differences(b, measures)
        case .not(let inner): return differences(inner, measures)
        case .isMissing: return []
        }
    }

    static func line(_ row: [Value], _ columns: [AnswerColumn]) -> String {
        zip(columns, row).compactMap { column, value in
            // There is no difference from what is missing.
            value.isMissing && column.name.hasPrefix("which differs") ? nil : "\(column.name) \(text(value, column))"
        }.joined(separator: ", ")
    }

    private static func text(_ value: Value, _ column: AnswerColumn) -> String {
        switch value {
        case .missing: return column.isKey ? "(none)" : "is missing"
        case .text(let text): return "`\(text)`"
        case .yesNo(let truth): return truth ? "yes" : "no"
        case .date(let day): return Calendar.text(day)
        case .timestamp(let day, let microseconds): return Calendar.text(day) + "T" + Calendar.text(timeOfDay: microseconds)
        case .period(let period): return period.label
        case .exact, .real:
            if case .measure(let quantity) = column.kind { return ValueText.text(value, quantity) }
            return ValueText.text(value, .number)
        }
    }
}
