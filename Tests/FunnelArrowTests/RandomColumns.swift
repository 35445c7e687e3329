import FunnelModel
import FunnelStore

/// A small generator of numbers that are the same in every run (xorshift64*).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// A column of every type and width, with and without missing values.
enum RandomColumns {
    static func make(rows: Int, seed: UInt64) -> [Column] {
        var random = Seeded(seed)
        var columns: [Column] = []
        func add(_ name: String, _ values: (inout Seeded) -> Column.Values) {
            columns.append(Column(name: name, values: values(&random), validity: nil))
            let whole = Column(name: name + " or none", values: values(&random), validity: nil)
            columns.append(whole.masking(Bitmap((0..<rows).map { _ in Int.random(in: 0..<4, using: &random) == 0 })))
        }
        for (name, size) in [("few texts", 5), ("some texts", 300), ("many texts", 70_000)] {
            add(name) { random in
                // A dictionary is no larger than the column needs it to be in its tests: its width follows from its size.
                let texts = (0..<size).map { "\($0)" + ["", " a", " é", " نام", " \u{1F600}"][$0 % 5] }
                let codes = Buffer<UInt32>((0..<rows).map { _ in UInt32.random(in: 0..<UInt32(size), using: &random) })
                return .text(Codes(packing: codes, size: size), TextDictionary(texts))
            }
        }
        for bits in [7, 15, 31, 62] {
            let limit = Int64(1) << bits
            add("whole \(bits)") { random in .integer(integers(-limit...limit - 1, rows, &random)) }
            add("decimal \(bits)") { random in
                let size = min(limit, 999_999_999_999_999_999)
                return .decimal(integers(-size...size - 1, rows, &random), scale: min(bits, 4))
            }
        }
        add("days") { random in .date(integers(0...20_000, rows, &random)) }
        add("old days") { random in .date(integers(-300...20_000, rows, &random)) }
        add("late days") { random in .date(integers(0...900_000, rows, &random)) }
        for unit in [TimeUnit.second, .millisecond, .microsecond] {
            add("time \(unit)") { random in
                .timestamp(
                    days: integers(0...20_000, rows, &random), time: integers(0...(86_400 * unit.rawValue - 1), rows, &random), unit: unit)
            }
        }
        add("truth") { random in .yesNo(Bitmap((0..<rows).map { _ in Bool.random(using: &random) })) }
        return columns
    }

    private static func integers(_ range: ClosedRange<Int64>, _ rows: Int, _ random: inout Seeded) -> Integers {
        Integers(packing: Buffer((0..<rows).map { _ in Int64.random(in: range, using: &random) }))
    }
}
