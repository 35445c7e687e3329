import FunnelArrow
import FunnelModel
import FunnelStore

/// Pieces of an Arrow file as pieces of a column: what a text file's cells become, these are already.
enum ArrowPart {
    /// How the binary numbers of a column become decimals.
    struct RealRule: Sendable, Equatable {
        var scale: Int
        /// Whether some numbers are rounded to it.
        var rounds: Bool
    }

    /// `reals` is asked for only of binary numbers. `empty` counts texts without a letter, `notNumbers` NaN.
    static func make(_ piece: ArrowPiece, reals: RealRule?, arena: Arena) -> (part: ColumnPart, empty: Int, notNumbers: Int) {
        var part = ColumnPart(rows: piece.marks.count)
        mark(piece.marks, &part)
        var empty = 0
        var notNumbers = 0
        switch piece.values {
        case .integers(let values): part.values = .numbers(Integers(packing: values), scale: 0)
        case .decimals(let values, let scale): part.values = .numbers(Integers(packing: values), scale: scale)
        case .reals(let values): part.values = numbers(values, piece, reals ?? RealRule(scale: 0, rounds: false), &part, &notNumbers)
        case .bits(let values): part.values = .yesNo(values)
        case .days(let days): part.values = .dates(packed(days), times: nil)
        case .instants(let days, let times, let digits, let cut):
            part.fraction = digits
            part.cutFractions = cut
            let unit: TimeUnit = digits == 0 ? .second : digits <= 3 ? .millisecond : .microsecond
            part.values = .dates(packed(days), times: (Integers(packing: inUnits(times, unit)), unit))
        case .texts(let texts): part.values = self.texts(piece, &part, &empty, arena) { row in texts[row] }
        case .codes(let codes, let texts): part.values = coded(codes, texts, piece, &part, &empty, arena)
        case .nothing, .times: part.values = .failed
        }
        return (part, empty, notNumbers)
    }

    private static func mark(_ marks: RowMarks, _ part: inout ColumnPart) {
        guard let validity = marks.validity else { return }
        var misfits = marks.misfits.sorted()[...]
        for row in 0..<marks.count where validity.base[row >> 6] >> UInt64(row & 63) & 1 == 0 {
            if misfits.first == row {
                misfits.removeFirst()
                part.markBad(row)
            } else {
                part.miss(row)
            }
        }
    }

    private static func packed(_ days: Buffer<Int32>) -> Integers {
        Integers(packing: Buffer<Int64>(count: days.count) { out in for row in 0..<days.count { out[row] = Int64(days.base[row]) } })
    }

    /// Microseconds as units; each is a whole number of them.
    private static func inUnits(_ times: Buffer<Int64>, _ unit: TimeUnit) -> Buffer<Int64> {
        @inline(__always)
        func divided(by microseconds: Int64) -> Buffer<Int64> {
            Buffer(count: times.count) { out in for row in 0..<times.count { out[row] = times.base[row] / microseconds } }
        }
        // A division by a number that is known here is a multiplication.
        return switch unit {
        case .second: divided(by: 1_000_000)
        case .millisecond: divided(by: 1000)
        case .microsecond: times
        }
    }

    // MARK: - Texts

    private static func texts(
        _ piece: ArrowPiece, _ part: inout ColumnPart, _ empty: inout Int, _ arena: Arena, _ text: (Int) -> UnsafeBufferPointer<UInt8>
    ) -> ColumnPart.Values {
        let codes = Buffer<UInt32>(zeros: piece.marks.count)
        var table = TextTable()
        defer { table.deallocate() }
        for row in 0..<piece.marks.count where piece.isPresent(row) {
            let bytes = text(row)
            guard let start = bytes.baseAddress, !Cell(start: start, count: bytes.count).isBlank else {
                part.miss(row)
                empty += 1
                continue
            }
            codes.base[row] = table.code(start, bytes.count)
        }
        return .text(Codes(packing: codes, size: table.count), LocalTexts(table, arena: arena))
    }

