import FunnelSyntax
import FunnelText
import Glibc

/// A script of what a person types and what comes back.
///
///     # Prose: the arithmetic behind the answers.
///     leads  id, created, source: (1, 2024-01-02, "ads") (2, 2024-01-03, "web")
///     file messy.csv
///     | id,created
///     | 1,2024-01-02
///
///     > leads by source
///     …what comes back…
///
///     !> leeds
///     …the error: the line must fail…
///
/// Lines that begin with a table's name make a CSV file of it and load it. `[tokens]>`, `[tree]>` and `[plan]>` show the
/// inside, `[csv]>` and the other formats the answer as data. A line that ends a text with ` \` goes on with the next.
package struct GoldenFile {
    private enum Block {
        /// Lines that are kept as they are: prose, data.
        case text([String])
        case command(prefix: String, input: [String], output: [String])
    }

    private var blocks: [Block] = []
    private let name: String

    package init(name: String, text: String) {
        self.name = name
        var input: (prefix: String, lines: [String], output: [String])?
        func isPlain(_ line: String) -> Bool {
            if line.hasPrefix("#") { return true }
            // Data stands before the first command below its prose.
            return input == nil && (line.hasPrefix("file ") || line.hasPrefix("| ") || line == "|" || Self.tables.contains { line.hasPrefix($0 + "  ") })
        }
        var found: [Block] = []
        func close() {
            guard let open = input else { return }
            var output = open.output
            while output.last == "" { output.removeLast() }
            found.append(.command(prefix: open.prefix, input: open.lines, output: output))
            input = nil
        }
        var plain: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if let (prefix, rest) = Self.command(line) {
                if !plain.isEmpty { found.append(.text(plain)); plain = [] }
                close()
                input = (prefix, [rest], [])
            } else if line.hasPrefix("... "), input != nil, input?.output.isEmpty == true {
                input?.lines.append(String(line.dropFirst(4)))
            } else if isPlain(line) {
                close()
                plain.append(line)
            } else if input != nil {
                input?.output.append(line)
            } else {
                plain.append(line)
            }
        }
        close()
        if !plain.isEmpty { found.append(.text(plain)) }
        blocks = found
    }

    private static let tables = ["leads", "deals", "stages", "costs"]

    /// `> text`, `!> text`, `[plan]> text`
    private static func command(_ line: String) -> (String, String)? {
        guard let mark = line.firstIndex(of: ">"), line[mark...].hasPrefix("> ") else { return nil }
        let prefix = String(line[..<mark])
        guard prefix.isEmpty || prefix == "!" || (prefix.hasPrefix("[") && prefix.hasSuffix("]")) else { return nil }
        return (prefix + ">", String(line[mark...].dropFirst(2)))
    }

    /// What went wrong, if anything, and the file with the answers that came. `look` is shown each text before it is run, and
    /// where.
    package func run(look: (Transcript, String) -> Void = { _, _ in }) -> (failures: [String], rewritten: String) {
        let temporary = TemporaryFolder()
        let folder = temporary.path
        let transcript = Transcript(folder: folder)
        var failures: [String] = []
        var lines: [String] = []
        for block in blocks {
            switch block {
            case .text(let plain):
                lines += plain
                failures += prepare(plain, folder, transcript)
            case .command(let prefix, let input, let output):
                if prefix == ">" { look(transcript, input.joined(separator: "\n")) }
                let answer = self.answer(prefix, input.joined(separator: "\n"), transcript)
                let got = answer.text.isEmpty ? [] : answer.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                if got != output {
                    failures.append("\(name): \(prefix) \(input[0])\n  expected:\n\(Self.indented(output))\n  came:\n\(Self.indented(got))")
                }
                if let problem = answer.problem { failures.append("\(name): \(prefix) \(input[0]): \(problem)\n\(Self.indented(got))") }
                lines += ["\(prefix) \(input[0])"] + input.dropFirst().map { "... " + $0 } + got + [""]
            }
        }
        while lines.last == "" { lines.removeLast() }
        return (failures, lines.joined(separator: "\n") + "\n")
    }

    private func answer(_ prefix: String, _ text: String, _ transcript: Transcript) -> (text: String, problem: String?) {
        switch prefix {
        case "[tokens]>": return (Transcript.tokens(text), nil)
        case "[tree]>": return (Transcript.tree(text), nil)
        case "[plan]>": return (transcript.run("plan " + text), transcript.status == 0 ? nil : "it failed")
        case ">":
            let answer = transcript.run(text)
            return (answer, transcript.status == 0 ? nil : "it failed with status \(transcript.status)")
        case "!>":
            let answer = transcript.run(text)
            return (answer, transcript.status == 0 ? "it should have failed" : nil)
        default: return (transcript.run(text + " as " + prefix.dropFirst().dropLast(2)), transcript.status == 0 ? nil : "it failed")
        }
    }

    // MARK: - Data

    private func prepare(_ lines: [String], _ folder: String, _ transcript: Transcript) -> [String] {
        var failures: [String] = []
        var index = 0
        while index < lines.count {
            let line = lines[index]
            index += 1
            if line.hasPrefix("file ") {
                let words = line.split(separator: " ").map(String.init)
                var content: [String] = []
                while index < lines.count, lines[index].hasPrefix("|") {
                    content.append(String(lines[index].dropFirst(2)))
                    index += 1
                }
                let joined = content.joined(separator: "\n") + "\n"
                Self.write(words.contains("escaped") ? Self.unescaped(content.joined()) : joined, folder + "/" + words[1])
            } else if let table = Self.tables.first(where: { line.hasPrefix($0 + "  ") }) {
                var text = String(line.dropFirst(table.count))
                while index < lines.count, lines[index].hasPrefix("    ") || lines[index].hasPrefix("  (") {
                    text += " " + lines[index]
                    index += 1
                }
                guard let csv = Self.csv(text) else {
                    failures.append("\(name): this table can't be read: \(line)")
                    continue
                }
                Self.write(csv, folder + "/" + table + ".csv")
                let answer = transcript.run("load \(table) from \"\(table).csv\"")
                if transcript.status != 0 { failures.append("\(name): \(table) can't be loaded\n\(answer)") }
            }
        }
        return failures
    }

    /// `id, created: (1, 2024-01-02) (2, 2024-01-03)` as CSV.
    private static func csv(_ text: String) -> String? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let header = text[..<colon].split(separator: ",").map { trimmed(String($0)) }
        let source = Source(name: "", text: String(text[text.index(after: colon)...]))
        var csv = header.joined(separator: ",") + "\n"
        var cells: [String]?
        func add(_ text: String) {
            guard var row = cells else { return }
            row[row.count - 1] += text
            cells = row
        }
        for token in Lexer.tokens(of: source).tokens {
            switch token.kind {
            case .symbol(.openParenthesis): cells = [""]
            case .symbol(.closeParenthesis):
                guard let row = cells, row.count == header.count else { return nil }
                csv += (row == [""] ? "\"\"" : row.joined(separator: ",")) + "\n"
                cells = nil
            case .symbol(.comma): cells?.append("")
            case .string(let value): add("\"" + value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"")
            default: add(source.text(in: token.range))
            }
        }
        return cells == nil ? csv : nil
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    private static func unescaped(_ text: String) -> String {
        let quoted = Lexer.tokens(
            of: Source(name: "", text: "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"") + "\""))
        guard case .string(let value)? = quoted.tokens.first?.kind else { return text }
        return value
    }

    private static func indented(_ lines: [String]) -> String { lines.map { "    " + $0 }.joined(separator: "\n") }

    // MARK: - Files

    private static func write(_ text: String, _ path: String) { _ = TextFile.write(text, path) }
}
