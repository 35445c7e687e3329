package import FunnelModel
import FunnelStore

/// An answer as an Arrow file.
///
/// Exact numbers are whole ones of 64 bits or decimals of 128, ratios and other binary numbers 64-bit floating point, dates
/// and time stamps Arrow's own; periods are their text, as in CSV. Missing is null. A total is a last row whose keys are missing.
package enum ArrowAnswer {
    package static func bytes(_ answer: Answer) -> [UInt8] {
        let rows = answer.rows + (answer.total.map { [$0] } ?? [])
        var names: Set<String> = []
        let columns = answer.columns.enumerated().map { index, column in
            // Other tools know a column by its name alone.
            var name = column.name
            var number = 2
            while !names.insert(name).inserted {
                name = "\(column.name) \(number)"
                number += 1
            }
            return self.column(name, column.kind, rows.map { $0[index] })
        }
        return ArrowLayout(columns, rowCount: rows.count).bytes
    }

    /// What the values of a column have in common.
    private enum Form {
        case whole
        case decimal(scale: Int)
        case real
        case truth
        case day
        case instant
        case text
    }

    private static func column(_ name: String, _ kind: AnswerColumn.Kind, _ values: [Value]) -> ArrowColumn {
        let validity = values.contains(where: isMissing) ? Bitmap(values.map { !isMissing($0) }) : nil
        func column(_ type: ArrowType, _ bodies: [ArrowBody]) -> ArrowColumn {
            ArrowColumn(name: name, type: type, validity: validity, bodies: bodies)
        }
        switch form(of: values) ?? form(of: kind) {
        case .whole: return column(.integer(bits: 64, isSigned: true), [ArrowBody(Buffer(values.map { Int64(units($0, scale: 0)) }))])
        case .decimal(let scale):
            let wide = values.map { units($0, scale: scale) }
            return column(
                .decimal(bits: 128, precision: 38, scale: scale),
                [ArrowBody(Buffer(wide.map { SIMD2(UInt64(truncatingIfNeeded: $0), UInt64(truncatingIfNeeded: $0 >> 64)) }))])
        case .real: return column(.real(bits: 64), [ArrowBody(Buffer(values.map { isMissing($0) ? 0 : $0.double ?? 0 }))])
        case .truth: return column(.bool, [ArrowBody(Bitmap(values.map { $0 == .yesNo(true) }))])
        case .day: return column(.days, [ArrowBody(Buffer(values.map { Int32(truncatingIfNeeded: microseconds($0) / microsecondsPerDay) }))])
        case .instant: return column(.timestamp(.microsecond, zone: nil), [ArrowBody(Buffer(values.map(microseconds)))])
        case .text: return column(.utf8(offsetBits: 64), TextDictionary(values.map(text)).bodies)
        }
    }

    /// A number that is none is missing, as in the other data formats.
    private static func isMissing(_ value: Value) -> Bool {
        if case .real(let real) = value { !real.isFinite } else { value.isMissing }
    }

    /// Nil where there is no value.
    private static func form(of values: [Value]) -> Form? {
        var form: Form?
        for value in values where !isMissing(value) {
            let own: Form =
                switch value {
                case .exact(let exact): exact.scale == 0 && Int64(exactly: exact.units) != nil ? .whole : .decimal(scale: exact.scale)
                case .real: .real
                case .yesNo: .truth
                case .date: .day
                case .timestamp: .instant
                case .text, .period, .missing: .text
                }
            form = form.map { common($0, own) } ?? own
        }
        // What does not fit as a decimal of all values' scale is binary.
        if case .decimal(let scale)? = form, values.contains(where: { if case .exact(let exact) = $0 { !fits(exact, scale) } else { false } }) { return .real }
        return form
    }

    private static func common(_ a: Form, _ b: Form) -> Form {
        switch (a, b) {
        case (.whole, .whole): .whole
        case (.whole, .decimal(let scale)), (.decimal(let scale), .whole): .decimal(scale: scale)
        case (.decimal(let x), .decimal(let y)): .decimal(scale: max(x, y))
        case (.real, .real), (.real, .whole), (.whole, .real), (.real, .decimal), (.decimal, .real): .real
        case (.truth, .truth): .truth
        case (.day, .day): .day
        case (.instant, .instant), (.day, .instant), (.instant, .day): .instant
        default: .text
        }
    }

    /// Of a column without a value.
    private static func form(of kind: AnswerColumn.Kind) -> Form {
        switch kind {
        case .key: .text
        case .measure(let quantity): quantity == .count ? .whole : .real
        case .field(let type):
            switch type {
            case .text, .unknown: .text
            case .integer: .whole
            case .decimal(let scale): .decimal(scale: scale)
            case .date: .day
            case .timestamp: .instant
            case .yesNo: .truth
            }
        }
    }

    private static func fits(_ exact: Exact, _ scale: Int) -> Bool {
        guard scale <= 38, let scaled = exact.scaled(to: scale) else { return false }
        return scaled.units.magnitude < Exact.power(38).magnitude
    }

    private static func units(_ value: Value, scale: Int) -> Int128 {
        if case .exact(let exact) = value { exact.scaled(to: scale)?.units ?? 0 } else { 0 }
    }

    private static func microseconds(_ value: Value) -> Int64 {
        switch value {
        case .date(let day): Int64(day) * microsecondsPerDay
        case .timestamp(let day, let microseconds): Int64(day) * microsecondsPerDay + microseconds
        default: 0
        }
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .missing: ""
        case .exact(let exact): exact.text
        case .real(let real): real.isFinite ? real.description : ""
        case .text(let text): text
        case .yesNo(let truth): truth ? "true" : "false"
        case .date(let day): Calendar.text(day)
        case .timestamp(let day, let microseconds): Calendar.text(day) + "T" + Calendar.text(timeOfDay: microseconds)
        case .period(let period): period.label
        }
    }
}
