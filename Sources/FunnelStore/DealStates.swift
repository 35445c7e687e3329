import FunnelModel

/// How each deal stands: by its status where there is one, else won if it has a `closed` date and open if not.
struct DealStates: Sendable {
    let states: Buffer<UInt8>
    static let open: UInt8 = 0
    static let won: UInt8 = 1
    static let lost: UInt8 = 2

    init(_ deals: Table) {
        let status = deals.column(.status)
        let closed = deals.column(.closed)
        states = Buffer(count: deals.rowCount) { out in
            if let status, case .text(let codes, let dictionary) = status.values {
                var byCode = [UInt8](repeating: Self.open, count: max(1, dictionary.count))
                for code in 0..<dictionary.count where code < deals.states.count {
                    switch deals.states[code] {
                    case .won: byCode[code] = Self.won
                    case .lost: byCode[code] = Self.lost
                    case .open, nil: byCode[code] = Self.open
                    }
                }
                byCode.withUnsafeBufferPointer { Self.look(codes, status.validity, $0, out) }
            } else if let closed {
                for row in 0..<deals.rowCount { out[row] = closed.isMissing(row) ? Self.open : Self.won }
            } else {
                for row in 0..<deals.rowCount { out[row] = Self.open }
            }
        }
    }

    /// Writes the state of each row: that of its code, or open where it has none.
    private static func look(_ codes: Codes, _ validity: Bitmap?, _ states: UnsafeBufferPointer<UInt8>, _ out: UnsafeMutablePointer<UInt8>) {
        func look<T: FixedWidthInteger & UnsignedInteger>(_ codes: UnsafePointer<T>, _ count: Int) {
            for row in 0..<count { out[row] = states[Int(codes[row])] }
        }
        switch codes {
        case .uint8(let buffer): look(buffer.base, buffer.count)
        case .uint16(let buffer): look(buffer.base, buffer.count)
        case .uint32(let buffer): look(buffer.base, buffer.count)
        }
        guard let validity else { return }
        for row in 0..<codes.count where !validity[row] { out[row] = open }
    }

    var columns: [DerivedColumn: Column] {
        [.dealWon: bits(Self.won, named: .dealWon), .dealLost: bits(Self.lost, named: .dealLost), .dealOpen: bits(Self.open, named: .dealOpen)]
    }

    private func bits(_ state: UInt8, named name: DerivedColumn) -> Column {
        let words = Buffer<UInt64>(zeros: (states.count + 63) / 64)
        for row in 0..<states.count where states.base[row] == state { words.base[row >> 6] |= 1 << UInt64(row & 63) }
        return Column(name: name.name, values: .yesNo(Bitmap(words: words, count: states.count)), validity: nil)
    }

    /// The date that places a deal in time: `closed`, of an open deal `created`.
    func axis(of deals: Table, threads: Int) -> Column {
        let closed = deals.column(.closed).flatMap(InstantReader.init)
        let created = deals.column(.created).flatMap(InstantReader.init)
        return InstantColumn(name: "dated", count: deals.rowCount, sources: [closed, created].compactMap { $0 }, threads: threads).make { rows, out in
            let count = rows.count
            func read(_ reader: InstantReader?, _ out: UnsafeMutablePointer<Int64>) {
                if let reader { reader.read(rows, out) } else { out.update(repeating: InstantReader.missing, count: count) }
            }
            read(closed, out)
            withUnsafeTemporaryAllocation(of: Int64.self, capacity: count) { opened in
                read(created, opened.baseAddress!)
                for at in 0..<count where states.base[rows.lowerBound + at] == Self.open { out[at] = opened[at] }
            }
        }
    }
}

/// What a lead's deals say about it: won, lost or open, and when it was first won.
struct LeadWins {
    let columns: [DerivedColumn: Column]
    let beforeCreation: Int
    /// The time from creation to first win that nine of ten are no longer than, in microseconds.
    let slowCycle: Int64?

    init(leads: Table, deals: Table, states: DealStates, leadOfDeal: Buffer<Int32>, threads: Int) {
        let count = leads.rowCount
        let won = Buffer<UInt64>(zeros: (count + 63) / 64)
        let hasOpen = Buffer<UInt64>(zeros: (count + 63) / 64)
        let hasDeal = Buffer<UInt64>(zeros: (count + 63) / 64)
        let closed = deals.column(.closed).flatMap(InstantReader.init)
        let times = Buffer<Int64>(count: deals.rowCount) { out in
            if let closed { closed.read(0..<deals.rowCount, out) } else { for row in 0..<deals.rowCount { out[row] = InstantReader.missing } }
        }
        /// The first won deal of each lead; -1 for none.
        let first = Buffer<Int32>(count: count) { out in
            for row in 0..<count { out[row] = -1 }
            for deal in 0..<deals.rowCount {
                let lead = Int(leadOfDeal.base[deal])
                guard lead >= 0 else { continue }
                let bit: UInt64 = 1 << UInt64(lead & 63)
                hasDeal.base[lead >> 6] |= bit
                if states.states.base[deal] == DealStates.open { hasOpen.base[lead >> 6] |= bit }
                guard states.states.base[deal] == DealStates.won else { continue }
                won.base[lead >> 6] |= bit
                guard times.base[deal] != InstantReader.missing else { continue }
                if out[lead] < 0 || times.base[deal] < times.base[Int(out[lead])] { out[lead] = Int32(deal) }
            }
        }
        (slowCycle, beforeCreation) = Self.cycles(leads, first, times, isTimestamp: closed?.isTimestamp == true)
        let lost = Buffer<UInt64>(zeros: won.count)
        let open = Buffer<UInt64>(zeros: won.count)
        for word in 0..<won.count {
            lost.base[word] = hasDeal.base[word] & ~won.base[word] & ~hasOpen.base[word]
            open.base[word] = ~won.base[word] & ~lost.base[word]
        }
        if count % 64 != 0 { open.base[count / 64] &= (1 << UInt64(count % 64)) - 1 }
        func bits(_ words: Buffer<UInt64>, _ name: DerivedColumn) -> Column {
            Column(name: name.name, values: .yesNo(Bitmap(words: words, count: count)), validity: nil)
        }
        columns = [
            .leadWon: bits(won, .leadWon),
            .leadLost: bits(lost, .leadLost),
            .leadOpen: bits(open, .leadOpen),
            .leadWonAt: InstantColumn(name: "won_at", count: count, sources: [closed].compactMap { $0 }, threads: threads).make { rows, out in
                for row in rows {
                    let deal = Int(first.base[row])
                    out[row - rows.lowerBound] = deal < 0 ? InstantReader.missing : times.base[deal]
                }
            },
        ]
    }

    private static func cycles(
        _ leads: Table, _ first: Buffer<Int32>, _ times: Buffer<Int64>, isTimestamp: Bool
    ) -> (slow: Int64?, early: Int) {
        guard let created = leads.column(.created).flatMap(InstantReader.init) else { return (nil, 0) }
        var early = 0
        var cycles: [Int64] = []
        // Where wins have no time of day, a win on the day of creation is not early.
        let day = isTimestamp ? 0 : microsecondsPerDay - 1
        for row in 0..<leads.rowCount where first.base[row] >= 0 {
            guard let start = created.at(row) else { continue }
            let won = times.base[Int(first.base[row])]
            if won &+ day < start { early += 1 }
            cycles.append(won &- start)
        }
        let slow = cycles.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { Selection.percentile($0, buffer.count, thousandths: 900)?.high }
        }
        return (slow, early)
    }
}
