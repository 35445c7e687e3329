import FunnelModel

/// Columns of some of the rows, and of two tables one behind the other.
extension Column {
    /// The column of the rows named, in their order.
    package func selecting(_ rows: [Int]) -> Column {
        precondition(rows.allSatisfy { $0 >= 0 && $0 < count })
        return rows.withUnsafeBufferPointer { rows in
            Column(name: name, values: values.selecting(rows, validity), validity: validity?.selecting(rows))
        }
    }

    /// The column of the first rows, which stay where they are.
    func first(_ count: Int) -> Column { Column(name: name, values: values.first(count), validity: validity?.first(count)) }

    /// The same column without the values of some rows, a bit for each row.
    package func masking(_ hidden: Bitmap) -> Column {
        precondition(hidden.count == count)
        let words = Buffer<UInt64>(count: (count + 63) / 64) { out in
            for word in 0..<(count + 63) / 64 { out[word] = ~hidden.words.base[word] & (validity?.words.base[word] ?? .max) }
            if count % 64 != 0 { out[count / 64] &= 1 << UInt64(count % 64) - 1 }
        }
        return Column(name: name, values: values.zeroing(hidden), validity: Bitmap(words: words, count: count))
    }

    /// The values of both, or nil where their types can't be brought together.
    func appending(_ other: Column) -> Column? {
        guard let values = values.appending(other.values, other.validity) else { return nil }
        var present: Bitmap?
        if validity != nil || other.validity != nil {
            present = Bitmap((0..<count).map { !isMissing($0) } + (0..<other.count).map { !other.isMissing($0) })
        }
        return Column(name: name, values: values, validity: present)
    }

    /// A column of the same type without a value.
    func missing(_ count: Int) -> Column {
        let none = Bitmap(words: Buffer(zeros: (count + 63) / 64), count: count)
        let zeros = Integers(packing: Buffer<Int64>(zeros: count))
        let values: Values =
            switch self.values {
            case .text: .text(Codes(packing: Buffer(zeros: count), size: 1), TextDictionary([""]))
            case .integer: .integer(zeros)
            case .decimal(_, let scale): .decimal(zeros, scale: scale)
            case .date: .date(zeros)
            case .timestamp(_, _, let unit): .timestamp(days: zeros, time: zeros, unit: unit)
            case .yesNo: .yesNo(none)
            }
        return Column(name: name, values: values, validity: none)
    }
}

extension Integers {
    /// As wide as before.
    fileprivate func selecting(_ rows: UnsafeBufferPointer<Int>) -> Integers {
        switch self {
        case .int8(let buffer): .int8(buffer.selecting(rows))
        case .int16(let buffer): .int16(buffer.selecting(rows))
        case .int32(let buffer): .int32(buffer.selecting(rows))
        case .int64(let buffer): .int64(buffer.selecting(rows))
        case .computed(let values): Integers(packing: Buffer(count: rows.count) { out in for at in 0..<rows.count { out[at] = values[rows[at]] } })
        }
    }

    fileprivate func first(_ count: Int) -> Integers {
        switch self {
        case .int8(let buffer): .int8(Buffer(first: count, of: buffer))
        case .int16(let buffer): .int16(Buffer(first: count, of: buffer))
        case .int32(let buffer): .int32(Buffer(first: count, of: buffer))
        case .int64(let buffer): .int64(Buffer(first: count, of: buffer))
        case .computed(let values): Integers(packing: Buffer(count: count) { values.read(0..<count, $0) })
        }
    }

    fileprivate func zeroing(_ hidden: Bitmap) -> Integers {
        switch self {
        case .int8(let buffer): .int8(buffer.zeroing(hidden))
        case .int16(let buffer): .int16(buffer.zeroing(hidden))
        case .int32(let buffer): .int32(buffer.zeroing(hidden))
        case .int64(let buffer): .int64(buffer.zeroing(hidden))
        case .computed(let values): Integers.int64(Buffer(count: values.count) { values.read(0..<values.count, $0) }).zeroing(hidden)
        }
    }