    /// Codes of the file's dictionary become codes of the piece, each text looked at once; where the dictionary is larger
    /// than the piece, text by text.
    private static func coded(
        _ codes: Buffer<Int32>, _ texts: ArrowTexts, _ piece: ArrowPiece, _ part: inout ColumnPart, _ empty: inout Int, _ arena: Arena
    ) -> ColumnPart.Values {
        guard texts.count <= codes.count * 2 else { return self.texts(piece, &part, &empty, arena) { texts[Int(codes.base[$0])] } }
        let blank: Int64 = -2
        var known = [Int64](repeating: -1, count: texts.count)
        let out = Buffer<UInt32>(zeros: codes.count)
        var table = TextTable()
        defer { table.deallocate() }
        for row in 0..<codes.count where piece.isPresent(row) {
            let code = Int(codes.base[row])
            if known[code] == -1 {
                let bytes = texts[code]
                if let start = bytes.baseAddress, !Cell(start: start, count: bytes.count).isBlank {
                    known[code] = Int64(table.code(start, bytes.count))
                } else {
                    known[code] = blank
                }
            }
            if known[code] == blank {
                part.miss(row)
                empty += 1
            } else {
                out.base[row] = UInt32(known[code])
            }
        }
        return .text(Codes(packing: out, size: table.count), LocalTexts(table, arena: arena))
    }

    // MARK: - Binary numbers

    private static func numbers(
        _ values: Buffer<Double>, _ piece: ArrowPiece, _ rule: RealRule, _ part: inout ColumnPart, _ notNumbers: inout Int
    ) -> ColumnPart.Values {
        let factor = Double(CellReader.powers[rule.scale])
        let units = Buffer<Int64>(zeros: values.count)
        for row in 0..<values.count where piece.isPresent(row) {
            let value = values.base[row]
            if value.isNaN {
                part.miss(row)
                notNumbers += 1
            } else if let exact = self.units(value, factor), exact.magnitude < 1_000_000_000_000_000_000 {
                units.base[row] = exact
            } else {
                part.markBad(row)
            }
        }
        return .numbers(Integers(packing: units), scale: rule.scale)
    }

    /// A whole number is multiplied as such, so that all its digits stay.
    private static func units(_ value: Double, _ factor: Double) -> Int64? {
        guard let whole = Int64(exactly: value) else { return Int64(exactly: (value * factor).rounded()) }
        let (units, overflow) = whole.multipliedReportingOverflow(by: Int64(factor))
        return overflow ? nil : units
    }

    /// The fewest digits behind the point with which all binary numbers of some pieces are what their shortest digits say;
    /// where more than nine are needed, as many as the largest leaves of 18.
    static func realRule(_ pieces: [ArrowPiece]) -> RealRule {
        var needed = 0
        var largest = 0.0
        for piece in pieces {
            guard case .reals(let values) = piece.values else { continue }
            for row in 0..<values.count where piece.isPresent(row) {
                let value = values.base[row]
                // What has more than 18 digits before the point has no place at any scale; it is a bad value.
                guard value.magnitude < 1e18 else { continue }
                largest = max(largest, value.magnitude)
                while needed <= 9, !isExact(value, needed) { needed += 1 }
            }
        }
        if needed <= 9, largest * Double(CellReader.powers[min(needed, 9)]) < 1e18 { return RealRule(scale: needed, rounds: false) }
        var scale = 15
        while scale > 0, largest * Double(CellReader.powers[scale]) >= 1e18 { scale -= 1 }
        return RealRule(scale: scale, rounds: true)
    }

    private static func isExact(_ value: Double, _ scale: Int) -> Bool {
        let factor = Double(CellReader.powers[scale])
        let units = (value * factor).rounded()
        return units.magnitude < 0x1p53 ? units / factor == value : scale == 0 && value == value.rounded()
    }
}
