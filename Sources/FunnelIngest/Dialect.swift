/// How a file separates its fields.
struct Dialect: Equatable, Sendable {
    var delimiter: UInt8

    static let candidates: [UInt8] = [Byte.comma, UInt8(ascii: ";"), Byte.tab, UInt8(ascii: "|")]

    /// What the file says of itself, or what its first records agree on; and where the header begins.
    static func sniff(_ text: FileText, from start: Int) -> (dialect: Dialect, headerStart: Int) {
        if let (delimiter, next) = excelLine(text, start) {
            return (Dialect(delimiter: delimiter), skippingEmptyLines(text, next))
        }
        let header = skippingEmptyLines(text, start)
        var best = (share: 0.0, fields: 0, delimiter: Byte.comma)
        for delimiter in candidates {
            let counts = fieldCounts(text, from: header, delimiter: delimiter, records: 50)
            guard let fields = counts.first, fields > 1 else { continue }
            let share = Double(counts.count { $0 == fields }) / Double(counts.count)
            if (share, fields) > (best.share, best.fields) { best = (share, fields, delimiter) }
        }
        return (Dialect(delimiter: best.delimiter), header)
    }

    /// `sep=;`, which spreadsheets write above the header.
    private static func excelLine(_ text: FileText, _ start: Int) -> (UInt8, next: Int)? {
        guard text.count - start >= 5 else { return nil }
        let line = Array("sep=".utf8)
        guard (0..<4).allSatisfy({ text.base[start + $0] | 0x20 == line[$0] | 0x20 }) else { return nil }
        let mark = text.base[start + 4]
        guard
            mark == Byte.tab
                || (mark > Byte.space && mark < 0x7F && mark != Byte.quote && !Byte.isLetter(mark) && !Byte.isDigit(mark))
        else { return nil }
        var next = start + 5
        guard next >= text.count || Byte.isLineEnd(text.base[next]) else { return nil }
        if next < text.count, text.base[next] == Byte.carriageReturn { next += 1 }
        if next < text.count, text.base[next] == Byte.lineFeed { next += 1 }
        return (mark, next)
    }

    private static func skippingEmptyLines(_ text: FileText, _ start: Int) -> Int {
        var lineStart = start
        var at = start
        while at < text.count {
            if Byte.isLineEnd(text.base[at]) {
                at += 1
                lineStart = at
            } else if Byte.isBlank(text.base[at]) {
                at += 1
            } else {
                break
            }
        }
        // A tab or a blank at the start of the header line belongs to the header.
        return at == text.count ? text.count : lineStart
    }

    /// How many fields each of the first records has.
    private static func fieldCounts(_ text: FileText, from start: Int, delimiter: UInt8, records: Int) -> [Int] {
        var counts: [Int] = []
        var at = start
        let limit = min(text.count, start + 1 << 18)
        while at < limit, counts.count < records {
            var fields = 1
            var fieldStart = at
            while at < limit, !Byte.isLineEnd(text.base[at]) {
                let byte = text.base[at]
                if byte == Byte.quote, at == fieldStart {
                    at += 1
                    while at < limit {
                        if text.base[at] == Byte.quote {
                            guard at + 1 < limit, text.base[at + 1] == Byte.quote else { break }
                            at += 1
                        }
                        at += 1
                    }
                } else if byte == delimiter {
                    fields += 1
                    fieldStart = at + 1
                }
                at += 1
            }
            if at >= limit, limit < text.count { break }
            counts.append(fields)
            while at < limit, Byte.isLineEnd(text.base[at]) { at += 1 }
        }
        return counts
    }
}
