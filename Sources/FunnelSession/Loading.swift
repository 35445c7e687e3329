import FunnelBinder
import FunnelEngine
import FunnelIngest
import FunnelModel
import FunnelStore
import FunnelSyntax
import FunnelText

/// `load`: from a file to a table of the store.
extension Session {
    func load(_ statement: LoadStatement, in source: Source, folder: String) throws(Diagnostic) {
        if case .table(let path, _) = statement.origin, !statement.intoMemory { return try bind(statement, path, in: source, folder: folder) }
        let request = try Self.request(statement, in: source, folder: folder, settings)
        if configuration.isSafe, case .skip(into: .some) = request.onError { throw Diagnostic.safeMode.placed(in: source, at: statement.place.range) }
        defer { configuration.progress(nil) }
        var (table, report) = try Self.typed(others: { self.report($0) }) { () throws in
            guard let columns = try self.engineColumns(statement, request, self.connected, in: source) else {
                return try Loader.load(request, interrupt: self.interruptFlag, progress: self.configuration.progress)
            }
            return try Loader.load(request, columns, interrupt: self.interruptFlag, progress: self.configuration.progress)
        }
        if let filter = statement.filter { table = try filtered(table, filter, in: source, &report) }
        if statement.appends, let old = store.tables[table.role] {
            table = try appended(table, to: old, request, at: statement.origin, in: source, &report)
        }
        let fresh = store.replacing(table, threads: settings.threads)
        try requireSound()
        store = fresh
        bound[table.role] = nil
        if case .file = statement.origin { loadedFiles.insert(Files.real(request.path)) }
        report.notes += linkNotes(table.role)
        emit(.loaded(report))
    }

    /// The rows of a table that `where` asks for.
    private func filtered(_ table: Table, _ filter: Expression, in source: Source, _ report: inout LoadReport) throws(Diagnostic) -> Table {
        let trial = store.replacing(table, threads: settings.threads)
        var context = context
        context.schemas[table.role] = table.schema
        let condition = try Binder.bind(filter, of: table.role, in: source, context)
        let rows = try Engine(store: trial, threads: settings.threads, interrupt: interruptFlag).rows(of: table.role, where: condition)
        report.notes.append("\(Grouped.text(rows.count)) of \(Grouped.text(table.rowCount)) rows satisfy the `where`")
        report.kept = rows.count
        report.refused += table.rowCount - rows.count
        // The links may have brought the rows into another order.
        return (trial.tables[table.role] ?? table).selecting(rows)
    }

    /// What the links say about the table that came in.
    private func linkNotes(_ role: TableRole) -> [String] {
        // Deals that come in before their leads wait for them.
        guard store.tables[.leads] != nil else { return [] }
        let links = store.links
        var notes: [String] = []
        if role == .deals || role == .leads, links.dealsWithoutLead > 0 {
            notes.append(Counted.text(links.dealsWithoutLead, "deal names", "deals name") + " a lead that is not there; kept, without lead attributes")
            if let (named, known) = strangers(.deals, links.dealsWithoutLead) { notes.append(Self.noneLinked("deal", named, known)) }
        }
        if role == .stages || role == .leads, links.stagesWithoutLead > 0 {
            notes.append(
                Counted.text(links.stagesWithoutLead, "stage row names", "stage rows name") + " a lead that is not there; kept, without lead attributes")
            if let (named, known) = strangers(.stages, links.stagesWithoutLead) { notes.append(Self.noneLinked("stage row", named, known)) }
        }
        return notes
    }

    private static func noneLinked(_ row: String, _ named: String, _ known: String) -> String {
        "no \(row) names a lead that is there: they name such as `\(named)`, and the ids of leads are such as `\(known)`"
    }

    /// Where no row of a table names a lead that is there: the first that it names, and the first lead's id.
    private func strangers(_ role: TableRole, _ without: Int) -> (named: String, known: String)? {
        guard let keys = store.tables[role]?.column(.lead), let ids = store.tables[.leads]?.column(.id), without == keys.count - keys.missing,
            let named = (0..<keys.count).first(where: { !keys.isMissing($0) }), let known = (0..<ids.count).first(where: { !ids.isMissing($0) })
        else { return nil }
        return (Self.short(keys.value(named)), Self.short(ids.value(known)))
    }

    /// What a statement asks of the loader.
    static func request(_ statement: LoadStatement, in source: Source, folder: String, _ settings: Settings) throws(Diagnostic) -> LoadRequest {
        guard let role = Binder.table(named: statement.table.folded) else {
            throw Diagnostic.unknownTable(statement.table.text).placed(in: source, at: statement.table.range)
        }
        var request =
            switch statement.origin {
            case .file(let file): LoadRequest(role: role, path: Files.resolve(file.path, from: folder), displayName: file.path)
            case .table(let path, _): LoadRequest(role: role, path: "", displayName: path.map(\.text).joined(separator: "."))
            }
        for mapping in statement.mappings {
            let value: LoadRequest.Mapping.Value
            switch mapping.value {
            case .name(let name): value = .column(name.text)
            case .string(let text, _): value = .constant(text)
            case .number, .date, .truth: value = .constant(Printer.text(mapping.value))
            default: throw Diagnostic.mappingNeedsColumn.placed(in: source, at: mapping.value.range)
            }
            request.mappings.append(
                LoadRequest.Mapping(target: mapping.target.text, value: value, targetRange: mapping.target.range, valueRange: mapping.value.range))
        }
        for mapping in statement.states {
            guard let state = DealState(rawValue: mapping.state.folded) else {
                throw Diagnostic.unknownRole(mapping.state.text).placed(in: source, at: mapping.state.range)
            }
            request.states[state, default: []] += mapping.texts
        }
        request.dates = statement.dates
        request.datesRange = statement.datesPlace?.range
        switch statement.onError {
        case .null: request.onError = .null
        case .skip(let file):
            request.onError = .skip(into: file.map { Files.resolve($0, from: folder) })
            request.rejectsName = file
        case nil: break
        }
        switch statement.onDuplicate {
        case .first: request.onDuplicate = .keepFirst
        case .last: request.onDuplicate = .keepLast
        case nil: break
        }
        request.script = source
        request.range = statement.place.range
        request.pathRange = statement.origin.place.range
        request.timezoneMinutes = settings.timezoneMinutes
        request.threads = settings.threads
        return request
    }

    /// The loader throws one diagnostic or several; of several, all but the last go to `others`, and the last is thrown on.
    static func typed<T>(others: (Diagnostic) -> Void, _ body: () throws -> T) throws(Diagnostic) -> T {
        do {
            return try body()
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch let several as Diagnostics {
            for other in several.items.dropLast() { others(other) }
            throw several.items.last ?? .interrupted
        } catch {
            throw Diagnostic(.error, "\(error)", cause: .data)
        }
    }
}
