import FunnelBinder
import FunnelEngine
import FunnelModel
import FunnelPlan
import FunnelRender
import FunnelStore
import FunnelSyntax
import FunnelText

/// What each statement does.
extension Session {
    func carryOut(_ statement: Statement, in source: Source, folder: String) throws(Diagnostic) {
        if let dialect = configuration.dialect, statement.isAsked { return try sql(statement, dialect, in: source) }
        switch statement {
        case .query(let query):
            try present(try answer(query, in: source), format: query.format, into: query.into, in: source, folder: folder)
        case .load(let load):
            Memory.keepsFree(false)
            defer {
                Memory.trim()
                Memory.keepsFree(true)
            }
            try self.load(load, in: source, folder: folder)
        case .connect(let name, _): try connect(name, in: source, folder: folder)
        case .saveTo(let save): try self.save(save, in: source, folder: folder)
        case .save(let file, _): try save(file, in: source, folder: folder)
        case .open(let file, _): try open(file, in: source, folder: folder)
        case .define(let definition): try define(definition, in: source)
        case .parameter(let parameter): setParameter(parameter, in: source)
        case .include(let file): try include(file, in: source, folder: folder)
        case .check(let check): try self.check(check, in: source)
        case .set(let set): try self.set(set, in: source)
        case .describe(let table, _):
            let answer = try Description(store, bound).answer(table, in: source)
            emit(.answer(answer, format: configuration.format ?? settings.format))
        case .list(let list): try self.list(list, in: source, folder: folder)
        case .funnel(let funnel): try self.funnel(funnel, in: source, folder: folder)
        case .leaks(let funnel): try leaks(funnel, in: source, folder: folder)
        case .transitions(let query, _): try transitions(query, in: source, folder: folder)
        case .why(let why): try self.why(why, in: source, folder: folder)
        case .compare(let kpi, let query, _): try compare(kpi, query, in: source, folder: folder)
        case .target(let target):
            try Binder.check(target, in: source, context)
            targets.removeAll { $0.statement.filter == target.filter && Binder.measure(of: $0.statement) == Binder.measure(of: target) }
            targets.append((target, source))
        case .test: break
        case .explain(let query, _): try explain(query, in: source, folder: folder)
        case .plan(.query(let query), let runs, _): try plan(query, runs: runs, in: source)
        case .plan(.funnel(let funnel), let runs, _): try plan(funnel, runs: runs, in: source)
        case .sql(let asked, let dialect, _): try sql(asked, try Self.dialect(dialect, in: source), in: source)
        case .time(let query, _): try time(query, in: source, folder: folder)
        case .help(let topic, let place):
            do throws(Diagnostic) { emit(.text(try Help(definitions).lines(topic))) } catch { throw error.placed(in: source, at: place.range) }
        case .show(let listing, _): try show(listing)
        }
    }

    // MARK: - Definitions and parameters

    private func define(_ definition: Definition, in source: Source) throws(Diagnostic) {
        let entry = DefinitionEntry(definition: definition, source: source, isBuiltIn: false)
        try Binder.check(entry, context)
        if definitions[definition.name.folded]?.isBuiltIn == true {
            report(Diagnostic.redefined(definition.name.text).placed(in: source, at: definition.name.range))
        }
        definitions.define(entry)
    }

    func setParameter(_ parameter: ParameterStatement, in source: Source) {
        guard !fixedParameters.contains(parameter.name.folded) else { return }
        parameters[parameter.name.folded] = (parameter.value, source)
    }

    private func include(_ file: FileName, in source: Source, folder: String) throws(Diagnostic) {
        let (included, inner, path) = try Inclusion.read(file, in: source, folder: folder, within: configuration.isSafe ? configuration.folder : nil)
        guard !including.contains(path) else { throw Diagnostic.includeCycle(file.path).placed(in: source, at: file.place.range) }
        including.append(path)
        defer { including.removeLast() }
        let (script, mistakes) = Parser.parse(included)
        for mistake in mistakes { report(mistake) }
        guard mistakes.isEmpty else { return }
        for statement in script.statements {
            guard perform(statement, in: included, folder: inner) else {
                throw Diagnostic.includeHoldsOnlyDefinitions(file.path).placed(in: source, at: file.place.range)
            }
        }
    }

    // MARK: - Checks

