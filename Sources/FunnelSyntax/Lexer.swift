package import FunnelText

/// From text to tokens. It never fails: what it can't read becomes a diagnostic, and it goes on behind it.
package struct Lexer {
    let source: Source
    let bytes: [UInt8]
    var position = 0
    var tokens: [Token] = []
    package private(set) var comments: [TextRange] = []
    package private(set) var diagnostics: [Diagnostic] = []
    private var lineIndent = 0
    private var startsLine = true
    private var blankLine = false

    /// The tokens of a whole text, without an end mark.
    package static func tokens(of source: Source) -> (tokens: [Token], comments: [TextRange], diagnostics: [Diagnostic]) {
        var lexer = Lexer(source)
        lexer.run()
        return (lexer.tokens, lexer.comments, lexer.diagnostics)
    }

    init(_ source: Source) {
        self.source = source
        self.bytes = source.bytes
    }

    mutating func run() {
        skipByteOrderMark()
        measureIndent()
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\n"): readNewline()
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
            case UInt8(ascii: "#"): readComment()
            case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"): readComment()
            case UInt8(ascii: "\\"): readLineJoin()
            case UInt8(ascii: "\""), UInt8(ascii: "'"): readString(quote: byte)
            case UInt8(ascii: "`"): readQuotedName()
            case UInt8(ascii: "$"): readParameter()
            default: readWordNumberOrSymbol()
            }
        }
    }

    // MARK: - Looks

    func peek(_ ahead: Int = 0) -> UInt8? {
        position + ahead < bytes.count ? bytes[position + ahead] : nil
    }

    /// The character at an offset and its length in bytes.
    func scalar(at offset: Int) -> (scalar: Unicode.Scalar, length: Int)? {
        guard offset < bytes.count else { return nil }
        let first = bytes[offset]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard offset + length <= bytes.count else { return ("\u{FFFD}", bytes.count - offset) }
        let decoded = String(decoding: bytes[offset..<offset + length], as: UTF8.self).unicodeScalars.first
        return (decoded ?? "\u{FFFD}", length)
    }

    /// The decimal digit at an offset — Latin, Persian or Arabic-Indic — and its length in bytes.
    func digit(at offset: Int) -> (value: Int, length: Int)? {
        guard let (scalar, length) = scalar(at: offset) else { return nil }
        switch scalar.value {
        case 0x30...0x39: return (Int(scalar.value) - 0x30, length)
        case 0x6F0...0x6F9: return (Int(scalar.value) - 0x6F0, length)
        case 0x660...0x669: return (Int(scalar.value) - 0x660, length)
        default: return nil
        }
    }

    /// The end of the word that begins at an offset; the zero-width non-joiner counts inside a word.
    func wordEnd(from offset: Int) -> Int {
        var end = offset
        while let (scalar, length) = scalar(at: end) {
            if Name.isWord(scalar) {
                end += length
            } else if scalar == "\u{200C}", let (next, _) = self.scalar(at: end + length), Name.isWord(next) {
                end += length
            } else {
                break
            }
        }
        return end
    }

    // MARK: - Eats

    mutating func append(_ kind: Token.Kind, from start: Int) {
        tokens.append(
            Token(
                kind: kind, range: TextRange(start, position), startsLine: startsLine, indent: lineIndent,
                followsBlankLine: startsLine && blankLine))
        startsLine = false
        blankLine = false
    }

    mutating func report(_ diagnostic: Diagnostic, from start: Int) {
        diagnostics.append(diagnostic.placed(in: source, at: TextRange(start, max(position, start + 1))))
    }

    private mutating func skipByteOrderMark() {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private mutating func measureIndent() {
        var width = 0
        var at = position
        while at < bytes.count, bytes[at] == UInt8(ascii: " ") || bytes[at] == UInt8(ascii: "\t") {
            width += bytes[at] == UInt8(ascii: "\t") ? 4 : 1
            at += 1
        }
        lineIndent = width
    }

    private mutating func readNewline() {
        position += 1
        if startsLine && !lineHadComment { blankLine = true }
        lineHadComment = false
        startsLine = true
        measureIndent()
    }

    private var lineHadComment = false

    private mutating func readComment() {
        let start = position
        while let byte = peek(), byte != UInt8(ascii: "\n") { position += 1 }
        comments.append(TextRange(start, position))
        lineHadComment = true
    }

    private mutating func readLineJoin() {
        let start = position
        position += 1
        while let byte = peek(), byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") { position += 1 }
        guard peek() == UInt8(ascii: "\n") || peek() == nil else {
            position = start + 1
            return report(.strayBackslash, from: start)
        }
        if peek() == nil {
            openEnd = true
        } else {
            position += 1
        }
    }

    /// Whether the text ends in the middle of something: a line join, a string.
    package private(set) var openEnd = false

    private mutating func readString(quote: UInt8) {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = peek(), byte != UInt8(ascii: "\n") {
            if byte == quote {
                position += 1
                return append(.string(String(decoding: text, as: UTF8.self)), from: start)
            }
            if byte == UInt8(ascii: "\\") {
                readEscape(into: &text)
            } else {
                text.append(byte)
                position += 1
            }
        }
        report(.unclosedString, from: start)
        append(.string(String(decoding: text, as: UTF8.self)), from: start)
    }

    private mutating func readEscape(into text: inout [UInt8]) {
        let start = position
        position += 1
        switch peek() {
        case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"): text.append(bytes[position])
        case UInt8(ascii: "u") where peek(1) == UInt8(ascii: "{"):
            guard let close = bytes[position...].firstIndex(of: UInt8(ascii: "}")), close - position <= 9,
                let value = UInt32(String(decoding: bytes[(position + 2)..<close], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(value)
            else { return report(.badEscape, from: start) }
            text.append(contentsOf: String(Character(scalar)).utf8)
            position = close
        default:
            return report(.badEscape, from: start)
        }
        position += 1
    }

    private mutating func readQuotedName() {
        let start = position
        position += 1
        let from = position
        while let byte = peek(), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "`") { position += 1 }
        let name = String(decoding: bytes[from..<position], as: UTF8.self)
        if peek() == UInt8(ascii: "`") {
            position += 1
            if name.isEmpty { report(.emptyName, from: start) }
        } else {
            report(.unclosedName, from: start)
        }
        append(.quotedName(name), from: start)
    }

    private mutating func readParameter() {
        let start = position
        let end = wordEnd(from: position + 1)
        position = max(end, start + 1)
        if end == start + 1 { return report(.emptyParameter, from: start) }
        append(.parameter(String(decoding: bytes[(start + 1)..<end], as: UTF8.self)), from: start)
    }

    private mutating func readWordNumberOrSymbol() {
        let start = position
        if digit(at: position) != nil { return readNumberOrDate() }
        if peek() == UInt8(ascii: "/"), tokens.last?.isWord("matches") == true { return readRegex() }
        let end = wordEnd(from: position)
        if end > start {
            position = end
            return append(.word(String(decoding: bytes[start..<end], as: UTF8.self)), from: start)
        }
        readSymbol()
    }

    private mutating func readRegex() {
        let start = position
        position += 1
        var pattern: [UInt8] = []
        while let byte = peek(), byte != UInt8(ascii: "\n") {
            if byte == UInt8(ascii: "/") {
                position += 1
                return append(.regex(String(decoding: pattern, as: UTF8.self)), from: start)
            }
            if byte == UInt8(ascii: "\\"), let next = peek(1), next != UInt8(ascii: "\n") {
                if next != UInt8(ascii: "/") { pattern.append(byte) }
                pattern.append(next)
                position += 2
            } else {
                pattern.append(byte)
                position += 1
            }
        }
        report(.unclosedRegex, from: start)
        append(.regex(String(decoding: pattern, as: UTF8.self)), from: start)
    }

    private mutating func readSymbol() {
        let start = position
        if let next = peek(1), next < 0x80, let first = peek(), first < 0x80 {
            let pair = String(decoding: [first, next], as: UTF8.self)
            if let symbol = pair == "<>" ? .notEqual : pair == "==" ? .equal : Symbol(rawValue: pair) {
                position += 2
                return append(.symbol(symbol), from: start)
            }
        }
        guard let (scalar, length) = scalar(at: position) else { return }
        position += length
        switch scalar {
        case "،": append(.symbol(.comma), from: start)
        case "؛": append(.symbol(.semicolon), from: start)
        case "≠": append(.symbol(.notEqual), from: start)
        case "≤": append(.symbol(.lessOrEqual), from: start)
        case "≥": append(.symbol(.greaterOrEqual), from: start)
        case "→": append(.symbol(.arrow), from: start)
        case "×": append(.symbol(.times), from: start)
        case "÷": append(.symbol(.divide), from: start)
        case "\u{A0}", "\u{200B}", "\u{200C}", "\u{200E}", "\u{200F}", "\u{FEFF}": break
        default:
            if let symbol = Symbol(rawValue: String(Character(scalar))) {
                append(.symbol(symbol), from: start)
            } else {
                report(.unknownCharacter(scalar), from: start)
            }
        }
    }
}
