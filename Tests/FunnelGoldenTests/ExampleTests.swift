import FunnelTesting
import Testing

/// Each script under `examples/` runs, and its output is recorded beside it.
struct ExampleTests {
    static let root = TextFile.root()
    static let scripts = TextFile.files(below: root + "/examples", ending: ".funnel").filter { !$0.hasSuffix("/load.funnel") }

    @Test("an example says what is recorded beside it", arguments: scripts)
    func example(_ path: String) throws {
        let text = try #require(TextFile.read(path))
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let name = String(path.dropFirst(folder.count + 1))
        let transcript = Transcript(folder: folder)
        let output = transcript.run(text, named: name) + "\n"
        let record = String(path.dropLast(".funnel".count)) + ".out"
        if TextFile.rewrites {
            if TextFile.read(record) != output { _ = TextFile.write(output, record) }
        } else {
            #expect(TextFile.read(record) == output)
        }
        #expect((transcript.status != 0) == path.contains("/mistakes/"), "\(name) ended with status \(transcript.status)")
    }

    @Test("there are six examples and a folder of mistakes")
    func exist() {
        #expect(Self.scripts.count { !$0.contains("/mistakes/") } >= 6)
        #expect(Self.scripts.contains { $0.contains("/mistakes/") })
    }
}
