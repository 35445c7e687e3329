import FunnelModel
import FunnelStore
import FunnelText
import Glibc
import Synchronization
import Testing

@testable import FunnelIngest

private let header = "id,created,amount\n"

@Suite("bad rows") struct ErrorTests {
    @Test("a bad cell stops the load and is shown in its line") func badCell() {
        for size in [5, 1 << 20] {
            let found = problems {
                _ = try load(
                    header + "1,2021-01-01,5\n2,2021-01-02,\"fi,ve\"\n3,2021-01-03,six\n4,2021-01-32,7\n", chunkSize: size)
            }
            #expect(
                found.map(\.message) == [
                    "`created` holds `2021-01-32`, which is not a date; it is the only such cell, and 2 bad in other columns",
                    "`amount` holds `fi,ve`, which is not a number; there are 2 such cells, and 1 bad in other columns",
                ])
            #expect(found.map(\.marked) == ["2021-01-32", "fi,ve"])
            #expect(found.map { $0.source?.firstLine } == [5, 3])
            #expect(found.map { $0.source?.name } == ["data.csv", "data.csv"])
            #expect(found[1].source?.text == "2,2021-01-02,\"fi,ve\"")
            #expect(found[1].mends.count == 2)
            #expect(found[1].cause == .data)
        }
    }

    @Test("line numbers count lines within quotes") func lines() {
        let found = problems { _ = try load("id,amount,t\r\n1,5,\"a\r\nb\r\nc\"\r\n2,x,y\r\n") }
        #expect(found.first?.source?.firstLine == 5)
        #expect(found.first?.marked == "x")
        let inside = problems { _ = try load("id,t,amount\n1,\"a\nb\",x\n2,t,5\n") }
        #expect(inside.first?.source?.firstLine == 3)
        #expect(inside.first?.source?.text == "b\",x")
        #expect(inside.first?.marked == "x")
    }

    @Test("a long line is cut around the cell") func longLine() {
        let filler = String(repeating: "é", count: 500)
        let found = problems { _ = try load("id,a,amount,b\n1,\(filler),x,\(filler)\n2,,5,\n") }
        #expect(found.first?.marked == "x")
        #expect((found.first?.source?.text.utf8.count ?? 0) < 230)
        #expect(found.first?.source?.text.first == "…" && found.first?.source?.text.last == "…")
    }

    @Test("a row of the wrong length stops the load") func ragged() {
        let found = problems { _ = try load(header + "1,2021-01-01\n2,2021-01-02,5,6\n3,2021-01-03,7\n") }
        #expect(found.map(\.message) == ["a row has 2 fields, the header 3; there are 2 rows of the wrong length"])
        #expect(found[0].marked == "1,2021-01-01")
        #expect(found[0].source?.firstLine == 2)
    }

    @Test("`on error null` keeps such rows, filled up, cut, or with a missing cell") func null() throws {
        let loaded = try load(header + "1,2021-01-01\n2,2021-01-02,5,6\n3,soon,7\n4,2021-01-04,x\n") { $0.onError = .null }
        #expect(loaded.values("created") == ["2021-01-01", "2021-01-02", "∅", "2021-01-04"])
        #expect(loaded.values("amount") == ["∅", "5", "7", "∅"])
        #expect(loaded.report.read == 4 && loaded.report.kept == 4 && loaded.report.refused == 0)
        #expect(loaded.report.notes.contains("1 cell in `created` became missing, the first `soon` on line 4"))
        #expect(
            loaded.report.notes.contains(
                "1 row with too few fields filled up, 1 row with too many fields cut; the first on line 2"))
    }

    @Test("`on error skip` leaves such rows out and writes them down as they stand", arguments: [4, 1 << 20]) func skip(
        _ size: Int
    ) throws {
        let bench = Workbench()
        let text =
            "id,created,\"amo\"\"unt\",t\r\n1,2021-01-01,5,a\r\n2,soon,\"6\",\"b, \"\"c\"\"\nd\"\r\n3,2021-01-03\r\n,,,\r\n\r\n,,,\r\n4,2021-01-04,7,e\r\n5,,x,gone\r\n,,,\r\n"
        bench.write(Array(text.utf8))
        let request = bench.request(.deals) {
            $0.onError = .skip(into: bench.folder + "/rejects.csv")
            $0.mappings = [
                .init(target: "amount", value: .column("amo\"unt"), targetRange: TextRange(0, 0), valueRange: TextRange(0, 0))
            ]
        }
        let (table, report) = try Loader.load(request, interrupt: Interrupt(), chunkSize: size)
        let loaded = Loaded(table: table, report: report)
        #expect(loaded.values("id") == ["1", "4"])
        #expect(loaded.values("t") == ["a", "e"])
        #expect(report.read == 5 && report.kept == 2 && report.refused == 3)
        guard case .text(_, let texts) = try #require(loaded.column("t")).values else { return }
        #expect(texts.texts == ["a", "e"])
        #expect(
            bench.read("rejects.csv")
                == "id,created,\"amo\"\"unt\",t\n2,soon,\"6\",\"b, \"\"c\"\"\nd\"\n3,2021-01-03\n5,,x,gone\n")
    }

    @Test("rows left out say nothing about the types of columns") func skippedTypes() throws {
        let loaded = try load("a,b,c\n1,2,3\nx,y\n4,5,6\n") { $0.onError = .skip(into: nil) }
        #expect(loaded.type("a") == .integer)
        #expect(loaded.report.refused == 1)
    }

    @Test("the rejects file can't be the file that is loaded") func ownInput() {
        let bench = Workbench()
        bench.write(Array("id,amount\n1,x\n2,1\n".utf8))
        let found = problems {
            _ = try Loader.load(
                bench.request(.deals) { $0.onError = .skip(into: bench.folder + "/data.csv") }, interrupt: Interrupt(),
                chunkSize: 99)
        }
        #expect(found.first?.message.contains("it is the file that is being loaded") == true)
        #expect(bench.read("data.csv") == "id,amount\n1,x\n2,1\n")
    }
}

