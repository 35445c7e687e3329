import FunnelModel
import FunnelText

// What can be wrong with the rows of a file.
extension Diagnostic {
    private static func atCell(
        _ message: String, _ places: DataPlaces, _ bytes: Range<Int>, mends: [String]
    ) -> Diagnostic {
        let (source, range) = DataPlaces.source(places.file, bytes)
        return Diagnostic(.error, message, cause: .data, in: source, at: range, mends: mends)
    }

    private static let accepting = [
        "`on error null` reads such cells as missing", "`on error skip into \"rejects.csv\"` leaves such rows out",
    ]

    static func badCell(
        _ places: DataPlaces, row: Int, column: Int, rule: ColumnRule, demand: TypeDemand, count: Int, others: Int
    ) -> Diagnostic {
        let value = places.text(row: row, column: column)
        let name = places.file.header.names[column]
        var message = "`\(name)` holds `\(value.shortened)`, which is not \(expected(rule, demand, value))"
        message += count == 1 ? "; it is the only such cell" : "; there are \(Note.counted(count)) such cells"
        if others > 0 { message += ", and \(Note.counted(others)) bad in other columns" }
        return atCell(message, places, places.cell(row: row, column: column), mends: accepting)
    }

    private static func expected(_ rule: ColumnRule, _ demand: TypeDemand, _ value: String) -> String {
        switch rule {
        case .date(let date):
            let hint =
                switch value.utf8.allSatisfy(Byte.isDigit) ? value.utf8.count : 0 {
                case 5...6: " (it looks like a spreadsheet's serial number: format the column as a date before saving)"
                case 10: " (it looks like seconds since 1970: write the column as dates before saving)"
                case 13: " (it looks like milliseconds since 1970: write the column as dates before saving)"
                default: ""
                }
            return demand.phrase + (date.pattern == nil ? "" : " of the pattern given") + hint
        case .number(let number) where number.scale == 0: return "a number of at most 18 digits"
        case .number(let number) where number.scale != nil:
            return "a number that fits 18 digits beside one with \(number.scale ?? 0) behind its point (round the column before saving)"
        case .number, .text, .key, .yesNo: return demand.phrase
        }
    }

    static func ragged(_ places: DataPlaces, row: Int, fields: Int, count: Int) -> Diagnostic {
        let wanted = places.file.columns
        var message = "a row has \(Note.counted(fields, "field")), the header \(Note.counted(wanted))"
        message += count == 1 ? "; it is the only such row" : "; there are \(Note.counted(count)) rows of the wrong length"
        return atCell(
            message, places, places.record(row: row),
            mends: [
                "`on error null` fills short rows up and cuts long ones",
                "`on error skip into \"rejects.csv\"` leaves such rows out",
            ])
    }

    static func duplicate(_ places: DataPlaces, row: Int, first: Int, column: Int, role: TableRole, count: Int) -> Diagnostic {
        let name = places.file.header.names[column]
        let value = places.text(row: row, column: column)
        let line = places.file.text.line(at: places.record(row: first).lowerBound)
        var message = "`\(name)` holds `\(value.shortened)` again: another \(role.singular) has it on line \(line)"
        message += count == 1 ? "; it is the only such row" : "; there are \(Note.counted(count)) such rows"
        return atCell(
            message, places, places.cell(row: row, column: column),
            mends: ["`on duplicate keep first` or `on duplicate keep last` says which of them counts"])
    }

    /// `proof`: other columns of the file that do tell; here they contradict each other, or there are none.
    static func ambiguousDates(
        _ column: String, _ example: String, _ file: DataFile, proof: ColumnDecision.OrderProof
    ) -> Diagnostic {
        let separator = example.first { "-/.".contains($0) }.map(String.init) ?? "-"
        let parts = example.prefix { !$0.isWhitespace }.split(separator: Character(separator))
        let year = parts.last.map { $0.count == 2 } == true ? "yy" : "yyyy"
        let request = file.request
        func hint(_ other: String?) -> String { other.map { " (as in `\($0)`)" } ?? "" }
        return Diagnostic(
            .error, "no value of `\(column)` tells day from month: `\(example)` may be either", cause: .data, in: request.script,
            at: request.range,
            mends: [
                "day first\(hint(proof.dayFirst)): `dates \"\(Note.pattern("dd", "MM", separator, year: year))\"`",
                "month first\(hint(proof.monthFirst)): `dates \"\(Note.pattern("MM", "dd", separator, year: year))\"`",
            ])
    }

    static func unknownStates(
        _ unknown: [String], _ met: [(text: String, count: Int)], _ column: String, _ request: LoadRequest
    ) -> Diagnostic {
        let names = unknown.prefix(5).map { "`\($0.shortened)`" }.joined(separator: ", ")
        let list = met.prefix(30).map { "`\($0.text.shortened)` (\(Note.counted($0.count)))" }.joined(separator: ", ")
        let more = met.count > 30 ? " and \(met.count - 30) more" : ""
        let literal = unknown.prefix(3).map { "\"\($0)\"" }
        let lost = literal.dropFirst().joined(separator: ", ")
        let clause = "states won = \(literal[0])" + (lost.isEmpty ? "" : ", lost = " + (literal.count > 2 ? "(\(lost))" : lost))
        return Diagnostic(
            .error,
            "`\(column)` holds \(names)" + (unknown.count > 5 ? " and \(unknown.count - 5) more" : "")
                + ", of which it is not known whether the deal is won, lost or open", cause: .data, in: request.script,
            at: request.range, mends: ["the states met are \(list)\(more)", "say what they mean, such as `\(clause)`"])
    }

    static func rejectsUnwritable(_ path: String, _ reason: String, _ request: LoadRequest) -> Diagnostic {
        Diagnostic(
            .error, "`\(request.rejectsName ?? path)` can't be written: \(reason)", cause: .data, in: request.script, at: request.range)
    }
}
