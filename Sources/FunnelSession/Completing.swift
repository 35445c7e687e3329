import FunnelBinder
import FunnelModel
import FunnelPlan
package import FunnelRender
import FunnelSQL
import FunnelStore
import FunnelSyntax
package import FunnelText

/// What can stand at the cursor.
extension Session {
    package func completions(in text: String, at offset: Int) -> (range: TextRange, choices: [Completion]) {
        let source = Source(name: "", text: text)
        let before = Source(name: "", text: source.text(in: TextRange(0, offset)))
        let spot = CompletionSpot(before)
        let choices = Completer(store: store, bound: bound, definitions: definitions, folder: configuration.folder) { self.knownStages }.choices(at: spot)
        var seen: Set<String> = []
        let fitting = choices.filter { choice in
            guard seen.insert(choice.replacement).inserted else { return false }
            return Name.fold(choice.label).hasPrefix(spot.folded) || choice.label.lowercased().hasPrefix(spot.prefix.lowercased())
        }
        return (spot.range, fitting)
    }

    package func highlights(of text: String) -> [(range: TextRange, style: TextStyle)] {
        let source = Source(name: "", text: text)
        let (tokens, comments, _) = Lexer.tokens(of: source)
        var styles: [(range: TextRange, style: TextStyle)] = comments.map { ($0, .comment) }
        for (index, token) in tokens.enumerated() {
            switch token.kind {
            case .string, .regex: styles.append((token.range, .string))
            case .number, .duration, .date: styles.append((token.range, .number))
            case .parameter, .quotedName: styles.append((token.range, .name))
            case .word(let word):
                let folded = word.lowercased()
                let starts = index == 0 || tokens[index - 1].isSymbol(.semicolon) || token.startsLine
                if Parser.reserved.contains(folded) || Parser.grains.contains(folded) || (starts && StatementWord(rawValue: folded) != nil)
                    || ["from", "desc", "asc", "now", "today", "append", "dates", "states", "on", "table", "memory"].contains(folded)
                {
                    styles.append((token.range, .keyword))
                } else if definitions[Name.fold(word)] != nil {
                    styles.append((token.range, .kpi))
                }
            case .symbol, .end: break
            }
        }
        return styles.sorted { $0.range.start < $1.range.start }
    }
}

/// Where the cursor stands: the word being typed, and the tokens of its statement before it.
struct CompletionSpot {
    /// What would be replaced.
    var range: TextRange
    var prefix: String
    var tokens: [Token]
    /// Inside an open string: its text so far.
    var isInString = false
    let source: Source

    var folded: String { prefix.isEmpty ? "" : Name.fold(prefix) }

    init(_ before: Source) {
        source = before
        let (all, _, diagnostics) = Lexer.tokens(of: before)
        let statement = all.lastIndex { $0.isSymbol(.semicolon) }.map { all[($0 + 1)...] } ?? all[...]
        tokens = Array(statement)
        let end = before.bytes.count
        range = TextRange(end, end)
        prefix = ""
        guard let last = tokens.last, last.range.end == end else { return }
        switch last.kind {
        case .word(let word):
            range = last.range
            prefix = word
            tokens.removeLast()
        case .string(let text) where diagnostics.contains { $0.range?.start == last.range.start }:
            range = last.range
            prefix = text
            isInString = true
            tokens.removeLast()
        default: break
        }
    }

    func word(_ back: Int) -> String? { tokens.count >= back ? tokens[tokens.count - back].word : nil }
    func isSymbol(_ symbol: Symbol, _ back: Int) -> Bool { tokens.count >= back && tokens[tokens.count - back].isSymbol(symbol) }
}

/// Finds the choices.
struct Completer {
    let store: Store
    let bound: [TableRole: BoundTable]
    let definitions: Definitions
    let folder: String
    /// The stages of the store; asked for only where one can stand at the cursor.
    let stages: () -> [String]

    func choices(at spot: CompletionSpot) -> [Completion] {
        if spot.isInString || spot.word(1) == "from" || ["save", "open"].contains(spot.word(1)) && spot.tokens.count == 1 || spot.word(1) == "include"
            || spot.word(1) == "into" && (spot.tokens.first?.word != "load" || spot.word(2) == "skip")
        {
            return strings(at: spot)
        }
        guard let first = spot.tokens.first?.word else { return statements() + measures() }
        switch StatementWord(rawValue: first) {
        case .load: return load(at: spot)
        case .set: return spot.tokens.count == 1 ? settings() : SettingName(rawValue: spot.word(1) ?? "").map(values) ?? []
        case .describe: return tables()
        case .help: return Help.topics.map { plain($0.name, $0.summary) } + measures()
        case .list where spot.tokens.count == 1: return tables()
        case .funnel, .leaks: return steps(at: spot)
        case .compare where spot.tokens.count == 1: return [plain("definitions of", "a KPI's definitions side by side")]
        case .compare where spot.word(1) == "definitions": return [plain("of", "a KPI")]
        case .compare where spot.word(1) == "of": return measures()
        case .sql where spot.word(1) == "for": return SQLDialect.all.map { plain($0.name, "a dialect of SQL") }
        case .tables, .kpis, .settings, .history, .quit: return []
        default: return query(at: spot)
        }
    }

