import FunnelArrow
import FunnelModel
import FunnelText

// What can be wrong with an Arrow file that is loaded: it has columns and rows, and no lines to show.
extension Diagnostic {
    private static func arrow(_ message: String, _ request: LoadRequest, mends: [String]) -> Diagnostic {
        Diagnostic(.error, message, cause: .data, in: request.script, at: request.pathRange ?? request.range, mends: mends)
    }

    static func arrowFile(_ error: ArrowError, _ request: LoadRequest) -> Diagnostic {
        arrow("`\(request.displayName)` \(error.message)", request, mends: error.mends)
    }

    static func badArrowValue(
        _ column: String, _ value: String, _ demand: TypeDemand?, row: Int, count: Int, others: Int, _ request: LoadRequest
    ) -> Diagnostic {
        let wanted = demand.map(\.phrase) ?? "a value that a column can hold"
        var message = "row \(Note.counted(row + 1)) of `\(request.displayName)`: `\(column)` holds `\(value.shortened)`, which is not \(wanted)"
        message += count == 1 ? "; it is the only such value" : "; there are \(Note.counted(count)) such values"
        if others > 0 { message += ", and \(Note.counted(others)) bad in other columns" }
        return arrow(
            message, request,
            mends: ["`on error null` reads such values as missing", "`on error skip into \"rejects.csv\"` leaves such rows out"])
    }

    static func duplicateInArrow(
        _ column: String, _ value: String, row: Int, first: Int, role: TableRole, count: Int, _ request: LoadRequest
    ) -> Diagnostic {
        var message = "row \(Note.counted(row + 1)) of `\(request.displayName)`: `\(column)` holds `\(value.shortened)` again"
        message += ": another \(role.singular) has it in row \(Note.counted(first + 1))"
        message += count == 1 ? "; it is the only such row" : "; there are \(Note.counted(count)) such rows"
        return arrow(message, request, mends: ["`on duplicate keep first` or `on duplicate keep last` says which of them counts"])
    }

    static func ambiguousArrowDates(_ column: String, _ example: String, _ request: LoadRequest) -> Diagnostic {
        arrow(
            "no value of `\(column)` tells day from month: `\(example)` may be either", request,
            mends: ["day first: `dates \"dd/MM/yyyy\"`, month first: `dates \"MM/dd/yyyy\"`, with the marks of the file"])
    }
}

// What a load tells of its decisions about an Arrow file.
extension Note {
    static func emptyTexts(_ count: Int, _ column: String) -> String { "\(counted(count, "empty text")) in `\(column)` read as missing" }

    static func joined(_ day: String, _ time: String) -> String { "`\(day)` and `\(time)` are one time stamp" }

    static func notNumbers(_ count: Int, _ column: String) -> String { "\(counted(count, "value")) `NaN` in `\(column)` read as missing" }

    static func rounded(_ column: String, _ digits: Int) -> String {
        "`\(column)` holds binary numbers, kept with \(counted(digits, "digit")) behind the point"
    }

    static func badValues(_ count: Int, _ column: String, example: String, row: Int) -> String {
        "\(counted(count, "value")) in `\(column)` became missing, the first `\(example.shortened)` in row \(counted(row + 1))"
    }
}
