import FunnelADBC
import FunnelSample
import FunnelTesting
import Glibc
import Testing

/// A session that connects, binds tables, asks them, copies and writes them.
@Suite(.enabled(if: RealDrivers.arePresent, "FUNNEL_PYTHON names no Python with drivers"))
struct EngineSessionTests {
    static let kinds = ["duckdb", "sqlite"] + (RealDrivers.postgres == nil ? [] : ["postgres"]) + (RealDrivers.spark == nil ? [] : ["spark"])

    private static let queries = [
        "leads, won, conversion, revenue, cac by source", "leads, conversion, revenue by month", "cycle, deal_size by owner having leads > 3",
        "conversion within 90 days by quarter", "revenue, won by month during 2025 vs previous", "conversion by source top 2 with other with total",
        "leads where source = \"ads\" and qualified is not missing by week limit 5", "list leads where won order by id limit 7",
        "list deals where amount > 1000 order by amount desc, id limit 5", "sum(costs.amount), cost by campaign", "funnel lead -> deal -> won by source",
        "funnel", "funnel by source top 2 within 60 days",
        "count(deals where status = \"won\"), sum(deals.amount) by deals.product", "p90(cycle), median(cycle) by source", "leads as of 2025-06-30 by month",
        "share(leads), cumulative(leads) by month limit 6", "list leads id, source lost after mql where source = \"ads\" order by id limit 7",
        "revenue, rolling(revenue, 2 months), change(revenue) by month, quarter of created",
    ]

    /// A company's files and its tables in an engine, under names of their own.
    private final class Company {
        let folder = TemporaryFolder()
        let memory: Transcript
        let address: String

        init(_ kind: String) throws {
            try SampleCompany.write(leads: 400, seed: 7, to: folder.path) { _, _ in }
            memory = EngineSessionTests.transcript(folder.path)
            switch kind {
            case "postgres":
                // A schema for each test, where the search path leads.
                let name = "t\(UInt32.random(in: 0 ... .max))"
                try RealDrivers.connect(.postgresql, [("uri", RealDrivers.postgres ?? "")]).execute("create schema \(name)")
                address = "\(RealDrivers.postgres ?? "")?options=-csearch_path%3D\(name)"
            case "spark": address = RealDrivers.spark ?? ""
            default: address = "\(kind):crm.\(kind)"
            }
            for table in ["leads", "deals", "stages", "costs"] {
                _ = memory.run("load \(table) from \"\(table).csv\"")
                #expect(memory.status == 0)
            }
        }

        /// Writes the tables into the engine; for Spark, which takes none in, as files beside it.
        func save() throws -> String {
            guard address.hasPrefix("spark:") else { return memory.run("save to \"\(address)\"") }
            let files = try RealDrivers.duckdb()
            for table in ["leads", "deals", "stages", "costs"] {
                try files.execute("copy (from read_csv('\(folder.path)/\(table).csv')) to '\(folder.path)/\(table).parquet'")
            }
            return ""
        }

        /// A session of its own that has the tables, bound or copied.
        func session(_ ending: String = "") -> Transcript {
            let transcript = EngineSessionTests.transcript(folder.path)
            _ = transcript.run("connect \"\(address)\"")
            for table in ["leads", "deals", "stages", "costs"] {
                let name = address.hasPrefix("spark:") ? "parquet.`\(folder.path)/\(table).parquet`" : table
                let said = transcript.run("load \(table) from table \(name)\(ending)")
                #expect(transcript.status == 0, "\(said)")
            }
            return transcript
        }
    }

