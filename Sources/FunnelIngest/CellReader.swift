import FunnelModel
import FunnelStore

/// Reads one column of a piece of a file under its rule: the kind of value is decided once, then one loop runs.
enum CellReader {
    /// `isDemanded`: a value that does not fit is a bad cell; else the whole rule fails.
    static func read(_ cells: Cells, _ rule: ColumnRule, isDemanded: Bool) -> ColumnPart {
        switch rule {
        case .text: text(cells)
        case .key(let isPointed): keys(cells, isPointed)
        case .number(let rule): rule.scale == nil ? numbers(cells, rule, isDemanded) : scaledNumbers(cells, rule, isDemanded)
        case .yesNo(let digits): yesNo(cells, digits: digits, isDemanded)
        case .date(let rule): dates(cells, rule, isDemanded)
        }
    }

    private static func text(_ cells: Cells) -> ColumnPart {
        var part = ColumnPart(rows: cells.rows)
        let codes = Buffer<UInt32>(zeros: cells.rows)
        let out = codes.base
        var table = TextTable()
        defer { table.deallocate() }
        for row in 0..<cells.rows {
            let cell = cells[row]
            if cell.count == 0 || ((cell[0] <= Byte.space || cell[0] == 0xC2) && cell.isBlank) {
                part.miss(row)
            } else {
                out[row] = table.code(cell.start, cell.count)
            }
        }
        part.values = .text(Codes(packing: codes, size: table.count), LocalTexts(table, arena: cells.arena))
        return part
    }

    private static func keys(_ cells: Cells, _ isPointed: Bool) -> ColumnPart {
        var part = ColumnPart(rows: cells.rows)
        let values = Buffer<Int64>(zeros: cells.rows)
        let out = values.base
        for row in 0..<cells.rows {
            let cell = cells[row]
            if let value = isPointed ? NumberText.pointedInteger(cell) : NumberText.canonicalInteger(cell) {
                out[row] = value
            } else if !part.misfit(cell, row) {
                return part
            }
        }
        part.values = .numbers(Integers(packing: values), scale: 0)
        return part
    }

    private static func numbers(_ cells: Cells, _ rule: NumberRule, _ isDemanded: Bool) -> ColumnPart {
        var part = ColumnPart(rows: cells.rows)
        let values = Buffer<Int64>(zeros: cells.rows)
        let out = values.base
        var scale = 0
        for row in 0..<cells.rows {
            let cell = cells[row]
            if cell.count == 0 {
                part.miss(row)
                continue
            }
            var units: Int64
            var written: Int
            if let plain = NumberText.plain(cell, rule) {
                (units, written) = plain
            } else if let grouped = NumberText.grouped(cell, rule) {
                (units, written) = (grouped.units, grouped.scale)
                if grouped.isDollars { part.meet(currency: UInt64(UInt8(ascii: "$"))) }
            } else if let number = NumberText.parse(cell.trimmed, rule) {
                guard let narrow = Int64(exactly: number.units) else {
                    part.values = .tooLong
                    return part
                }
                if number.currency != 0 { part.meet(currency: number.currency) }
                (units, written) = (narrow, number.scale)
            } else if part.misfit(cell, row) {
                continue
            } else if isDemanded {
                part.markBad(row)
                continue
            } else {
                return part
            }
            if written != scale {
                if written > scale {
                    guard rescale(out, row, by: written &- scale) else {
                        part.values = .tooLong
                        return part
                    }
                    scale = written
                } else {
                    guard let scaled = scaled(units, by: scale &- written) else {
                        part.values = .tooLong
                        return part
                    }
                    units = scaled
                }
            }
            out[row] = units
        }
        part.values = .numbers(Integers(packing: values), scale: scale)
        return part
    }

    private static func rescale(_ values: UnsafeMutablePointer<Int64>, _ count: Int, by digits: Int) -> Bool {
        for row in 0..<count where values[row] != 0 {
            guard let scaled = scaled(values[row], by: digits) else { return false }
            values[row] = scaled
        }
        return true
    }

    private static func scaled(_ units: Int64, by digits: Int) -> Int64? {
        if units == 0 { return 0 }
        guard digits <= 18 else { return nil }
        let (result, overflow) = units.multipliedReportingOverflow(by: powers[digits])
        return overflow ? nil : result
    }

