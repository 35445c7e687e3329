import FunnelADBC
import FunnelTesting
import Testing

/// Files that the driver of an engine reads.
@Suite(.enabled(if: RealDrivers.arePresent, "FUNNEL_PYTHON names no Python with drivers"))
struct FileReaderTests {
    private static let rows = """
        select i as id, date '2024-01-01' + (i % 300)::int as created, ['ads', 'web', null][1 + i % 3] as source, i * 1.25 as score, i % 2 = 0 as trial,
            case when i % 7 = 0 then null else 'segment ' || (i % 5) end as segment from range(3000) t(i)
        """

    /// A folder with the same rows in files of each kind.
    private static func folder() throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        let duckdb = try RealDrivers.duckdb()
        func copy(_ query: String, _ name: String, _ options: String = "") throws {
            try duckdb.execute("copy (\(query)) to '\(folder.path)/\(name)'\(options)")
        }
        try copy(rows, "leads.csv", " (header)")
        try copy(rows, "leads.parquet")
        try copy(rows + " where i < 1000", "part-1.parquet")
        try copy(rows + " where i >= 1000", "part-2.parquet")
        try copy(rows, "leads.json", " (array)")
        try copy(rows, "leads.ndjson")
        let sqlite = try RealDrivers.connect(.sqlite, [("uri", folder.path + "/crm.db")])
        try sqlite.execute("create table leads (id integer, created date, source text, score real, trial boolean, segment text)")
        for start in stride(from: 0, to: 3000, by: 500) {
            let values = try duckdb.query(rows + " where i >= \(start) and i < \(start + 500)").rows().map { row in
                "(" + row.map { value in RealDrivers.text(value) == "-" ? "null" : literal(RealDrivers.text(value)) }.joined(separator: ", ") + ")"
            }
            try sqlite.execute("insert into leads values \(values.joined(separator: ", "))")
        }
        return folder
    }

    private static func literal(_ text: String) -> String {
        switch text {
        case "yes": "1"
        case "no": "0"
        default: text.hasPrefix("'") || text.allSatisfy { $0.isNumber || $0 == "." } ? text : "'\(text)'"
        }
    }

    private static let queries = [
        "leads by source as csv", "leads by month as csv", "leads, sum(leads.score) by segment as csv",
        "list leads id, created, source, score, segment order by id limit 9 as csv",
    ]

    @Test("each kind of file gives the table that the CSV file gives")
    func kinds() throws {
        let folder = try Self.folder()
        let csv = EngineSessionTests.transcript(folder.path)
        _ = csv.run("load leads from \"leads.csv\"")
        for file in ["leads.parquet", "part-*.parquet", "leads.json", "leads.ndjson", "crm.db"] {
            let session = EngineSessionTests.transcript(folder.path)
            let said = session.run("load leads from \"\(file)\"")
            #expect(said == "loaded 3000 of 3000 rows from \(file)" || said.hasPrefix("loaded 3000 of 3000 rows from \(file)\n"), "\(said)")
            for query in Self.queries { #expect(session.run(query) == csv.run(query), "\(file): \(query)") }
        }
    }

    @Test("a workbook is read, and a sheet of it by its name")
    func workbook() throws {
        let folder = TemporaryFolder()
        let duckdb = try RealDrivers.duckdb()
        let packages = try RealDrivers.search.find(.duckdb).path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
        let extensions = "\(packages)/duckdb_extension_excel/extensions"
        let version = try #require(TemporaryFolder.names(extensions).first)
        try duckdb.execute("load '\(extensions)/\(version)/excel.duckdb_extension'")
        try duckdb.execute("copy (\(Self.rows) where i < 50) to '\(folder.path)/leads.xlsx' with (format xlsx, header true, sheet 'People')")
        let session = EngineSessionTests.transcript(folder.path)
        #expect(session.run("load leads from \"leads.xlsx\"").hasPrefix("loaded 50 of 50 rows"))
        #expect(session.run("load leads from \"leads.xlsx\" table \"People\"").hasPrefix("loaded 50 of 50 rows"))
        // The first cell of a column may be empty: the next one tells what it holds.
        let late = "case when i = 0 then null else"
        try duckdb.execute(
            """
            copy (select i as id, case when i = 40 then null else date '2024-01-01' + i::int end as created, \(late) date '2024-02-01' + i::int end as closed,
                \(late) timestamp '2024-02-01 10:30:15' + to_days(i::int) end as called, \(late) i * 1.5 end as amount, \(late) 's' || i end as status,
                \(late) i % 2 = 0 end as trial, case when i = 2 then 'x' else i::varchar end as mixed from range(50) t(i))
            to '\(folder.path)/late.xlsx' with (format xlsx, header true)
            """)
        #expect(session.run("load leads from \"late.xlsx\"").contains("loaded 50 of 50 rows"))
        let described = session.run("describe leads").split(separator: "\n").map { $0.split { $0 == "│" || $0 == " " }.map(String.init) }
        for (name, type) in [("closed", "date"), ("called", "timestamp"), ("amount", "decimal"), ("status", "text"), ("trial", "yes/no"), ("mixed", "text")] {
            let line = described.first { $0.first == name }
            #expect(line?.contains(type) == true, "\(name): \(line ?? [])")
        }
        #expect(
            session.run("list leads closed, called, amount, trial where id = 3 as csv")
                == "closed,called,amount,trial\n2024-02-04,2024-02-04T10:30:15,4.5,false")
        _ = session.run("load leads from \"leads.xlsx\"")
        #expect(session.run("leads by source as csv") == "source,leads\nads,17\nweb,17\n,16")
        let wrong = session.run("load leads from \"leads.xlsx\" table \"Nobody\"")
        #expect(session.status == 3 && wrong.contains("can't be read"), "\(wrong)")
    }

    @Test("clauses of load hold for such files as for any other")
    func clauses() throws {
        let folder = TemporaryFolder()
        try RealDrivers.duckdb().execute(
            """
            copy (from (values (1, '2024-01-02', 'ads'), (2, 'soon', 'web'), (2, '2024-01-03', 'web'), (3, '2024-01-04', 'ads')) t(id, created, source))
            to '\(folder.path)/leads.parquet'
            """)
        let session = EngineSessionTests.transcript(folder.path)
        #expect(session.run("load leads from \"leads.parquet\"").contains("`created` holds `soon`, which is not a date"))
        let skipped = session.run("load leads from \"leads.parquet\" on error skip into \"rejects.csv\"")
        #expect(skipped.contains("loaded 3 of 4 rows"), "\(skipped)")
        #expect(String(decoding: TemporaryFolder.read(folder.path + "/rejects.csv"), as: UTF8.self) == "id,created,source\n2,soon,web\n")
        #expect(session.run("load leads from \"leads.parquet\" on error null").contains("holds `2` again"))
        #expect(session.run("load leads from \"leads.parquet\" on error null on duplicate keep last").contains("loaded 3 of 4 rows"))
        #expect(session.run("load leads from \"leads.parquet\" with channel = source on error skip where channel = \"ads\"").contains("loaded 2 of 4 rows"))
        // A mistake below is found from the columns alone.
        #expect(session.run("load leads from \"leads.parquet\" on error skip\nleads by sorce").contains("`source` may be meant"))
    }

    @Test("what is wrong with such a file is said")
    func wrong() throws {
        let folder = TemporaryFolder()
        TemporaryFolder.write(Array("PAR1 and nothing more".utf8), folder.path + "/broken.parquet")
        TemporaryFolder.write(Array("{\"id\": 1, \"created\": \"2024-01-02\", \"tags\": [1]}\n".utf8), folder.path + "/nested.ndjson")
        let sqlite = try RealDrivers.connect(.sqlite, [("uri", folder.path + "/two.db")])
        try sqlite.execute("create table a (id integer)")
        try sqlite.execute("create table b (id integer)")
        let session = EngineSessionTests.transcript(folder.path)
        func error(_ text: String) -> String {
            let said = session.run(text)
            #expect(session.status == 3, "\(said)")
            return said
        }
        #expect(error("load leads from \"broken.parquet\"").contains("`broken.parquet` can't be read"))
        #expect(error("load leads from \"none-*.parquet\"").contains("`none-*.parquet` can't be read"))
        #expect(error("load leads from \"nested.ndjson\"").contains("`tags` is a list"))
        #expect(error("load leads from \"two.db\"").contains("say which: `table \"a\"`"))
        #expect(error("load leads from \"two.db\" table \"c\"").contains("can't be read"))
        let bare = Transcript(folder: folder.path)
        #expect(bare.run("load leads from \"broken.parquet\"").contains("install it: `pip install duckdb==1.5.5`"))
    }
}
