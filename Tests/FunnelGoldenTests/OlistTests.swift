import FunnelTesting
import Glibc
import Testing

/// Real data: the marketing funnel of a Brazilian marketplace. It is not part of this package; where it is not found
/// (`FUNNEL_OLIST`, or `../shared/data/olist` beside the package) these tests are skipped.
@Suite(.enabled(if: Olist.isThere, "the Olist data is not here"))
struct OlistTests {

    static let load = """
        load leads from "leads.csv" with id = mql_id, created = first_contact_date, source = origin
        load deals from "deals.csv" with lead = mql_id, closed = won_date, amount = declared_monthly_revenue, owner = sr_id,
            customer = seller_id, status = "won"
        set now 2018-12-01
        """

    /// The answer of a query as CSV, without its header.
    private func csv(_ query: String) -> [String] {
        let transcript = Transcript(folder: Olist.folder, format: "csv")
        let loaded = transcript.run(Self.load)
        #expect(transcript.status == 0, "\(loaded)")
        let answer = transcript.run(query)
        #expect(transcript.status == 0, "\(answer)")
        return Array(answer.split(separator: "\n").map(String.init).dropFirst())
    }

    @Test(
        "single numbers",
        arguments: [
            ("leads", "8000"), ("conversion", "0.10525"), ("won", "842"), ("cycle", "14.650729166666666"), ("mean(cycle)", "49.10076909859677"),
            ("p90(cycle)", "162.58876967592593"), ("revenue", "61784006.0"), ("deal_size", "73377.67933491686"), ("new_customers", "842"),
            ("distinct(deals.owner)", "22"), ("median(deals.amount)", "0.0"),
        ])
    func numbers(_ query: String, _ expected: String) throws {
        let answer = try #require(csv(query).first)
        let (got, wanted) = (try #require(Double(answer)), try #require(Double(expected)))
        #expect(abs(got - wanted) <= abs(wanted) * 1e-12, "\(query): \(answer)")
    }

    @Test("conversion by source: the empty source is a group of its own")
    func bySource() {
        let lines = csv("conversion, count(leads where won), leads by source")
        #expect(lines.count == 11)
        #expect(lines.contains { $0.hasPrefix("unknown,0.1628753412192902") && $0.hasSuffix(",179,1099") })
        #expect(lines.contains { $0.hasPrefix("paid_search,0.12295081967213115,195,1586") })
        #expect(lines.contains { $0.hasPrefix("email,0.0304") && $0.hasSuffix(",15,493") })
        #expect(lines.contains { $0.hasPrefix(",0.2333333333333333") && $0.hasSuffix(",14,60") })
        #expect(lines.first?.hasPrefix(",") == true, "ordered by the first measure, descending")
    }

    @Test("months: leads and conversion from 2017-06, wins from 2017-12, each on its own date")
    func byMonth() {
        let conversion = csv("conversion by month")
        #expect(conversion.count == 12)
        #expect(conversion.first?.hasPrefix("2017-06,") == true)
        #expect(csv("leads by month").count == 12)
        let won = csv("won by month")
        #expect(won.first?.hasPrefix("2017-12,") == true && won.last?.hasPrefix("2018-11,") == true)
    }

    @Test("the deal won before its lead's first contact is kept, and remarked on")
    func early() {
        let transcript = Transcript(folder: Olist.folder)
        _ = transcript.run(Self.load)
        #expect(transcript.run("cycle").contains("1 lead was won before its creation"))
    }

    @Test("a source that no lead has is a warning with what exists")
    func unknownSource() {
        let transcript = Transcript(folder: Olist.folder)
        _ = transcript.run(Self.load)
        let answer = transcript.run("conversion where source = \"ads\"")
        #expect(transcript.status == 0)
        #expect(answer.contains("warning: no lead has the source `ads`") && answer.contains("organic_search"))
    }
}

/// Where the data is.
enum Olist {
    static let folder = getenv("FUNNEL_OLIST").map { String(cString: $0) } ?? TextFile.root() + "/../shared/data/olist"
    static let isThere = TextFile.read(folder + "/leads.csv") != nil
}
