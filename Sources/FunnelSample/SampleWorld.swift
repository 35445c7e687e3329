import FunnelModel

/// What the sample company is like: where its leads come from, who works there, what it sells.
struct SampleWorld {
    struct Source {
        var name: [UInt8]
        /// How many of a thousand leads go on to the next stage: mql, sql, proposal, won.
        var toMQL: Int
        var toSQL: Int
        var toProposal: Int
        var toWon: Int
        /// How much slower than others its deals are, in percent.
        var pace: Double
        /// What a lead costs, in cents; 0 where nothing is spent by the lead.
        var costPerLead: Int
        var campaigns: [[UInt8]]
    }

    struct Product {
        var name: [UInt8]
        /// The median of its deals, in cents.
        var median: Double
        var deviation: Double
    }

    let sources: [Source]
    let products: [Product]
    let owners: [[UInt8]]
    /// How well each owner closes, in percent of the usual.
    let skill: [Int]
    let countries: [[UInt8]]
    let pages: [[UInt8]]

    let countryChoice = SampleChoice([24, 20, 12, 9, 8, 7, 6, 6, 5, 3])
    let productChoice = SampleChoice([34, 27, 20, 13, 6])
    let ownerChoice: SampleChoice

    static let firstDay = Calendar.day(year: 2023, month: 1, day: 1)
    static let lastDay = Calendar.day(year: 2025, month: 12, day: 31)
    /// The end of what is known: nothing after it is written.
    static let end = (lastDay + 1) * 86_400 - 1

    init() {
        func source(
            _ name: String, _ stages: (Int, Int, Int, Int), pace: Double, cost: Int, campaigns: [String]
        ) -> Source {
            Source(
                name: Array(name.utf8), toMQL: stages.0, toSQL: stages.1, toProposal: stages.2, toWon: stages.3, pace: pace,
                costPerLead: cost, campaigns: campaigns.map { Array($0.utf8) })
        }
        sources = [
            source(
                "ads", (500, 560, 500, 380), pace: 0.7, cost: 4200,
                campaigns: ["brand_search", "generic_search", "competitors", "retargeting", "video"]),
            source("organic_search", (580, 640, 580, 460), pace: 0.9, cost: 600, campaigns: ["", "blog"]),
            source("referral", (720, 760, 660, 590), pace: 0.8, cost: 1500, campaigns: ["", "friends_2023", "friends_2024"]),
            source("email", (540, 580, 520, 430), pace: 0.8, cost: 350, campaigns: ["newsletter", "spring_offer", "win_back"]),
            source("social", (420, 480, 460, 330), pace: 1.0, cost: 2600, campaigns: ["linkedin", "instagram", "telegram"]),
            source("events", (640, 680, 600, 480), pace: 1.4, cost: 9800, campaigns: ["expo", "meetup", "webinar"]),
            source("partners", (680, 720, 640, 520), pace: 1.3, cost: 3000, campaigns: ["resellers", "marketplace"]),
            source("outbound", (380, 520, 520, 350), pace: 1.9, cost: 5400, campaigns: ["cold_mail", "calls"]),
        ]
        products = [
            ("Starter", 48_000.0, 0.5), ("Team", 190_000, 0.6), ("Business", 640_000, 0.7), ("Enterprise", 2_900_000, 0.9),
            ("Academy", 75_000, 0.4),
        ].map { Product(name: Array($0.0.utf8), median: $0.1, deviation: $0.2) }
        owners = Self.ownerNames.map { Array($0.utf8) }
        skill = owners.indices.map { 70 + $0 * 37 % 61 }
        ownerChoice = SampleChoice(owners.indices.map { 40 - $0 / 2 })
        countries = ["DE", "US", "GB", "FR", "NL", "TR", "IR", "BR", "IN", "JP"].map { Array($0.utf8) }
        let topics = ["pricing", "demo", "guide", "compare", "webinar", "blog", "case", "tool", "start", "features"]
        let kinds = ["crm", "sales", "leads", "reports", "email"]
        pages = (0..<500).map { Array("/\(topics[$0 % 10])/\(kinds[$0 / 10 % 5])-\($0 / 50 + 1)".utf8) }
    }

    private static let ownerNames = [
        "Anna Schmidt", "James Carter", "Léa Moreau", "Jürgen Weiß", "Sofia Rossi", "Mehmet Yılmaz", "Sara Ahmadi",
        "Tomás García",
        "Emily Clark", "Lukas Müller", "Chloé Bernard", "Olivia Brown", "Noah Wilson", "Zoë van Dijk", "Bram de Vries",
        "Ayşe Demir", "نگار رضایی", "Priya Sharma", "Arjun Patel", "Yuki Tanaka", "João Silva", "Beatriz Souza", "Hannah Fischer",
        "Jonas Wagner", "Grace Hughes", "Liam O’Connor", "Ingrid Sørensen", "Björn Åkesson", "Marta Nowak", "Paweł Wójcik",
        "آرش کریمی", "Elena Popescu", "Daniel Kim", "Nora Keller", "Félix Dubois", "Ivana Horvat", "Mark Evans",
        "Lucía Fernández",
        "Omar Haddad", "Rachel Green",
    ]

    // MARK: - Time

    private static let months = [88, 94, 108, 104, 101, 95, 82, 78, 106, 114, 117, 96]
    private static let weekdays = [116, 121, 118, 112, 98, 42, 36]

    /// How many leads a day brings, as a weight: growth, season, weekday, and a dip in the spring of 2024.
    static func weight(_ day: Int) -> Int {
        let date = Calendar.civil(day)
        let growth = 1000 + 1300 * (day - firstDay) / (lastDay - firstDay)
        let dip = date.year == 2024 && (4...5).contains(date.month) ? 62 : 100
        return growth * months[date.month - 1] / 100 * weekdays[Calendar.weekday(day) - 1] / 100 * dip / 100
    }

    /// The mix of sources of a year: ads grow, outbound shrinks.
    static func sourceChoice(_ year: Int) -> SampleChoice {
        switch year {
        case 2023: SampleChoice([22, 24, 9, 11, 13, 5, 6, 10])
        case 2024: SampleChoice([26, 22, 10, 11, 14, 5, 6, 6])
        default: SampleChoice([31, 20, 10, 10, 15, 4, 6, 4])
        }
    }
}
