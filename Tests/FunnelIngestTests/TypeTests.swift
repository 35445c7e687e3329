import FunnelModel
import FunnelStore
import FunnelText
import Testing

@testable import FunnelIngest

@Suite("types of columns") struct TypeTests {
    @Test(
        "plain columns have the narrowest type that all values fit",
        arguments: [
            (["true", "False", "", "TRUE"], ColumnType.yesNo), (["yes", "no"], .yesNo), (["y", "N", "t", "F"], .yesNo),
            (["1", "0", "1"], .integer), (["1", "-20", "0"], .integer), (["1.5", "2"], .decimal(scale: 1)),
            (["0.0", "100.0"], .decimal(scale: 1)), (["0001", "0002"], .text), (["1", "02"], .text),
            (["+49123", "+49456"], .text),
            (["5-20", "1-5"], .text), (["1-5", "50-200"], .text), (["", ""], .text), (["a", "1"], .text),
            (["2021-04-15", "2021-04-16"], .date), (["2021-04-15 10:00", "2021-04-16"], .timestamp),
            (["2021-04-15 00:00:00"], .timestamp), (["20210415", "20210416"], .integer), (["$1,200", "$15"], .integer),
            (["$1,200.50"], .decimal(scale: 2)), (["5%", "12.5%"], .decimal(scale: 3)), (["1e5"], .text), (["1.5e+06"], .integer),
            (["123456789012345678901"], .text), (["192.168.0.1"], .text), (["1.2.3"], .text), (["14:30"], .text),
            (["030 123 456"], .text), (["NULL", "5"], .integer), (["NULL", "x"], .text),
            (["NaN", "-", "1.25"], .decimal(scale: 2)),
            (["NULL", "NULL"], .text), (["2021-02-30", "2021-02-28"], .text), (["yes", "1"], .text), (["12 345", "67"], .text),
            (["USD 5", "7 EUR"], .integer), (["12 apples"], .text), (["(555)"], .text), (["TOP 10", "ALL 5"], .text),
            (["$5", "($7)"], .integer), (["--", "5"], .text),
        ])
    func inferred(_ values: [String], _ type: ColumnType) throws {
        #expect(try column(values).type("x") == type)
    }

    @Test("a value past the sample decides as well as one in it") func wholeColumn() throws {
        let many = (0..<3000).map { "\($0)" }
        #expect(try column(many + ["x"]).type("x") == .text)
        #expect(try column(many + ["x"]).values("x").last == "x")
        #expect(try column(many + ["0.25"]).type("x") == .decimal(scale: 2))
        #expect(try column(many + ["007"]).type("x") == .text)
        #expect(try column([String](repeating: "", count: 3000) + ["2021-04-15"]).type("x") == .date)
        #expect(try column([String](repeating: "yes", count: 3000) + ["maybe"]).values("x").last == "maybe")
        #expect(try column([String](repeating: "2021-04-15", count: 3000) + ["5"]).type("x") == .text)
        let commas = [String](repeating: "1,234", count: 3000)
        #expect(try column(commas).values("x")[0] == "1234")
        #expect(try column(commas + ["1,5"]).values("x")[0] == "1.234")
        #expect(try column(commas + ["1.5"]).values("x")[0] == "1234.0")
        let dates = [String](repeating: "03/04/2021", count: 3000)
        #expect(try column(dates + ["13/04/2021"]).values("x")[0] == "2021-04-03")
        #expect(try column(dates + ["04/13/2021"]).values("x")[0] == "2021-03-04")
        #expect(try column(dates).type("x") == .text)
        #expect(try column(dates).report.notes.contains { $0.contains("dates \"dd/MM/yyyy\"") })
        #expect(try column(dates + ["04/13/2021", "13/04/2021"]).type("x") == .text)
    }

