/// The bytes of a cell that may be a date, and how far they have been read: digits of any script are ASCII digits here,
/// no-break spaces are spaces, marks of direction are gone.
struct DateScanner {
    private(set) var bytes: [UInt8]
    var at = 0

    init(_ cell: Cell) {
        let cell = cell.trimmed
        if cell.bytes.allSatisfy({ $0 < 0x80 }) {
            bytes = Array(cell.bytes)
            return
        }
        bytes = []
        bytes.reserveCapacity(cell.count)
        for scalar in cell.text.unicodeScalars {
            switch scalar.value {
            case 0x660...0x669: bytes.append(Byte.zero + UInt8(scalar.value - 0x660))
            case 0x6F0...0x6F9: bytes.append(Byte.zero + UInt8(scalar.value - 0x6F0))
            case 0xA0, 0x2009, 0x202F, 0x2007: bytes.append(Byte.space)
            case 0x60C: bytes.append(Byte.comma)
            case 0x200B...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x061C, 0xFEFF: continue
            default: bytes.append(contentsOf: Array(String(scalar).utf8))
            }
        }
    }

    var isAtEnd: Bool { at >= bytes.count }
    var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        at += 1
        return true
    }

    mutating func skipBlanks() {
        while let byte = peek, Byte.isBlank(byte) { at += 1 }
    }

    mutating func skipWord(_ word: String) -> Bool {
        guard let found = peekWord(), found.count == word.utf8.count,
            zip(found, word.utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
        else { return false }
        at += found.count
        return true
    }

    /// The letters that begin here.
    func peekWord() -> ArraySlice<UInt8>? {
        var end = at
        while end < bytes.count, Byte.isLetter(bytes[end]) || bytes[end] >= 0x80 { end += 1 }
        return end > at ? bytes[at..<end] : nil
    }

    /// The digits that begin here, at most 14 (or `most`) of them.
    mutating func number(most: Int = 14) -> (value: Int, digits: Int)? {
        var value = 0
        let start = at
        while at < bytes.count, at - start < most, Byte.isDigit(bytes[at]) {
            value = value * 10 + Int(bytes[at] - Byte.zero)
            at += 1
        }
        return at > start ? (value, at - start) : nil
    }

    /// What stands between the parts of a date: `-`, `/`, `.` or blanks; `. ` counts as blanks.
    mutating func separator() -> UInt8? {
        guard let byte = peek else { return nil }
        if byte == Byte.minus || byte == Byte.slash || byte == Byte.point {
            at += 1
            if byte == Byte.point, let next = peek, Byte.isBlank(next) {
                skipBlanks()
                return Byte.space
            }
            return byte
        }
        guard Byte.isBlank(byte) else { return nil }
        skipBlanks()
        return Byte.space
    }

    /// Whether a number of four digits in it can only be a year of the Solar Hijri calendar.
    var holdsJalaliYear: Bool {
        bytes.split { !Byte.isDigit($0) }.contains { digits in
            digits.count >= 4 && (digits.count == 4 || digits.count == 8)
                && (1200...1599).contains(digits.prefix(4).reduce(0) { $0 * 10 + Int($1 - Byte.zero) })
        }
    }

    /// Goes back over the last `count` digits and puts a blank before them.
    mutating func breakBefore(_ count: Int) {
        at -= count
        bytes.insert(Byte.space, at: at)
    }
}