    /// 10^0 … 10^18.
    static let powers: [Int64] = (0...18).map { (0..<$0).reduce(Int64(1)) { value, _ in value * 10 } }

    /// Numbers of a column in which some have more digits than 64 bits hold: each is brought to the scale of the rule.
    private static func scaledNumbers(_ cells: Cells, _ rule: NumberRule, _ isDemanded: Bool) -> ColumnPart {
        var part = ColumnPart(rows: cells.rows)
        let values = Buffer<Int64>(zeros: cells.rows)
        for row in 0..<cells.rows {
            let cell = cells[row]
            if cell.count == 0 {
                part.miss(row)
            } else if let number = NumberText.parse(cell.trimmed, rule), let units = number.units(atScale: rule.scale ?? 0) {
                values.base[row] = units
                if number.currency != 0 { part.meet(currency: number.currency) }
            } else if part.misfit(cell, row) {
                continue
            } else if isDemanded {
                part.markBad(row)
            } else {
                return part
            }
        }
        part.values = .numbers(Integers(packing: values), scale: rule.scale ?? 0)
        return part
    }

    private static func yesNo(_ cells: Cells, digits: Bool, _ isDemanded: Bool) -> ColumnPart {
        var part = ColumnPart(rows: cells.rows)
        let values = Buffer<UInt8>(zeros: cells.rows)
        for row in 0..<cells.rows {
            let cell = cells[row]
            if cell.count == 0 {
                part.miss(row)
            } else if let value = YesNoText.parse(cell.trimmed, digits: digits) {
                values.base[row] = value ? 1 : 0
            } else if part.misfit(cell, row) {
                continue
            } else if isDemanded {
                part.markBad(row)
            } else {
                return part
            }
        }
        part.values = .yesNo(values)
        return part
    }

    private static func dates(_ cells: Cells, _ rule: DateRule, _ isDemanded: Bool) -> ColumnPart {
        var part = ColumnPart(rows: cells.rows)
        let days = Buffer<Int64>(zeros: cells.rows)
        let out = days.base
        var times: Buffer<Int64>?
        var timesOut: UnsafeMutablePointer<Int64>?
        let bases = MonthBases.table
        let isFree = rule.pattern == nil
        for row in 0..<cells.rows {
            let cell = cells[row]
            if cell.count == 0 {
                part.miss(row)
                continue
            }
            let date: WrittenDate
            if isFree, let plain = PlainDate.parse(cell, rule, bases) {
                date = plain
            } else if let written = DateText.parse(cell, rule) {
                date = written
            } else if part.misfit(cell, row) {
                continue
            } else if isDemanded {
                part.markBad(row)
                continue
            } else {
                return part
            }
            out[row] = Int64(truncatingIfNeeded: date.day)
            if date.hasTime {
                if date.fraction > part.fraction { part.fraction = date.fraction }
                if date.fraction > 6 { part.cutFractions += 1 }
                if timesOut == nil {
                    let fresh = Buffer<Int64>(zeros: cells.rows)
                    times = fresh
                    timesOut = fresh.base
                }
                timesOut![row] = date.time
            }
        }
        let unit = TimeUnit(digits: part.fraction)
        if let times, unit != .microsecond {
            let step = unit.microseconds
            for row in 0..<cells.rows { times.base[row] /= step }
        }
        part.values = .dates(Integers(packing: days), times: times.map { (Integers(packing: $0), unit) })
        return part
    }
}

extension WrittenNumber {
    /// Without the zeros at the end of its fraction.
    var shortened: WrittenNumber {
        var short = self
        while short.scale > 0, short.units % 10 == 0 {
            short.units /= 10
            short.scale -= 1
        }
        return short
    }

    /// The units at a scale, or nil where they would be cut or not fit 64 bits.
    func units(atScale target: Int) -> Int64? {
        let short = shortened
        guard short.scale <= target, let narrow = Int64(exactly: short.units) else { return nil }
        if narrow == 0 { return 0 }
        guard target - short.scale <= 18 else { return nil }
        let (result, overflow) = narrow.multipliedReportingOverflow(by: CellReader.powers[target - short.scale])
        return overflow ? nil : result
    }
}

extension TimeUnit {
    /// The unit that so many digits of a fraction of a second need.
    init(digits: Int) { self = digits == 0 ? .second : digits <= 3 ? .millisecond : .microsecond }
}