    func appending(_ other: Integers, scaledBy mine: Int64 = 1, _ theirs: Int64 = 1) -> Integers? {
        let values = Buffer<Int64>(zeros: count + other.count)
        for row in 0..<count {
            let (value, overflow) = self[row].multipliedReportingOverflow(by: mine)
            if overflow { return nil }
            values.base[row] = value
        }
        for row in 0..<other.count {
            let (value, overflow) = other[row].multipliedReportingOverflow(by: theirs)
            if overflow { return nil }
            values.base[count + row] = value
        }
        return Integers(packing: values)
    }

    static func constant(_ value: Int64, _ count: Int) -> Integers { Integers(packing: Buffer(repeatElement(value, count: count))) }
}

extension Column.Values {
    /// `validity` tells which of the rows have a value.
    fileprivate func selecting(_ rows: UnsafeBufferPointer<Int>, _ validity: Bitmap?) -> Column.Values {
        switch self {
        case .text(.uint8(let codes), let dictionary): return Self.selecting(rows, codes, dictionary, validity)
        case .text(.uint16(let codes), let dictionary): return Self.selecting(rows, codes, dictionary, validity)
        case .text(.uint32(let codes), let dictionary): return Self.selecting(rows, codes, dictionary, validity)
        case .integer(let values): return .integer(values.selecting(rows))
        case .decimal(let values, let scale): return .decimal(values.selecting(rows), scale: scale)
        case .date(let days): return .date(days.selecting(rows))
        case .timestamp(let days, let time, let unit): return .timestamp(days: days.selecting(rows), time: time.selecting(rows), unit: unit)
        case .yesNo(let bits): return .yesNo(bits.selecting(rows))
        }
    }

    /// The dictionary keeps only texts that a row still has, in order of first appearance.
    private static func selecting<Code: FixedWidthInteger & UnsignedInteger>(
        _ rows: UnsafeBufferPointer<Int>, _ codes: Buffer<Code>, _ dictionary: TextDictionary, _ validity: Bitmap?
    ) -> Column.Values {
        let fresh = Buffer<Int32>(zeros: dictionary.count)
        var kept: [Int] = []
        let taken = Buffer<UInt32>(zeros: rows.count)
        let there = validity?.words.base
        for at in 0..<rows.count {
            let row = rows[at]
            guard there.map({ $0[row >> 6] >> UInt64(row & 63) & 1 == 1 }) ?? true else { continue }
            let code = Int(codes.base[row])
            if fresh.base[code] == 0 {
                kept.append(code)
                fresh.base[code] = Int32(kept.count)
            }
            taken.base[at] = UInt32(fresh.base[code] - 1)
        }
        return .text(Codes(packing: taken, size: kept.count), dictionary.selecting(kept))
    }

    /// Texts that only later rows have stay in the dictionary.
    fileprivate func first(_ count: Int) -> Column.Values {
        switch self {
        case .text(.uint8(let codes), let dictionary): .text(.uint8(Buffer(first: count, of: codes)), dictionary)
        case .text(.uint16(let codes), let dictionary): .text(.uint16(Buffer(first: count, of: codes)), dictionary)
        case .text(.uint32(let codes), let dictionary): .text(.uint32(Buffer(first: count, of: codes)), dictionary)
        case .integer(let values): .integer(values.first(count))
        case .decimal(let values, let scale): .decimal(values.first(count), scale: scale)
        case .date(let days): .date(days.first(count))
        case .timestamp(let days, let time, let unit): .timestamp(days: days.first(count), time: time.first(count), unit: unit)
        case .yesNo(let bits): .yesNo(bits.first(count))
        }
    }

