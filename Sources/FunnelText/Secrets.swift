/// Passwords in a text that is shown or kept: they are replaced, letter by letter, so that places in the text stay where
/// they are.
package enum Secrets {
    private static let mask: UInt8 = 0x2A

    /// The text with the password of each address (`scheme://user:password@host`) and of each `password=…` behind stars.
    /// The name of a variable, `${NAME}`, is no secret.
    package static func masked(_ text: String) -> String {
        var bytes = Array(text.utf8)
        let found = places(bytes)
        guard !found.isEmpty else { return text }
        for place in found { for index in place { bytes[index] = mask } }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func places(_ bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var at = 0
        while at < bytes.count {
            if starts(bytes, at, with: "://") {
                let end = bytes[at...].dropFirst(3).firstIndex(where: isEnd) ?? bytes.count
                let authority = at + 3..<(bytes[at + 3..<end].firstIndex { $0 == 0x2F || $0 == 0x3F } ?? end)
                // A password may hold an `@` of its own: the last one ends it. What has no `/` before it may hold any letter.
                if let sign = bytes[at + 3..<end].lastIndex(of: 0x40), let colon = bytes[authority.lowerBound..<sign].firstIndex(of: 0x3A), colon + 1 < sign {
                    found.append(colon + 1..<sign)
                }
                at += 3
            } else if ["password=", "passwd=", "pwd=", "token="].contains(where: { starts(bytes, at, with: $0) }) {
                let start = (bytes[at...].firstIndex(of: 0x3D) ?? at) + 1
                let end = bytes[start...].firstIndex { isEnd($0) || $0 == 0x26 || $0 == 0x3B } ?? bytes.count
                if start < end { found.append(start..<end) }
                at = max(end, at + 1)
            } else {
                at += 1
            }
        }
        return found.filter { place in
            let isVariable = starts(bytes, place.lowerBound, with: "${") && bytes[place.upperBound - 1] == 0x7D
            // What stands behind stars already, in a message, ends with the backquote around it.
            let isMasked = bytes[place].prefix { $0 != 0x60 }.allSatisfy { $0 == mask } && bytes[place.lowerBound] == mask
            return !isVariable && !isMasked
        }
    }

    /// The end of a string, or of a word.
    private static func isEnd(_ byte: UInt8) -> Bool { byte == 0x22 || byte == 0x27 || byte <= 0x20 }

    private static func starts(_ bytes: [UInt8], _ at: Int, with word: String) -> Bool {
        bytes.count - at >= word.utf8.count && zip(bytes[at...], word.utf8).allSatisfy { ($0 >= 0x41 && $0 <= 0x5A ? $0 + 32 : $0) == $1 }
    }
}
