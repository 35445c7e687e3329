import FunnelModel
import FunnelText

// What can go wrong with a file as a whole, with its header, and with the clauses of `load`.
extension Diagnostic {
    private static func file(_ message: String, _ request: LoadRequest, mends: [String] = []) -> Diagnostic {
        Diagnostic(.error, message, cause: .data, in: request.script, at: request.pathRange ?? request.range, mends: mends)
    }

    static func noFile(_ request: LoadRequest, neighbours: [String]) -> Diagnostic {
        let name = request.path.split(separator: "/").last.map(String.init) ?? request.path
        return file("there is no file `\(request.displayName)`", request).with(
            mend: Suggestion.mend(for: name, among: neighbours))
    }

    static func isFolder(_ request: LoadRequest) -> Diagnostic {
        file("`\(request.displayName)` is a folder, not a file", request)
    }

    static func unreadable(_ request: LoadRequest, reason: String) -> Diagnostic {
        file("`\(request.displayName)` can't be read: \(reason)", request)
    }

    static func emptyFile(_ request: LoadRequest) -> Diagnostic {
        file("`\(request.displayName)` is empty: there is no header", request)
    }

    static func truncatedGzip(_ request: LoadRequest) -> Diagnostic {
        file("`\(request.displayName)` breaks off: the end of the gzip data is missing", request)
    }

    static func damagedGzip(_ request: LoadRequest) -> Diagnostic {
        file("`\(request.displayName)` is damaged: its gzip data can't be unpacked", request)
    }

    static func foreignFormat(_ kind: String, _ request: LoadRequest) -> Diagnostic {
        file("`\(request.displayName)` is \(kind), not a text file", request, mends: ["save or export it as CSV"])
    }

    static func recordTooLong(_ request: LoadRequest, line: Int) -> Diagnostic {
        file("`\(request.displayName)` has a record of more than 2 GB, from line \(line) on", request)
    }

    static func openQuote(_ file: DataFile) -> Diagnostic {
        let chunk = (0..<file.plan.count).last { !file.plan.range($0).isEmpty } ?? 0
        let index = FieldIndex(columns: file.columns)
        file.index(chunk, into: index)
        let at = file.plan.range(chunk).lowerBound + (index.openQuote ?? 0)
        let (source, range) = DataPlaces.source(file, at..<(at + 1))
        return Diagnostic(
            .error, "a quote is opened here, and nothing closes it before the end of the file", cause: .data, in: source,
            at: range,
            mends: ["a quote within a quoted field is written twice: `\"\"`"])
    }

    // MARK: - Header and roles

    static func mappedTwice(_ mapping: LoadRequest.Mapping, _ request: LoadRequest) -> Diagnostic {
        Diagnostic(.error, "`\(mapping.target)` is given twice", in: request.script, at: mapping.targetRange)
    }

    static func noColumn(
        _ name: String, _ mapping: LoadRequest.Mapping, _ headers: [String], _ request: LoadRequest
    ) -> Diagnostic {
        let nearest = Suggestion.mend(for: name, among: headers)
        return Diagnostic(
            .error, "`\(request.displayName)` has no column `\(name)`", in: request.script, at: mapping.valueRange,
            mends: [nearest, listed(headers)].compactMap { $0 })
    }

    static func clashingRoles(_ column: String, _ a: ColumnRole, _ b: ColumnRole, _ request: LoadRequest) -> Diagnostic {
        let mapping = request.mappings.last { Name.fold($0.target) == b.rawValue }
        return Diagnostic(
            .error, "`\(column)` can't be both `\(a)` and `\(b)`: one is \(a.demand.phrase), the other \(b.demand.phrase)",
            in: request.script, at: mapping?.targetRange ?? request.range)
    }

    static func missingRoles(_ missing: [(role: ColumnRole, likely: String?)], among names: [String], _ request: LoadRequest) -> Diagnostic {
        let roles = missing.map { "`\($0.role)`" }.joined(separator: " and ")
        let clause = missing.map { "\($0.role) = \(quoted($0.likely ?? "COLUMN"))" }.joined(separator: ", ")
        return Diagnostic(
            .error, "no column of `\(request.displayName)` is known to be \(roles), which \(request.role) need", cause: .text,
            in: request.script, at: request.range, mends: [listed(names), "say which it is: `with \(clause)`"])
    }

    /// A name as it is written in the language.
    private static func quoted(_ name: String) -> String {
        name.unicodeScalars.allSatisfy(Name.isWord) && name.unicodeScalars.first.map { !("0"..."9").contains($0) } == true
            ? name : "`\(name)`"
    }

    private static func listed(_ headers: [String]) -> String {
        let shown = headers.prefix(40).map { "`\($0)`" }.joined(separator: ", ")
        return "its columns are \(shown)" + (headers.count > 40 ? " and \(headers.count - 40) more" : "")
    }

    static func badPattern(_ pattern: String, _ request: LoadRequest) -> Diagnostic {
        Diagnostic(
            .error, "`\(pattern)` is no date pattern: it needs a year, a month and a day", in: request.script,
            at: request.datesRange ?? request.range,
            mends: ["such as `dates \"dd-MM-yyyy\"`, of `yyyy yy MM M MMM dd d HH H hh h mm ss SSS a Z`; other letters in `'…'`"])
    }

    static func badConstant(_ constant: RoleAssignment.Constant, _ role: ColumnRole, _ request: LoadRequest) -> Diagnostic {
        Diagnostic(
            .error, "`\(constant.text)` can't be the `\(role)` of a row: it is not \(role.demand.phrase)", in: request.script,
            at: constant.range)
    }
}

extension TypeDemand {
    /// As messages say what a value should be.
    var phrase: String {
        switch self {
        case .key: "an id"
        case .date: "a date"
        case .number: "a number"
        case .dateOrYesNo: "a date or yes/no"
        case .text: "a text"
        }
    }
}
