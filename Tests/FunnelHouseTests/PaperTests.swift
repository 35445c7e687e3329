import FunnelBinder
import FunnelModel
import FunnelRender
import FunnelSession
import FunnelSyntax
import FunnelTesting
import FunnelText
import Testing

/// Whatever can be written is documented: in the reference, and in the shell's own help.
struct PaperTests {
    private static let root = TextFile.root()

    /// The words that stand in code in the reference: in backquotes or between fences.
    private static let codeWords: Set<String> = {
        var words: Set<String> = []
        var isFenced = false
        for line in (TextFile.read(root + "/grammar/reference.md") ?? "").split(separator: "\n") {
            if line.hasPrefix("```") {
                isFenced.toggle()
                continue
            }
            let parts =
                isFenced ? [line] : line.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            for part in parts { words.formUnion(part.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map { $0.lowercased() }) }
        }
        return words
    }()

    private static func isInReference(_ name: String) -> Bool { name.split(separator: " ").allSatisfy { codeWords.contains(String($0)) } }

    private static func hasHelp(_ name: String) -> Bool {
        let transcript = Transcript(folder: root)
        let answer = transcript.run("help \(name)")
        return transcript.status == 0 && answer.hasPrefix(name.split(separator: " ")[0])
    }

    static let builtIn = Definitions.builtIn(Source(name: KPIs.fileName, text: KPIs.text)).definitions.all

    @Test("a KPI has a golden file, a unit, a summary, notes, and its row in the reference", arguments: builtIn.map(\.name))
    func kpi(_ name: String) throws {
        let entry = try #require(Self.builtIn.first { $0.name == name })
        let golden = TextFile.read(Self.root + "/Tests/Golden/kpis/\(name).test")
        let asked = golden?.split(separator: "\n").filter { $0.hasPrefix("> ") && !$0.hasPrefix("> explain") } ?? []
        #expect(asked.contains { $0.contains(name) }, "Tests/Golden/kpis/\(name).test asks for it")
        #expect(entry.definition.unit != nil && !entry.summary.isEmpty && !entry.notes.isEmpty)
        let subjects: Set<Substring> = ["counted", "dated", "open", "left out", "missing", "elsewhere", "article"]
        for note in entry.notes { #expect(note.split(separator: ":").first.map(subjects.contains) == true, "\(note)") }
        let reference = TextFile.read(Self.root + "/grammar/reference.md") ?? ""
        #expect(reference.split(separator: "\n").contains { $0.hasPrefix("| `") && $0.split(separator: "|")[0].contains("`\(name)`") })
    }

    @Test("a statement has help and stands in the reference", arguments: StatementWord.allCases.map(\.rawValue))
    func statement(_ name: String) { #expect(Self.hasHelp(name) && Self.isInReference(name)) }

    @Test("a clause has help, stands in the reference and has a golden case", arguments: QueryClause.allCases.map(\.rawValue))
    func clause(_ name: String) {
        #expect(Self.hasHelp(name) && Self.isInReference(name))
        let golden = TextFile.files(below: Self.root + "/Tests/Golden", ending: ".test").compactMap(TextFile.read)
        #expect(golden.contains { $0.contains(" \(name) ") })
    }

    @Test("a clause of load stands in the reference and has a golden case", arguments: LoadClause.allCases.map(\.rawValue))
    func loadClause(_ name: String) {
        #expect(Self.isInReference(name))
        let golden = TextFile.files(below: Self.root + "/Tests/Golden/load", ending: ".test").compactMap(TextFile.read)
        #expect(golden.contains { $0.contains(" \(name)") })
    }

    @Test("a function has help and stands in the reference", arguments: ScalarFunction.allCases.map(\.rawValue) + AggregateFunction.catalogue.map(\.name))
    func function(_ name: String) { #expect(Self.hasHelp(name) && Self.isInReference(name)) }

    @Test("a setting has help and stands in the reference", arguments: SettingName.allCases.map(\.rawValue))
    func setting(_ name: String) {
        #expect(Self.isInReference(name))
        // `format` is helped with as the clause that chooses one.
        #expect(Self.hasHelp(name) || name == "format")
    }

    @Test("a format is named by help and by the reference", arguments: OutputFormat.allCases.map(\.rawValue))
    func format(_ name: String) {
        #expect(Self.isInReference(name))
        #expect(Transcript(folder: Self.root).run("help as").contains(name))
    }

    @Test("a role and a derived column stand in the reference", arguments: ColumnRole.allCases.map(\.rawValue) + DerivedColumn.allCases.map(\.name))
    func column(_ name: String) { #expect(Self.isInReference(name)) }
}
