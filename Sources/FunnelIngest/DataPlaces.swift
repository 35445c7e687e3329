import FunnelText

/// Where rows and cells stand in a file, for messages and for the rejects file. Slow: it reads a piece again.
struct DataPlaces {
    let file: DataFile
    /// The number of the first row of each piece, and the number of all.
    private let firstRows: [Int]

    init(_ file: DataFile, rows: [Int]) {
        self.file = file
        var total = 0
        firstRows =
            rows.map { count in
                defer { total += count }
                return total
            } + [total]
    }

    private func chunk(of row: Int) -> Int {
        var low = 0
        var high = firstRows.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if firstRows[middle] <= row { low = middle } else { high = middle }
        }
        // Pieces without rows share their number with the next one.
        while firstRows[low + 1] <= row { low += 1 }
        return low
    }

    /// The bytes of the file that a cell takes.
    func cell(row: Int, column: Int) -> Range<Int> {
        let chunk = chunk(of: row)
        let index = FieldIndex(columns: file.columns)
        file.index(chunk, into: index)
        let range = index.range(row: row - firstRows[chunk], column: column)
        let start = file.plan.range(chunk).lowerBound
        return (start + range.lowerBound)..<(start + range.upperBound)
    }

    /// The text of a cell, its quotes taken apart.
    func text(row: Int, column: Int) -> String {
        let chunk = chunk(of: row)
        let index = FieldIndex(columns: file.columns)
        file.index(chunk, into: index)
        return index.cells(column, arena: Arena())[row - firstRows[chunk]].text
    }

    /// The bytes of the file that a record takes, its line end left out.
    func record(row: Int) -> Range<Int> {
        let chunk = chunk(of: row)
        let index = FieldIndex(columns: file.columns)
        file.index(chunk, into: index)
        return record(row, chunk, index)
    }

    private func record(_ row: Int, _ chunk: Int, _ index: FieldIndex) -> Range<Int> {
        let piece = file.plan.range(chunk)
        let range = index.record(row - firstRows[chunk], end: piece.count)
        return (piece.lowerBound + range.lowerBound)..<(piece.lowerBound + range.upperBound)
    }

    /// Hands on the records of rows, which are in rising order.
    func forEachRecord(_ rows: [Int], _ body: (Range<Int>) throws -> Void) rethrows {
        let index = FieldIndex(columns: file.columns)
        var current = -1
        for row in rows {
            let chunk = chunk(of: row)
            if chunk != current {
                file.index(chunk, into: index)
                current = chunk
            }
            try body(record(row, chunk, index))
        }
    }

    /// The physical line that bytes of the file begin on, cut around them where it is long, and where in it they are.
    static func source(_ file: DataFile, _ bytes: Range<Int>) -> (source: Source, range: TextRange) {
        let most = 200
        let text = file.text
        let line = text.lineRange(at: bytes.lowerBound)
        var start = line.lowerBound
        var end = line.upperBound
        let wanted = bytes.lowerBound..<max(bytes.lowerBound, min(bytes.upperBound, end))
        if end - start > most {
            let around = max(0, (most - wanted.count) / 2)
            start = max(line.lowerBound, min(wanted.lowerBound - around, end - most))
            end = min(line.upperBound, start + max(most, min(wanted.count, 2 * most)))
            while start > line.lowerBound, text.base[start] & 0xC0 == 0x80 { start -= 1 }
            while end < line.upperBound, text.base[end] & 0xC0 == 0x80 { end += 1 }
        }
        let before = start > line.lowerBound ? "…" : ""
        let after = end < line.upperBound ? "…" : ""
        let shown = before + text.string(start..<end) + after
        let shift = before.utf8.count - start
        let source = Source(name: file.request.displayName, text: shown, firstLine: text.line(at: bytes.lowerBound))
        return (source, TextRange(wanted.lowerBound + shift, min(wanted.upperBound, end) + shift))
    }
}