@Suite("doubled ids") struct DuplicateTests {
    private let text =
        "id,created,t\n1,2021-01-01,a\n2,2021-01-02,b\n1,2021-01-03,c\n,2021-01-04,d\n,2021-01-05,e\n1,2021-01-06,f\n"

    @Test("a doubled id stops the load and names the other row") func stop() {
        for text in [text, text.replacing("\n2,", with: "\nx,")] {
            let found = problems { _ = try load(text, as: .leads) }
            #expect(found.map(\.message) == ["`id` holds `1` again: another lead has it on line 2; there are 2 such rows"])
            #expect(found[0].marked == "1" && found[0].source?.firstLine == 4)
        }
    }

    @Test("the first or the last is kept") func keep() throws {
        let first = try load(text, as: .leads) { $0.onDuplicate = .keepFirst }
        #expect(first.values("t") == ["a", "b", "d", "e"])
        #expect(first.report.read == 6 && first.report.refused == 2)
        #expect(first.report.notes.contains("2 rows left out whose `id` was met before"))
        let last = try load(text, as: .leads) { $0.onDuplicate = .keepLast }
        #expect(last.values("t") == ["b", "d", "e", "f"])
    }

    @Test("ids far from each other are compared too") func sparse() throws {
        let rows = (0..<500).map { "\($0 * 1_000_003_000_007),2021-01-01\n" }.joined()
        #expect(try load("id,created\n" + rows, as: .leads).table.rowCount == 500)
        #expect(problems { _ = try load("id,created\n" + rows + "7000021000049,2021-01-01\n", as: .leads) }.count == 1)
    }

    @Test("only ids of leads and deals must differ") func others() throws {
        #expect(try load("lead,stage,entered\n1,a,2021-01-01\n1,a,2021-01-01\n", as: .stages).table.rowCount == 2)
        #expect(try load("lead,amount\n1,2\n1,2\n").table.rowCount == 2)
    }
}

