/// A text with a name: a script, a line typed at the prompt, or one line of a data file.
///
/// Offsets are in UTF-8 bytes. A source never changes, so a `TextRange` into it stays true.
package final class Source: Sendable {
    /// What a person calls it: a path, `<input>`, `-c`.
    package let name: String
    package let text: String
    package let bytes: [UInt8]
    /// The number of its first line: 1 for a script, the line's own number for one line of a data file.
    package let firstLine: Int
    private let lineStarts: [Int]

    package init(name: String, text: String, firstLine: Int = 1) {
        self.name = name
        self.text = text
        self.bytes = Array(text.utf8)
        self.firstLine = firstLine
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
        self.lineStarts = starts
    }

    /// The whole text.
    package var range: TextRange { TextRange(0, bytes.count) }

    /// The text of a range, clamped to the source.
    package func text(in range: TextRange) -> String {
        let start = min(max(range.start, 0), bytes.count)
        let end = min(max(range.end, start), bytes.count)
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// Which line (from `firstLine`) an offset is on.
    package func line(at offset: Int) -> Int { firstLine + lineIndex(at: offset) }

    /// The column, counted in characters from 1, that an offset stands at.
    package func column(at offset: Int) -> Int {
        let start = lineStarts[lineIndex(at: offset)]
        return text(in: TextRange(start, offset)).count + 1
    }

    /// The bytes of the line that an offset is on, its line end left out.
    package func lineRange(at offset: Int) -> TextRange {
        let index = lineIndex(at: offset)
        let start = lineStarts[index]
        var end = index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : bytes.count
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return TextRange(start, end)
    }

    private func lineIndex(at offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }
}

/// A half-open range of UTF-8 offsets in a `Source`.
package struct TextRange: Hashable, Sendable {
    package var start: Int
    package var end: Int

    package init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    /// The smallest range that holds both.
    package func union(_ other: TextRange) -> TextRange {
        TextRange(min(start, other.start), max(end, other.end))
    }

    package var isEmpty: Bool { start >= end }
}
