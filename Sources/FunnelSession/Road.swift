import FunnelArrow
import FunnelBinder
import FunnelEngine
import FunnelModel
import FunnelPlan
import FunnelRender
import FunnelStore
import FunnelSyntax
import FunnelText

/// The road of a query: text ▶ tree ▶ plan ▶ answer ▶ lines. Each stage is a function from one type to the next.
extension Session {
    /// Runs a text to its end. Nothing of it runs if some of it can't be right: all of it is parsed, and bound against the
    /// headers of the files that it loads, before any data is read.
    ///
    /// Relative paths in it begin at `folder`; for text that comes from no file, at the session's own.
    package func run(_ text: String, named name: String, folder: String?) -> Int32 {
        run(Source(name: name, text: Question.explained(text) ?? text), folder: folder ?? configuration.folder)
    }

    package func run(_ text: String, named name: String) -> Int32 { run(text, named: name, folder: nil) }

    func run(_ source: Source, folder: String) -> Int32 {
        status = 0
        interruptFlag.clear()
        let (script, mistakes) = Parser.parse(source)
        guard mistakes.isEmpty else {
            for mistake in mistakes { report(mistake) }
            return status
        }
        var rehearsal = Rehearsal(self, folder: folder)
        let problems = rehearsal.problems(with: script, in: source)
        guard problems.isEmpty else {
            for problem in problems { report(problem) }
            return status
        }
        for statement in script.statements {
            guard perform(statement, in: source, folder: folder) else { break }
        }
        return status
    }

    /// Carries out a statement; false where the script must stop.
    func perform(_ statement: Statement, in source: Source, folder: String) -> Bool {
        let start = configuration.stopwatch()
        showing = 0
        _ = damage.take()
        do throws(Diagnostic) {
            do throws(Diagnostic) {
                try carryOut(statement, in: source, folder: folder)
            } catch {
                // What is wrong with an answer out of damaged data is the data.
                try requireSound()
                throw error
            }
            try requireSound()
        } catch {
            report(error.placed(in: source, at: statement.range))
            return false
        }
        if settings.timing { emit(.timing(configuration.stopwatch() - start - showing)) }
        return true
    }

    /// A query's answer, with what its reader must know in the foot.
    func answer(_ query: Query, in source: Source) throws(Diagnostic) -> Answer {
        let bound = try Binder.bind(query, in: source, context)
        for warning in bound.warnings { report(warning) }
        for warning in Values(store).warnings(bound.probes) { report(warning) }
        var answer = try self.answer(bound.plan)
        answer.remarks = try Foot(store: store, answer: self.answer).remarks(bound, counts: answer.counts, of: answer) + answer.remarks
        return answer
    }

    var engine: Engine { Engine(store: store, threads: settings.threads, interrupt: interruptFlag) }

    /// An answer goes into the file that the query names, or out.
    func present(_ answer: Answer, format: Identifier?, into file: FileName?, in source: Source, folder: String) throws(Diagnostic) {
        let named = format
        let format = try self.format(format, file, in: source)
        guard let file else { return emit(.answer(answer, format: format)) }
        guard !configuration.isSafe else { throw Diagnostic.safeMode.placed(in: source, at: file.place.range) }
        guard !loadedFiles.contains(Files.real(Files.resolve(file.path, from: folder))) else {
            throw Diagnostic.overwritesData(file.path).placed(in: source, at: file.place.range)
        }
        try requireSound()
        let bytes = named == nil && Rendering.isArrow(file.path) ? ArrowAnswer.bytes(answer) : Array(Rendering.text(answer, format, settings).utf8)
        do throws(Diagnostic) {
            try Files.write(bytes, to: Files.resolve(file.path, from: folder), shownAs: file.path)
        } catch { throw error.placed(in: source, at: file.place.range) }
        emit(.wrote(path: file.path, rows: answer.rows.count))
    }

    /// The format that a query names; else that of its file's name; else that of the command line; else the setting.
    func format(_ name: Identifier?, _ file: FileName?, in source: Source) throws(Diagnostic) -> OutputFormat {
        if let name {
            guard let format = OutputFormat(rawValue: name.folded) else { throw Diagnostic.unknownFormat(name.text).placed(in: source, at: name.range) }
            return format
        }
        if let file, let ending = Files.ending(file.path) {
            if ending == "md" { return .markdown }
            if let format = OutputFormat(rawValue: ending) { return format }
            // What says another kind of file would not be one.
            guard ending == "txt" || Rendering.isArrow(file.path) else { throw Diagnostic.unknownEnding(ending).placed(in: source, at: file.place.range) }
        }
        return configuration.format ?? settings.format
    }
}

/// A query with `?` behind it asks what it means.
enum Question {
    /// `conversion by month?` as `explain conversion by month`; nil where the text is no such question.
    static func explained(_ text: String) -> String? {
        var end = text.endIndex
        while end > text.startIndex, text[text.index(before: end)].isWhitespace { end = text.index(before: end) }
        guard end > text.startIndex, text[text.index(before: end)] == "?" else { return nil }
        let asked = String(text[..<text.index(before: end)])
        let (script, diagnostics) = Parser.parse(Source(name: "", text: asked))
        guard diagnostics.isEmpty, script.statements.count == 1, case .query = script.statements[0] else { return nil }
        return "explain " + asked
    }
}
