/// From the key of a row to the row: how the lead of a deal is found.
struct KeyIndex: Sendable {
    private enum Lookup: Sendable {
        /// Whole numbers, each one more than the one before: the row is the number less the first.
        case sequence(low: Int64, count: Int)
        /// Whole numbers that lie close together.
        case dense(low: Int64, rows: Buffer<Int32>)
        case sparse(NumberTable, rows: Buffer<Int32>)
        case text(TextTable)
        case none
    }

    private let lookup: Lookup

    /// The first row of each key of a column.
    init(_ column: Column) {
        switch column.values {
        case .integer(let values): lookup = Self.integers(values, column.validity)
        case .text(let codes, let dictionary):
            var rows = [Int32](repeating: -1, count: dictionary.count)
            for row in 0..<codes.count where !column.isMissing(row) {
                let code = codes[row]
                if rows[code] < 0 { rows[code] = Int32(row) }
            }
            lookup = .text(TextTable(dictionary, rows: rows))
        case .decimal, .date, .timestamp, .yesNo: lookup = .none
        }
    }

    private static func integers(_ values: Integers, _ validity: Bitmap?) -> Lookup {
        if case .computed(.sequence(let first, let count)) = values, validity == nil { return .sequence(low: first, count: count) }
        guard let (low, high) = Kernels.bounds(values, validity) else { return .none }
        let (span, overflow) = high.subtractingReportingOverflow(low)
        if !overflow, validity == nil, span == Int64(values.count) - 1, isSequence(values, low) { return .sequence(low: low, count: values.count) }
        let isDense = !overflow && span < Int64(values.count) * 8 + 1024
        let rows = Buffer<Int32>(count: isDense ? Int(span) + 1 : values.count) { out in
            for at in 0..<(isDense ? Int(span) + 1 : values.count) { out[at] = -1 }
        }
        var table = NumberTable(capacity: isDense ? 0 : values.count)
        values.forEachChunk(0..<values.count) { first, chunk, count in
            for at in 0..<count {
                if let validity, !validity[first + at] { continue }
                let place = isDense ? Int(chunk[at] - low) : table.number(of: chunk[at])
                if rows.base[place] < 0 { rows.base[place] = Int32(first + at) }
            }
        }
        return isDense ? .dense(low: low, rows: rows) : .sparse(table, rows: rows)
    }

    private static func isSequence(_ values: Integers, _ low: Int64) -> Bool {
        var holds = true
        values.forEachChunk(0..<values.count) { first, chunk, count in
            for at in 0..<count { holds = holds && chunk[at] == low &+ Int64(first &+ at) }
        }
        return holds
    }

    /// For each row of another table's key column, the row that it names here; -1 for none.
    func rows(of column: Column, threads: Int) -> Buffer<Int32> {
        let count = column.count
        return Buffer(count: count) { out in
            nonisolated(unsafe) let out = out
            switch column.values {
            case .integer(let values):
                Workers.run(threads: threads, morsels: Workers.morsels(in: count), interrupt: nil) { _, morsel in
                    values.forEachChunk(Workers.rows(of: morsel, in: count)) { first, chunk, count in find(chunk, count, out + first) }
                }
            case .text(let codes, let dictionary):
                let found = Buffer<Int32>((0..<dictionary.count).map { find(dictionary.utf8($0)) })
                Workers.run(threads: threads, morsels: Workers.morsels(in: count), interrupt: nil) { _, morsel in
                    let rows = Workers.rows(of: morsel, in: count)
                    Kernels.widen(codes, rows, UnsafeMutableRawPointer(out + rows.lowerBound).assumingMemoryBound(to: UInt32.self))
                    for row in rows { out[row] = found.count == 0 ? -1 : found.base[Int(out[row])] }
                }
            case .decimal, .date, .timestamp, .yesNo: for row in 0..<count { out[row] = -1 }
            }
            if let validity = column.validity { for row in 0..<count where !validity[row] { out[row] = -1 } }
        }
    }

    private func find(_ keys: UnsafePointer<Int64>, _ count: Int, _ out: UnsafeMutablePointer<Int32>) {
        switch lookup {
        case .sequence(let low, let size):
            let size = UInt64(size)
            for row in 0..<count {
                let at = UInt64(bitPattern: keys[row] &- low)
                out[row] = at < size ? Int32(truncatingIfNeeded: at) : -1
            }
        case .dense(let low, let rows):
            let size = UInt64(rows.count)
            let base = rows.base
            for row in 0..<count {
                let at = UInt64(bitPattern: keys[row] &- low)
                out[row] = at < size ? base[Int(at)] : -1
            }
        case .sparse, .text, .none: for row in 0..<count { out[row] = find(keys[row]) }
        }
    }

    private func find(_ key: Int64) -> Int32 {
        switch lookup {
        case .sequence(let low, let size):
            let at = UInt64(bitPattern: key &- low)
            return at < UInt64(size) ? Int32(at) : -1
        case .dense(let low, let rows):
            let at = UInt64(bitPattern: key &- low)
            return at < UInt64(rows.count) ? rows.base[Int(at)] : -1
        case .sparse(let table, let rows): return table.known(key).map { rows.base[$0] } ?? -1
        case .text(let table):
            var digits = String(key)
            return digits.withUTF8 { table.find($0) }
        case .none: return -1
        }
    }

    private func find(_ key: UnsafeBufferPointer<UInt8>) -> Int32 {
        switch lookup {
        case .sequence, .dense, .sparse, .none:
            guard let number = Int64(String(decoding: key, as: UTF8.self)), String(number).utf8.elementsEqual(key) else { return -1 }
            return find(number)
        case .text(let table): return table.find(key)
        }
    }
}

/// Rows by text, by open addressing over a dictionary.
private struct TextTable: Sendable {
    private let dictionary: TextDictionary
    private let rows: [Int32]
    private let slots: [Int32]
    private let mask: Int

    init(_ dictionary: TextDictionary, rows: [Int32]) {
        var size = 16
        while size < dictionary.count * 2 { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for code in 0..<dictionary.count {
            var at = Self.hash(dictionary.utf8(code)) & (size - 1)
            while slots[at] >= 0 { at = (at + 1) & (size - 1) }
            slots[at] = Int32(code)
        }
        self.dictionary = dictionary
        self.rows = rows
        self.slots = slots
        self.mask = size - 1
    }

    func find(_ key: UnsafeBufferPointer<UInt8>) -> Int32 {
        var at = Self.hash(key) & mask
        while slots[at] >= 0 {
            let code = Int(slots[at])
            let entry = dictionary.utf8(code)
            if entry.count == key.count, entry.elementsEqual(key) { return rows[code] }
            at = (at + 1) & mask
        }
        return -1
    }

    /// Eight bytes at a step, mixed by multiplication and shift.
    private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(key.count)
        var at = 0
        while at + 8 <= key.count {
            let word = UnsafeRawPointer(key.baseAddress! + at).loadUnaligned(as: UInt64.self)
            hash = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
            hash ^= hash >> 32
            at += 8
        }
        while at < key.count {
            hash = (hash ^ UInt64(key[at])) &* 0x100_0000_01B3
            at += 1
        }
        hash ^= hash >> 29
        return Int(truncatingIfNeeded: hash & 0x7FFF_FFFF_FFFF_FFFF)
    }
}
