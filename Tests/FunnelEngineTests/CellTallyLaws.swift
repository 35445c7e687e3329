import FunnelRandom
import FunnelStore
import Testing

/// Cells hold what a look at every row finds, for each kind of key and value.
struct CellTallyLaws {
    /// A number of each group.
    private struct Cell: Hashable {
        var rows: Int64 = 0
        var sum: Int64 = 0
    }

    private enum Key: CaseIterable { case none, whole, holed }
    private enum Width: CaseIterable { case none, short, long, medium }

    /// The ends of the values' width are among them, and enough rows to fill cells more than once.
    @Test("counts and sums by day and code", arguments: [0, 1, 63, 64, 65, 5000, 100_000])
    func cells(_ size: Int) {
        var random = Seeded(size + 77)
        let days = (0..<size).map { _ in Int16(random.oneIn(3) ? 19_000 : random.among(18_990...19_060)) }
        let codes = (0..<size).map { _ in UInt8(random.below(5)) }
        let (dayThere, codeThere, flags) = (flags(size, &random), flags(size, &random), flags(size, &random))
        let short = (0..<size).map { _ in random.pick([Int16.min, .max, 0, Int16(random.among(-300...300))]) }
        let long = (0..<size).map { _ in random.pick([Int32.min, .max, -1, Int32(random.among(-9_999_999...9_999_999))]) }
        let medium = long.map { $0 >> 2 }
        func values(_ width: Width) -> (packed: Integers, magnitude: UInt64, all: [Int64])? {
            switch width {
            case .none: nil
            case .short: (.int16(Buffer(short)), 1 << 15, short.map(Int64.init))
            case .long: (.int32(Buffer(long)), 1 << 31, long.map(Int64.init))
            case .medium: (.int32(Buffer(medium)), 1 << 29, medium.map(Int64.init))
            }
        }
        let isAlike = size == 100_000
        for (day, code) in Key.allCases.flatMap({ day in Key.allCases.map { (day, $0) } }) {
            for (width, picks) in Width.allCases.flatMap({ width in [true, false].map { (width, $0) } }) where picks || day == .whole {
                let values = values(width)
                // Groups of a day, of a week, and of all days.
                let span = random.pick([1, 7, 100])
                let tally = CellTally(
                    day == .none ? nil : CellTally.Days(.int16(Buffer(days)), day == .holed ? Bitmap(dayThere) : nil, range: 18_990...19_060),
                    code == .none
                        ? nil
                        : CellTally.Texts(
                            .uint8(Buffer(code == .holed ? zip(codes, codeThere).map { $1 ? $0 : 0 } : codes)), code == .holed ? Bitmap(codeThere) : nil,
                            count: 5),
                    values.flatMap { CellTally.Values($0.packed, magnitude: $0.magnitude) }, picks: picks)
                var expected: [Int: Cell] = [:]
                for first in stride(from: 0, to: size, by: 16_384) {
                    let rows = first..<min(size, first + 16_384)
                    // Sums are largest where all values have one sign.
                    let kept = rows.map { flags[$0] && (!isAlike || long[$0] < 0) }
                    let words = KernelLaws.words(kept)
                    withExtendedLifetime(words) { tally.add(rows, words.base) }
                    for row in rows where kept[row - first] {
                        let dayPlace = day == .none ? 0 : day == .holed && !dayThere[row] ? 71 : Int(days[row]) - 18_990
                        let codePlace = code == .none ? 0 : code == .holed && !codeThere[row] ? 5 : Int(codes[row])
                        expected[dayPlace / span * 1000 + codePlace, default: Cell()].rows += 1
                        expected[dayPlace / span * 1000 + codePlace]!.sum += values?.all[row] ?? 0
                    }
                }
                // A second time there is nothing left.
                for found in [expected, [:]] {
                    var cells: [Int: Cell] = [:]
                    tally.fold(days: day == .none ? [0] : (0...71).map { $0 / span * 1000 }, texts: code == .none ? [0] : Array(0...5)) { group, rows, sum in
                        cells[group, default: Cell()].rows += rows
                        cells[group]!.sum += sum
                    }
                    #expect(cells == found, "\(day) \(code) \(width) \(span)")
                }
            }
        }
    }

    private func flags(_ count: Int, _ random: inout Seeded) -> [Bool] { (0..<count).map { _ in !random.oneIn(4) } }
}
