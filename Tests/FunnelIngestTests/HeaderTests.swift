import FunnelModel
import FunnelStore
import FunnelText
import Testing

@testable import FunnelIngest

@Suite("what headers mean") struct HeaderTests {
    /// The columns that a header's roles fall on, by their names.
    private func roles(_ table: TableRole, _ header: String) -> [ColumnRole: String] {
        let names = header.split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmingBlanks }
        let found = HeaderRecognition.candidates(table, headers: names, taken: [], filled: [])
        return Dictionary(found.filter { $0.condition == .none }.map { ($0.role, names[$0.column]) }) { first, _ in first }
    }

    @Test("exports of HubSpot are known") func hubSpot() {
        let contacts = roles(
            .leads,
            "Record ID - Contact,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Create Date,Original Source,Became a Marketing Qualified Lead Date"
        )
        #expect(
            contacts == [
                .id: "Record ID - Contact", .owner: "Contact owner", .created: "Create Date", .source: "Original Source",
                .qualified: "Became a Marketing Qualified Lead Date",
            ])
        let deals = roles(
            .deals,
            "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Create Date,Pipeline,Associated Contact IDs,Associated Company,Original Source"
        )
        #expect(
            deals == [
                .id: "Record ID", .closed: "Close Date", .owner: "Deal owner", .amount: "Amount", .created: "Create Date",
                .lead: "Associated Contact IDs", .customer: "Associated Company", .source: "Original Source",
            ])
    }

    @Test("exports of Salesforce are known") func salesforce() {
        let leads = roles(
            .leads, "Lead ID,First Name,Last Name,Company / Account,Lead Source,Lead Status,Lead Owner,Create Date,Converted Date"
        )
        #expect(
            leads == [
                .id: "Lead ID", .source: "Lead Source", .owner: "Lead Owner", .created: "Create Date",
                .qualified: "Converted Date",
            ])
        let deals = roles(
            .deals,
            "Opportunity ID,Opportunity Name,Account Name,Stage,Amount,Close Date,Created Date,Opportunity Owner,Lead Source,Probability (%),Won,Closed"
        )
        #expect(
            deals == [
                .id: "Opportunity ID", .customer: "Account Name", .amount: "Amount", .closed: "Close Date",
                .created: "Created Date",
                .owner: "Opportunity Owner", .source: "Lead Source",
            ])
    }

    @Test("exports of Pipedrive are known") func pipedrive() {
        let leads = roles(.leads, "Lead - ID,Lead - Title,Lead - Owner,Lead - Lead created,Lead - Source channel")
        #expect(
            leads == [
                .id: "Lead - ID", .owner: "Lead - Owner", .created: "Lead - Lead created", .source: "Lead - Source channel",
            ])
        let deals = roles(
            .deals,
            "Deal - ID,Deal - Title,Deal - Value,Deal - Status,Deal - Owner,Deal - Organization,Deal - Deal created,Deal - Won time,Deal - Source channel"
        )
        #expect(
            deals == [
                .id: "Deal - ID", .amount: "Deal - Value", .status: "Deal - Status", .owner: "Deal - Owner",
                .customer: "Deal - Organization", .created: "Deal - Deal created", .closed: "Deal - Won time",
                .source: "Deal - Source channel",
            ])
        #expect(roles(.deals, "Deal - Won time,Deal - Lost time,Deal - Deal closed on")[.closed] == "Deal - Deal closed on")
        #expect(roles(.deals, "won_time,lost_time,close_time")[.closed] == "close_time")
    }

    @Test("exports of Zoho are known") func zoho() {
        let leads = roles(.leads, "Record Id,Lead Owner,Company,First Name,Last Name,Lead Source,Lead Status,Created Time")
        #expect(leads == [.id: "Record Id", .owner: "Lead Owner", .source: "Lead Source", .created: "Created Time"])
        let deals = roles(
            .deals, "Record Id,Deal Owner,Amount,Deal Name,Closing Date,Account Name,Stage,Lead Source,Created Time")
        #expect(
            deals == [
                .id: "Record Id", .owner: "Deal Owner", .amount: "Amount", .closed: "Closing Date", .customer: "Account Name",
                .source: "Lead Source", .created: "Created Time",
            ])
    }

    @Test("Persian headers are known, in either alphabet's letters") func persian() {
        #expect(
            roles(.leads, "شناسه,تاریخ ایجاد,منبع,مسئول") == [
                .id: "شناسه", .created: "تاریخ ایجاد", .source: "منبع", .owner: "مسئول",
            ])
        #expect(
            roles(.deals, "شناسه سرنخ,تاريخ بستن,وضعيت,مبلغ,مشتری,محصول") == [
                .lead: "شناسه سرنخ", .closed: "تاريخ بستن", .status: "وضعيت", .amount: "مبلغ", .customer: "مشتری",
                .product: "محصول",
            ])
        #expect(
            roles(.costs, "تاریخ,هزینه,منبع,کمپین") == [.date: "تاریخ", .amount: "هزینه", .source: "منبع", .campaign: "کمپین"])
        #expect(roles(.stages, "شناسه سرنخ,مرحله,تاریخ ورود") == [.lead: "شناسه سرنخ", .stage: "مرحله", .entered: "تاریخ ورود"])
    }

    @Test("stages and costs are known by their usual names") func others() {
        #expect(roles(.stages, "lead_id,stage,entered_at") == [.lead: "lead_id", .stage: "stage", .entered: "entered_at"])
        #expect(
            roles(.costs, "Day,Campaign,Amount spent (USD),Platform") == [
                .date: "Day", .campaign: "Campaign", .amount: "Amount spent (USD)", .source: "Platform",
            ])
        #expect(roles(.costs, "date,source,campaign,kind,amount").count == 5)
    }

    @Test("headers are compared without case, spaces and underscores") func squeezed() {
        #expect(roles(.leads, "LeadID,createdAt,LEAD_SOURCE") == [.id: "LeadID", .created: "createdAt", .source: "LEAD_SOURCE"])
    }

    @Test("a `Stage` column is the status only where it names closed deals") func stage() throws {
        let closed = try load("Deal Name,Stage,Amount\na,Closed Won,5\nb,Proposal,6\n")
        #expect(closed.role(.status) == "Stage")
        #expect(closed.table.states == [.won, .open])
        let open = try load("Deal Name,Stage,Amount\na,Demo,5\nb,Proposal,6\n")
        #expect(open.role(.status) == nil)
        #expect(open.table.states.isEmpty)
        let both = try load("Stage,Status\nClosed Won,Open\n")
        #expect(both.role(.status) == "Status")
        let won = try load("Won,Amount\n1,5\n0,6\n")
        #expect(won.role(.status) == "Won")
        #expect(won.table.states == [.won, .lost])
    }
}

