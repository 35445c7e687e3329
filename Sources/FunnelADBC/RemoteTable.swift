import FunnelArrow
package import FunnelModel

/// A table of an engine, and what its columns are.
package struct RemoteTable: Sendable {
    /// Catalog, schema and name: as many as were given.
    package var path: [String]
    package var columns: [RemoteColumn]
}

package struct RemoteColumn: Sendable {
    package var name: String
    package var type: RemoteType
    /// The digits behind the point, where the values have told them.
    var scale: Int?

    init(name: String, type: RemoteType) {
        self.name = name
        self.type = type
    }

    /// What it is to a query; nil for what has no place in one.
    package var columnType: ColumnType? {
        switch type {
        case .integer: .integer
        case .decimal(let declared?): declared == 0 ? .integer : .decimal(scale: declared)
        case .decimal(nil), .real: (scale ?? 0) == 0 ? .integer : .decimal(scale: scale ?? 0)
        case .text, .textOf: .text
        case .date: .date
        case .timestamp: .timestamp
        case .yesNo: .yesNo
        case .other: nil
        }
    }
}

/// What an engine calls the type of a column, as far as it matters here.
package enum RemoteType: Sendable, Hashable {
    case integer, real, text, date, timestamp, yesNo
    /// With its scale, where one is declared.
    case decimal(scale: Int?)
    /// What is read as the text of it: an id of 128 bits, a name out of a list.
    case textOf
    case other(String)

    /// Whether only its values tell how many digits it has.
    var isOpenNumber: Bool { self == .real || self == .decimal(scale: nil) }

    init(_ told: String, _ kind: EngineKind) {
        let text = told.lowercased()
        let word = String(text.prefix { $0 != "(" && $0 != "[" }.reversed().drop { $0 == " " }.reversed())
        // Lists of a type, in the spelling of PostgreSQL and DuckDB.
        guard !text.hasSuffix("]") else { self = .other(told); return }
        if kind == .sqlite {
            self = Self.sqlite(word, text)
            return
        }
        switch word {
        case "tinyint", "smallint", "integer", "int", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint", "uhugeint", "byte", "short", "long":
            self = .integer
        case "real", "float", "double", "double precision": self = .real
        case "numeric", "decimal": self = .decimal(scale: Self.scale(text))
        case "text", "varchar", "char", "character varying", "character", "bpchar", "string", "name", "citext": self = .text
        case "boolean", "bool": self = .yesNo
        case "date": self = .date
        case "timestamp", "timestamp_ntz", "timestamp_ltz", "timestamp_s", "timestamp_ms", "timestamp_ns", "datetime": self = .timestamp
        case "uuid", "enum": self = .textOf
        default:
            // Time stamps tell their precision in the middle, and their zone behind.
            self = word.hasPrefix("timestamp") ? .timestamp : Self.isNamed(text, kind) ? .textOf : .other(told)
        }
    }

    /// The type of a result's column.
    init(_ type: ArrowType) {
        switch type {
        case .integer: self = .integer
        case .real: self = .real
        case .decimal(_, _, let scale): self = .decimal(scale: max(0, scale))
        case .bool: self = .yesNo
        case .utf8, .utf8View: self = .text
        case .days, .dayMilliseconds: self = .date
        case .timestamp: self = .timestamp
        case .null, .time: self = .other("\(type)")
        }
    }

    /// A type of the user's own, in PostgreSQL: mostly an enumeration.
    private static func isNamed(_ text: String, _ kind: EngineKind) -> Bool {
        guard kind == .postgresql, !text.hasPrefix("time"), text.allSatisfy({ $0.isLetter || $0.isNumber || "_.\"".contains($0) }) else { return false }
        return !["bytea", "json", "jsonb", "xml", "interval", "money", "point", "line", "box", "circle", "path", "polygon", "inet", "cidr", "oid", "tsvector"]
            .contains(text)
    }

    /// SQLite keeps what comes; a declared type is what the column's makers meant.
    private static func sqlite(_ word: String, _ text: String) -> RemoteType {
        if word == "date" { return .date }
        if word == "datetime" || word.hasPrefix("timestamp") { return .timestamp }
        if word.hasPrefix("bool") { return .yesNo }
        if word.contains("int") { return .integer }
        if word.hasPrefix("dec") || word.hasPrefix("num") { return .decimal(scale: scale(text)) }
        if word.contains("real") || word.contains("floa") || word.contains("doub") { return .real }
        if word.contains("blob") { return .other(text) }
        return .text
    }

    /// `2` of `numeric(12,2)`; 0 of `decimal(12)`; nil of `numeric`.
    private static func scale(_ text: String) -> Int? {
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else { return nil }
        let numbers = text[text.index(after: open)..<close].split(separator: ",").map { part in Int(part.filter(\.isNumber)) }
        return numbers.count > 1 ? numbers[1] : 0
    }
}

/// The digits behind the point with which numbers are kept that do not tell them.
enum NumberScale {
    /// As many as are needed, up to nine; where more are, as many as the largest leaves of 18.
    static func scale(needed: Int, largest: Double) -> Int {
        func power(_ digits: Int) -> Double { (0..<digits).reduce(1.0) { power, _ in power * 10 } }
        if needed <= 9, largest * power(needed) < 1e18 { return needed }
        var scale = 15
        while scale > 0, largest * power(scale) >= 1e18 { scale -= 1 }
        return scale
    }
}

extension RemoteTable {
    /// The columns that have a place in a table of text, numbers and dates; and those that have none.
    package var withoutOthers: (table: RemoteTable, leftOut: [(name: String, type: String)]) {
        var leftOut: [(name: String, type: String)] = []
        for column in columns { if case .other(let type) = column.type { leftOut.append((column.name, type)) } }
        return (RemoteTable(path: path, columns: columns.filter { $0.columnType != nil }), leftOut)
    }

    /// The columns that a query in place can name, and those whose names hold a line break, which no name in a statement does.
    package var withoutBrokenNames: (table: RemoteTable, leftOut: [String]) {
        let broken = columns.map(\.name).filter { $0.contains(where: \.isNewline) }
        return (RemoteTable(path: path, columns: columns.filter { !broken.contains($0.name) }), broken)
    }

    /// What drivers hand over as text although it is none: decimals of PostgreSQL, dates of SQLite.
    package var demands: [Int: TypeDemand] {
        var demands: [Int: TypeDemand] = [:]
        for (index, column) in columns.enumerated() {
            switch column.type {
            case .decimal, .real: demands[index] = .number
            case .date, .timestamp: demands[index] = .date
            case .integer, .text, .yesNo, .textOf, .other: break
            }
        }
        return demands
    }
}
