import FunnelADBC
import FunnelModel
import FunnelStore
import FunnelTesting
import Testing

/// `save to` writes all tables or none.
@Suite(.enabled(if: RealDrivers.arePresent, "FUNNEL_PYTHON names no Python with drivers"))
struct SavingToTests {
    static let kinds = EngineSessionTests.kinds.filter { $0 != "spark" }

    private static let table = Table(
        role: .leads, rowCount: 2, columns: [Column(name: "id", values: .integer(Integers(packing: Buffer([1, 2])).asSequence), validity: nil)], roles: [:])

    /// An engine of its own with leads of three rows, and a table in memory that has two.
    private final class Target {
        let folder = TemporaryFolder()
        let address: String
        let session: Transcript

        init(_ kind: String) throws {
            if kind == "postgres" {
                let name = "s\(UInt32.random(in: 0 ... .max))"
                try RealDrivers.connect(.postgresql, [("uri", RealDrivers.postgres ?? "")]).execute("create schema \(name)")
                address = "\(RealDrivers.postgres ?? "")?options=-csearch_path%3D\(name)"
            } else {
                address = "\(kind):\(folder.path)/crm.\(kind)"
            }
            let lines = "id,created,source\n1,2024-01-02,ads\n2,2024-02-10,web\n"
            TemporaryFolder.write(Array((lines + "3,2024-02-11,web\n").utf8), folder.path + "/three.csv")
            TemporaryFolder.write(Array(lines.utf8), folder.path + "/two.csv")
            TemporaryFolder.write(Array("id,lead,created,amount,status\n1,1,2024-01-03,10.50,won\n".utf8), folder.path + "/deals.csv")
            session = EngineSessionTests.transcript(folder.path)
            let said = session.run("load leads from \"three.csv\"\nsave to \"\(address)\"\nload leads from \"two.csv\"\nload deals from \"deals.csv\"")
            #expect(session.status == 0, "\(said)")
        }

        /// Runs SQL beside the session.
        func execute(_ sql: String) throws {
            let engine = try EngineAddress(address, resolve: { $0 }, environment: { _ in nil })
            let option = (engine.kind == .duckdb ? "path" : "uri", engine.file ?? address)
            try RealDrivers.connect(engine.kind, [option]).execute(sql)
        }

        func engine(_ access: EngineAccess) throws -> RemoteEngine {
            try RemoteEngine.open(try EngineAddress(address, resolve: { $0 }, environment: { _ in nil }), RealDrivers.search, access: access, secret: nil)
        }

        /// The rows of leads that the engine has.
        func leads() throws -> Double? { try engine(.reading).rows("select count(*) from leads").first?.first?.double }
    }

    @Test("a table that can't be replaced leaves those before it as they were", arguments: kinds)
    func whole(kind: String) throws {
        let target = try Target(kind)
        try target.execute("create view deals as select 1 as a")
        let said = target.session.run("save to \"\(target.address)\" replace")
        #expect(target.session.status == 3 && said.contains("says"), "\(said)")
        #expect(try target.leads() == 3)
        try target.execute("drop view deals")
        let again = target.session.run("save to \"\(target.address)\" replace")
        #expect(target.session.status == 0, "\(again)")
        #expect(try target.leads() == 2)
    }

    @Test("what is stopped between two tables leaves both as they were", arguments: kinds)
    func stopped(kind: String) throws {
        let target = try Target(kind)
        let table = Self.table
        do {
            let engine = try target.engine(.writing)
            let transaction = try engine.begin()
            #expect(transaction.isWhole)
            try engine.write(table, named: "leads", replacing: true, interrupt: nil)
            let interrupt = Interrupt()
            interrupt.raise()
            let error = #expect(throws: ADBCError.self) { try engine.write(table, named: "more", replacing: true, interrupt: interrupt) }
            #expect(error?.reason == .interrupted)
            transaction.undo()
            #expect(!engine.has("more"))
        }
        #expect(try target.leads() == 3)
    }

    @Test("a connection that breaks off before the end has written nothing", arguments: kinds)
    func broken(kind: String) throws {
        let target = try Target(kind)
        let table = Self.table
        do {
            let engine = try target.engine(.writing)
            _ = try engine.begin()
            try engine.write(table, named: "leads", replacing: true, interrupt: nil)
        }
        #expect(try target.leads() == 3)
    }

    @Test("a file that could not be filled is not left behind", arguments: kinds.filter { $0 != "postgres" })
    func noFile(kind: String) throws {
        let target = try Target(kind)
        _ = target.session.run("save \"crm.store\"")
        let stored = target.folder.path + "/crm.store/leads.arrow"
        var bytes = TemporaryFolder.read(stored)
        // In the middle stand the values of the columns.
        for index in bytes.indices where bytes[index] == 0x77 { bytes[index] = 0x78 }
        TemporaryFolder.write(bytes, stored)
        let said = target.session.run("open \"crm.store\"\nsave to \"\(kind):new.\(kind)\"")
        #expect(target.session.status == 3 && said.contains("damaged"), "\(said)")
        #expect(TemporaryFolder.names(target.folder.path).filter { $0.hasPrefix("new") } == [])
    }
}