    static func transcript(_ folder: String, isSafe: Bool = false, secret: (@Sendable (String) -> String?)? = nil) -> Transcript {
        let prefix = RealDrivers.python.map { $0.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } }
        return Transcript(
            folder: folder, isSafe: isSafe,
            environment: { name in name == "VIRTUAL_ENV" ? prefix : name == "FUNNEL_TEST_PASSWORD" ? "funnel secret" : nil }, secret: secret)
    }

    @Test("tables that were saved into an engine give, bound and copied, the answers that they give in memory", arguments: kinds)
    func same(kind: String) throws {
        let company = try Company(kind)
        let saved = try company.save()
        #expect(company.memory.status == 0, "\(saved)")
        let bound = company.session()
        let copied = company.session(" into memory")
        for query in Self.queries {
            let expected = company.memory.run(query + " as csv")
            #expect(company.memory.status == 0, "\(query): \(expected)")
            for (place, session) in [("bound", bound), ("copied", copied)] {
                let answer = session.run(query + " as csv")
                #expect(session.status == 0 && Self.isSame(answer, expected), "\(kind), \(place): \(query)\n\(answer)\n--- in memory:\n\(expected)")
            }
        }
        #expect(bound.run("tables").contains(" on \(kind == "postgres" ? "postgresql" : kind):"))
    }

    @Test("a constant is a column of a bound table", arguments: kinds)
    func constants(kind: String) throws {
        let company = try Company(kind)
        _ = try company.save()
        let bound = company.session()
        let clause = "with status = \"won\", channel = \"it's direct\", created = 2024-02-29"
        let said = bound.run("load deals from table \(kind == "spark" ? "parquet.`\(company.folder.path)/deals.parquet`" : "deals") \(clause)")
        #expect(bound.status == 0, "\(said)")
        _ = company.memory.run("load deals from \"deals.csv\" \(clause)")
        for query in ["won, revenue by deals.channel", "conversion by source", "revenue, won by month of deals.created", "revenue as of 2025-06-30"] {
            let expected = company.memory.run(query + " as csv")
            let answer = bound.run(query + " as csv")
            #expect(company.memory.status == 0 && bound.status == 0 && Self.isSame(answer, expected), "\(query)\n\(answer)\n--- in memory:\n\(expected)")
        }
    }

    @Test("time stamps with a zone are told in the zone that is set", .enabled(if: RealDrivers.postgres != nil, "FUNNEL_POSTGRES names no server"))
    func zones() throws {
        let name = "z\(UInt32.random(in: 0 ... .max))"
        try RealDrivers.connect(.postgresql, [("uri", RealDrivers.postgres ?? "")]).execute(
            "create table \(name) as select i as id, timestamptz '2024-01-31 21:00:00+00' + i * interval '1 hour' as created from generate_series(1, 5) t(i)")
        let bound = Self.transcript("/tmp")
        let copied = Self.transcript("/tmp")
        for (session, ending) in [(bound, ""), (copied, " into memory")] {
            for text in ["set timezone \"+03:30\"", "connect \"\(RealDrivers.postgres ?? "")\"", "load leads from table \(name)\(ending)"] {
                let said = session.run(text)
                #expect(session.status == 0, "\(said)")
            }
        }
        for query in ["leads by month as csv", "list leads order by id as csv", "leads where created < 2024-02-01T03:00 as csv"] {
            #expect(bound.run(query) == copied.run(query))
            #expect(bound.status == 0)
        }
        #expect(bound.run("list leads order by id limit 1 as csv") == "id,created\n1,2024-02-01T01:30:00")
        _ = bound.run("set timezone \"+00:00\"")
        #expect(bound.run("leads by month as csv") == "month,leads\n2024-01,2\n2024-02,3")
    }

    /// Cell by cell; binary numbers up to their last digits, which depend on the order of additions.
    private static func isSame(_ a: String, _ b: String) -> Bool {
        func cells(_ text: String) -> [[Substring]] {
            text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        }
        let (x, y) = (cells(a), cells(b))
        return x.count == y.count
            && zip(x, y).allSatisfy { lines in
                lines.0.count == lines.1.count
                    && zip(lines.0, lines.1).allSatisfy { cells in
                        if cells.0 == cells.1 { return true }
                        guard let one = Double(cells.0), let other = Double(cells.1) else { return false }
                        return abs(one - other) <= 1e-12 * max(abs(one), abs(other))
                    }
            }
    }

    @Test("a table that is there is replaced only where the statement says so", arguments: kinds.filter { $0 != "spark" })
    func replace(kind: String) throws {
        let company = try Company(kind)
        _ = try company.save()
        let refused = try company.save()
        #expect(company.memory.status == 3 && refused.contains("has a table `leads` already"), "\(refused)")
        _ = company.memory.run("load leads from \"leads.csv\" where source = \"ads\"")
        let replaced = company.memory.run("save to \"\(company.address)\" replace")
        #expect(company.memory.status == 0, "\(replaced)")
        #expect(company.session().run("leads as csv") == company.memory.run("leads as csv"))
    }

    @Test("a query over two places is an error that says how to bring them together")
    func places() throws {
        let company = try Company("duckdb")
        _ = try company.save()
        let session = company.session()
        _ = session.run("load deals from \"deals.csv\"")
        let error = session.run("conversion by source")
        #expect(session.status != 0)
        #expect(error.contains("leads are leads on duckdb:crm.duckdb, and deals are in memory: a query reads tables of one place"), "\(error)")
        #expect(error.contains("load leads from table leads … into memory"))
        // What reads one table is answered where that is.
        #expect(session.run("leads as csv") == company.memory.run("leads as csv"))
        #expect(session.run("sum(deals.amount) as csv") == company.memory.run("sum(deals.amount) as csv"))
        for query in ["leaks as csv", "transitions by source as csv", "list leads lost after mql as csv"] {
            #expect(Self.isSame(company.session().run(query), company.memory.run(query)), "\(query)")
        }
    }

    @Test("what a bound table can't do is said before the script runs")
    func mistakes() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/crm.duckdb"
        let connection = try RealDrivers.connect(.duckdb, [("path", path)])
        try connection.execute(
            "create table contacts as select i as id, date '2024-01-01' as created, 'x' as source, [1] as tags, 'soon' as qualified from range(3) t(i)")
        let session = Self.transcript(folder.path)
        func script(_ load: String) -> String { session.run("connect \"duckdb:\(path)\"\n\(load)\nleads") }
        #expect(script("load leads from table contact").contains("`contacts` may be meant"))
        #expect(
            script("load leads from table contacts with qualified = qualified").contains(
                "`qualified` is text in its engine, which can't be the `qualified` of a row"))
        for clause in ["where id > 1", "on duplicate keep first", "dates \"dd-MM-yyyy\"", "append", "with qualified = \"yes\""] {
            #expect(script("load leads from table contacts \(clause)").contains("`into memory`"), "\(clause)")
        }
        let bound = script("load leads from table contacts")
        #expect(session.status == 0 && bound.contains("`tags` is left out: it is INTEGER[]"), "\(bound)")
        #expect(script("load leads from table contacts\nleeds").contains("there is no measure `leeds`"))
        #expect(script("load leads from table contacts where id > 0 into memory").contains("loaded 2 of 3 rows from contacts"))
    }

    @Test("a script that makes its database runs; its tables are checked when they are there")
    func made() throws {
        let company = try Company("duckdb")
        let said = company.memory.run("save to \"duckdb:new.duckdb\"\nconnect \"duckdb:new.duckdb\"\nload leads from table leads\nleads as csv")
        #expect(company.memory.status == 0 && said.hasSuffix("leads\n400"), "\(said)")
    }

    @Test("tables of one engine meet, however often it was connected", arguments: kinds.filter { $0 != "spark" })
    func again(kind: String) throws {
        let company = try Company(kind)
        _ = try company.save()
        let session = Self.transcript(company.folder.path)
        let connect = "connect \"\(company.address)\""
        let answer = session.run("\(connect)\nload leads from table leads\n\(connect)\nload deals from table deals\nconversion by source as csv")
        #expect(session.status == 0 && answer.hasSuffix(company.memory.run("conversion by source as csv")), "\(answer)")
    }

    @Test("--safe allows neither connect nor save to")
    func safe() throws {
        let company = try Company("sqlite")
        let session = Self.transcript(company.folder.path, isSafe: true)
        #expect(session.run("connect \"sqlite:crm.sqlite\"").contains("`--safe` does not allow this"))
        #expect(session.run("load leads from \"leads.csv\"\nsave to \"sqlite:crm.sqlite\"").contains("`--safe` does not allow this"))
    }

    @Test("a column whose name holds a control character is asked, or left out with the mend", arguments: kinds.filter { $0 != "spark" })
    func controlCharacters(kind: String) throws {
        let company = try Company(kind)
        let address = try EngineAddress(company.address, resolve: { company.folder.path + "/" + $0 }, environment: { _ in nil })
        let option = (address.kind == .duckdb ? "path" : "uri", address.file ?? company.address)
        let connection = try RealDrivers.connect(address.kind, [option])
        try connection.execute(
            "create table odd (id integer, created date, \"so\nurce\" varchar(9), \"cam\tpaign\" varchar(9), \"e\u{1B}[31mred\" varchar(9), \"r\r\nl\" varchar(9))"
        )
        try connection.execute("insert into odd values (1, '2024-01-02', 'ads', 'x', 'y', 'z'), (2, '2024-01-03', 'web', 'x', 'y', 'z')")
        let session = Self.transcript(company.folder.path)
        let said = session.run("connect \"\(company.address)\"\nload leads from table odd")
        for name in ["so\nurce", "r\r\nl"] { #expect(said.contains("`\(name)` is left out: its name holds a line break"), "\(said)") }
        // Nothing reaches the terminal as it is; what is shown is asked by its name.
        #expect(session.run("leads by `cam\tpaign`, `e\u{1B}[31mred` top 1 with other with total as csv").contains("x,y,2"))
        #expect(!session.run("list leads").contains("\u{1B}"))
        let copied = session.run("load leads from table odd into memory\nleads by `so urce` top 1 with other as csv")
        #expect(session.status == 0 && copied.contains("ads,1"), "\(copied)")
    }
}