    fileprivate func zeroing(_ hidden: Bitmap) -> Column.Values {
        switch self {
        case .text(.uint8(let codes), let dictionary): return .text(.uint8(codes.zeroing(hidden)), dictionary)
        case .text(.uint16(let codes), let dictionary): return .text(.uint16(codes.zeroing(hidden)), dictionary)
        case .text(.uint32(let codes), let dictionary): return .text(.uint32(codes.zeroing(hidden)), dictionary)
        case .integer(let values): return .integer(values.zeroing(hidden))
        case .decimal(let values, let scale): return .decimal(values.zeroing(hidden), scale: scale)
        case .date(let days): return .date(days.zeroing(hidden))
        case .timestamp(let days, let time, let unit): return .timestamp(days: days.zeroing(hidden), time: time.zeroing(hidden), unit: unit)
        case .yesNo(let bits):
            let words = Buffer<UInt64>(count: (bits.count + 63) / 64) { out in
                for word in 0..<(bits.count + 63) / 64 { out[word] = bits.words.base[word] & ~hidden.words.base[word] }
            }
            return .yesNo(Bitmap(words: words, count: bits.count))
        }
    }

    /// `validity` is that of the other's rows.
    fileprivate func appending(_ other: Column.Values, _ validity: Bitmap?) -> Column.Values? {
        switch (self, other) {
        case (.text(let a, let mine), .text(let b, let theirs)):
            var texts = mine.texts
            var places: [Spelling: UInt32] = [:]
            for (code, text) in texts.enumerated() { places[Spelling(text)] = UInt32(code) }
            let map = theirs.texts.map { text -> UInt32 in
                let spelling = Spelling(text)
                if let known = places[spelling] { return known }
                places[spelling] = UInt32(texts.count)
                texts.append(text)
                return UInt32(texts.count - 1)
            }
            let codes = Buffer<UInt32>(zeros: a.count + b.count)
            for row in 0..<a.count { codes.base[row] = UInt32(a[row]) }
            for row in 0..<b.count where !map.isEmpty && validity?[row] ?? true { codes.base[a.count + row] = map[b[row]] }
            return .text(Codes(packing: codes, size: texts.count), TextDictionary(texts))
        case (.integer(let a), .integer(let b)): return a.appending(b).map { .integer($0) }
        case (.integer(let a), .decimal(let b, let scale)): return a.appending(b, scaledBy: Self.power(scale)).map { .decimal($0, scale: scale) }
        case (.decimal(let a, let scale), .integer(let b)): return a.appending(b, scaledBy: 1, Self.power(scale)).map { .decimal($0, scale: scale) }
        case (.decimal(let a, let x), .decimal(let b, let y)):
            let scale = max(x, y)
            return a.appending(b, scaledBy: Self.power(scale - x), Self.power(scale - y)).map { .decimal($0, scale: scale) }
        case (.date(let a), .date(let b)): return a.appending(b).map { .date($0) }
        case (.date(let a), .timestamp(let days, let time, let unit)):
            guard let days = a.appending(days), let time = Integers.constant(0, a.count).appending(time) else { return nil }
            return .timestamp(days: days, time: time, unit: unit)
        case (.timestamp(let days, let time, let unit), .date(let b)):
            guard let days = days.appending(b), let time = time.appending(Integers.constant(0, b.count)) else { return nil }
            return .timestamp(days: days, time: time, unit: unit)
        case (.timestamp(let a, let s, let x), .timestamp(let b, let t, let y)):
            let unit = x.rawValue >= y.rawValue ? x : y
            guard let days = a.appending(b), let time = s.appending(t, scaledBy: unit.rawValue / x.rawValue, unit.rawValue / y.rawValue) else { return nil }
            return .timestamp(days: days, time: time, unit: unit)
        case (.yesNo(let a), .yesNo(let b)): return .yesNo(Bitmap((0..<a.count).map { a[$0] } + (0..<b.count).map { b[$0] }))
        default: return nil
        }
    }

    private static func power(_ digits: Int) -> Int64 { (0..<max(0, digits)).reduce(1) { power, _ in power * 10 } }
}

extension Buffer where Element: FixedWidthInteger {
    /// Zero where a row has a bit.
    fileprivate func zeroing(_ hidden: Bitmap) -> Buffer {
        let words = hidden.words.base
        return Buffer(count: count) { out in
            for row in 0..<count { out[row] = words[row >> 6] >> UInt64(row & 63) & 1 == 1 ? 0 : base[row] }
        }
    }
}