    /// A check fails if some group does not satisfy it, or if there is none; a missing value satisfies nothing.
    private func check(_ check: CheckStatement, in source: Source) throws(Diagnostic) {
        let bound = try Binder.bind(check, in: source, context)
        for warning in bound.query.warnings { report(warning) }
        for warning in Values(store).warnings(bound.query.probes) { report(warning) }
        var plan = bound.query.plan.uncounted
        let all = try answer(plan)
        let failing = MeasureCondition.not(check.orMissing ? .or(bound.condition, bound.missing) : bound.condition)
        plan.having = plan.having.map { .and($0, failing) } ?? failing
        plan.measures += CheckText.differences(bound.condition, plan.measures)
        let failed = try answer(plan)
        let name = Printer.text(check.condition)
        if all.rows.isEmpty || !failed.rows.isEmpty {
            worsen(to: 1)
            let message = all.rows.isEmpty ? Diagnostic.checkOfNothing(name) : .checkFailed(name)
            emit(.diagnostic(message.placed(in: source, at: check.condition.range)))
            let groups = failed.rows.prefix(10).map { StyledLine("  " + CheckText.line($0, failed.columns), .error) }
            let more = failed.rows.count > 10 ? [StyledLine("  and \(failed.rows.count - 10) more", .error)] : []
            emit(.text(groups + more))
        } else {
            let groups = all.keyCount == 0 ? "" : " in \(all.rows.count) \(all.rows.count == 1 ? "group" : "groups")"
            emit(.text([StyledLine([.init("ok  ", .number), .init("check \(name)\(groups)")])]))
        }
    }

    // MARK: - Settings and listings

    private func set(_ set: SetStatement, in source: Source) throws(Diagnostic) {
        try Self.apply(set, to: &settings, context, in: source)
        emit(.settings(settings))
    }

    /// Changes a setting as a statement says.
    static func apply(_ set: SetStatement, to settings: inout Settings, _ context: BindingContext, in source: Source) throws(Diagnostic) {
        guard let name = SettingName(rawValue: set.name.folded) else {
            throw Diagnostic.unknownSetting(set.name.text).placed(in: source, at: set.name.range)
        }
        do throws(Diagnostic) {
            try settings.set(name, to: SettingValue(expression: set.values[0], others: set.values.dropFirst())) { expression throws(Diagnostic) in
                try Binder.instant(expression, in: source, context)
            }
        } catch { throw error.placed(in: source, at: set.values[0].range) }
    }

    private func time(_ query: Query, in source: Source, folder: String) throws(Diagnostic) {
        let start = configuration.stopwatch()
        let answer = try answer(query, in: source)
        let seconds = configuration.stopwatch() - start
        try present(answer, format: query.format, into: query.into, in: source, folder: folder)
        emit(.timing(seconds))
    }

    private func show(_ listing: Listing) throws(Diagnostic) {
        switch listing {
        case .tables:
            guard !schemas.isEmpty else { throw .nothingLoaded }
            emit(.answer(Description(store, bound).tables(), format: configuration.format ?? settings.format))
        case .kpis: emit(.text(Help(definitions).kpis()))
        case .settings:
            let width = SettingName.allCases.map(\.rawValue.count).max() ?? 0
            let values = SettingName.allCases.map { settings.text(of: $0).count }.max() ?? 0
            emit(
                .text(
                    SettingName.allCases.map { name in
                        let padding = String(repeating: " ", count: width - name.rawValue.count + 2)
                        return StyledLine([
                            .init(name.rawValue, .name), .init(padding), .init(settings.text(of: name), .number),
                            .init(String(repeating: " ", count: values - settings.text(of: name).count + 2) + name.summary, .foot),
                        ])
                    }))
        case .history: emit(.history)
        case .quit: emit(.leave)
        }
    }
}

/// Files that a script includes.
enum Inclusion {
    /// The text of an included file, the folder that its own paths begin at, and its path.
    static func read(_ file: FileName, in source: Source, folder: String, within allowed: String?) throws(Diagnostic) -> (Source, folder: String, path: String)
    {
        let path = Files.resolve(file.path, from: folder)
        if allowed != nil, file.path.hasPrefix("/") || file.path.split(separator: "/").contains("..") {
            throw Diagnostic.safeMode.placed(in: source, at: file.place.range)
        }
        do throws(Diagnostic) {
            return (Source(name: path, text: try Files.read(path, shownAs: file.path)), Files.folder(of: path), path)
        } catch { throw error.placed(in: source, at: file.place.range) }
    }
}
