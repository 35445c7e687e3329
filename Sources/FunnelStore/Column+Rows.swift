import FunnelModel

/// Columns of some of the rows, and of two tables one behind the other.
extension Column {
    /// The column of the rows named, in their order.
    package func selecting(_ rows: [Int]) -> Column {
        precondition(rows.allSatisfy { $0 >= 0 && $0 < count })
        let kept = validity.map { validity in Bitmap(rows.lazy.map { validity[$0] }) }
        return Column(name: name, values: values.selecting(rows, validity), validity: kept)
    }

    /// The same column without the values of some rows, a flag for each row.
    package func masking(_ hidden: [Bool]) -> Column {
        let present = Bitmap((0..<count).map { !hidden[$0] && !isMissing($0) })
        return Column(name: name, values: values.zeroing(hidden), validity: present)
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
    func selecting(_ rows: [Int]) -> Integers { Integers(packing: Buffer(rows.lazy.map { self[$0] })) }

    func zeroing(_ hidden: [Bool]) -> Integers { Integers(packing: Buffer(hidden.indices.lazy.map { hidden[$0] ? 0 : self[$0] })) }

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
    fileprivate func selecting(_ rows: [Int], _ validity: Bitmap?) -> Column.Values {
        switch self {
        case .text(let codes, let dictionary): return Self.selecting(rows, codes, dictionary, validity)
        case .integer(let values): return .integer(values.selecting(rows))
        case .decimal(let values, let scale): return .decimal(values.selecting(rows), scale: scale)
        case .date(let days): return .date(days.selecting(rows))
        case .timestamp(let days, let time, let unit): return .timestamp(days: days.selecting(rows), time: time.selecting(rows), unit: unit)
        case .yesNo(let bits): return .yesNo(Bitmap(rows.lazy.map { bits[$0] }))
        }
    }

    /// The dictionary keeps only texts that a row still has, in order of first appearance.
    private static func selecting(_ rows: [Int], _ codes: Codes, _ dictionary: TextDictionary, _ validity: Bitmap?) -> Column.Values {
        var fresh = [Int](repeating: -1, count: dictionary.count)
        var kept: [Int] = []
        let taken = Buffer<UInt32>(zeros: rows.count)
        for (at, row) in rows.enumerated() where validity?[row] ?? true {
            let code = codes[row]
            if fresh[code] < 0 {
                fresh[code] = kept.count
                kept.append(code)
            }
            taken.base[at] = UInt32(fresh[code])
        }
        return .text(Codes(packing: taken, size: kept.count), dictionary.selecting(kept))
    }

    fileprivate func zeroing(_ hidden: [Bool]) -> Column.Values {
        switch self {
        case .text(let codes, let dictionary):
            let shown = Buffer(hidden.indices.lazy.map { hidden[$0] ? 0 : UInt32(codes[$0]) })
            return .text(Codes(packing: shown, size: dictionary.count), dictionary)
        case .integer(let values): return .integer(values.zeroing(hidden))
        case .decimal(let values, let scale): return .decimal(values.zeroing(hidden), scale: scale)
        case .date(let days): return .date(days.zeroing(hidden))
        case .timestamp(let days, let time, let unit): return .timestamp(days: days.zeroing(hidden), time: time.zeroing(hidden), unit: unit)
        case .yesNo(let bits): return .yesNo(Bitmap(hidden.indices.lazy.map { !hidden[$0] && bits[$0] }))
        }
    }

    /// `validity` is that of the other's rows.
    fileprivate func appending(_ other: Column.Values, _ validity: Bitmap?) -> Column.Values? {
        switch (self, other) {
        case (.text(let a, let mine), .text(let b, let theirs)):
            var texts = mine.texts
            var places: [String: UInt32] = [:]
            for (code, text) in texts.enumerated() { places[text] = UInt32(code) }
            let map = theirs.texts.map { text -> UInt32 in
                if let known = places[text] { return known }
                places[text] = UInt32(texts.count)
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
