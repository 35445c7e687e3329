import FunnelModel

/// Who bought. A deal with no customer: its lead is the customer; with neither, the deal itself.
struct Buyers {
    /// A number for the buyer of each deal.
    private let numbers: Buffer<Int32>
    /// All numbers are below it.
    private let size: Int
    private let deals: Table
    private let states: DealStates
    private let closed: InstantReader?

    init(_ deals: Table, states: DealStates, leads: Buffer<Int32>?, leadCount: Int) {
        let count = deals.rowCount
        let customer = KeyNumbers(deals.column(.customer))
        numbers = Buffer(count: count) { customer.read(0..<count, $0) }
        var size = customer.size
        if deals.column(.customer).map({ $0.missing > 0 }) ?? true {
            // Numbers behind those of customers: leads, then keys of leads that are not there, then deals.
            let lead = KeyNumbers(deals.column(.lead))
            let byKey = size + leadCount
            let byDeal = byKey + lead.size
            let names = Buffer<Int32>(count: count) { lead.read(0..<count, $0) }
            for row in 0..<count where numbers.base[row] < 0 {
                if let leads, leads.base[row] >= 0 {
                    numbers.base[row] = Int32(size) + leads.base[row]
                } else {
                    numbers.base[row] = names.base[row] >= 0 ? Int32(byKey) + names.base[row] : Int32(byDeal + row)
                }
            }
            size = byDeal + count
        }
        self.size = size
        self.deals = deals
        self.states = states
        closed = deals.column(.closed).flatMap(InstantReader.init)
    }

    /// The buyers, which won deals are their first, and when they bought last.
    func columns(threads: Int) -> [DerivedColumn: Column] {
        let count = deals.rowCount
        let times = Buffer<Int64>(count: count) { out in
            if let closed { closed.read(0..<count, out) } else { for row in 0..<count { out[row] = InstantReader.missing } }
        }
        /// The time of a deal; those without one come last.
        func time(_ row: Int) -> Int64 { times.base[row] == InstantReader.missing ? .max : times.base[row] }
        let first = Buffer<Int32>(count: size) { out in for buyer in 0..<size { out[buyer] = -1 } }
        let last = Buffer<Int32>(count: size) { out in for buyer in 0..<size { out[buyer] = -1 } }
        for row in 0..<count where states.states.base[row] == DealStates.won {
            let buyer = Int(numbers.base[row])
            if first.base[buyer] < 0 || time(row) < time(Int(first.base[buyer])) { first.base[buyer] = Int32(row) }
            guard times.base[row] != InstantReader.missing else { continue }
            if last.base[buyer] < 0 || times.base[row] > times.base[Int(last.base[buyer])] { last.base[buyer] = Int32(row) }
        }
        let words = Buffer<UInt64>(zeros: (count + 63) / 64)
        for buyer in 0..<size where first.base[buyer] >= 0 {
            let row = Int(first.base[buyer])
            words.base[row >> 6] |= 1 << UInt64(row & 63)
        }
        let bought = InstantColumn(name: DerivedColumn.dealLastBought.name, count: count, sources: [closed].compactMap { $0 }, threads: threads)
        return [
            .dealBuyer: Column(name: DerivedColumn.dealBuyer.name, values: .integer(.int32(numbers)), validity: nil),
            .dealNewCustomer: Column(
                name: DerivedColumn.dealNewCustomer.name, values: .yesNo(Bitmap(words: words, count: count)), validity: nil),
            .dealLastBought: bought.make { rows, out in
                for row in rows {
                    out[row - rows.lowerBound] = InstantReader.missing
                    guard words.base[row >> 6] >> UInt64(row & 63) & 1 == 1 else { continue }
                    let latest = Int(last.base[Int(numbers.base[row])])
                    if latest >= 0 { out[row - rows.lowerBound] = times.base[latest] }
                }
            },
        ]
    }
}
