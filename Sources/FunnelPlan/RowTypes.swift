import FunnelModel

extension RowValue {
    /// What the value is where its columns are what `column` says: a plan may have been made before that was known.
    package func type<Failure: Error>(_ column: (ColumnReference) throws(Failure) -> RowType) throws(Failure) -> RowType {
        switch self {
        case .column(let reference): return try column(reference)
        case .exact(let exact): return .exact(scale: exact.scale)
        case .text, .textFunction: return .text
        case .instant(let instant): return instant.microseconds == 0 ? .date : .timestamp
        case .duration, .elapsed, .between: return .duration
        case .missing(let type): return type
        case .condition: return .yesNo
        case .length, .datePart: return .exact(scale: 0)
        case .coalesce(let values): return try Self.common(values, column)
        case .cases(let branches, let otherwise): return try Self.common(branches.map(\.value) + (otherwise.map { [$0] } ?? []), column)
        case .arithmetic(let operation, let a, let b): return Self.type(operation, try a.type(column), try b.type(column))
        }
    }

    private static func common<Failure: Error>(
        _ values: [RowValue], _ column: (ColumnReference) throws(Failure) -> RowType
    ) throws(Failure) -> RowType {
        var result: RowType?
        for value in values {
            if case .missing = value { continue }
            let type = try value.type(column)
            switch (result, type) {
            case (nil, _): result = type
            case (.exact(let a), .exact(let b)): result = .exact(scale: max(a, b))
            case (.exact, .real): result = .real
            case (.date, .timestamp): result = .timestamp
            default: break
            }
        }
        return result ?? .text
    }

    private static func type(_ operation: Arithmetic, _ a: RowType, _ b: RowType) -> RowType {
        switch (operation, a, b) {
        case (.divide, _, _): .real
        case (.multiply, .exact(let x), .exact(let y)): x + y <= 9 ? .exact(scale: x + y) : .real
        case (_, .exact(let x), .exact(let y)): .exact(scale: max(x, y))
        case (.subtract, .date, .date), (.subtract, .date, .timestamp), (.subtract, .timestamp, .date), (.subtract, .timestamp, .timestamp): .duration
        case (.add, .date, .duration), (.add, .timestamp, .duration), (.subtract, .date, .duration), (.subtract, .timestamp, .duration): .timestamp
        case (.add, .duration, .duration), (.subtract, .duration, .duration): .duration
        case (.multiply, .duration, .exact(scale: 0)), (.multiply, .exact(scale: 0), .duration): .duration
        default: .real
        }
    }
}
