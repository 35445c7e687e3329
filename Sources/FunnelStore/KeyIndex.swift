/// From the key of a row to the row: how the lead of a deal is found.
struct KeyIndex: Sendable {
    private enum Lookup: Sendable {
        /// Whole numbers that lie close together.
        case dense(low: Int64, rows: [Int32])
        case sparse([Int64: Int32])
        case text(TextTable)
    }

    private let lookup: Lookup

    /// The first row of each key of a column.
    init(_ column: Column) {
        switch column.values {
        case .integer(let values): lookup = Self.integers(values, column)
        case .text(let codes, let dictionary):
            var rows = [Int32](repeating: -1, count: dictionary.count)
            for row in 0..<codes.count where !column.isMissing(row) {
                let code = codes[row]
                if rows[code] < 0 { rows[code] = Int32(row) }
            }
            lookup = .text(TextTable(dictionary, rows: rows))
        case .decimal, .date, .timestamp, .yesNo: lookup = .sparse([:])
        }
    }

    private static func integers(_ values: Integers, _ column: Column) -> Lookup {
        var low = Int64.max
        var high = Int64.min
        for row in 0..<values.count where !column.isMissing(row) {
            low = min(low, values[row])
            high = max(high, values[row])
        }
        guard low <= high else { return .sparse([:]) }
        let (span, overflow) = high.subtractingReportingOverflow(low)
        if !overflow, span < Int64(values.count) * 8 + 1024 {
            var rows = [Int32](repeating: -1, count: Int(span) + 1)
            for row in 0..<values.count where !column.isMissing(row) {
                let at = Int(values[row] - low)
                if rows[at] < 0 { rows[at] = Int32(row) }
            }
            return .dense(low: low, rows: rows)
        }
        var rows: [Int64: Int32] = [:]
        rows.reserveCapacity(values.count)
        for row in 0..<values.count where !column.isMissing(row) {
            if rows[values[row]] == nil { rows[values[row]] = Int32(row) }
        }
        return .sparse(rows)
    }

    /// For each row of another table's key column, the row that it names here; -1 for none.
    func rows(of column: Column) -> Buffer<Int32> {
        let count = column.count
        return Buffer(count: count) { out in
            for row in 0..<count { out[row] = -1 }
            switch column.values {
            case .integer(let values):
                for row in 0..<count where !column.isMissing(row) { out[row] = find(values[row]) }
            case .text(let codes, let dictionary):
                let found = (0..<dictionary.count).map { find(dictionary.utf8($0)) }
                for row in 0..<count where !column.isMissing(row) { out[row] = found[codes[row]] }
            case .decimal, .date, .timestamp, .yesNo: break
            }
        }
    }

    private func find(_ key: Int64) -> Int32 {
        switch lookup {
        case .dense(let low, let rows):
            let (at, overflow) = key.subtractingReportingOverflow(low)
            return !overflow && at >= 0 && at < Int64(rows.count) ? rows[Int(at)] : -1
        case .sparse(let rows): return rows[key] ?? -1
        case .text(let table):
            var digits = String(key)
            return digits.withUTF8 { table.find($0) }
        }
    }

    private func find(_ key: UnsafeBufferPointer<UInt8>) -> Int32 {
        switch lookup {
        case .dense, .sparse:
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
