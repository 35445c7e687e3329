import FunnelModel
import FunnelStore
import FunnelText

/// A column that holds the same value in every row: `with status = "won"`.
enum ConstantColumn {
    /// Throws where the text is not what the role demands.
    static func make(_ constant: RoleAssignment.Constant, rows: Int, _ request: LoadRequest) throws -> Column {
        let demand = constant.role?.demand ?? .text
        // The text goes the same way as a cell of a file.
        let escaped = constant.text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        let text = FileText(Array("\"\(escaped)\"".utf8))
        let index = FieldIndex(columns: 1)
        index.build(text, 0..<text.count, dialect: Dialect(delimiter: Byte.comma), wrongLength: .fit)
        let wish = ColumnWish(
            demand: demand, pattern: request.dates.flatMap(DatePattern.init), zoneMinutes: request.timezoneMinutes)
        let cells = index.cells(0, arena: Arena())
        var evidence = Evidence()
        if cells.rows > 0 { wish.weigh(cells[0], into: &evidence) }
        guard evidence.values > 0 || demand == .text || demand == .key, let rule = wish.rule(for: evidence, isWhole: true),
            let role = constant.role
        else {
            guard let role = constant.role else { return repeated(constant.name, textColumn(constant.text), rows) }
            throw Diagnostic.badConstant(constant, role, request)
        }
        let part = CellReader.read(cells, rule, isDemanded: true)
        guard part.bad.isEmpty, let single = try Assembly.column(constant.name, [part], rule: rule), single.count == 1 else {
            throw Diagnostic.badConstant(constant, role, request)
        }
        return repeated(constant.name, single, rows)
    }

    private static func textColumn(_ text: String) -> Column {
        Column(name: "", values: .text(.uint8(Buffer(zeros: 1)), TextDictionary([text])), validity: nil)
    }

    private static func repeated(_ name: String, _ single: Column, _ rows: Int) -> Column {
        func all(_ integers: Integers) -> Integers {
            let value = integers[0]
            let buffer = Buffer<Int64>(count: rows) { $0.initialize(repeating: value, count: rows) }
            return Integers(packing: buffer, low: min(0, value), high: max(0, value))
        }
        let values: Column.Values =
            switch single.values {
            case .text(_, let dictionary): .text(.uint8(Buffer(zeros: rows)), dictionary)
            case .integer(let integers): .integer(all(integers))
            case .decimal(let integers, let scale): .decimal(all(integers), scale: scale)
            case .date(let days): .date(all(days))
            case .timestamp(let days, let time, let unit): .timestamp(days: all(days), time: all(time), unit: unit)
            case .yesNo(let bits): .yesNo(Bitmap([Bool](repeating: bits[0], count: rows)))
            }
        let validity = single.validity.map { Bitmap([Bool](repeating: $0[0], count: rows)) }
        return Column(name: name, values: values, validity: validity)
    }
}
