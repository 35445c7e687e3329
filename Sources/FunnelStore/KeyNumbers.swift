/// Numbers from 0 for the keys of a column: the same key, the same number.
struct KeyNumbers: Sendable {
    private enum Numbers: Sendable {
        case none
        /// The dictionary's codes.
        case codes(Codes)
        /// Whole numbers that lie close together: what they are above the lowest.
        case offsets(Integers, low: Int64)
        /// A number for each row, in the order of first appearance.
        case rows(Buffer<Int32>)
    }

    private let numbers: Numbers
    private let validity: Bitmap?
    /// All numbers are below it.
    let size: Int

    init(_ column: Column?) {
        validity = column?.validity
        switch column?.values {
        case .text(let codes, let dictionary): (numbers, size) = (.codes(codes), dictionary.count)
        case .integer(let values), .decimal(let values, _), .date(let values): (numbers, size) = Self.numbers(values, column?.validity)
        case .timestamp(let days, _, _): (numbers, size) = Self.numbers(days, column?.validity)
        case .yesNo(let bits): (numbers, size) = (.rows(Buffer((0..<bits.count).map { bits[$0] ? 1 : 0 })), 2)
        case nil: (numbers, size) = (.none, 0)
        }
    }

    private static func numbers(_ values: Integers, _ validity: Bitmap?) -> (Numbers, Int) {
        guard let (low, high) = Kernels.bounds(values, validity) else { return (.none, 0) }
        let (span, overflow) = high.subtractingReportingOverflow(low)
        if !overflow, span < Int64(values.count) * 4 + 1024 { return (.offsets(values, low: low), Int(span) + 1) }
        var table = NumberTable(capacity: values.count)
        let rows = Buffer<Int32>(count: values.count) { out in
            values.forEachChunk(0..<values.count) { first, chunk, count in
                for row in 0..<count { out[first + row] = Int32(truncatingIfNeeded: table.number(of: chunk[row])) }
            }
        }
        return (.rows(rows), table.count)
    }

    /// The numbers of a run of rows; -1 where a key is missing.
    func read(_ rows: Range<Int>, _ out: UnsafeMutablePointer<Int32>) {
        switch numbers {
        case .none:
            for row in 0..<rows.count { out[row] = -1 }
            return
        case .codes(let codes): Kernels.widen(codes, rows, UnsafeMutableRawPointer(out).assumingMemoryBound(to: UInt32.self))
        case .offsets(let values, let low):
            values.forEachChunk(rows) { first, chunk, count in
                let base = out + (first - rows.lowerBound)
                for row in 0..<count { base[row] = Int32(truncatingIfNeeded: chunk[row] &- low) }
            }
        case .rows(let numbers): for row in 0..<rows.count { out[row] = numbers.base[rows.lowerBound + row] }
        }
        guard let validity else { return }
        for row in 0..<rows.count where !validity[rows.lowerBound + row] { out[row] = -1 }
    }
}

/// Numbers from 0 for whole numbers, in the order in which they are met: open addressing, as large as it must become.
package struct NumberTable {
    private var keys: [Int64]
    private var numbers: [Int32]
    private let mask: Int
    private(set) var count = 0

    package init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        keys = [Int64](repeating: 0, count: size)
        numbers = [Int32](repeating: -1, count: size)
        mask = size - 1
    }

    private func slot(_ key: Int64) -> Int {
        var slot = Int(truncatingIfNeeded: (UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
        while numbers[slot] >= 0, keys[slot] != key { slot = (slot + 1) & mask }
        return slot
    }

    package mutating func number(of key: Int64) -> Int {
        let slot = slot(key)
        if numbers[slot] < 0 {
            keys[slot] = key
            numbers[slot] = Int32(count)
            count += 1
        }
        return Int(numbers[slot])
    }

    /// The number of a key that has been met.
    func known(_ key: Int64) -> Int? {
        let number = numbers[slot(key)]
        return number < 0 ? nil : Int(number)
    }
}
