import FunnelArrow
import FunnelIngest
import FunnelModel
import FunnelStore
import FunnelText
import Glibc
import FunnelTesting
import Testing

/// Arrow files become tables.
struct LoadingTests {
    private static func load(
        _ path: String, as role: TableRole = .deals, _ change: (inout LoadRequest) -> Void = { _ in }
    ) throws -> (table: Table, report: LoadReport) {
        var request = LoadRequest(role: role, path: path, displayName: "x.arrow")
        change(&request)
        return try Loader.load(request, interrupt: Interrupt(), progress: { _ in })
    }

    private static func file(_ columns: [Column], in folder: TemporaryFolder) -> String {
        let path = folder.path + "/x.arrow"
        TemporaryFolder.write(ArrowTable.bytes(columns, rowCount: columns[0].count), path)
        return path
    }

    private static func integers(_ values: [Int64]) -> Column.Values { .integer(Integers(packing: Buffer(values))) }

    private static func texts(_ values: [String]) -> Column.Values {
        .text(Codes(packing: Buffer((0..<UInt32(values.count)).map { $0 }), size: values.count), TextDictionary(values))
    }

    // MARK: - Files of other tools

    @Test("files that pyarrow and Polars wrote are loaded with their values", .enabled(if: Tools.arePresent, "FUNNEL_PYTHON names no Python with pyarrow"))
    func others() throws {
        var expected: [String: [String: String]] = [:]
        for line in try Tools.written.get() { expected[line[0], default: [:]][line[1]] = line[2] }
        #expect(expected.count >= 9)
        for (name, columns) in expected {
            let (table, report) = try Self.load("\(Tools.folder)/\(name)") { $0.onError = .null }
            #expect(report.read == table.rowCount && report.refused == 0)
            #expect(table.columns.count == columns.count, "\(name)")
            for column in table.columns {
                let wanted = try #require(columns[column.name])
                let got = (0..<table.rowCount).map { Tools.text(column.value($0)) }.joined(separator: "|")
                #expect(got == Self.adapted(wanted, column), "\(name): \(column.name)")
            }
        }
    }

    /// What stands in a file, as funnel has it: a time of day is text, an empty text is missing, a binary number is a decimal.
    private static func adapted(_ wanted: String, _ column: Column) -> String {
        wanted.split(separator: "|", omittingEmptySubsequences: false).map(String.init).map { value in
            if value == "-" || value.isEmpty { return wanted.isEmpty ? "" : "-" }
            switch column.type {
            case .text where column.name.hasPrefix("time"):
                guard let microseconds = Int64(value) else { return value }
                return Calendar.text(timeOfDay: microseconds)
            case .decimal(let scale) where ["half", "float", "double", "ratio"].contains(column.name):
                // The number 1e300 has no place; it is missing here.
                guard let number = Double(value), number.magnitude < 1e18 else { return "-" }
                return Exact(Int128((number * Double(Exact.power(scale))).rounded()), scale: scale).text
            default: return value
            }
        }.joined(separator: "|")
    }

    // MARK: - Roles

