import FunnelModel
import FunnelStore
import Glibc
import Testing

@testable import FunnelIngest

/// Where the Olist data lies, if it does.
private let olist: String? = {
    let folder: String
    if let given = getenv("FUNNEL_OLIST") {
        folder = String(cString: given)
    } else {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        folder = "/\(root)/../shared/data/olist"
    }
    return access(folder + "/leads.csv", R_OK) == 0 ? folder : nil
}()

@Suite("the marketing funnel of Olist", .enabled(if: olist != nil, "the Olist data is not here"))
struct OlistTests {
    private func load(_ role: TableRole, _ name: String, chunkSize: Int = 1 << 20, threads: Int = 2) throws -> Loaded {
        var request = LoadRequest(role: role, path: olist! + "/" + name, displayName: name)
        request.threads = threads
        let (table, report) = try Loader.load(request, interrupt: Interrupt(), chunkSize: chunkSize)
        return Loaded(table: table, report: report)
    }

    @Test("leads are loaded with their roles and types") func leads() throws {
        let leads = try load(.leads, "leads.csv")
        #expect(leads.table.rowCount == 8000)
        #expect(leads.report.read == 8000 && leads.report.kept == 8000)
        #expect(leads.role(.id) == "mql_id")
        #expect(leads.role(.created) == "first_contact_date")
        #expect(leads.role(.source) == "origin")
        #expect(leads.type("first_contact_date") == .date)
        #expect(leads.column("origin")?.missing == 60)
        #expect(leads.values("origin").count { $0 == "unknown" } == 1099)
        #expect(leads.values("first_contact_date")[0] == "2018-02-01")
    }

    @Test("deals are loaded with their roles and types") func deals() throws {
        let deals = try load(.deals, "deals.csv")
        #expect(deals.table.rowCount == 842)
        #expect(deals.role(.lead) == "mql_id")
        #expect(deals.role(.closed) == "won_date")
        #expect(deals.role(.amount) == "declared_monthly_revenue")
        #expect(deals.type("won_date") == .timestamp)
        #expect(deals.type("declared_monthly_revenue") == .decimal(scale: 1))
        #expect(deals.type("declared_product_catalog_size") == .decimal(scale: 1))
        #expect(deals.type("average_stock") == .text)
        #expect(deals.type("has_company") == .yesNo)
        #expect(deals.column("has_company")?.missing == 779)
        #expect(deals.values("lead_behaviour_profile").count { $0 == "cat, wolf" } > 0)
        let revenue = try #require(deals.column("declared_monthly_revenue"))
        #expect((0..<842).reduce(0.0) { $0 + (revenue.value($1).double ?? 0) } == 61_784_006)
    }

    @Test("pieces and threads make no difference") func pieces() throws {
        let whole = try load(.deals, "deals.csv", threads: 1)
        for size in [97, 1000, 4096] {
            let cut = try load(.deals, "deals.csv", chunkSize: size, threads: 3)
            #expect(fingerprint(cut.table) == fingerprint(whole.table))
        }
    }

    @Test("the schema is known before the load") func peek() throws {
        let schema = try Loader.peek(LoadRequest(role: .deals, path: olist! + "/deals.csv", displayName: "deals.csv"))
        #expect(schema == (try load(.deals, "deals.csv").table.schema))
    }
}
