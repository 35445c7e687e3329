import FunnelTesting
import Testing

/// What the papers show is true: the examples of the reference and of the README run on the sample company.
struct ReferenceTests {
    private static let root = TextFile.root()

    /// A fenced block: what stands behind the fence, its lines, and the number of the first.
    private struct Block {
        var info: String
        var lines: [String]
        var line: Int
    }

    private static func blocks(of text: String) -> [Block] {
        var blocks: [Block] = []
        var open: Block?
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(block)
                    open = nil
                } else {
                    open = Block(info: String(line.dropFirst(3)), lines: [], line: number + 2)
                }
            } else {
                open?.lines.append(String(line))
            }
        }
        return blocks
    }

    @Test("every example of a paper does what it says", arguments: ["grammar/reference.md", "README.md"])
    func examples(_ paper: String) throws {
        let text = try #require(TextFile.read(Self.root + "/" + paper))
        let transcript = Transcript(folder: Self.root + "/examples")
        _ = transcript.run("include \"load.funnel\"")
        try #require(transcript.status == 0)
        let blocks = Self.blocks(of: text)
        for block in blocks where block.info == "funnel" || block.info.hasPrefix("funnel ") {
            let answer = transcript.run(block.lines.joined(separator: "\n"), named: "\(paper), from line \(block.line)")
            if block.info == "funnel error" {
                #expect(transcript.status != 0, "\(paper):\(block.line) should fail\n\(answer)")
            } else {
                #expect(transcript.status == 0 && !answer.contains("warning:"), "\(paper):\(block.line)\n\(answer)")
            }
        }
        #expect(blocks.contains { $0.info == "funnel" })
    }

    @Test("the session that the README shows is a true one")
    func session() throws {
        let text = try #require(TextFile.read(Self.root + "/README.md"))
        let transcript = Transcript(folder: Self.root + "/examples")
        _ = transcript.run("include \"load.funnel\"")
        var shown = 0
        for block in Self.blocks(of: text) where block.info == "text" {
            // What a load says is told in other words by a transcript.
            let commands = block.lines.split { $0.isEmpty }.filter { $0.first?.hasPrefix("funnel> ") == true }
            for command in commands where !command.contains(where: { $0.contains("> load ") || $0.contains("> include ") }) {
                let answer = transcript.run(String(command.first?.dropFirst("funnel> ".count) ?? ""))
                #expect(answer == command.dropFirst().joined(separator: "\n"))
                shown += 1
            }
        }
        #expect(shown >= 3)
    }
}
