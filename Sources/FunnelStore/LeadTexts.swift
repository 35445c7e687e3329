import FunnelModel

/// The texts of leads, a row for each deal: so that a scan of deals reads them in their order, and not where its leads happen to stand.
enum LeadTexts {
    /// By the positions of the leads' columns, made by the first query that reads them. Nil where a text has so many values that its
    /// codes are as long as the links.
    static func beside(_ leadOfDeal: Sealed<Buffer<Int32>>?, leads: Table?, threads: Int) -> [Int: OnDemand<Column?>] {
        guard let leadOfDeal, let leads else { return [:] }
        let texts = leads.columns.enumerated().filter { $0.element.type == .text }
        let columns = texts.map { position, column in
            let beside = OnDemand {
                _ = leadOfDeal.value
                _ = column.values
            } _: {
                Self.column(column, of: leadOfDeal.value, threads: threads)
            }
            return (position, beside)
        }
        return Dictionary(uniqueKeysWithValues: columns)
    }

    private static func column(_ column: Column, of leads: Buffer<Int32>, threads: Int) -> Column? {
        guard case .text(let codes, let dictionary) = column.values else { return nil }
        let there = Buffer<UInt64>(zeros: (leads.count + 63) / 64)
        let beside: Codes
        switch codes {
        case .uint8(let codes): beside = .uint8(read(codes, column.validity, leads, there, threads: threads))
        case .uint16(let codes): beside = .uint16(read(codes, column.validity, leads, there, threads: threads))
        case .uint32: return nil
        }
        let validity = Bitmap(words: there, count: leads.count)
        return Column(name: column.name, values: .text(beside, dictionary), validity: validity.population == leads.count ? nil : validity)
    }

    /// The code of each one's lead; zero where there is none. Marks in `there` those that have one.
    private static func read<Code: FixedWidthInteger & BitwiseCopyable & Sendable>(
        _ codes: Buffer<Code>, _ validity: Bitmap?, _ leads: Buffer<Int32>, _ there: Buffer<UInt64>, threads: Int
    ) -> Buffer<Code> {
        precondition(validity.map { $0.count == codes.count } ?? true)
        let result = Buffer<Code>(zeros: leads.count)
        Workers.run(threads: threads, morsels: Workers.morsels(in: leads.count), interrupt: nil) { _, morsel in
            for row in Workers.rows(of: morsel, in: leads.count) {
                let lead = Int(leads.base[row])
                guard lead >= 0, validity?[lead] ?? true else { continue }
                result.base[row] = codes.base[lead]
                there.base[row >> 6] |= 1 << UInt64(truncatingIfNeeded: row & 63)
            }
        }
        return result
    }
}
