import FunnelModel

/// Writes the sample company's files day by day.
struct SampleWriter {
    private let world = SampleWorld()
    private var random: SampleRandom
    private let leads: SampleOutput
    private let deals: SampleOutput
    private let stages: SampleOutput
    private let costs: SampleOutput
    private var history = SampleHistory()
    private var times: [Int] = []
    private var nextLead = 1_000_001
    private var nextDeal = 500_001
    private var nextCustomer = 70_001
    /// Customers who may come again: the latest ones, in a ring.
    private var customers: [Int] = []
    private var customerAt = 0
    /// The leads of the day by source and campaign.
    private var perCampaign: [[Int]]
    private var choices: (year: Int, source: SampleChoice)

    private static let stageNames = ["lead", "mql", "sql", "proposal", "won", "lost"].map { Array($0.utf8) }
    private static let won = Array("won".utf8)
    private static let lost = Array("lost".utf8)
    private static let open = Array("open".utf8)

    init(_ count: Int, _ seed: UInt64, _ folder: String) throws {
        random = SampleRandom(seed: seed)
        leads = try SampleOutput(folder + "/leads.csv", header: "id,created,source,owner,qualified,country,campaign,landing_page")
        deals = try SampleOutput(folder + "/deals.csv", header: "id,lead,created,closed,status,amount,customer,owner,product")
        stages = try SampleOutput(folder + "/stages.csv", header: "lead,stage,entered")
        costs = try SampleOutput(folder + "/costs.csv", header: "date,source,campaign,kind,amount")
        perCampaign = world.sources.map { [Int](repeating: 0, count: $0.campaigns.count) }
        choices = (2023, SampleWorld.sourceChoice(2023))
    }

    mutating func day(_ day: Int, leads count: Int) throws {
        let year = Calendar.civil(day).year
        if year != choices.year { choices = (year, SampleWorld.sourceChoice(year)) }
        times.removeAll(keepingCapacity: true)
        for _ in 0..<count { times.append(timeOfDay()) }
        times.sort()
        for source in perCampaign.indices {
            for campaign in perCampaign[source].indices { perCampaign[source][campaign] = 0 }
        }
        for time in times { try lead(day * 86_400 + time, year) }
        try spend(day, leads: count)
    }

    mutating func finish() throws {
        for output in [leads, deals, stages, costs] { try output.flush() }
    }

    /// Seconds since midnight: most leads come between eight and eight.
    private mutating func timeOfDay() -> Int {
        if random.perMille(180) { return random.below(86_400) }
        return (8 * 3600 + random.below(6 * 3600) + random.below(6 * 3600))
    }

    private mutating func lead(_ created: Int, _ year: Int) throws {
        let id = nextLead
        nextLead += 1
        let sourceIndex = choices.source.pick(&random)
        let source = world.sources[sourceIndex]
        let campaign = random.below(source.campaigns.count)
        perCampaign[sourceIndex][campaign] += 1
        let owner = world.ownerChoice.pick(&random)
        history.live(created, source, year: year, skill: world.skill[owner], &random)

        let isUnknown = random.perMille(20)
        let page = min(random.below(500), random.below(500))
        leads.number(id)
        leads.comma()
        leads.time(created)
        leads.comma()
        if !isUnknown { leads.text(source.name) }
        leads.comma()
        // Leads that nobody has looked at belong to nobody.
        if history.entries.count > 1 || !random.perMille(60) { leads.text(world.owners[owner]) }
        leads.comma()
        if let qualified = history.qualified { leads.time(qualified) }
        leads.comma()
        leads.text(world.countries[world.countryChoice.pick(&random)])
        leads.comma()
        if !isUnknown { leads.optional(source.campaigns[campaign]) }
        leads.comma()
        leads.text(world.pages[page])
        try leads.endRow()

        for entry in history.entries {
            stages.number(id)
            stages.comma()
            stages.text(Self.stageNames[entry.stage.rawValue])
            stages.comma()
            stages.time(entry.time)
            try stages.endRow()
        }
        if let dealCreated = history.dealCreated { try deal(id, dealCreated, owner) }
    }

    private mutating func deal(_ lead: Int, _ created: Int, _ owner: Int) throws {
        let customer = self.customer()
        let dealOwner = random.perMille(100) ? world.ownerChoice.pick(&random) : owner
        let product = world.productChoice.pick(&random)
        try row(lead, created, history.closed, history.isWon, customer, dealOwner, product)
        // A customer who was won may buy again.
        guard history.isWon, let closed = history.closed, random.perMille(70) else { return }
        let again = closed + (30 + random.below(300)) * 86_400 + random.below(28_800)
        guard again <= SampleWorld.end else { return }
        let decided = again + (3 + random.below(40)) * 86_400
        let isWon = random.perMille(700)
        try row(
            lead, again, decided <= SampleWorld.end ? decided : nil, isWon, customer, dealOwner,
            world.productChoice.pick(&random))
    }

    private mutating func row(
        _ lead: Int, _ created: Int, _ closed: Int?, _ isWon: Bool, _ customer: Int, _ owner: Int, _ product: Int
    ) throws {
        deals.number(nextDeal)
        nextDeal += 1
        deals.comma()
        deals.number(lead)
        deals.comma()
        deals.time(created)
        deals.comma()
        if let closed { deals.time(closed) }
        deals.comma()
        deals.text(closed == nil ? Self.open : isWon ? Self.won : Self.lost)
        deals.comma()
        let product = world.products[product]
        deals.cents(max(100, Int(random.logNormal(median: product.median, deviation: product.deviation))))
        deals.comma()
        deals.number(customer)
        deals.comma()
        deals.text(world.owners[owner])
        deals.comma()
        deals.text(product.name)
        try deals.endRow()
    }

    /// A new customer, or one of those who came before.
    private mutating func customer() -> Int {
        if !customers.isEmpty, random.perMille(120) { return customers[random.below(customers.count)] }
        let customer = nextCustomer
        nextCustomer += 1
        if customers.count < 4096 {
            customers.append(customer)
        } else {
            customers[customerAt] = customer
            customerAt = (customerAt + 1) % 4096
        }
        return customer
    }

    /// The day's costs: for each campaign by its leads, and the salaries of sales on working days.
    private mutating func spend(_ day: Int, leads count: Int) throws {
        for (index, source) in world.sources.enumerated() {
            for (campaign, name) in source.campaigns.enumerated() where perCampaign[index][campaign] > 0 {
                let each = source.costPerLead * (85 + random.below(31)) / 100
                try cost(day, source.name, name, Self.marketing, each * perCampaign[index][campaign] + random.below(100))
            }
        }
        guard Calendar.weekday(day) <= 5, count > 0 else { return }
        try cost(day, [], [], Self.sales, count * 2300 + random.below(10_000))
        try cost(day, world.sources[7].name, [], Self.sales, count * 450 + random.below(5_000))
    }

    private static let marketing = Array("marketing".utf8)
    private static let sales = Array("sales".utf8)

    private func cost(_ day: Int, _ source: [UInt8], _ campaign: [UInt8], _ kind: [UInt8], _ cents: Int) throws {
        costs.date(day)
        costs.comma()
        costs.optional(source)
        costs.comma()
        costs.optional(campaign)
        costs.comma()
        costs.text(kind)
        costs.comma()
        costs.cents(cents)
        try costs.endRow()
    }
}
