import FunnelModel

/// Who bought. A deal with no customer: its lead is the customer; with neither, the deal itself.
struct Buyers {
    /// A number for the buyer of each deal.
    private let numbers: Buffer<Int64>
    private let count: Int
    private let deals: Table
    private let states: DealStates
    private let closed: InstantReader?

    init(_ deals: Table, states: DealStates, leads: Buffer<Int32>?, leadCount: Int) {
        let customer = KeyNumbers(deals.column(.customer))
        let lead = KeyNumbers(deals.column(.lead))
        var byCustomer = [Int64](repeating: -1, count: customer.size)
        var byLead = [Int64](repeating: -1, count: leadCount)
        var byName = [Int64](repeating: -1, count: lead.size)
        var next: Int64 = 0
        func number(_ table: inout [Int64], _ at: Int) -> Int64 {
            if table[at] < 0 {
                table[at] = next
                next += 1
            }
            return table[at]
        }
        numbers = Buffer(count: deals.rowCount) { out in
            for row in 0..<deals.rowCount {
                if let key = customer.number(row) {
                    out[row] = number(&byCustomer, key)
                } else if let leads, leads.base[row] >= 0 {
                    out[row] = number(&byLead, Int(leads.base[row]))
                } else if let key = lead.number(row) {
                    out[row] = number(&byName, key)
                } else {
                    out[row] = next
                    next += 1
                }
            }
        }
        count = Int(next)
        self.deals = deals
        self.states = states
        closed = deals.column(.closed).map(InstantReader.init)
    }

    /// The buyers, which won deals are their first, and when they bought last.
    var columns: [DerivedColumn: Column] {
        var first = [(time: Int64, row: Int32)](repeating: (.max, -1), count: count)
        var last = [Int64](repeating: .min, count: count)
        for row in 0..<deals.rowCount where states.states.base[row] == DealStates.won {
            let buyer = Int(numbers.base[row])
            let time = closed?.at(row)
            if first[buyer].row < 0 || time ?? .max < first[buyer].time { first[buyer] = (time ?? .max, Int32(row)) }
            if let time { last[buyer] = max(last[buyer], time) }
        }
        let words = Buffer<UInt64>(zeros: (deals.rowCount + 63) / 64)
        let bought = Buffer<Int64>(count: deals.rowCount) { out in for row in 0..<deals.rowCount { out[row] = .min } }
        for (buyer, entry) in first.enumerated() where entry.row >= 0 {
            words.base[Int(entry.row) >> 6] |= 1 << UInt64(entry.row & 63)
            bought.base[Int(entry.row)] = last[buyer]
        }
        return [
            .dealBuyer: Column(name: DerivedColumn.dealBuyer.name, values: .integer(Integers(packing: numbers)), validity: nil),
            .dealNewCustomer: Column(
                name: DerivedColumn.dealNewCustomer.name, values: .yesNo(Bitmap(words: words, count: deals.rowCount)), validity: nil),
            .dealLastBought: InstantReader.column(named: DerivedColumn.dealLastBought.name, bought, missing: .min, unit: closed?.unit),
        ]
    }
}

/// Small numbers for the keys of a column.
private struct KeyNumbers {
    private let column: Column?
    private let numbers: [Int64: Int]
    let size: Int

    init(_ column: Column?) {
        self.column = column
        var found: [Int64: Int] = [:]
        switch column?.values {
        case .text(_, let dictionary): size = dictionary.count
        case .integer(let values):
            for row in 0..<values.count where column?.isMissing(row) == false && found[values[row]] == nil { found[values[row]] = found.count }
            size = found.count
        case .decimal, .date, .timestamp, .yesNo, nil: size = 0
        }
        numbers = found
    }

    func number(_ row: Int) -> Int? {
        guard let column, !column.isMissing(row) else { return nil }
        switch column.values {
        case .text(let codes, _): return codes[row]
        case .integer(let values): return numbers[values[row]]
        case .decimal, .date, .timestamp, .yesNo: return nil
        }
    }
}

/// How often deals of a source are won.
enum SourceRates {
    /// For each deal the share of won deals among the closed ones of its source: its own source or, without one in the
    /// file, its lead's. Missing where no deal of that source has closed.
    static func column(of deals: Table, states: DealStates, leads: Table?, leadOfDeal: Buffer<Int32>?) -> Column {
        let own = deals.column(.source)
        let source = own ?? leads?.column(.source)
        func code(_ row: Int) -> Int {
            guard let source, case .text(let codes, _) = source.values else { return 0 }
            let at = own != nil ? row : leadOfDeal.map { Int($0.base[row]) } ?? -1
            return at < 0 || source.isMissing(at) ? 0 : codes[at] + 1
        }
        var size = 1
        if case .text(_, let dictionary)? = source?.values { size = dictionary.count + 1 }
        var won = [Int64](repeating: 0, count: size)
        var closed = [Int64](repeating: 0, count: size)
        for row in 0..<deals.rowCount where states.states.base[row] != DealStates.open {
            closed[code(row)] += 1
            if states.states.base[row] == DealStates.won { won[code(row)] += 1 }
        }
        let digits: Int64 = 1_000_000_000_000
        let rates = zip(won, closed).map { $1 == 0 ? Int64(0) : ($0 * digits + $1 / 2) / $1 }
        let present = Bitmap((0..<deals.rowCount).map { closed[code($0)] > 0 })
        let values = Buffer<Int64>(count: deals.rowCount) { out in for row in 0..<deals.rowCount { out[row] = rates[code(row)] } }
        return Column(name: DerivedColumn.dealSourceWinRate.name, values: .decimal(Integers(packing: values), scale: 12), validity: present)
    }
}