@Suite("roles and the `with` clause") struct RoleTests {
    private func mapping(_ target: String, _ value: LoadRequest.Mapping.Value) -> LoadRequest.Mapping {
        .init(target: target, value: value, targetRange: TextRange(1, 2), valueRange: TextRange(3, 4))
    }

    @Test("a mapping wins and takes its column") func wins() throws {
        let loaded = try load("id,created,date,source,channel\n1,x,2021-01-02,a,b\n", as: .leads) {
            $0.mappings = [mapping("created", .column("Date")), mapping("SOURCE", .column("channel"))]
        }
        #expect(loaded.role(.created) == "date")
        #expect(loaded.role(.source) == "channel")
        #expect(loaded.report.roles.map(\.recognised) == [true, false, false])
    }

    @Test("another target is a further name of the column") func alias() throws {
        let loaded = try load("id,created,utm_medium\n1,2021-01-02,cpc\n", as: .leads) {
            $0.mappings = [mapping("Channel Kind", .column("utm_medium")), mapping("year", .constant("2021"))]
        }
        #expect(loaded.table.aliases == ["channel_kind": 2, "year": 3])
        #expect(loaded.values("year") == ["2021"])
        #expect(loaded.type("year") == .text)
    }

    @Test("a constant for a role has the role's type") func constants() throws {
        let loaded = try load("lead,closed\n1,2021-01-02\n2,\n") {
            $0.mappings = [
                mapping("status", .constant("won")), mapping("amount", .constant("1,200.50")),
                mapping("created", .constant("2020-12-31")),
                mapping("customer", .constant("7")), mapping("owner", .constant("7")),
            ]
        }
        #expect(loaded.values("status") == ["won", "won"])
        #expect(loaded.table.states == [.won])
        #expect(loaded.values("amount") == ["1200.50", "1200.50"])
        #expect(loaded.values("created") == ["2020-12-31", "2020-12-31"])
        #expect(loaded.type("customer") == .integer)
        #expect(loaded.type("owner") == .text)
        #expect(loaded.report.roles.contains { $0.role == .status && $0.column == "\"won\"" && !$0.recognised })
        #expect(try load("status,x\na,b\n") { $0.mappings = [mapping("status", .constant("open"))] }.role(.status) == "status_2")
    }

