import FunnelTesting
import Testing

/// What a user types and what comes back: the files of `Tests/Golden`. `make golden` writes the answers anew.
struct GoldenTests {
    static let root = TextFile.root()
    static let files = TextFile.files(below: root + "/Tests/Golden", ending: ".test")

    @Test("a golden file says what comes back", arguments: files)
    func golden(_ path: String) throws {
        let text = try #require(TextFile.read(path))
        let (failures, rewritten) = GoldenFile(name: String(path.dropFirst(Self.root.count + 1)), text: text).run()
        if TextFile.rewrites {
            if rewritten != text { _ = TextFile.write(rewritten, path) }
        } else {
            #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
        }
    }

    @Test("there are golden files")
    func exist() { #expect(Self.files.count > 0) }
}
