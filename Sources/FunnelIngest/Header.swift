import FunnelText

/// The first record of a file: the names of its columns.
struct Header: Sendable {
    var names: [String]
    /// As they stand in the file.
    var written: [String]
    /// Where the record lies, and where the first row begins.
    var range: Range<Int>
    var end: Int
    var notes: [String] = []

    /// Reads the header that begins at `start`, or nil where nothing is left.
    init?(_ text: FileText, from start: Int, dialect: Dialect) {
        guard start < text.count else { return nil }
        // The extent of the record, then its fields through the same index as all rows.
        var end = start
        var isInside = false
        var fieldStart = start
        scan: while end < text.count {
            let byte = text.base[end]
            if isInside {
                if byte == Byte.quote {
                    if end + 1 < text.count, text.base[end + 1] == Byte.quote { end += 1 } else { isInside = false }
                }
            } else if byte == Byte.quote, end == fieldStart {
                isInside = true
            } else if byte == dialect.delimiter {
                fieldStart = end + 1
            } else if Byte.isLineEnd(byte) {
                break scan
            }
            end += 1
        }
        range = start..<end
        if end < text.count {
            let isPair = text.base[end] == Byte.carriageReturn && end + 1 < text.count && text.base[end + 1] == Byte.lineFeed
            end += isPair ? 2 : 1
        }
        self.end = end

        let counter = FieldIndex(columns: 1)
        counter.build(text, start..<end, dialect: dialect, wrongLength: .fit)
        guard counter.rows > 0 else { return nil }
        let index = FieldIndex(columns: counter.ragged.first?.fields ?? 1)
        index.build(text, start..<end, dialect: dialect, wrongLength: .fit)
        let arena = Arena()
        written = (0..<index.columns).map { column in
            let words = index.cells(column, arena: arena)[0].text.split(whereSeparator: { $0.isNewline || $0 == "\t" })
            return words.joined(separator: " ")
        }
        names = []
        nameColumns()
    }

    /// Gives a name to columns without one, and another to those whose name is taken.
    private mutating func nameColumns() {
        var used: Set<String> = []
        for (column, header) in written.enumerated() {
            var name = header.trimmingBlanks
            if name.isEmpty {
                name = "column_\(column + 1)"
                notes.append("column \(column + 1) has no header: it is called `\(name)`")
            }
            if used.contains(Name.fold(name)) {
                var number = 2
                while used.contains(Name.fold("\(name)_\(number)")) { number += 1 }
                notes.append("the header `\(name)` stands twice: column \(column + 1) is called `\(name)_\(number)`")
                name = "\(name)_\(number)"
            }
            used.insert(Name.fold(name))
            names.append(name)
        }
    }

    /// The column that a name means: spelled the same, or folding to the same.
    func column(_ name: String) -> Int? {
        if let exact = names.firstIndex(of: name) { return exact }
        let folded = Name.fold(name)
        return names.firstIndex { Name.fold($0) == folded }
    }
}

extension String {
    var trimmingBlanks: String {
        let isBlank: (Character) -> Bool = { $0.isWhitespace || $0 == "\u{FEFF}" || $0 == "\u{200E}" || $0 == "\u{200F}" }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(self[first...last])
    }
}
