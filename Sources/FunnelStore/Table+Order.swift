/// A table's rows in another order than the file's.
extension Table {
    /// The table with row `rows[i]` at `i`.
    /// A column that follows from the new order already is left as it is.
    func permuted(_ rows: Buffer<Int32>, except follower: Int? = nil, threads: Int) -> Table {
        precondition(rows.count == rowCount)
        let columns = columns.enumerated().map { $0 == follower ? $1 : $1.permuted(rows, threads: threads) }
        return Table(
            role: role, rowCount: rowCount, columns: columns, roles: roles, aliases: aliases, states: states, origin: origin)
    }
}

extension Column {
    func permuted(_ rows: Buffer<Int32>, threads: Int) -> Column {
        precondition(rows.count == count)
        let values: Values =
            switch self.values {
            case .text(let codes, let dictionary): .text(codes.permuted(rows, threads), dictionary)
            case .integer(let values): .integer(values.permuted(rows, threads))
            case .decimal(let values, let scale): .decimal(values.permuted(rows, threads), scale: scale)
            case .date(let days): .date(days.permuted(rows, threads))
            case .timestamp(let days, let time, let unit): .timestamp(days: days.permuted(rows, threads), time: time.permuted(rows, threads), unit: unit)
            case .yesNo(let bits): .yesNo(bits.permuted(rows, threads))
            }
        return Column(name: name, values: values, validity: validity?.permuted(rows, threads))
    }
}

extension Integers {
    fileprivate func permuted(_ rows: Buffer<Int32>, _ threads: Int) -> Integers {
        switch self {
        case .int8(let buffer): .int8(buffer.permuted(rows, threads))
        case .int16(let buffer): .int16(buffer.permuted(rows, threads))
        case .int32(let buffer): .int32(buffer.permuted(rows, threads))
        case .int64(let buffer): .int64(buffer.permuted(rows, threads))
        case .computed: stored.permuted(rows, threads)
        }
    }
}

extension Codes {
    fileprivate func permuted(_ rows: Buffer<Int32>, _ threads: Int) -> Codes {
        switch self {
        case .uint8(let buffer): .uint8(buffer.permuted(rows, threads))
        case .uint16(let buffer): .uint16(buffer.permuted(rows, threads))
        case .uint32(let buffer): .uint32(buffer.permuted(rows, threads))
        }
    }
}

extension Buffer where Element: Sendable {
    fileprivate func permuted(_ rows: Buffer<Int32>, _ threads: Int) -> Buffer {
        Buffer(count: count) { out in
            nonisolated(unsafe) let out = out
            Workers.run(threads: threads, morsels: Workers.morsels(in: rows.count), interrupt: nil) { _, morsel in
                for row in Workers.rows(of: morsel, in: rows.count) { out[row] = base[Int(rows.base[row])] }
            }
        }
    }
}

extension Bitmap {
    fileprivate func permuted(_ rows: Buffer<Int32>, _ threads: Int) -> Bitmap {
        let words = Buffer<UInt64>(zeros: (count + 63) / 64)
        let source = self.words
        Workers.run(threads: threads, morsels: Workers.morsels(in: count), interrupt: nil) { _, morsel in
            for row in Workers.rows(of: morsel, in: count) {
                let from = Int(rows.base[row])
                words.base[row >> 6] |= (source.base[from >> 6] >> UInt64(from & 63) & 1) << UInt64(row & 63)
            }
        }
        return Bitmap(words: words, count: count)
    }
}
