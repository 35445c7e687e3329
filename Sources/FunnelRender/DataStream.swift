package import FunnelModel

/// Writes answers one after the other as data that other tools read, so that several results make one sound stream.
///
/// - CSV and TSV: an empty line stands between two results.
/// - JSON: an array with an element a result; `[` comes with the first, `]` with `end`.
/// - NDJSON: each row begins with `"query"`, the number of its result from 1.
///
/// What is common to all: numbers in full precision and without exponents. An exact number has its own scale (`61784006.00`),
/// a binary one the shortest digits that read back as the same number, with at least one behind the point (`14.0`).
/// Dates are `2018-03-01`, time stamps `2018-03-01T14:30:00`, periods as their label (`2018-03`, `2018-Q1`, `2018-W07`).
/// A number that is none (it can't come from a query) is missing. A total is a last row whose keys are missing, as SQL's
/// ROLLUP gives it; so the column of a date stays one of dates. Text is never altered, but for the escapes of the format.
package struct DataStream: Sendable {
    package let format: OutputFormat
    private var results = 0

    /// A stream in a data format. The formats for readers are not data: they have renderers of their own.
    package init(_ format: OutputFormat) { self.format = format }

    /// The text that the next answer adds to the stream.
    package mutating func text(of answer: Answer) -> String {
        results += 1
        switch format {
        case .csv: return (results > 1 ? "\n" : "") + DelimitedWriter.csv.text(of: answer)
        case .tsv: return (results > 1 ? "\n" : "") + DelimitedWriter.tsv.text(of: answer)
        case .json: return (results > 1 ? ",\n" : "[\n") + JSONWriter.object(of: answer)
        case .ndjson: return JSONWriter.rows(of: answer, query: results)
        case .table, .markdown: return ""
        }
    }

    /// What closes the stream.
    package mutating func end() -> String {
        guard format == .json else { return "" }
        return results > 0 ? "\n]\n" : "[]\n"
    }
}

/// Answers as data, all at once.
package enum DataRenderer {
    /// The whole text of some answers: a file.
    package static func text(of answers: [Answer], as format: OutputFormat) -> String {
        var stream = DataStream(format)
        var text = ""
        for answer in answers { text += stream.text(of: answer) }
        return text + stream.end()
    }
}

extension Value {
    /// The value as data formats write it, before quoting; nil where it is missing.
    var dataText: String? {
        switch self {
        case .missing: nil
        case .exact(let exact): exact.text
        case .real(let real): Self.plain(real)
        case .text(let text): text
        case .yesNo(let answer): answer ? "true" : "false"
        case .date(let day): Calendar.text(day)
        case .timestamp(let day, let microseconds): Calendar.text(day) + "T" + Calendar.text(timeOfDay: microseconds)
        case .period(let period): period.label
        }
    }

    /// The shortest digits that read back as the same number, never with an exponent.
    private static func plain(_ real: Double) -> String? {
        guard real.isFinite else { return nil }
        let text = real == 0 ? "0.0" : real.description
        return text.utf8.contains(UInt8(ascii: "e")) ? DecimalText(real)?.full(atLeast: 1) : text
    }
}
