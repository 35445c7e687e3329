import FunnelModel

/// How often deals of a source are won.
enum SourceRates {
    /// For each deal the share of won deals among the closed ones of its source: its own source or, without one in the
    /// file, its lead's. Missing where no deal of that source has closed.
    static func column(of deals: Table, states: DealStates, leads: Table?, leadOfDeal: Buffer<Int32>?) -> Column {
        let (codes, size) = sources(of: deals, leads: leads, leadOfDeal: leadOfDeal)
        var won = [Int64](repeating: 0, count: size)
        var closed = [Int64](repeating: 0, count: size)
        let state = states.states.base
        for row in 0..<deals.rowCount where state[row] != DealStates.open {
            closed[Int(codes.base[row])] += 1
            if state[row] == DealStates.won { won[Int(codes.base[row])] += 1 }
        }
        let digits: Int64 = 1_000_000_000_000
        let rates = zip(won, closed).map { $1 == 0 ? Int64(0) : ($0 * digits + $1 / 2) / $1 }
        let words = Buffer<UInt64>(zeros: (deals.rowCount + 63) / 64)
        let values = Buffer<Int64>(count: deals.rowCount) { out in
            for row in 0..<deals.rowCount {
                let code = Int(codes.base[row])
                out[row] = rates[code]
                if closed[code] > 0 { words.base[row >> 6] |= 1 << UInt64(row & 63) }
            }
        }
        let present = Bitmap(words: words, count: deals.rowCount)
        return Column(name: DerivedColumn.dealSourceWinRate.name, values: .decimal(Integers(packing: values), scale: 12), validity: present)
    }
    /// For each deal one more than the code of its source, 0 without one; and how many codes there may be.
    private static func sources(of deals: Table, leads: Table?, leadOfDeal: Buffer<Int32>?) -> (codes: Buffer<UInt32>, size: Int) {
        let own = deals.column(.source)
        guard let source = own ?? leads?.column(.source), case .text(let codes, let dictionary) = source.values else {
            return (Buffer(zeros: deals.rowCount), 1)
        }
        let found = Buffer<UInt32>(zeros: deals.rowCount)
        let validity = source.validity?.words.base
        for row in 0..<deals.rowCount {
            let at = own != nil ? row : leadOfDeal.map { Int($0.base[row]) } ?? -1
            guard at >= 0, validity.map({ $0[at >> 6] >> UInt64(at & 63) & 1 == 1 }) ?? true else { continue }
            found.base[row] = UInt32(codes[at] + 1)
        }
        return (found, dictionary.count + 1)
    }
}
