/// Letters of an address as `%20`.
enum Percent {
    static func encoded(_ text: String, keeping kept: String = "-._~") -> String {
        text.utf8.map { byte in
            let isPlain = byte >= 0x30 && byte <= 0x39 || byte >= 0x41 && byte <= 0x5A || byte >= 0x61 && byte <= 0x7A || kept.utf8.contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : encoded(byte)
        }.joined()
    }

    /// The text with escapes for these letters, and for a `%` that begins none.
    static func completed(_ text: String, _ letters: String) -> String {
        let bytes = Array(text.utf8)
        func isHex(_ index: Int) -> Bool { index < bytes.count && UInt8(String(UnicodeScalar(bytes[index])), radix: 16) != nil }
        return bytes.indices.reduce(into: "") { result, index in
            let byte = bytes[index]
            let isOpen = byte == 0x25 ? !(isHex(index + 1) && isHex(index + 2)) : byte < 0x20 || byte > 0x7E || letters.utf8.contains(byte)
            result += isOpen ? encoded(byte) : String(UnicodeScalar(byte))
        }
    }

    private static func encoded(_ byte: UInt8) -> String { "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) }

    static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
