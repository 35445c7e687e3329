/// How many columns of a terminal a text takes, and what of it may be shown there.
///
/// Counted as terminals do: a wide East Asian letter or an emoji takes two columns; a mark on a letter, a joiner and a
/// direction mark take none; an emoji made of several parts is one emoji.
package enum DisplayWidth {
    /// The columns of a text that is shown as it is. Control characters count as none: see `visible`.
    package static func of(_ text: String) -> Int {
        if isPrintableASCII(text) { return text.utf8.count }
        var width = 0
        for character in text { width += of(character) }
        return width
    }

    /// The columns of one character as a reader sees it, however many scalars it is made of.
    package static func of(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        let first = scalars[scalars.startIndex]
        if scalars.index(after: scalars.startIndex) == scalars.endIndex { return of(first) }
        if isEmojiSequence(scalars, first: first) { return 2 }
        return scalars.reduce(0) { $0 + of($1) }
    }

    /// The columns of one scalar: 0, 1 or 2.
    package static func of(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) ? 0 : 1 }
        if isZeroWidth(scalar) { return 0 }
        return contains(wideRanges, value) ? 2 : 1
    }

    private static func isEmojiSequence(_ scalars: String.UnicodeScalarView, first: Unicode.Scalar) -> Bool {
        let isFlag = (0x1F1E6...0x1F1FF).contains(first.value)
        if isFlag { return true }
        guard first.properties.isEmoji else { return false }
        return scalars.dropFirst().contains { scalar in
            scalar.value == 0xFE0F || scalar.value == 0x20E3 || scalar.properties.isEmojiModifier
                || (scalar.value == 0x200D && first.properties.isEmojiPresentation)
        } || of(first) == 2
    }

    private static func isZeroWidth(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // The vowels and finals of Hangul syllables written in parts stand within their first consonant.
        case 0x1160...0x11FF, 0xD7B0...0xD7FF: return true
        // Signs that stand before or over a number, yet are drawn.
        case 0x0600...0x0605, 0x06DD, 0x070F, 0x08E2, 0x110BD, 0x110CD: return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .lineSeparator, .paragraphSeparator, .control: return true
        default: return false
        }
    }

    static func isPrintableASCII(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }

    // MARK: - Making visible

    /// The text with its control characters made visible, so that data can't drive a terminal: `␛` for escape, `↵` for a
    /// newline, `⇥` for a tab, `\u{7}` for the others, and for the controls that override the direction of a text.
    package static func visible(_ text: String) -> String {
        if isPrintableASCII(text) { return text }
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{1B}": result += "␛"
            case "\n": result += "↵"
            case "\t": result += "⇥"
            case _ where isControl(scalar): result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether a scalar could move a terminal's cursor or turn a text around.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true
        case 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFFF9...0xFFFB: true
        default: false
        }
    }

    // MARK: - Direction

    /// Whether a text has letters that are read from right to left.
    package static func isRightToLeft(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            switch scalar.value {
            case 0..<0x590: false
            case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFC, 0x10800...0x10FFF, 0x1E800...0x1EFFF:
                scalar.properties.isAlphabetic
            default: false
            }
        }
    }

    /// Takes no column. Behind a text from right to left it keeps a terminal that reorders text from pulling the numbers
    /// that follow into it.
    package static let leftToRightMark = "\u{200E}"

    // MARK: - Padding and cutting

    package enum Side: Sendable { case left, right }

    /// The text with spaces on the side opposite to where it stands, up to `width` columns; never shorter than it was.
    package static func pad(_ text: String, to width: Int, standing side: Side = .left) -> String {
        let spaces = String(repeating: " ", count: max(0, width - of(text)))
        return side == .left ? text + spaces : spaces + text
    }

    /// The text, or as much of its beginning as fits into `width` columns together with `mark`.
    package static func cut(_ text: String, to width: Int, mark: String = "…") -> String {
        guard of(text) > width else { return text }
        let room = width - of(mark)
        guard room >= 0 else { return String(prefix(of: text, columns: width)) }
        return prefix(of: text, columns: room) + mark
    }

    /// The longest beginning of a text that takes at most so many columns.
    package static func prefix(of text: String, columns: Int) -> Substring {
        var width = 0
        var index = text.startIndex
        while index < text.endIndex {
            width += of(text[index])
            if width > columns { break }
            index = text.index(after: index)
        }
        return text[..<index]
    }

    /// The text in lines of at most `width` columns, broken at spaces; a word that is longer has a line of its own.
    package static func wrap(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in text.split(separator: " ") {
            let wide = of(String(word))
            if !line.isEmpty && used + 1 + wide > width {
                lines.append(line)
                line = ""
                used = 0
            }
            if !line.isEmpty {
                line += " "
                used += 1
            }
            line += word
            used += wide
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
