import FunnelModel
import FunnelStore
import FunnelText

/// Puts columns, roles and report together.
enum TableMaker {
    static func make(
        _ reading: Reading, _ decision: inout ColumnDecision, _ errors: RowErrors, _ selection: RowChoice, _ columns: [Column]
    ) throws -> (table: Table, report: LoadReport) {
        let file = reading.file
        var notes = self.notes(reading, decision) + errors.notes + selection.notes
        if reading.emptyLines > 0 { notes.append(Note.emptyLines(reading.emptyLines)) }
        decision.confirm(StateReading.confirmed(decision.assignment.conditional, file.request, texts: texts(of: columns)))
        var (table, report) = try make(
            file.request, names: file.header.names, decision.assignment, rows: selection.rows?.count ?? reading.rowCount, columns,
            notes: file.notes + decision.notes + notes)
        report.read = reading.rowCount
        report.refused = reading.rowCount - report.kept
        report.bytes = file.text.count
        return (table, report)
    }

    /// The texts of a column, by its index; none where it is no text.
    static func texts(of columns: [Column]) -> (Int) -> [String] {
        { column in if case .text(_, let dictionary) = columns[column].values { dictionary.texts } else { [] } }
    }

    /// The table of columns that a file has been read into, and what there is to report of it but how many rows were read.
    static func make(
        _ request: LoadRequest, names: [String], _ assignment: RoleAssignment, rows kept: Int, _ read: [Column], notes decided: [String]
    ) throws -> (table: Table, report: LoadReport) {
        var columns = read
        for constant in assignment.constants {
            columns.append(try ConstantColumn.make(constant, rows: kept, request))
        }
        let roles = assignment.roles.mapValues { assignment.index($0, columns: names.count) }
        var notes = decided
        for role in request.role.roles where role.demand == .key || request.role.needed.contains(role) {
            guard role != .customer, let index = roles[role], columns[index].missing > 0 else { continue }
            notes.append(Note.missingIDs(columns[index].missing, columns[index].name))
        }
        let states = try roles[.status].map { try StateReading.states(columns[$0], request, notes: &notes) } ?? []

        if request.role == .deals, roles[.closed] == nil, states.contains(where: { $0 == .won || $0 == .lost }) {
            notes.append(Note.noClosing(created: roles[.created].map { columns[$0].name }))
        }
        if let status = roles[.status], let closed = roles[.closed] {
            notes += undated(columns[status], states, columns[closed]).map { Note.undated($0, $1, columns[closed].name) }
        }

        var report = LoadReport(role: request.role, name: request.displayName)
        report.kept = kept
        report.notes = notes
        for role in request.role.roles {
            guard let player = assignment.roles[role] else { continue }
            let name: String =
                switch player {
                case .column(let column): names[column]
                case .constant(let index): "\"\(assignment.constants[index].text)\""
                }
            report.roles.append((role, name, assignment.recognised.contains(role)))
        }
        let table = Table(
            role: request.role, rowCount: kept, columns: columns, roles: roles,
            aliases: assignment.aliases.mapValues { assignment.index($0, columns: names.count) }, states: states,
            origin: request.displayName)
        return (table, report)
    }

    /// The won and the lost deals that have no closing date, where there are any.
    private static func undated(_ status: Column, _ states: [DealState?], _ closed: Column) -> [(state: DealState, count: Int)] {
        guard closed.missing > 0, case .text(let codes, _) = status.values else { return [] }
        var counts: [DealState: Int] = [:]
        for row in 0..<closed.count where closed.isMissing(row) && !status.isMissing(row) {
            guard let state = states[codes[row]], state != .open else { continue }
            counts[state, default: 0] += 1
        }
        return [DealState.won, .lost].compactMap { state in counts[state].map { (state, $0) } }
    }

    /// What was decided about the values of columns.
    private static func notes(_ reading: Reading, _ decision: ColumnDecision) -> [String] {
        reading.settled.enumerated().flatMap { column, settled in
            let (name, evidence) = (reading.file.header.names[column], decision.sample[column])
            let own = notes(name, settled.rule, evidence, settled.parts)
            guard evidence.leavesMarkOpen, case .number(let rule) = settled.rule, let proof = decision.markProofs[column] else { return own }
            return [Note.openMark(name, rule.mark, evidence.ambiguousNumber, proof)] + own
        }
    }

    /// What was decided about the values of one column, of which `evidence` says what they could be.
    static func notes(_ name: String, _ rule: ColumnRule, _ evidence: Evidence, _ parts: [ColumnPart]) -> [String] {
        var notes: [String] = []
        switch rule {
        case .number(let rule) where rule.mark == .comma && !evidence.leavesMarkOpen: notes.append(Note.decimalComma(name))
        case .date(let rule) where rule.pattern == nil && rule.order != .either:
            if evidence.dayFirst != evidence.monthFirst { notes.append(Note.dayOrder(name, rule.order)) }
        case .key(isPointed: true): notes.append(Note.pointedKeys(name))
        case .text, .key, .number, .yesNo, .date: break
        }
        if case .date = rule, evidence.jalali > 0 { notes.append(Note.jalali(name)) }
        var spelled: [Int: Int] = [:]
        var currencies: [UInt64: Int] = [:]
        var cut = 0
        for part in parts {
            spelled.merge(part.spelledMissing, uniquingKeysWith: +)
            currencies.merge(part.currencies, uniquingKeysWith: +)
            cut += part.cutFractions
        }
        for (spelling, count) in spelled.sorted(by: { $0.key < $1.key }) {
            notes.append(Note.spelledMissing(count, MissingText.spellings[spelling], name))
        }
        if currencies.count > 1 {
            let list = currencies.map { (name: CurrencyNames.name($0.key), count: $0.value) }
            notes.append(Note.currencies(list.sorted { ($1.count, $0.name) < ($0.count, $1.name) }, name))
        }
        if cut > 0 { notes.append(Note.cutFractions(cut, name)) }
        return notes
    }
}
