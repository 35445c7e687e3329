import FunnelADBC
import FunnelStore
import FunnelTesting
import Glibc
import Testing

/// Files that engines are: who may read and write them while funnel does.
@Suite(.enabled(if: RealDrivers.arePresent, "FUNNEL_PYTHON names no Python with drivers"))
struct EngineFileTests {
    /// A folder with leads and deals as files, and a session in it.
    private final class Place {
        let folder = TemporaryFolder()
        let session: Transcript

        init() {
            TemporaryFolder.write(Array("id,created,source\n1,2024-01-02,ads\n2,2024-02-10,web\n3,2024-02-11,web\n".utf8), folder.path + "/leads.csv")
            TemporaryFolder.write(Array("id,lead,created,amount,status\n1,1,2024-01-03,10.50,won\n".utf8), folder.path + "/deals.csv")
            session = EngineSessionTests.transcript(folder.path)
        }

        /// Runs a text that must go well.
        func run(_ text: String) -> String {
            let said = session.run(text)
            #expect(session.status == 0, "\(text): \(said)")
            return said
        }

        /// Whether another process can do this with the file, in Python, as `c`.
        func another(_ opening: String, _ body: String = "") -> Bool {
            Command.status("cd '\(folder.path)' && '\(RealDrivers.python ?? "")' -c \"import duckdb, sqlite3; c = \(opening); \(body)\"") == 0
        }
    }

    private static func reading(_ kind: String) -> String {
        kind == "duckdb" ? "duckdb.connect('crm.duckdb', read_only = True)" : "sqlite3.connect('crm.sqlite')"
    }

