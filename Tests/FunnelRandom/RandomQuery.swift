import FunnelModel

/// Queries in the language itself, over the columns that `RandomStore` makes. Some can't be bound over a given store; they
/// are thrown away.
package struct RandomQuery {
    private var random: Seeded

    package init(_ seed: Int) { random = Seeded(seed) }

    package mutating func text() -> String {
        let tables: [TableRole] = random.oneIn(3) ? random.pick([[.leads, .deals], [.leads, .deals, .costs], [.deals, .costs], [.leads, .stages]]) : []
        let single = random.pick([TableRole.leads, .leads, .deals, .deals, .stages, .costs])
        let all = tables.isEmpty ? [single] : tables
        var measures = all.map { measure($0, depth: 2) }
        if random.oneIn(3) { measures.append(random.pick(Self.kpis)) }
        if random.oneIn(4) { measures.append(random.pick(Self.kpis) + random.pick([" * 100", " / 2", " + \(random.pick(Self.kpis))", " - 1"])) }
        if random.oneIn(6) { measures.append("share(count(\(all[0].rawValue)))") }
        var text = measures.joined(separator: ", ")
        let common = all.count == 1 ? nil : all
        if random.oneIn(2) { text += " where " + (common.map { _ in random.pick(Self.commonConditions) } ?? condition(single, depth: 2)) }
        if random.oneIn(4) { text += " during " + random.pick(Self.periods) }
        let keys = keys(common == nil ? single : nil)
        if !keys.isEmpty { text += " by " + keys.joined(separator: ", ") }
        if random.oneIn(6) { text += " within " + random.pick(["30 days", "2 months", "12 hours", "1 quarter", "0 days"]) }
        if !keys.isEmpty {
            if random.oneIn(6) { text += " having " + having(measures[0]) }
            // A grain of a named column can be a key, but no order names it.
            let order = keys.first { !$0.contains(" of ") } ?? measures[0]
            if random.oneIn(5) { text += " order by " + random.pick([measures[0] + " asc", order + " desc", measures[measures.count - 1], order]) }
            if random.oneIn(4) { text += " top \(random.among(1...4))" + random.pick(["", " with other", " by \(measures[measures.count - 1]) with other"]) }
            if random.oneIn(8) { text += " limit \(random.among(1...9))" }
        }
        if random.oneIn(4) { text += " with " + random.pick(["total", "share", "total, share"]) }
        return text
    }

    /// Measures over periods, by one or two keys of time, among others.
    package mutating func overPeriods() -> String {
        let table = random.pick([TableRole.leads, .leads, .deals])
        let (axis, unit) = random.pick([("month", "months"), ("week", "weeks"), ("quarter", "quarters"), ("day", "days"), ("year", "years")])
        var keys = [axis]
        if random.oneIn(2) {
            keys.append(random.pick(table == .leads ? ["month of touched", "weekday", "hour of touched"] : ["month of due", "quarter of created", "weekday"]))
        }
        if random.oneIn(2) { keys.append(random.pick(table == .leads ? ["source", "vip", "score > 3"] : ["product", "source", "units"])) }
        let measures = (0..<random.among(1...3)).map { _ in
            let inner = random.oneIn(3) ? random.pick(Self.kpis) : measure(table, depth: 1)
            return random.pick(["cumulative(\(inner))", "rolling(\(inner), \(random.among(1...4)) \(unit))", "change(\(inner))", "rank(\(inner))"])
        }
        var text = measures.joined(separator: ", ") + " by " + keys.shuffled(using: &random).joined(separator: ", ")
        if random.oneIn(4) { text += " top 2" + random.pick(["", " with other"]) }
        if random.oneIn(4) { text += " with total" }
        return text
    }

    private static let kpis = [
        "leads", "qualified", "qualification_rate", "qualification_time", "lead_share", "revenue_share", "conversion", "period_conversion", "win_rate",
        "cost", "cpl", "new_customers", "cac", "romi", "revenue", "won", "cycle", "mean(cycle)", "p90(cycle)", "deal_cycle", "open_age", "deal_size",
        "pipeline", "lost", "max(deal_cycle)",
    ]

    // MARK: - Measures

    private mutating func measure(_ table: TableRole, depth: Int) -> String {
        if depth > 0, random.oneIn(4) {
            let (a, b) = (measure(table, depth: depth - 1), measure(table, depth: depth - 1))
            return random.pick(["(\(a) + \(b))", "\(a) / \(b)", "(\(a) - \(b)) / \(b)", "\(a) * \(b)", "\(a) * 3", "-(\(a))", "\(a) / 2.5"])
        }
        let filter = random.oneIn(2) ? " where " + condition(table, depth: 1) : ""
        if random.oneIn(3) { return "count(\(table.rawValue)\(filter))" }
        let function = random.pick(["sum", "mean", "median", "p90", "p10", "min", "max", "distinct", "count", "sum", "p33"])
        let column = function == "distinct" || function == "count" ? random.pick(Self.columns[table] ?? []) : number(table)
        return "\(function)(\(column)\(filter))"
    }

    private mutating func having(_ measure: String) -> String {
        random.pick([
            "\(measure) > 2", "\(measure) is not missing", "\(measure) != 1 and \(measure) < 50", "not \(measure) >= 3", "\(measure) between 1 and 30",
            "\(measure) in (0, 1, 2) or \(measure) is missing",
        ])
    }

    private static let columns: [TableRole: [String]] = [
        .leads: ["leads.source", "leads.owner", "leads.vip", "leads.score", "leads.touched", "leads.created", "leads.qualified", "leads.won_at"],
        .deals: ["deals.product", "deals.amount", "deals.renewal", "deals.due", "deals.lead", "deals.customer", "deals.dated"],
        .stages: ["stages.stage", "stages.entered", "stages.lead"], .costs: ["costs.source", "costs.date", "costs.amount"],
    ]

    private mutating func number(_ table: TableRole) -> String {
        switch table {
        case .leads:
            random.pick([
                "leads.score", "leads.budget", "leads.score + 1", "leads.budget * leads.budget", "leads.budget / leads.score", "length(leads.source)",
                "year(leads.created)", "days(leads.created, leads.touched)", "days(leads.created, leads.won_at)", "leads.created", "leads.touched",
                "case when leads.vip then leads.budget else leads.score end", "coalesce(leads.score, leads.budget, 7)", "leads.budget - 1.5", "-leads.budget",
                "case when leads.won then leads.score / 2 when leads.vip then 1 end", "leads.touched - leads.created", "leads.touched - 36 hours",
                "days(leads.created, leads.touched) * 2", "days(leads.created, leads.touched) / 7", "quarter(leads.touched) * 10 + weekday(leads.touched)",
                "days(leads.created, leads.touched) + 3", "coalesce(leads.won_at, leads.touched)", "leads.budget * 0.333333333",
            ])
        case .deals:
            random.pick([
                "deals.amount", "deals.units", "deals.amount * deals.units", "deals.amount / deals.units", "days(deals.created, deals.closed)",
                "leads.budget + deals.amount",
                "coalesce(deals.amount, 0)", "days(leads.created, deals.closed)", "deals.due", "case when deals.won then deals.amount else 0 end",
                "hour(leads.touched) + deals.units", "length(leads.source) * deals.amount", "days(deals.due, leads.touched)", "deals.dated",
            ])
        case .stages: random.pick(["days(leads.created, stages.entered)", "stages.entered", "leads.score + length(stages.stage)"])
        case .costs: random.pick(["costs.amount", "costs.amount / 3", "costs.date", "day(costs.date)", "costs.amount * costs.amount"])
        }
    }

    // MARK: - Conditions

    private static let commonConditions = [
        "source = \"ads\"", "source != \"web\"", "source is missing", "source in (\"mail\", \"zzz\", \"\")", "not source contains \"a\"",
        "source like \"%a_%\"",
    ]

    private mutating func condition(_ table: TableRole, depth: Int) -> String {
        if depth > 0, random.oneIn(3) {
            let (a, b) = (condition(table, depth: depth - 1), condition(table, depth: depth - 1))
            return random.pick(["(\(a) and \(b))", "(\(a) or \(b))", "not (\(a))"])
        }
        switch table {
        case .leads: return random.pick(Self.leadConditions + Self.commonConditions)
        case .deals: return random.oneIn(3) ? "leads." + random.pick(Self.ofLead) : random.pick(Self.dealConditions)
        case .stages:
            return random.pick(["stage = \"demo\"", "entered >= 2024-02", "leads.won", "lead is missing", "entered = 2024-01-15", "leads.source = \"ads\""])
        case .costs:
            return random.pick(["campaign = \"c1\"", "amount > 1000", "date < 2024-01-10", "source = \"events\"", "amount * 2 > 3000.5", "weekday(date) = 3"])
        }
    }

    private static let ofLead = [
        "vip", "won", "open", "lost", "source = \"ads\"", "score > 3", "created < 2024-02", "vip is missing", "won = no", "touched >= 2024-01-15T12:00",
    ]

    private static let leadConditions = [
        "vip", "vip = no", "vip != yes", "won", "lost", "open", "qualified", "qualified is missing", "won_at is missing", "won = vip", "score > 3",
        "score between -2 and 10", "score not between 0 and 5", "score != 7", "score in (1, 2, 3)", "score not in (1, 4)", "budget >= 120.5",
        "budget < 250.1234",
        "budget = 0", "100 > budget", "score < budget", "score / 3 > 1", "score * 1.5 = 3", "budget / score <= 20", "created = 2024-01",
        "created != 2024-01-05",
        "created >= 2024-02-10", "created < 2024-Q1", "created <= 2023-W50", "touched > 2024-01-05T10:30", "touched = 2024-01-05", "created > touched",
        "created + 10 days < touched", "touched - created > 10 days", "days(created, touched) > 10", "days(created, won_at) <= 30 days", "source = owner",
        "source > \"b\"", "owner starts with \"A\"", "owner ends with \"b\"", "owner matches /^[A-D]/", "owner not like \"%n%\"", "source not contains \"e\"",
        "lower(owner) = \"bob\"", "length(source) > 3", "hour(touched) >= 12", "month(created) = 2", "coalesce(source, owner) = \"ads\"",
        "case when vip then score else budget end > 5", "any deal.product = \"Pro\"", "any deal.amount > 50", "any (deal.won and deal.renewal)",
        "any stage.stage = \"demo\"", "created >= last quarter", "created = last 90 days", "created < now", "upper(country) = \"DE\"", "true",
        "country in (\"DE\", lower(\"X\"))", "owner = \"Çelik\"", "source = \"نمایشگاه\"", "touched is not missing", "won_at > created", "won_at >= 2024-02",
    ]

    private static let dealConditions = [
        "won", "lost", "open", "new_customer", "amount > 100", "amount = 0", "amount < 0.5", "product = \"Pro\"", "product in (\"pro\", \"Basic\")", "renewal",
        "renewal = no", "units > 3", "amount > units", "amount * units > 500", "amount / units < 10", "due < 2024-03", "closed >= 2024-01", "closed is missing",
        "created = 2024-02", "dated = 2024-Q1", "days(created, closed) > 5 days", "source = \"ads\"", "owner = leads.owner", "lead is missing",
        "customer is missing",
        "product matches /^[Pp]ro$/", "due > closed", "leads.source is missing", "any stage.stage = \"trial\"", "leads.created is missing",
        "product = \"Pro\" and not won",
    ]

    // MARK: - Keys and periods

    private static let periods = [
        "2024", "2024-01", "2023-12 to 2024-02", "last 90 days", "2024-W05", "this quarter", "2024-Q1", "last 3 months", "1402", "2024-01-10",
    ]
    private static let grains = ["month", "month", "week", "quarter", "day", "year", "weekday", "hour"]

    private mutating func keys(_ table: TableRole?) -> [String] {
        var keys: [String] = []
        if random.oneIn(2) { keys.append(random.pick(Self.grains)) }
        for _ in 0..<random.pick([0, 0, 1, 1, 2]) {
            let more: String
            switch table {
            case nil: more = random.pick(["source", "source", "case when source = \"ads\" then \"a\" else source end", "length(source)", "source = \"web\""])
            case .leads?: more = random.pick(Self.leadKeys)
            case .deals?: more = random.pick(Self.dealKeys)
            case .stages?: more = random.pick(["stage", "lead", "leads.source", "leads.won", "entered", "month of leads.created"])
            case .costs?: more = random.pick(["source", "campaign", "date", "amount > 100", "amount"])
            }
            if !keys.contains(more) { keys.append(more) }
        }
        return random.oneIn(2) ? keys : keys.reversed()
    }

    private static let leadKeys = [
        "source", "source", "owner", "country", "vip", "score", "budget", "won", "open", "created", "touched", "month of touched", "hour of touched",
        "week of created", "length(source)", "score > 3", "case when vip then \"vip\" else source end", "budget / score", "days(created, touched)",
        "coalesce(owner, country)", "lower(source)", "won_at", "month of won_at", "case when score > 3 then score else budget end", "coalesce(budget, score)",
        "month(created)", "any deal.product = \"Pro\"", "created + 36 hours",
    ]

    private static let dealKeys = [
        "product", "source", "owner", "renewal", "leads.vip", "leads.won", "units", "amount > 100", "due", "dated", "closed", "month of leads.created",
        "month of due", "customer", "lower(product)", "leads.score", "new_customer", "case when won then amount when lost then -1 end", "lead", "leads.created",
    ]
}
