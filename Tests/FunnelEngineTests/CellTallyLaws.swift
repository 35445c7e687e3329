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
    private enum Of: CaseIterable { case row, lead }
    private enum Width: CaseIterable { case none, short, long }

    /// The ends of the values' width are among them, and enough rows to fill cells more than once.
    @Test("counts and sums by day and code", arguments: [0, 1, 63, 64, 65, 5000, 100_000])
    func cells(_ size: Int) {
        var random = Seeded(size + 77)
        let days = (0..<size).map { _ in Int16(random.oneIn(3) ? 19_000 : random.among(18_990...19_060)) }
        let codes = (0..<size).map { _ in UInt8(random.below(5)) }
        let leads = (0..<size).map { _ in random.oneIn(7) ? Int32(-1) : Int32(random.below(size)) }
        let (dayThere, codeThere, flags) = (flags(size, &random), flags(size, &random), flags(size, &random))
        let short = (0..<size).map { _ in random.pick([Int16.min, .max, 0, Int16(random.among(-300...300))]) }
        let long = (0..<size).map { _ in random.pick([Int32.min, .max, -1, Int32(random.among(-9_999_999...9_999_999))]) }
        let isAlike = size == 100_000
        for (day, code) in Key.allCases.flatMap({ day in Key.allCases.map { (day, $0) } }) {
            for (of, width) in Of.allCases.flatMap({ of in Width.allCases.map { (of, $0) } }) {
                let tally = CellTally(
                    day == .none ? nil : CellTally.Days(.int16(Buffer(days)), day == .holed ? Bitmap(dayThere) : nil, range: 18_990...19_060),
                    code == .none
                        ? nil
                        : CellTally.Texts(
                            .uint8(Buffer(codes)), code == .holed ? Bitmap(codeThere) : nil, of: of == .lead ? .rows(Buffer(leads)) : nil, count: 5),
                    width == .none ? nil : CellTally.Values(width == .short ? .int16(Buffer(short)) : .int32(Buffer(long))))
                var expected: [Int: Cell] = [:]
                for first in stride(from: 0, to: size, by: 16_384) {
                    let rows = first..<min(size, first + 16_384)
                    // Sums are largest where all values have one sign.
                    let kept = rows.map { flags[$0] && (!isAlike || long[$0] < 0) }
                    let words = KernelLaws.words(kept)
                    withExtendedLifetime(words) { tally.add(rows, words.base) }
                    for row in rows where kept[row - first] {
                        let dayPlace = day == .none ? 0 : day == .holed && !dayThere[row] ? 71 : Int(days[row]) - 18_990
                        let source = of == .lead ? Int(leads[row]) : row
                        let codePlace = code == .none ? 0 : source < 0 || (code == .holed && !codeThere[source]) ? 5 : Int(codes[source])
                        expected[dayPlace * 1000 + codePlace, default: Cell()].rows += 1
                        expected[dayPlace * 1000 + codePlace]!.sum += width == .none ? 0 : width == .short ? Int64(short[row]) : Int64(long[row])
                    }
                }
                for found in [expected, [:]] {
                    var cells: [Int: Cell] = [:]
                    tally.fold(days: day == .none ? [0] : (0...71).map { $0 * 1000 }, texts: code == .none ? [0] : Array(0...5)) { group, rows, sum in
                        cells[group] = Cell(rows: rows, sum: sum)
                    }
                    #expect(cells == found, "\(day) \(code) \(of) \(width)")
                }
            }
        }
    }

    private func flags(_ count: Int, _ random: inout Seeded) -> [Bool] { (0..<count).map { _ in !random.oneIn(4) } }
}
