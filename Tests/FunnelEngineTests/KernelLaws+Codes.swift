import FunnelStore
import Testing

/// Kernels that read codes and days as they are stored.
extension KernelLaws {
    @Test("rows counted by codes in their own width, and codes by table at an index", arguments: sizes + [256, 300])
    func countedCodes(_ size: Int) {
        let sample = Sample(size)
        let present = Bitmap((0..<size + 64).map { $0 % 5 != 3 } + [true])
        let rows = 64..<64 + size
        for column in [UInt32(3), 200, 70_000].map({ limit in Codes(packing: Buffer((0..<size + 65).map { UInt32($0 * 7) % limit }), size: Int(limit)) }) {
            let entries = (0..<size + 65).map { column[$0] }.max()! + 2
            for validity in [nil, present] {
                for flags in [nil, sample.flags] {
                    // As a column does, rows without a value hold the code 0.
                    let cleared = Codes(
                        packing: Buffer((0..<size + 65).map { validity?[$0] == false ? 0 : UInt32(column[$0]) }), size: column.width == 8 ? 200 : 70_000)
                    let counts = zeros(Int64.self, entries)
                    let words = flags.map { Self.words($0 + [false]) }
                    withExtendedLifetime(words) { Kernels.count(cleared, validity, rows, words?.base, size: entries, counts.base) }
                    var expected = [Int64](repeating: 0, count: entries)
                    for row in sample.range where flags?[row] ?? true {
                        expected[validity?[64 + row] == false ? entries - 1 : column[64 + row]] += 1
                    }
                    #expect((0..<entries).map { counts[$0] } == expected)
                }
            }
        }
        let bytes = Codes(packing: Buffer((0..<size + 65).map { UInt32($0 * $0) % 7 }), size: 7)
        let (pairs, counts, marked) = (PairCounts(), zeros(Int64.self, 14), zeros(Int64.self, 14))
        #expect(PairCounts.fits(bytes, size: 7, marks: true) && !PairCounts.fits(Codes(packing: Buffer([1, 2]), size: 300), size: 300, marks: false))
        pairs.count(bytes, rows)
        pairs.count(bytes, 0..<3)
        for _ in 0..<2 { pairs.fold(size: 7, stride: 2, counts.base) }
        for code in 0..<7 { #expect(counts[code * 2] == Int64(rows.count { bytes[$0] == code } + (0..<3).count { bytes[$0] == code })) }
        let marks = Self.words(sample.flags + [false])
        withExtendedLifetime(marks) { pairs.count(bytes, rows, marks: marks.base) }
        for _ in 0..<2 { pairs.fold(size: 7, stride: 2, counts.base, marked: marked.base) }
        for code in 0..<7 {
            #expect(counts[code * 2] == Int64(2 * rows.count { bytes[$0] == code } + (0..<3).count { bytes[$0] == code }))
            #expect(marked[code * 2] == Int64(sample.range.count { sample.flags[$0] && bytes[64 + $0] == code }))
        }
        let index = held(sample.index.map { abs($0) } + [0])
        let table = held((0..<21).map { UInt32($0 * 2) })
        for column in sample.widths where size > 0 {
            let looked = texts(size) { Kernels.look(column, index.base, size, low: -10, table: table.base, size: 21, $0) }
            #expect(
                looked
                    == sample.range.map { row in
                        let at = column[Int(index[row])] + 10
                        return at >= 0 && at < 21 ? UInt32(at * 2) : Kernels.missingCode
                    })
        }
    }
}
