import FunnelBinder
import FunnelModel
import FunnelStore
import FunnelSyntax
import FunnelText

/// What the store holds: its tables, and of a table its columns.
struct Description {
    private let store: Store
    private let bound: [TableRole: BoundTable]

    init(_ store: Store, _ bound: [TableRole: BoundTable]) {
        self.store = store
        self.bound = bound
    }

    func answer(_ table: Identifier?, in source: Source) throws(Diagnostic) -> Answer {
        guard let table else {
            guard !store.tables.isEmpty || !bound.isEmpty else { throw .nothingLoaded }
            return tables()
        }
        guard let role = Binder.table(named: table.folded) else { throw Diagnostic.unknownTable(table.text).placed(in: source, at: table.range) }
        if let found = bound[role] { return columns(of: found) }
        guard let found = store.tables[role] else { throw Diagnostic.tableNotLoaded(role).placed(in: source, at: table.range) }
        return columns(of: found)
    }

    func tables() -> Answer {
        let rows = TableRole.allCases.compactMap { role -> [Value]? in
            // Of a table that stays in its engine nothing is counted.
            if let table = bound[role] {
                return [.text(role.rawValue), .missing, .exact(Exact(table.schema.columns.count)), .missing, .text(table.origin)]
            }
            guard let table = store.tables[role] else { return nil }
            let bytes = table.columns.reduce(0) { $0 + $1.byteCount }
            return [.text(table.role.rawValue), .exact(Exact(table.rowCount)), .exact(Exact(table.columns.count)), .exact(Exact(bytes)), .text(table.origin)]
        }
        return Answer(
            columns: [
                AnswerColumn("table", .field(.text)), AnswerColumn("rows", .measure(.count)), AnswerColumn("columns", .measure(.count)),
                AnswerColumn("bytes", .measure(.count)), AnswerColumn("from", .field(.text)),
            ], rows: rows)
    }

    private static let headings = [
        AnswerColumn("column", .field(.text)), AnswerColumn("role", .field(.text)), AnswerColumn("type", .field(.text)),
        AnswerColumn("missing", .measure(.count)), AnswerColumn("distinct", .measure(.count)), AnswerColumn("smallest", .field(.text)),
        AnswerColumn("largest", .field(.text)),
    ]

    /// The names that a column answers to besides its own.
    private static func names(_ index: Int, _ roles: [ColumnRole: Int], _ aliases: [String: Int]) -> Value {
        let names = roles.filter { $0.value == index }.map(\.key.rawValue).sorted() + aliases.filter { $0.value == index }.map(\.key).sorted()
        return names.isEmpty ? .missing : .text(names.joined(separator: ", "))
    }

    private func columns(of bound: BoundTable) -> Answer {
        let schema = bound.schema
        let rows = schema.columns.enumerated().map { index, column -> [Value] in
            [.text(column.name), Self.names(index, schema.roles, schema.aliases), .text(column.type.name)] + Array(repeating: .missing, count: 4)
        }
        return Answer(columns: Self.headings, rows: rows, remarks: [Remark(.scope, "in place: \(bound.origin)")])
    }

    private func columns(of table: Table) -> Answer {
        let rows = table.columns.enumerated().map { index, column -> [Value] in
            let survey = Survey(column)
            return [
                .text(column.name), Self.names(index, table.roles, table.aliases), .text(column.type.name),
                .exact(Exact(column.missing)), .exact(Exact(survey.distinct)), Self.text(survey.least), Self.text(survey.greatest),
            ]
        }
        return Answer(columns: Self.headings, rows: rows)
    }
}

extension Description {
    /// A value among values of other columns: as it is written.
    private static func text(_ value: Value) -> Value {
        switch value {
        case .exact(let exact): .text(exact.text)
        case .yesNo(let truth): .text(truth ? "yes" : "no")
        case .date(let day): .text(Calendar.text(day))
        case .timestamp(let day, let microseconds): .text(Calendar.text(day) + " " + Calendar.text(timeOfDay: microseconds))
        case .missing, .real, .text, .period: value
        }
    }
}

/// How many different values a column has, and between which they lie.
private struct Survey {
    var distinct = 0
    var least = Value.missing
    var greatest = Value.missing

    init(_ column: Column) {
        switch column.values {
        case .text(let codes, let dictionary): texts(column, codes, dictionary)
        case .yesNo(let bits):
            var seen: Set<Bool> = []
            for row in 0..<bits.count where !column.isMissing(row) { seen.insert(bits[row]) }
            distinct = seen.count
            least = seen.contains(false) ? .yesNo(false) : seen.isEmpty ? .missing : .yesNo(true)
            greatest = seen.contains(true) ? .yesNo(true) : seen.isEmpty ? .missing : .yesNo(false)
        case .integer(let values), .decimal(let values, _), .date(let values):
            var seen: Set<Int64> = []
            extremes(column) {
                values[$0]
            } seen: {
                seen.insert($0)
            }
            distinct = seen.count
        case .timestamp(let days, let time, let unit):
            var seen: Set<Int64> = []
            extremes(column) {
                days[$0] * microsecondsPerDay + time[$0] * unit.microseconds
            } seen: {
                seen.insert($0)
            }
            distinct = seen.count
        }
    }

    private mutating func texts(_ column: Column, _ codes: Codes, _ dictionary: TextDictionary) {
        var used = [Bool](repeating: false, count: dictionary.count)
        for row in 0..<codes.count where !column.isMissing(row) { used[codes[row]] = true }
        let texts = used.indices.filter { used[$0] }.map { dictionary[$0] }
        distinct = texts.count
        least = texts.min { Value.compare(.text($0), .text($1)) < 0 }.map { .text($0) } ?? .missing
        greatest = texts.max { Value.compare(.text($0), .text($1)) < 0 }.map { .text($0) } ?? .missing
    }

    private mutating func extremes(_ column: Column, _ value: (Int) -> Int64, seen: (Int64) -> Void) {
        var rows: (least: Int, greatest: Int)?
        for row in 0..<column.count where !column.isMissing(row) {
            let number = value(row)
            seen(number)
            guard let known = rows else {
                rows = (row, row)
                continue
            }
            if number < value(known.least) { rows?.least = row }
            if number > value(known.greatest) { rows?.greatest = row }
        }
        if let rows { (least, greatest) = (column.value(rows.least), column.value(rows.greatest)) }
    }
}