    private func plain(_ name: String, _ summary: String) -> Completion { Completion(replacement: name, label: name, summary: summary) }

    // MARK: - Words

    private func statements() -> [Completion] { StatementWord.allCases.map { plain($0.rawValue, HelpTopics.topic($0).summary) } }
    private func tables() -> [Completion] {
        TableRole.allCases.map { role in
            let state = store.tables[role] == nil ? "not loaded" : "\(Grouped.text(store.rowCount(role))) rows"
            return plain(role.rawValue, bound[role].map(\.origin) ?? state)
        }
    }
    private func settings() -> [Completion] { SettingName.allCases.map { plain($0.rawValue, $0.summary) } }
    private func values(_ name: SettingName) -> [Completion] { name.choices.map { plain($0, name.summary) } }

    private func measures() -> [Completion] {
        definitions.all.map { plain(Printer.name($0.definition.name), $0.summary) }
            + AggregateFunction.catalogue.map { Completion(replacement: $0.name + "(", label: $0.name, summary: $0.summary) }
    }

    private func functions() -> [Completion] {
        ScalarFunction.allCases.map { Completion(replacement: $0.rawValue + "(", label: $0.rawValue, summary: $0.summary) }
    }

    private func columns(_ tables: [TableRole]) -> [Completion] {
        var found: [Completion] = []
        for role in tables {
            guard let table = bound[role]?.schema ?? store.tables[role]?.schema else { continue }
            for (kind, index) in table.roles.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                found.append(plain(kind.rawValue, "\(role.rawValue): \(table.columns[index].name), \(table.columns[index].type.name)"))
            }
            for column in table.columns {
                let name = Identifier(column.name, at: TextRange(0, 0))
                let written =
                    Printer.name(name).hasPrefix("`") && Name.fold(column.name).unicodeScalars.first?.properties.isAlphabetic == true
                    ? Name.fold(column.name) : Printer.name(name)
                found.append(plain(written, "\(role.rawValue): \(column.type.name)"))
            }
            for derived in DerivedColumn.allCases where derived.table == role && store.column(.derived(derived), of: role) != nil {
                found.append(plain(derived.name, "\(role.rawValue): made from the links"))
            }
        }
        return found
    }

    private func load(at spot: CompletionSpot) -> [Completion] {
        if spot.tokens.count == 1 { return tables() }
        if spot.tokens.count == 2 { return [plain("from", "the file to read")] }
        if spot.word(1) == "into" { return [plain("memory", "copies a table of an engine")] }
        if spot.word(1) == "with" || spot.isSymbol(.comma, 1), let role = TableRole(rawValue: spot.tokens[1].word ?? "") {
            return role.roles.map { Completion(replacement: $0.rawValue + " = ", label: $0.rawValue, summary: "a role of \(role.rawValue)") }
        }
        return LoadClause.allCases.filter { $0 != .from }.map { plain($0.rawValue, "clause of load") }
    }

    /// Steps of a funnel; behind one an arrow, a way of counting, a clause.
    private func steps(at spot: CompletionSpot) -> [Completion] {
        let words = QueryClause.allCases.map(\.firstWord)
        if spot.tokens.dropFirst().contains(where: { token in words.contains { $0 == token.word } }) { return query(at: spot) }
        if spot.tokens.count > 1, !spot.isSymbol(.arrow, 1) {
            return [
                plain("-> ", "the next step"), plain("strict", "steps right behind one another"), plain("any order", "steps in whatever order"),
                plain("open", "a lead may enter at any step"),
            ] + QueryClause.allCases.map { plain($0.rawValue, HelpTopics.topic($0).summary) }
        }
        let names = stages().map { plain(Printer.name(Identifier($0, at: TextRange(0, 0))), "a stage") }
        return names + [
            plain("lead", "the lead's creation"), plain("qualified", "its qualification"), plain("deal", "a deal of it"), plain("won", "a deal won"),
        ]
    }

    // MARK: - Queries

    private func query(at spot: CompletionSpot) -> [Completion] {
        let clause = spot.tokens.last { token in QueryClause.allCases.contains { $0.firstWord == token.word } }?.word
        let tables = self.tables(of: spot)
        let afterOperand =
            spot.tokens.last.map { token -> Bool in
                switch token.kind {
                case .string, .number, .duration, .date, .parameter, .quotedName, .regex: true
                case .symbol(let symbol): symbol == .closeParenthesis
                case .word(let word): !Parser.reserved.contains(word.lowercased()) || ["missing", "end", "true", "false"].contains(word.lowercased())
                case .end: false
                }
            } ?? false
        let clauses = QueryClause.allCases.map { plain($0.rawValue, HelpTopics.topic($0).summary) }
        switch clause {
        case nil:
            let first = StatementWord(rawValue: spot.tokens.first?.word ?? "") != nil && spot.tokens.count == 1
            return afterOperand && !first ? clauses : measures() + columns(spot.isSymbol(.openParenthesis, 1) ? TableRole.allCases : [])
        case "where":
            if afterOperand { return HelpTopics.keywordSummaries.map { plain($0.0, $0.1) } + clauses }
            return columns(tables) + conditions() + functions()
        case "by":
            if afterOperand { return clauses }
            if spot.word(2) == "order" || spot.tokens.contains(where: { $0.isWord("top") }) && spot.word(1) == "by" { return measures() + columns(tables) }
            return columns(tables) + Grain.allCases.map { plain($0.rawValue, "by the date of each table") } + conditions()
        case "having": return afterOperand ? HelpTopics.keywordSummaries.prefix(3).map { plain($0.0, $0.1) } + clauses : measures()
        case "during": return afterOperand ? clauses : periods()
        case "with":
            return [
                plain("total", "a line over all rows"), plain("share", "each group's part of the total"), plain("interval", "confidence intervals"),
                plain("target", "targets, and how far they are attained"), plain("other", "the rest of `top` in one line"),
            ]
                + clauses
        case "as": return afterOperand ? clauses : OutputFormat.allCases.map { plain($0.rawValue, "format") }
        case "order": return [plain("by", "sorts the groups")]
        default: return clauses
        }
    }

    private func conditions() -> [Completion] {
        definitions.all.filter { !$0.isBuiltIn }.map { plain($0.name, $0.summary) } + [
            plain("not", "the opposite"), plain("any", "some deal or stage of the lead"),
        ]
    }

    private func periods() -> [Completion] {
        ["this", "last"].flatMap { word in ["week", "month", "quarter", "year"].map { plain("\(word) \($0)", "a period") } }
            + [plain("today", "a period"), plain("yesterday", "a period")]
    }

    /// The tables that the measures of a query read, as far as can be told.
    private func tables(of spot: CompletionSpot) -> [TableRole] {
        if spot.tokens.first?.word == "list", let table = spot.tokens.dropFirst().first?.word.flatMap(Binder.table) { return reach(table) }
        var found: Set<TableRole> = []
        for token in spot.tokens {
            guard let word = token.word else { continue }
            if ["where", "by"].contains(word) { break }
            if let table = TableRole(rawValue: word) { found.insert(table) }
            if let entry = definitions[Name.fold(word)] { collect(entry, &found, depth: 0) }
        }
        if found.isEmpty { found = Set(TableRole.allCases) }
        return TableRole.allCases.filter { table in found.contains { reach($0).contains(table) } }
    }

    private func collect(_ entry: DefinitionEntry, _ found: inout Set<TableRole>, depth: Int) {
        guard depth < 20 else { return }
        Binder.names(of: entry.definition.expression) { name in
            if let table = Binder.table(named: (name.qualifier ?? name.name).folded) {
                found.insert(table)
            } else if name.qualifier == nil, let inner = definitions[name.name.folded] {
                collect(inner, &found, depth: depth + 1)
            }
        }
    }

    private func reach(_ table: TableRole) -> [TableRole] { table == .deals || table == .stages ? [table, .leads] : [table] }

    // MARK: - Strings

    /// Values of the column compared with, or files.
    private func strings(at spot: CompletionSpot) -> [Completion] {
        if let word = spot.word(1), ["from", "include", "into", "save", "open"].contains(word) { return files(spot.prefix) }
        guard let name = comparedColumn(spot) else { return [] }
        let values = Values(store)
        for role in tables(of: spot) {
            guard let table = store.tables[role] else { continue }
            let index = table.roles.first { $0.key.rawValue == name }?.value ?? table.aliases[name] ?? table.columns.firstIndex { Name.fold($0.name) == name }
            guard let index, case .text = table.columns[index].values else { continue }
            return values.counts(of: table.columns[index]).prefix(200).map {
                Completion(replacement: Printer.quoted($0.text), label: $0.text, summary: "\(Grouped.text($0.rows)) rows")
            }
        }
        return []
    }

    /// The column on the other side of the operator before the string.
    private func comparedColumn(_ spot: CompletionSpot) -> String? {
        var index = spot.tokens.count - 1
        while index >= 0 {
            switch spot.tokens[index].kind {
            case .string, .symbol(.comma), .symbol(.openParenthesis), .symbol(.equal), .symbol(.notEqual): index -= 1
            case .word(let word) where ["in", "not", "contains", "like", "starts", "ends", "with"].contains(word.lowercased()): index -= 1
            case .word(let word): return Name.fold(word)
            case .quotedName(let name): return Name.fold(name)
            default: return nil
            }
        }
        return nil
    }

    private func files(_ prefix: String) -> [Completion] {
        let parent = prefix.contains("/") ? Files.folder(of: prefix) : ""
        let base = Files.resolve(parent.isEmpty ? "." : parent, from: folder)
        let shown = parent.isEmpty ? "" : parent == "/" ? "/" : parent + "/"
        return Files.entries(of: base).map { entry in
            let path = shown + entry.name + (entry.isFolder ? "/" : "")
            return Completion(replacement: "\"" + path + (entry.isFolder ? "" : "\""), label: path, summary: entry.isFolder ? "folder" : "file")
        }
    }
}