    @Test("a file that is read is read by others too, and stays as it is", arguments: ["duckdb", "sqlite"])
    func reading(kind: String) throws {
        let place = Place()
        _ = place.run("load leads from \"leads.csv\"\nsave to \"\(kind):crm.\(kind)\"")
        let path = place.folder.path + "/crm.\(kind)"
        let before = TemporaryFolder.read(path)
        _ = place.run("connect \"\(kind):crm.\(kind)\"\nload leads from table leads")
        #expect(place.run("leads as csv") == "leads\n3")
        #expect(place.another(Self.reading(kind), "assert c.execute('select count(*) from leads').fetchall() == [(3,)]"))
        // DuckDB lets readers together, and no writer to them.
        if kind == "duckdb" { #expect(!place.another("duckdb.connect('crm.duckdb')")) }
        _ = place.run("connect \"\(kind):./crm.\(kind)\"\nload costs from table leads with date = created, amount = id")
        #expect(place.run("leads, cost as csv") == "leads,cost\n3,6")
        if kind == "duckdb" { #expect(!place.another("duckdb.connect('crm.duckdb')"), "the lock of a file was lost when it was connected again") }
        #expect(TemporaryFolder.read(path) == before)
        #expect(TemporaryFolder.names(place.folder.path) == ["crm.\(kind)", "deals.csv", "leads.csv"])
    }

    @Test("what another program reads is read, and not written into until it is free")
    func others() throws {
        let place = Place()
        _ = place.run("load leads from \"leads.csv\"\nsave to \"duckdb:crm.duckdb\"")
        let waiting = "import duckdb, os, time; c = duckdb.connect('crm.duckdb', read_only = True); print('open', flush = True)"
        let reader = try #require(Self.held(waiting, in: place.folder.path))
        let other = EngineSessionTests.transcript(place.folder.path)
        let said = other.run("connect \"duckdb:crm.duckdb\"\nload leads from table leads\nleads as csv")
        #expect(other.status == 0 && said.hasSuffix("leads\n3"), "\(said)")
        let refused = place.session.run("save to \"duckdb:crm.duckdb\" replace")
        #expect(place.session.status == 3 && refused.contains("Could not set lock on file") && refused.contains("close it there"), "\(refused)")
        TemporaryFolder.write([], place.folder.path + "/done")
        #expect(pclose(reader) == 0)
        // The first session of this process still reads it; another process would be held off by that.
        _ = place.run("save to \"duckdb:crm.duckdb\" replace")
    }

    @Test("tables of a file go on in their place after it was written", arguments: ["duckdb", "sqlite"])
    func writing(kind: String) throws {
        let place = Place()
        _ = place.run("load leads from \"leads.csv\"\nsave to \"\(kind):crm.\(kind)\"")
        // The rehearsal looks at the table, the run writes beside it, and asks it again.
        let script = """
            set timezone "+02:00"
            connect "\(kind):crm.\(kind)"
            load leads from table leads
            load deals from "deals.csv"
            save to "\(kind):\(place.folder.path)/crm.\(kind)"
            load deals from table deals
            won, leads by source as csv
            """
        #expect(place.run(script).hasSuffix("source,won,leads\nads,1,1\nweb,0,2"))
        if kind == "duckdb" {
            #expect(place.another(Self.reading(kind)))
            #expect(!place.another("duckdb.connect('crm.duckdb')"))
        }
    }

    @Test("a file that is not there is made by no reader", arguments: ["duckdb", "sqlite"])
    func missing(kind: String) throws {
        let place = Place()
        let said = place.session.run("connect \"\(kind):new.\(kind)\"")
        #expect(place.session.status == 3 && said.contains("there is no such file") && said.contains("makes it"), "\(said)")
        #expect(TemporaryFolder.names(place.folder.path) == ["deals.csv", "leads.csv"])
    }

    @Test("what is no database says so when it is connected", arguments: ["duckdb", "sqlite"])
    func noDatabase(kind: String) throws {
        let place = Place()
        TemporaryFolder.write(Array("no database".utf8), place.folder.path + "/text")
        let said = place.session.run("connect \"\(kind):text\"")
        #expect(place.session.status == 3 && said.contains("can't connect to") && said.contains("not a"), "\(said)")
    }

    @Test("a file of rows is asked where it is, by DuckDB")
    func rows() throws {
        let place = Place()
        _ = place.run("connect \"duckdb:leads.csv\"\nload leads from table file")
        #expect(place.run("leads by source as csv") == "source,leads\nweb,2\nads,1")
        #expect(TemporaryFolder.names(place.folder.path) == ["deals.csv", "leads.csv"])
    }

    @Test("what no file would keep is not written", arguments: ["duckdb:leads.csv", "duckdb:", "sqlite::memory:"])
    func keptNowhere(address: String) {
        let place = Place()
        let before = TemporaryFolder.read(place.folder.path + "/leads.csv")
        let said = place.session.run("load leads from \"leads.csv\"\nsave to \"\(address)\" replace")
        #expect(place.session.status == 3 && said.contains("would be gone at once"), "\(said)")
        #expect(TemporaryFolder.read(place.folder.path + "/leads.csv") == before)
    }

    @Test("a file that another program writes is not read before that is done")
    func writers() throws {
        let place = Place()
        _ = place.run("load leads from \"leads.csv\"\nsave to \"duckdb:crm.duckdb\"")
        let waiting = "import duckdb, os, time; c = duckdb.connect('crm.duckdb'); print('open', flush = True)"
        let writer = try #require(Self.held(waiting, in: place.folder.path))
        let said = place.session.run("connect \"duckdb:crm.duckdb\"")
        #expect(place.session.status == 3 && said.contains("another program is writing into the file"), "\(said)")
        TemporaryFolder.write([], place.folder.path + "/done")
        #expect(pclose(writer) == 0)
        _ = place.run("connect \"duckdb:crm.duckdb\"")
    }

    /// A process that has done something in Python, says so, and stays until there is a file `done`.
    private static func held(_ body: String, in folder: String) -> UnsafeMutablePointer<FILE>? {
        let script = "\(body)\nwhile not os.path.exists('done'): time.sleep(0.02)"
        guard let process = popen("cd '\(folder)' && exec '\(RealDrivers.python ?? "")' -c \"\(script)\"", "r") else { return nil }
        var letters = [UInt8](repeating: 0, count: 5)
        return fread(&letters, 1, 5, process) == 5 ? process : nil
    }

    @Test("a file of SQLite whose writer was cut short says how it is mended")
    func hotJournal() throws {
        let place = Place()
        let fill = "c.execute('create table leads as select 1 as id'); c.commit(); c.execute('pragma cache_size = 1'); c.execute('create table more (a)'); "
        let cut = "c.executemany('insert into more values (?)', [('x' * 1000,) for _ in range(2000)]); c.execute('update leads set id = 2'); os._exit(0)"
        #expect(place.another("sqlite3.connect('crm.sqlite')", "import os; " + fill + cut))
        let said = place.session.run("connect \"sqlite:crm.sqlite\"")
        #expect(place.session.status == 3 && said.contains("cut short"), "\(said)")
        #expect(place.another("sqlite3.connect('crm.sqlite')", "assert c.execute('select * from leads').fetchall() == [(1,)]"))
        #expect(place.run("connect \"sqlite:crm.sqlite\"") == "connected sqlite:crm.sqlite")
    }
}