    @Test("a text that plays the role of a date or a number is read as a cell of a text file is")
    func cells() throws {
        let folder = TemporaryFolder()
        let path = Self.file(
            [
                Column(name: "ID", values: Self.texts(["007", "8", "9"]), validity: nil),
                Column(name: "Create Date", values: Self.texts(["25/02/2024", "01/03/2024", "2024-03-02 10:30"]), validity: nil),
                Column(name: "Amount", values: Self.texts(["1,200.50", "n/a", "$3"]), validity: nil),
            ], in: folder)
        let (table, report) = try Self.load(path)
        #expect(table.column(.id)?.value(0) == .text("007"))
        #expect(
            (0..<3).map { table.column(.created)?.value($0) }
                == [19_778, 19_783, 19_784].enumerated().map { index, day in
                    .timestamp(day: day, microseconds: index == 2 ? 37_800_000_000 : 0)
                })
        #expect((0..<3).map { table.column(.amount)?.value($0) } == [.exact(Exact(120_050, scale: 2)), .missing, .exact(Exact(300, scale: 2))])
        #expect(report.notes.contains("1 cell `n/a` in `Amount` read as missing"))
        #expect(report.roles.map(\.role) == [.id, .created, .amount])
    }

    @Test("dates whose order no value tells stop the load, and a pattern tells it")
    func ambiguous() throws {
        let folder = TemporaryFolder()
        let path = Self.file([Column(name: "closed", values: Self.texts(["01/02/2024", "03/04/2024"]), validity: nil)], in: folder)
        let error = #expect(throws: Diagnostic.self) { try Self.load(path) }
        #expect(error?.message == "no value of `closed` tells day from month: `01/02/2024` may be either")
        let (table, _) = try Self.load(path) { $0.dates = "dd/MM/yyyy" }
        #expect(table.column(.closed)?.value(0) == .date(19_754))
    }

    @Test("the last of many values may tell the order of day and month, and that an id is no number")
    func late() throws {
        let folder = TemporaryFolder()
        let rows = 70_000
        func column(_ name: String, _ common: String, _ last: String) -> Column {
            let codes = Buffer<UInt32>((0..<rows).map { $0 == rows - 1 ? 1 : 0 })
            return Column(name: name, values: .text(Codes(packing: codes, size: 2), TextDictionary([common, last])), validity: nil)
        }
        let path = Self.file([column("closed", "01/02/2024", "25/12/2024"), column("amount", "1.5", "1.234,5"), column("qty", "1", "x")], in: folder)
        let schema = try Loader.peek(LoadRequest(role: .deals, path: path, displayName: "x.arrow"))
        #expect(schema.columns.map(\.type) == [.date, .decimal(scale: 1), .text])
        let (table, report) = try Self.load(path) { $0.onError = .null }
        #expect(table.column(.closed)?.value(0) == .date(19_754) && table.column(.closed)?.value(rows - 1) == .date(20_082))
        #expect(report.notes.contains("`closed` is read day first"))
        #expect(table.column(.amount)?.missing == 1)
    }

    @Test("numbers play the roles of ids and texts as they are written")
    func numbers() throws {
        let folder = TemporaryFolder()
        let path = Self.file(
            [
                Column(name: "id", values: .decimal(Integers(packing: Buffer([100, 200] as [Int64])), scale: 2), validity: nil),
                Column(name: "product", values: Self.integers([4711, 4712]), validity: nil),
            ], in: folder)
        let (table, _) = try Self.load(path)
        #expect(table.column(.product)?.value(1) == .text("4712"))
        #expect(table.column(.id)?.value(1) == .text("2.00"))
    }

    @Test("rows that are read are those that are kept and those that are refused")
    func refused() throws {
        let folder = TemporaryFolder()
        let path = Self.file(
            [
                Column(name: "id", values: Self.integers([1, 2, 2, 3, 4]), validity: nil),
                Column(name: "amount", values: Self.texts(["1", "x", "3", "4", "y,\"z\""]), validity: nil),
            ], in: folder)
        let stopped = #expect(throws: Diagnostic.self) { try Self.load(path) { $0.onDuplicate = .keepFirst } }
        #expect(stopped?.message == "row 2 of `x.arrow`: `amount` holds `x`, which is not a number; there are 2 such values")
        let doubled = #expect(throws: Diagnostic.self) { try Self.load(path) { $0.onError = .null } }
        #expect(doubled?.message == "row 3 of `x.arrow`: `id` holds `2` again: another deal has it in row 2; it is the only such row")
        let (table, report) = try Self.load(path) {
            $0.onError = .skip(into: folder.path + "/rejects.csv")
            $0.onDuplicate = .keepFirst
        }
        #expect(report.read == 5 && report.kept == 3 && report.refused == 2)
        #expect((0..<3).map { table.column(.id)?.value($0) } == [1, 2, 3].map { .exact(Exact($0)) })
        #expect(TemporaryFolder.read(folder.path + "/rejects.csv") == Array("id,amount\n2,x\n4,\"y,\"\"z\"\"\"\n".utf8))
        let own = #expect(throws: Diagnostic.self) { try Self.load(path) { $0.onError = .skip(into: path) } }
        #expect(own?.message.contains("it is the file that is being loaded") == true)
    }

    @Test("many pieces and batches are the same at any number of threads", arguments: [1, 4])
    func threads(count: Int) throws {
        let folder = TemporaryFolder()
        let rows = 150_000
        let names = (0..<1000).map { "name \($0 * 37 % 1000)" }
        let codes = Buffer<UInt32>((0..<rows).map { UInt32($0 * 7 % 1000) })
        let path = Self.file(
            [
                Column(name: "id", values: Self.integers((0..<Int64(rows)).map { $0 * 3 }), validity: nil),
                Column(name: "owner", values: .text(Codes(packing: codes, size: 1000), TextDictionary(names)), validity: nil),
            ], in: folder)
        let (table, _) = try Self.load(path) { $0.threads = count }
        #expect(table.rowCount == rows)
        for row in stride(from: 0, to: rows, by: 97) {
            #expect(table.column(.id)?.value(row) == .exact(Exact(row * 3)))
            #expect(table.column(.owner)?.value(row) == .text(names[row * 7 % 1000]))
        }
        #expect(try Loader.peek({ LoadRequest(role: .deals, path: path, displayName: "") }()) == table.schema)
    }

    @Test("a load is stopped by the interrupt")
    func interrupted() throws {
        let folder = TemporaryFolder()
        let path = Self.file([Column(name: "id", values: Self.integers([1]), validity: nil)], in: folder)
        let interrupt = Interrupt()
        interrupt.raise()
        let request = LoadRequest(role: .deals, path: path, displayName: "x.arrow")
        let error = #expect(throws: Diagnostic.self) { _ = try Loader.load(request, interrupt: interrupt, progress: { _ in }) }
        #expect(error?.cause == .interrupted)
    }
}
