import FunnelModel
import FunnelText

/// How each column of a file is read: first guessed from a sample, then held to all of its values.
struct ColumnDecision: Sendable {
    let file: DataFile
    private(set) var assignment: RoleAssignment
    private(set) var wishes: [ColumnWish]
    /// Nil where the sample leaves open what all values have to tell.
    private(set) var rules: [ColumnRule?]
    private(set) var sample: [Evidence]
    private(set) var notes: [String] = []
    /// By column: what told a decimal mark that the column's own values leave open.
    var markProofs: [Int: MarkProof] = [:]

    /// Whether only the types are asked for: dates whose order is open are dates all the same.
    private let isPeek: Bool

    init(_ file: DataFile, isPeek: Bool = false) throws {
        let request = file.request
        self.file = file
        self.isPeek = isPeek
        assignment = try RoleAssignment(request, header: file.header)
        var pattern: DatePattern?
        if let dates = request.dates {
            guard let parsed = DatePattern(dates) else { throw Diagnostic.badPattern(dates, request) }
            pattern = parsed
        }
        wishes = (0..<file.columns).map { [assignment] in
            ColumnWish(demand: assignment.demand($0), pattern: pattern, zoneMinutes: request.timezoneMinutes)
        }
        sample = file.sample(wishes)
        rules = []
        dropMisfits()
        for column in wishes.indices { rules.append(rule(column, sample[column], isWhole: false)) }
        try checkNeeds()
    }

    /// A header may only look like a role's: a column none of whose values fit an optional role is a plain column.
    private mutating func dropMisfits() {
        let request = file.request
        var again: [Int] = []
        for role in request.role.roles where assignment.recognised.contains(role) {
            guard case .column(let column) = assignment.roles[role], sample[column].values > 0 else { continue }
            let evidence = sample[column]
            let fits: Bool =
                switch role.demand {
                case .key, .text: true
                case .number: evidence.pointNumbers + evidence.commaNumbers > 0
                case .date: evidence.dayFirst + evidence.monthFirst + evidence.pattern > 0
                case .dateOrYesNo: evidence.dayFirst + evidence.monthFirst + evidence.pattern + evidence.yesNoDigits > 0
                }
            guard !fits, !request.role.needed.contains(role) else { continue }
            assignment.drop(role)
            notes.append("`\(file.header.names[column])` is not taken for `\(role)`: none of its values fit")
            wishes[column].demand = assignment.demand(column)
            again.append(column)
        }
        guard !again.isEmpty else { return }
        let fresh = file.sample(wishes)
        for column in again { sample[column] = fresh[column] }
    }

    private func checkNeeds() throws {
        let missing = file.request.role.needed.filter { assignment.roles[$0] == nil }
        guard !missing.isEmpty else { return }
        throw Diagnostic.missingRoles(missing.map { ($0, likelyColumn(for: $0)) }, among: file.header.names, file.request)
    }

    /// A column whose values could play a role, for the clause that an error shows.
    private func likelyColumn(for role: ColumnRole) -> String? {
        let free = (0..<file.columns).filter { assignment.demand($0) == nil && sample[$0].values > 0 }
        let column = free.first { column in
            let evidence = sample[column]
            return switch role.demand {
            case .date, .dateOrYesNo: max(evidence.dayFirst, evidence.monthFirst, evidence.pattern) == evidence.values
            case .number: max(evidence.pointNumbers, evidence.commaNumbers) == evidence.values
            case .key, .text: true
            }
        }
        return column.map { file.header.names[$0] }
    }

    // MARK: - All values

    /// What all values of a column make of it, and the pieces read so.
    struct Settled: Sendable {
        var rule: ColumnRule
        var parts: [ColumnPart]
    }

    func job(_ column: Int, _ rule: ColumnRule) -> DataFile.Job {
        DataFile.Job(column: column, rule: rule, isDemanded: isDemanded(column))
    }

    /// Whether a value that does not fit is a bad cell rather than a reason for another type. Keys change to text.
    private func isDemanded(_ column: Int) -> Bool {
        switch wishes[column].demand {
        case .number, .date, .dateOrYesNo: true
        case .key, .text, nil: false
        }
    }

    /// The final reading of a column, for the first one (nil where there was none).
    mutating func settle(_ column: Int, _ first: [ColumnPart]?) throws -> Settled {
        if let rule = rules[column], let first, holds(first, column) {
            // Rows behind the sample may tell what it leaves open, as they have just been read.
            if sample[column].leavesMarkOpen { sample[column] = try file.evidence(column, wishes[column]) }
            return Settled(rule: rule, parts: first)
        }
        if case .key = rules[column] { return try reread(column, .text) }
        if let rule = rules[column], let first, case .number(let number) = rule, first.contains(where: \.isTooLong) {
            return try settleLong(column, number)
        }
        // A text column can't become another; else the whole column is weighed.
        let evidence = try file.evidence(column, wishes[column])
        guard let rule = try rule(column, evidence, isWhole: true) ?? (isPeek ? nil : ruleOfOthers(column)) else {
            if isPeek, isDemanded(column) { return try reread(column, .date(DateRule(allowsCompact: true))) }
            if isDemanded(column) {
                throw Diagnostic.ambiguousDates(
                    file.header.names[column], evidence.ambiguousExample, file, proof: try orderProof(besides: column))
            }
            notes.append(Note.ambiguousDates(file.header.names[column], evidence.ambiguousExample))
            return try reread(column, .text)
        }
        sample[column] = evidence
        if rule == rules[column], let first, isDemanded(column) { return Settled(rule: rule, parts: first) }
        rules[column] = rule
        let settled = try reread(column, rule)
        if case .number(let number) = rule, settled.parts.contains(where: \.isTooLong) {
            return try settleLong(column, number)
        }
        return settled.parts.contains(where: \.isFailed) ? try reread(column, .text) : settled
    }

    /// The rule of dates whose order other columns of the file prove.
    private mutating func ruleOfOthers(_ column: Int) throws -> ColumnRule? {
        guard let (order, other) = try orderProof(besides: column).order else { return nil }
        notes.append(Note.orderOfOther(file.header.names[column], order, other))
        return wishes[column].rule(inOrder: order)
    }

    private func holds(_ parts: [ColumnPart], _ column: Int) -> Bool {
        parts.allSatisfy { !$0.isFailed && !$0.isTooLong && $0.bad.isEmpty }
    }

    /// Numbers that are too long for 64 bits at the largest scale that was written.
    mutating func settleLong(_ column: Int, _ rule: NumberRule) throws -> Settled {
        var rule = rule
        rule.scale = try file.neededScale(column, rule)
        let settled = try reread(column, .number(rule))
        return settled.parts.contains(where: \.isFailed) ? try reread(column, .text) : settled
    }

    private mutating func reread(_ column: Int, _ rule: ColumnRule) throws -> Settled {
        rules[column] = rule
        let chunks = try file.read([job(column, rule)])
        return Settled(rule: rule, parts: chunks.map { $0.parts[0] })
    }

    mutating func confirm(_ candidate: HeaderRecognition.Candidate?) { assignment.confirm(candidate) }
}

extension ColumnPart {
    var isFailed: Bool {
        if case .failed = values { true } else { false }
    }

    var isTooLong: Bool {
        if case .tooLong = values { true } else { false }
    }
}
