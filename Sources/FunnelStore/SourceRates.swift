import FunnelModel

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
