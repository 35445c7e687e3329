/// How files write that there is no value, besides an empty field.
enum MissingText {
    static let spellings: [String] = [
        "NULL", "null", "Null", "\\N", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NAN", "None", "none", "-", "–", "—",
    ]

    private static let bytes = spellings.map { Array($0.utf8) }

    /// Which of the spellings a cell is, or nil.
    static func index(_ cell: Cell) -> Int? {
        guard cell.count <= 4 else { return nil }
        return bytes.firstIndex { $0.count == cell.count && $0.elementsEqual(cell.bytes) }
    }
}

/// How files write yes and no.
enum YesNoText {
    /// Yes or no, or nil where the cell is neither; `digits` lets 1 and 0 stand for them.
    static func parse(_ cell: Cell, digits: Bool) -> Bool? {
        switch cell.count {
        case 1:
            switch cell[0] | 0x20 {
            case UInt8(ascii: "y"), UInt8(ascii: "t"): return true
            case UInt8(ascii: "n"), UInt8(ascii: "f"): return false
            default: break
            }
            if digits, cell[0] == UInt8(ascii: "1") { return true }
            if digits, cell[0] == UInt8(ascii: "0") { return false }
            return nil
        case 2...6:
            return all.first { $0.bytes.count == cell.count && matches(cell, $0.bytes) }?.value
        default: return nil
        }
    }

    private static let all: [(bytes: [UInt8], value: Bool)] = [
        (Array("true".utf8), true), (Array("false".utf8), false), (Array("yes".utf8), true), (Array("no".utf8), false),
        (Array("بله".utf8), true), (Array("خیر".utf8), false),
    ]

    private static func matches(_ cell: Cell, _ word: [UInt8]) -> Bool {
        for at in 0..<word.count where (Byte.isLetter(cell[at]) ? cell[at] | 0x20 : cell[at]) != word[at] { return false }
        return true
    }
}
