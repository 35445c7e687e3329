import FunnelModel
import Glibc
import Testing

@testable import FunnelSample

/// The sample's files, read into rows of fields.
private struct Company {
    var files: [String: [[String]]] = [:]
    var bytes: [String: [UInt8]] = [:]

    init(leads: Int, seed: UInt64) throws {
        var template = Array(("/tmp/funnel-sample-" + String(repeating: "X", count: 6)).utf8CString)
        let folder = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
        try SampleCompany.write(leads: leads, seed: seed, to: folder)
        for name in ["leads", "deals", "stages", "costs"] {
            let path = "\(folder)/\(name).csv"
            let file = fopen(path, "r")!
            var content: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { content += buffer[..<count] }
            fclose(file)
            unlink(path)
            bytes[name] = content
            files[name] = content.split(separator: 10).dropFirst().map { line in
                line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
                    String(decoding: $0, as: UTF8.self)
                }
            }
        }
        rmdir(folder)
    }

    subscript(_ name: String) -> [[String]] { files[name] ?? [] }
}

@Suite("the sample company") struct SampleCompanyTests {
    @Test("the same seed gives the same bytes, another seed others") func deterministic() throws {
        let first = try Company(leads: 3000, seed: 5)
        #expect(first.bytes == (try Company(leads: 3000, seed: 5).bytes))
        #expect(first.bytes != (try Company(leads: 3000, seed: 6).bytes))
    }

    @Test("the bytes are those that they always were") func fixed() throws {
        let company = try Company(leads: 1000, seed: 1)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for name in ["leads", "deals", "stages", "costs"] {
            for byte in company.bytes[name] ?? [] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        #expect(hash == 8_355_721_148_093_490_818)
    }

    @Test("there are as many rows as one would expect") func counts() throws {
        let company = try Company(leads: 20_000, seed: 1)
        #expect(company["leads"].count == 20_000)
        #expect((3600...4600).contains(company["deals"].count), "\(company["deals"].count)")
        #expect((43_000...48_000).contains(company["stages"].count), "\(company["stages"].count)")
        #expect(company["costs"].count > 1000)
        let missing = company["leads"].count { $0[2].isEmpty }
        #expect((250...550).contains(missing), "\(missing)")
        #expect(Set(company["leads"].map { $0[2] }).count == 9)
        #expect(Set(company["leads"].map { $0[3] }).count == 41)
        #expect(Set(company["leads"].map { $0[7] }).count > 450)
        let states = Dictionary(grouping: company["deals"]) { $0[4] }.mapValues(\.count)
        #expect(Set(states.keys) == ["won", "lost", "open"])
        let customers = company["deals"].map { $0[6] }
        #expect(Set(customers).count < customers.count * 95 / 100)
    }

    @Test("every deal and every stage has its lead; leads come in order of time") func referential() throws {
        let company = try Company(leads: 5000, seed: 2)
        let ids = company["leads"].map { $0[0] }
        let known = Set(ids)
        #expect(known.count == 5000)
        #expect(company["deals"].allSatisfy { known.contains($0[1]) })
        #expect(company["stages"].allSatisfy { known.contains($0[0]) })
        #expect(Set(company["deals"].map { $0[0] }).count == company["deals"].count)
        let created = company["leads"].map { $0[1] }
        #expect(created == created.sorted())
        #expect(created.first! >= "2023-01-01" && created.last! <= "2025-12-31 23:59:59")
        #expect(company["deals"].allSatisfy { ($0[3].isEmpty) == ($0[4] == "open") })
        #expect(company["deals"].allSatisfy { $0[3].isEmpty || $0[3] >= $0[2] })
        #expect(company["stages"].allSatisfy { $0[2] <= "2025-12-31 23:59:59" })
    }

    @Test("stages mostly rise in time and in order, but not always") func stages() throws {
        let company = try Company(leads: 20_000, seed: 3)
        let order = ["lead": 0, "mql": 1, "sql": 2, "proposal": 3, "won": 4, "lost": 4]
        var rising = 0
        var falling = 0
        var equal = 0
        for (before, after) in zip(company["stages"], company["stages"].dropFirst()) where before[0] == after[0] {
            if before[2] <= after[2], order[before[1]]! < order[after[1]]! { rising += 1 } else { falling += 1 }
            if before[2] == after[2] { equal += 1 }
        }
        #expect(falling > 0 && falling * 20 < rising, "\(falling) of \(rising)")
        #expect(equal > 100)
    }

    @Test("any number of leads can be written", arguments: [0, 1, 17]) func few(_ count: Int) throws {
        #expect(try Company(leads: count, seed: 9)["leads"].count == count)
    }

    @Test("a folder that can't be made is an error") func unwritable() {
        #expect(throws: SampleCompany.Failure.self) { try SampleCompany.write(leads: 1, seed: 1, to: "/proc/none/x") }
    }
}
