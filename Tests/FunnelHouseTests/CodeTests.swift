import FunnelTesting
import Testing

/// The laws of the house about the code itself.
struct CodeTests {
    private static let root = TextFile.root()
    private static let sources = files(["Sources"], [".swift", ".c"])

    private static func files(_ folders: [String], _ endings: [String]) -> [(path: String, text: String)] {
        folders.flatMap { folder in endings.flatMap { TextFile.files(below: root + "/" + folder, ending: $0) } }
            .compactMap { path in TextFile.read(path).map { (String(path.dropFirst(root.count + 1)), $0) } }
    }

    @Test("no source file has more than 400 lines")
    func short() {
        for (path, text) in Self.sources + Self.files(["Tests"], [".swift"]) {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
            #expect(lines <= 400, "\(path): \(lines) lines")
        }
    }

    @Test("every message of a catalogue is used")
    func messages() {
        let all = Self.sources.map(\.text)
        var found = 0
        for (path, text) in Self.sources where path.split(separator: "/").last?.hasPrefix("Messages") == true {
            for line in text.split(separator: "\n") where !line.contains("private static") {
                guard let match = line.firstMatch(of: /static (?:let|func) (\w+)/) else { continue }
                found += 1
                let name = String(match.1)
                let uses = all.reduce(0) { $0 + $1.ranges(of: ".\(name)").count }
                #expect(uses > 0, "\(path): `\(name)` is never used")
            }
        }
        #expect(found > 100)
    }

    @Test("the walls of scripts/walls are those of Package.swift")
    func walls() throws {
        let package = try #require(TextFile.read(Self.root + "/Package.swift")).split(separator: "\n").joined(separator: " ")
        let script = try #require(TextFile.read(Self.root + "/scripts/walls"))
        var allowed: [String: Set<String>] = [:]
        for match in script.matches(of: /([A-Za-z |]+)\) echo "([A-Za-z ]*)" ;;/) {
            for room in match.1.split(whereSeparator: { $0 == " " || $0 == "|" }) {
                allowed[String(room)] = Set(match.2.split(separator: " ").map(String.init))
            }
        }
        var rooms: Set<String> = []
        for match in package.matches(of: /room\(\s*"(\w+)"((?:, | )*sees: \[[^\]]*\])?/) {
            let name = String(match.1)
            rooms.insert(name)
            #expect(allowed[name] == Self.quoted(match.2 ?? ""), "\(name)")
        }
        if let match = package.firstMatch(of: /\.executableTarget\(\s*name: "funnel",\s*dependencies: \[(.*?)package:/) {
            rooms.insert("funnel")
            #expect(allowed["funnel"] == Self.quoted(match.1), "funnel")
        }
        #expect(rooms == Set(allowed.keys))
        let paper = try #require(TextFile.read(Self.root + "/ARCHITECTURE.md"))
        for room in rooms { #expect(paper.contains("| \(room) |"), "ARCHITECTURE.md says what \(room) is") }
    }

    private static func quoted(_ text: Substring) -> Set<String> { Set(text.matches(of: /"(\w+)"/).map { String($0.1) }) }

    @Test("every room's table row in ARCHITECTURE.md says what it may see")
    func paper() throws {
        let paper = try #require(TextFile.read(Self.root + "/ARCHITECTURE.md"))
        let script = try #require(TextFile.read(Self.root + "/scripts/walls"))
        for line in paper.split(separator: "\n") where line.hasPrefix("| Funnel") {
            let cells = line.split(separator: "|").map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
            guard cells.count == 3, cells[2] != "all above", cells[2] != "–",
                let match = script.firstMatch(of: try Regex("\(cells[0])\\) echo \"([A-Za-z ]*)\""))
            else { continue }
            let shown = Set(cells[2].split(separator: ",").map { String($0.drop { $0 == " " }) })
            let allowed = Set((match.output[1].substring ?? "").split(separator: " ").map { $0.hasPrefix("Funnel") ? String($0.dropFirst(6)) : String($0) })
            #expect(shown == allowed, "\(cells[0])")
        }
    }
}
