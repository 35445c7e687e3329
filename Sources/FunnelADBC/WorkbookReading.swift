import FunnelModel

/// Writes the query that reads a sheet of a workbook with the types that its cells have.
///
/// DuckDB tells the type of a column from its first row, where a cell may be empty: the date on which open deals close. So
/// all cells are read as they are stored, and the type is that of the first cell that is not empty.
struct WorkbookReading {
    let connection: Connection
    /// The file and the sheet, as arguments of DuckDB's function.
    let arguments: String

    /// Days are stored as their number since this one.
    private static let firstDay = "1899-12-30"
    private static let row = "\"row of funnel\""

    /// All rows but empty ones: a table goes on behind an empty row.
    func query() throws(ADBCError) -> String {
        let cells = "read_xlsx(\(arguments), header = true, all_varchar = true, stop_at_empty = false)"
        let names = try texts("describe select * from \(cells)").compactMap(\.first).map { FileReader.quoted($0) }
        guard !names.isEmpty else { return "select * from \(cells)" }
        let types = try types(names, cells)
        let values = zip(names, types).map { name, type in type.map { Self.value(name, $0) + " as " + name } ?? name }
        return "select \(values.joined(separator: ", ")) from \(cells) where not (\(names.map { "\($0) is null" }.joined(separator: " and ")))"
    }

    private func texts(_ sql: String) throws(ADBCError) -> [[String]] {
        try connection.query(sql).rows().map { row in
            row.map { value in
                guard case .text(let text) = value else { return "" }
                return text
            }
        }
    }

    private enum CellType { case date, timestamp, number, truth }

    /// What the cells of each column are; nil for text, also where a cell is something else.
    private func types(_ names: [String], _ cells: String) throws(ADBCError) -> [CellType?] {
        let firsts = names.map { "min(case when \($0) is not null then \(Self.row) end)" }.joined(separator: ", ")
        let numbered = "select \(firsts) from (select row_number() over () as \(Self.row), * from \(cells))"
        let rows = try connection.query(numbered).rows().first?.map { $0.double.map { Int($0) } } ?? []
        var told: [Int: [String]] = [:]
        for row in Set(rows.compactMap { $0 }) {
            // The header stands above the first row.
            let range = "A\(row + 1):\(Self.letters(names.count))\(row + 1)"
            let found = try? texts("describe select * from read_xlsx(\(arguments), header = false, range = '\(range)')")
            told[row] = found?.map { $0.count > 1 ? $0[1] : "" }
        }
        let types = zip(rows, names.indices).map { row, column -> CellType? in
            guard let row, let types = told[row], types.count == names.count else { return nil }
            switch types[column] {
            case "DATE": return .date
            case "TIMESTAMP": return .timestamp
            case "DOUBLE": return .number
            case "BOOLEAN": return .truth
            default: return nil
            }
        }
        let counts = zip(names, types).map { name, type in type == nil ? "true" : "count(\(name)) = count(try_cast(\(name) as double))" }
        let fits = try connection.query("select \(counts.joined(separator: ", ")) from \(cells)").rows().first ?? []
        return zip(types, fits).map { type, fits in fits == .yesNo(true) ? type : nil }
    }

    private static func value(_ name: String, _ type: CellType) -> String {
        let number = "cast(\(name) as double)"
        switch type {
        case .date: return "date '\(firstDay)' + cast(floor(\(number)) as integer)"
        case .timestamp: return "timestamp '\(firstDay)' + to_seconds(cast(round(\(number) * 86400) as bigint))"
        case .number: return number
        case .truth: return "\(number) <> 0"
        }
    }

    /// `A`, `Z`, `AA`: the letters of a column, counted from 1.
    static func letters(_ column: Int) -> String {
        var number = column
        var letters = ""
        while number > 0 {
            letters = String(UnicodeScalar(UInt8(65 + (number - 1) % 26))) + letters
            number = (number - 1) / 26
        }
        return letters
    }
}