@Suite("around a load") struct LoadTests {
    @Test("an interrupt stops a load") func interrupt() {
        let bench = Workbench()
        bench.write(Array(("n,t\n" + String(repeating: "1,a\n", count: 1000)).utf8))
        let interrupt = Interrupt()
        let found = problems {
            _ = try Loader.load(bench.request(.deals), interrupt: interrupt, chunkSize: 64) { _ in interrupt.raise() }
        }
        #expect(found.first?.cause == .interrupted)
        #expect(
            problems { _ = try Loader.load(bench.request(.deals), interrupt: interrupt) { _ in } }.first?.cause == .interrupted)
    }

    @Test("progress rises to the whole file") func progress() throws {
        let bench = Workbench()
        bench.write(Array(("n,t\n" + String(repeating: "1,a\n", count: 1000)).utf8))
        let seen = Mutex<[LoadProgress]>([])
        _ = try Loader.load(bench.request(.deals) { $0.threads = 3 }, interrupt: Interrupt(), chunkSize: 64) { state in
            seen.withLock { $0.append(state) }
        }
        let states = seen.withLock { $0 }
        #expect(states.last?.rows == 1000)
        #expect(states.last?.bytes == 4004 && states.last?.totalBytes == 4004)
        #expect(zip(states, states.dropFirst()).allSatisfy { $0.bytes <= $1.bytes && $0.rows <= $1.rows })
    }

    @Test("a small file's schema is that of its load") func peek() throws {
        let bench = Workbench()
        bench.write(Array("id,created,Stage,x,y\n1,2021-01-01,Closed Won,1.5,a\n2,bad,Open,2,\n".utf8))
        let request = bench.request(.deals) { $0.onError = .null }
        let schema = try Loader.peek(bench.request(.deals))
        #expect(schema == (try Loader.load(request, interrupt: Interrupt()) { _ in }.table.schema))
        #expect(schema.column(.status)?.name == "Stage")
    }

    @Test("of a large file the schema knows the columns of roles") func peekLarge() throws {
        let bench = Workbench()
        var bytes = Array("id,created,source,x\n".utf8)
        let row = Array("1234567,2021-01-01 10:00:00,ads,1.25\n".utf8)
        while bytes.count < 5 << 20 { bytes += row }
        bench.write(bytes)
        let schema = try Loader.peek(bench.request(.leads))
        #expect(schema.columns.map(\.type) == [.integer, .timestamp, .text, .unknown])
        #expect(schema.roles == [.id: 0, .created: 1, .source: 2])
    }

    @Test("a pipe can be loaded after its schema was asked for") func pipe() throws {
        var ends: [Int32] = [0, 0]
        #expect(Glibc.pipe(&ends) == 0)
        let text = Array("id,created\n1,2021-01-01\n".utf8)
        _ = Glibc.write(ends[1], text, text.count)
        close(ends[1])
        defer { close(ends[0]) }
        let request = LoadRequest(role: .leads, path: "/dev/fd/\(ends[0])", displayName: "pipe")
        #expect(try Loader.peek(request).columns.count == 2)
        #expect(try Loader.load(request, interrupt: Interrupt()) { _ in }.table.rowCount == 1)
    }

    @Test("empty files, odd bytes and cuts at every place never crash") func robustness() {
        let base = Array("\u{FEFF}id,créé,\"a\"\"b\",amount\r\n1,\"x\ny\",ü,5\r2,\"\",\"\"\"\",\"1,5\"\n".utf8)
        for end in 0...base.count {
            _ = problems { _ = try load(bytes: Array(base[..<end])) { $0.onError = .null } }
        }
        var random = Random(state: 11)
        let bytes: [UInt8] = Array("\",\n\r\t;|aé1.5-/:NU\\x ".utf8) + [0, 0xFF, 0xC3]
        for round in 0..<1500 {
            let text = (0..<Int.random(in: 0...60, using: &random)).map { _ in bytes.randomElement(using: &random)! }
            _ = problems {
                _ = try load(bytes: text, chunkSize: Int.random(in: 1...20, using: &random), threads: 1 + round % 3) {
                    $0.onError = .null
                }
            }
            _ = problems { _ = try load(bytes: text, as: .costs) }
        }
    }
}
