package import FunnelModel

/// What was known at a moment.
extension Store {
    /// The store as it stood just before a moment, in microseconds since 1970-01-01.
    ///
    /// Leads, stage rows and costs dated later do not exist. A deal made later does not either; one that closed later is
    /// open, and one without a date of creation exists once it has closed. A qualification dated later has not
    /// happened. Rows without a date are kept: nothing says that they came later.
    ///
    /// Of stage rows and costs, only tables that are read are made: `read` names them.
    package func asOf(_ moment: Int64, reading read: Set<TableRole>, threads: Int = 1) -> Store {
        var past: [TableRole: Table] = [:]
        for (role, table) in tables {
            switch role {
            case .leads: past[role] = table.before(moment, by: .created).forgetting(after: moment, .qualified)
            case .stages: if read.contains(role) { past[role] = table.before(moment, by: .entered) }
            case .costs: if read.contains(role) { past[role] = table.before(moment, by: .date) }
            case .deals: past[role] = pastDeals(table, moment)
            }
        }
        return Store(tables: past, threads: threads)
    }

    private func pastDeals(_ deals: Table, _ moment: Int64) -> Table {
        let closed = deals.column(.closed).flatMap(InstantReader.init)
        let created = deals.column(.created).flatMap(InstantReader.init)
        var later =
            (created ?? closed)?.later(moment, orElse: closed) ?? Bitmap(words: Buffer(zeros: (deals.rowCount + 63) / 64), count: deals.rowCount)
        // A deal does not come before its lead.
        if let links = links.leadOfDeal, let leads = tables[.leads]?.column(.created).flatMap(InstantReader.init) {
            let lead = leads.later(moment)
            let words = Buffer<UInt64>(zeros: (deals.rowCount + 63) / 64)
            Kernels.gather(lead, links.base, deals.rowCount, words.base)
            Kernels.or(words.base, later.words.base, deals.rowCount)
            later = Bitmap(words: words, count: deals.rowCount)
        }
        return deals.without(later).reopening(after: moment)
    }
}

extension InstantReader {
    /// Which rows are dated at or after a moment; a row without a date by the other's.
    fileprivate func later(_ moment: Int64, orElse other: InstantReader? = nil) -> Bitmap {
        let count = days.count
        let words = Buffer<UInt64>(zeros: (count + 63) / 64)
        let size = 4096
        let other = validity == nil ? nil : other
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2 * size) { memory in
            let (times, others) = (memory.baseAddress!, memory.baseAddress! + size)
            for first in stride(from: 0, to: count, by: size) {
                let rows = first..<min(first + size, count)
                // A date that is missing is before all others.
                read(rows, times)
                if let other {
                    other.read(rows, others)
                    for at in 0..<rows.count where times[at] == Self.missing { times[at] = others[at] }
                }
                for at in 0..<rows.count { words.base[(first + at) >> 6] |= (times[at] >= moment ? 1 : 0) << UInt64((first + at) & 63) }
            }
        }
        return Bitmap(words: words, count: count)
    }
}

extension Table {
    /// The rows dated before a moment, or not at all.
    fileprivate func before(_ moment: Int64, by role: ColumnRole) -> Table {
        column(role).flatMap(InstantReader.init).map { without($0.later(moment)) } ?? self
    }

    /// The rows without a bit. Where these are the first ones, as in a table in the order of time, they are not copied.
    fileprivate func without(_ later: Bitmap) -> Table {
        let kept = rowCount - later.population
        if kept == rowCount { return self }
        var rows: [Int] = []
        rows.reserveCapacity(kept)
        for word in 0..<(rowCount + 63) / 64 {
            var rest = ~later.words.base[word]
            if word == rowCount / 64 { rest &= 1 << UInt64(rowCount % 64) - 1 }
            while rest != 0 {
                rows.append(word << 6 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        guard let last = rows.last, last == kept - 1 else { return selecting(rows) }
        return Table(
            role: role, rowCount: kept, columns: columns.map { $0.first(kept) }, roles: roles, aliases: aliases, states: states, origin: origin)
    }

    /// Dates of a column that lie at or after a moment become missing.
    fileprivate func forgetting(after moment: Int64, _ role: ColumnRole) -> Table {
        guard let index = roles[role], let reader = InstantReader(columns[index]) else { return self }
        return masking([index], reader.later(moment))
    }

    /// Deals that closed at or after a moment lose their closing date and their status: they were open.
    fileprivate func reopening(after moment: Int64) -> Table {
        guard let index = roles[.closed], let reader = InstantReader(columns[index]) else { return self }
        return masking([index, roles[.status]].compactMap { $0 }, reader.later(moment))
    }

    private func masking(_ indices: [Int], _ hidden: Bitmap) -> Table {
        guard hidden.population > 0 else { return self }
        let columns = columns.enumerated().map { index, column in indices.contains(index) ? column.masking(hidden) : column }
        return Table(role: role, rowCount: rowCount, columns: columns, roles: roles, aliases: aliases, states: states, origin: origin)
    }
}
