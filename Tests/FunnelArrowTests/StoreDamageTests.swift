import FunnelArrow
import FunnelModel
import FunnelStore
import Glibc
import FunnelTesting
import Testing

/// Whatever is damaged of a saved store is named when it is first used, and nothing else is lost by it.
struct StoreDamageTests {
    /// What an attempt to read all of a store says: the error of opening it, or the parts that turned out to be damaged.
    private static func complaints(_ path: String) -> [String] {
        let ledger = DamageLedger()
        do throws(StoreError) {
            _ = SmallStore.content(try StoreReader(path, name: "crm.store", ledger: ledger).open().store)
            return ledger.take()
        } catch {
            return [error.message]
        }
    }

    private static func saved(_ folder: TemporaryFolder) throws -> String {
        let path = folder.path + "/crm.store"
        _ = try StoreWriter(SmallStore.make(seed: 3), to: path, ledger: DamageLedger(), interrupt: nil).save()
        #expect(complaints(path) == [])
        return path
    }

    @Test("a changed byte anywhere in a file names the file", arguments: ["leads.arrow", "deals.arrow", "stages.arrow", "costs.arrow", "links"])
    func changed(name: String) throws {
        let folder = TemporaryFolder()
        let path = try Self.saved(folder)
        let file = "\(path)/generation-1/\(name)"
        let bytes = TemporaryFolder.read(file)
        var random = Seeded(11)
        for _ in 0..<400 {
            var damaged = bytes
            let at = Int.random(in: 0..<bytes.count, using: &random)
            damaged[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            TemporaryFolder.write(damaged, file)
            let found = Self.complaints(path)
            #expect(!found.isEmpty && found.allSatisfy { $0.contains(name) }, "byte \(at) of \(name): \(found)")
        }
    }

    @Test("a changed byte of the manifest is found")
    func manifest() throws {
        let folder = TemporaryFolder()
        let path = try Self.saved(folder)
        let bytes = TemporaryFolder.read(path + "/manifest")
        for at in stride(from: 0, to: bytes.count, by: 3) {
            var damaged = bytes
            damaged[at] ^= 4
            TemporaryFolder.write(damaged, path + "/manifest")
            #expect(Self.complaints(path).count == 1, "byte \(at)")
            TemporaryFolder.write(Array(bytes[..<at]), path + "/manifest")
            #expect(Self.complaints(path).count == 1, "cut at \(at)")
        }
    }

    /// The seal of a manifest is no secret: whoever wants to do harm can make it.
    @Test("a manifest made to do harm does none", arguments: 1...6)
    func forged(seed: Int) throws {
        let folder = TemporaryFolder()
        let path = try Self.saved(folder)
        let text = String(decoding: TemporaryFolder.read(path + "/manifest"), as: UTF8.self)
        let lines = text.split(separator: "\n").dropLast().map(String.init)
        var random = Seeded(UInt64(seed) * 31)
        var refused = 0
        for _ in 0..<150 {
            var forged = lines
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let at = Int.random(in: 1..<forged.count, using: &random)
                var fields = forged[at].split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                let field = Int.random(in: 0..<fields.count, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0: fields[field] = "\(Int64.random(in: -3...70, using: &random))"
                case 1: fields[field] = ["9223372036854775807", "281474976710655", "2147483647", "-1", ""].randomElement(using: &random) ?? ""
                case 2: fields[field] = lines.randomElement(using: &random)?.split(separator: "\t").last.map(String.init) ?? ""
                case 3: fields.append("1")
                case 4: forged.swapAt(at, Int.random(in: 1..<forged.count, using: &random))
                default:
                    fields = lines[Int.random(in: 1..<lines.count, using: &random)].split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                }
                if forged[at] == lines[at] { forged[at] = fields.joined(separator: "\t") }
            }
            let body = forged.map { $0 + "\n" }.joined()
            let sum = Array(body.utf8).withUnsafeBytes { Checksum.of($0) }
            TemporaryFolder.write(Array((body + "end\t" + String(sum, radix: 16) + "\n").utf8), path + "/manifest")
            if !Self.complaints(path).isEmpty { refused += 1 }
        }
        #expect(refused > 60)
    }

    @Test("a file that is missing, cut short or too long is named", arguments: ["leads.arrow", "stages.arrow", "links"])
    func cut(name: String) throws {
        let folder = TemporaryFolder()
        let path = try Self.saved(folder)
        let file = "\(path)/generation-1/\(name)"
        let bytes = TemporaryFolder.read(file)
        TemporaryFolder.write(Array(bytes.dropLast()), file)
        #expect(Self.complaints(path) == ["is damaged: `\(name)` has \(bytes.count - 1) bytes instead of \(bytes.count)"])
        TemporaryFolder.write(bytes + [0], file)
        #expect(Self.complaints(path) == ["is damaged: `\(name)` has \(bytes.count + 1) bytes instead of \(bytes.count)"])
        unlink(file)
        #expect(Self.complaints(path) == ["is damaged: `\(name)` is missing"])
    }

    @Test("a damaged column is named each time that it is used; the others can be read")
    func column() throws {
        let folder = TemporaryFolder()
        let path = try Self.saved(folder)
        let whole = SmallStore.make(seed: 3)
        let file = "\(path)/generation-1/leads.arrow"
        var bytes = TemporaryFolder.read(file)
        // The text of a source is found once in the file.
        let at = try #require((0..<bytes.count - 3).first { Array(bytes[$0..<$0 + 3]) == Array("ads".utf8) })
        bytes[at] = UInt8(ascii: "b")
        TemporaryFolder.write(bytes, file)
        let ledger = DamageLedger()
        let store = try StoreReader(path, name: "crm.store", ledger: ledger).open().store
        let leads = try #require(store.tables[.leads])
        #expect(leads.columns[0].value(3) == whole.tables[.leads]?.columns[0].value(3))
        #expect(ledger.isClear)
        for _ in 0..<2 {
            #expect(leads.columns[2].value(3) != .text("bds"))
            #expect(ledger.take() == ["column `source` of `crm.store/leads.arrow`"])
        }
        // What is made of the column notes the damage as well, also when it has been made before.
        for _ in 0..<2 {
            _ = store.column(.derived(.dealSourceWinRate), of: .deals)
            #expect(ledger.take() == ["column `source` of `crm.store/leads.arrow`"])
        }
        #expect(throws: StoreError.self) { _ = try StoreWriter(store, to: folder.path + "/other", ledger: ledger, interrupt: nil).save() }
        #expect(TemporaryFolder.names(folder.path) == ["crm.store"])
    }

    @Test("a store of another version, and a folder that is none, are said to be so")
    func version() throws {
        let folder = TemporaryFolder()
        let path = try Self.saved(folder)
        let manifest = String(decoding: TemporaryFolder.read(path + "/manifest"), as: UTF8.self)
        TemporaryFolder.write(Array(("funnel store\t7\n" + manifest.drop { $0 != "\n" }.dropFirst()).utf8), path + "/manifest")
        #expect(Self.complaints(path) == ["was saved by another version of funnel (format 7; this one reads 1)"])
        TemporaryFolder.write(Array("something else".utf8), path + "/manifest")
        #expect(Self.complaints(path) == ["is no saved store: it has no manifest"])
        unlink(path + "/manifest")
        #expect(Self.complaints(path) == ["is no saved store: it has no manifest"])
        #expect(Self.complaints(path + "/manifest") == ["does not exist"])
        TemporaryFolder.write([], folder.path + "/file")
        #expect(Self.complaints(folder.path + "/file") == ["is a file, and a saved store is a folder"])
    }
}