    @Test("a constant that is not what the role needs is an error of the script") func badConstant() {
        let found = problems { _ = try load("lead\n1\n") { $0.mappings = [mapping("amount", .constant("much"))] } }
        #expect(found.first?.message == "`much` can't be the `amount` of a row: it is not a number")
        #expect(found.first?.cause == .text)
        #expect(found.first?.range == TextRange(3, 4))
    }

    @Test("one column may serve several roles that agree") func shared() throws {
        let loaded = try load("id,day\n1,2021-01-02\n", as: .leads) {
            $0.mappings = [
                mapping("created", .column("day")), mapping("qualified", .column("day")), mapping("source", .column("id")),
            ]
        }
        #expect(loaded.role(.created) == "day" && loaded.role(.qualified) == "day")
        let found = problems {
            _ = try load("id,day\n1,2021-01-02\n", as: .leads) {
                $0.mappings = [mapping("created", .column("day")), mapping("source", .column("day"))]
            }
        }
        #expect(found.first?.message == "`day` can't be both `created` and `source`: one is a date, the other a text")
    }

    @Test("an unknown column is an error with the nearest headers") func unknown() {
        let found = problems {
            _ = try load("id,created,origin\n", as: .leads) {
                $0.mappings = [
                    mapping("source", .column("orign")), mapping("owner", .column("who")), mapping("source", .column("x")),
                ]
            }
        }
        #expect(
            found.map(\.message) == [
                "`data.csv` has no column `orign`", "`data.csv` has no column `who`", "`source` is given twice",
            ])
        #expect(found[0].mends == ["`origin` may be meant", "its columns are `id`, `created`, `origin`"])
        #expect(found[0].cause == .text && found[0].range == TextRange(3, 4))
    }

    @Test("a needed role that no column plays is an error with the clause to write") func needed() {
        let found = problems { _ = try load("lead id,Signup,note\n1,2021-01-02,x\n", as: .leads) }
        #expect(found.first?.message == "no column of `data.csv` is known to be `created`, which leads need")
        #expect(
            found.first?.mends == ["its columns are `lead id`, `Signup`, `note`", "say which it is: `with created = Signup`"])
        #expect(
            problems { _ = try load("a,b\n", as: .stages) }.first?.message.contains("`lead` and `stage` and `entered`") == true)
    }

    @Test("a column that only looks like a role's stays a plain one") func misfit() throws {
        let loaded = try load("id,amount,closed\n1,cheap,2021-01-02\n2,dear,\n")
        #expect(loaded.role(.amount) == nil)
        #expect(loaded.type("amount") == .text)
        #expect(loaded.report.notes.contains("`amount` is not taken for `amount`: none of its values fit"))
    }
}

@Suite("states of deals") struct StateTests {
    @Test("texts of states are matched by synonyms") func synonyms() throws {
        let texts = [
            "Closed Won", "closedlost", "برنده", "Negotiation/Review", "Id. Decision Makers", "WON", "Dead", "در جریان", "1",
            "false",
        ]
        let loaded = try load("id,status\n" + texts.enumerated().map { "\($0.offset),\($0.element)\n" }.joined())
        #expect(loaded.table.states == [.won, .lost, .won, .open, .open, .won, .lost, .open, .won, .lost])
    }

    @Test("an unknown state is an error that lists the states met") func unknown() {
        let found = problems { _ = try load("id,status\n1,Won\n2,Handed over\n3,Won\n4,Lost it\n") }
        #expect(
            found.first?.message
                == "`status` holds `Handed over`, `Lost it`, of which it is not known whether the deal is won, lost or open")
        #expect(
            found.first?.mends == [
                "the states met are `Won` (2), `Handed over` (1), `Lost it` (1)",
                "say what they mean, such as `states won = \"Handed over\", lost = \"Lost it\"`",
            ])
        #expect(found.first?.cause == .data)
    }

    @Test("a clause adds states and overrides the synonyms") func given() throws {
        let loaded = try load("id,status\n1,Sold out\n2,qualified\n3,open\n") {
            $0.states = [.won: ["sold_out"], .lost: ["Qualified", "gone"]]
        }
        #expect(loaded.table.states == [.won, .lost, .open])
        #expect(loaded.report.notes.contains("no row has the status `gone` (lost)"))
    }

    @Test("a status of yes and no is text") func boolean() throws {
        let loaded = try load("id,status\n1,true\n2,false\n3,\n")
        #expect(loaded.type("status") == .text)
        #expect(loaded.table.states == [.won, .lost])
    }
}