    @Test("spellings of no value are counted in the report") func spelledMissing() throws {
        let loaded = try column(["NULL", "5", "NULL", "n/a", "7"])
        #expect(loaded.values("x") == ["∅", "5", "∅", "∅", "7"])
        #expect(loaded.report.notes.contains("2 cells `NULL` in `x` read as missing"))
        #expect(loaded.report.notes.contains("1 cell `n/a` in `x` read as missing"))
    }

    @Test("roles that want text keep numbers as they are written") func textRoles() throws {
        let loaded = try load("id,created,source\n1,2021-01-01,007\n2,2021-01-02,8\n", as: .leads)
        #expect(loaded.values("source") == ["007", "8"])
        #expect(loaded.type("source") == .text)
    }

    @Test("ids are whole numbers only where all are written so") func keys() throws {
        let header = "id,created\n"
        #expect(try load(header + "1,2021-01-01\n22,2021-01-02\n", as: .leads).type("id") == .integer)
        #expect(
            try load(header + "-9223372036854775808,2021-01-01\n9223372036854775807,2021-01-01\n", as: .leads).type("id")
                == .integer)
        for odd in ["01", "+1", "1,000", "1.0", "9223372036854775808", "x", "-0"] {
            let loaded = try load(header + "5,2021-01-01\n\"\(odd)\",2021-01-02\n", as: .leads)
            #expect(loaded.type("id") == .text)
            #expect(loaded.values("id") == ["5", odd])
        }
    }

    @Test("qualified is a date or yes/no") func qualified() throws {
        func qualified(_ values: [String]) throws -> Loaded {
            try load(
                "id,created,qualified\n" + values.enumerated().map { "\($0.offset),2021-01-01,\($0.element)\n" }.joined(),
                as: .leads)
        }
        #expect(try qualified(["1", "0"]).type("qualified") == .yesNo)
        #expect(try qualified(["Yes", ""]).type("qualified") == .yesNo)
        #expect(try qualified(["2021-03-04", ""]).type("qualified") == .date)
        let other = try qualified(["hot", "cold"])
        #expect(other.role(.qualified) == nil)
        #expect(other.type("qualified") == .text)
    }

    @Test("a role's column without a value still has its type") func emptyRoles() throws {
        let loaded = try load("id,closed,amount\n1,,\n2,,\n")
        #expect(loaded.type("closed") == .date)
        #expect(loaded.type("amount") == .integer)
        #expect(loaded.type("id") == .integer)
    }

    @Test("a row without a value holds zero", arguments: [8, 1 << 20]) func zeros(_ size: Int) throws {
        let loaded = try load("t,n,d\na,5,2021-01-01\nb,6,2021-01-02\n,x,\nb,,2021-01-03\n,7,\n", chunkSize: size) {
            $0.mappings = [.init(target: "amount", value: .column("n"), targetRange: .init(0, 0), valueRange: .init(0, 0))]
            $0.onError = .null
        }
        guard case .text(let codes, _) = try #require(loaded.column("t")).values,
            case .integer(let numbers) = try #require(loaded.column("n")).values,
            case .date(let days) = try #require(loaded.column("d")).values
        else {
            Issue.record("other types")
            return
        }
        #expect((0..<5).map { codes[$0] } == [0, 1, 0, 1, 0])
        #expect((0..<5).map { numbers[$0] } == [5, 6, 0, 0, 7])
        #expect(days[2] == 0 && days[4] == 0)
    }

    @Test("values are as narrow as they can be") func narrow() throws {
        let loaded = try load("a,b,c\n1,300,x\n-128,-5,y\n127,0,x\n")
        #expect(loaded.column("a")?.byteCount == 3)
        #expect(loaded.column("b")?.byteCount == 6)
        guard case .text(.uint8(let codes), let texts) = try #require(loaded.column("c")).values else {
            Issue.record("not text")
            return
        }
        #expect((0..<3).map { codes[$0] } == [0, 1, 0])
        #expect(texts.texts == ["x", "y"])
    }
}
