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

    /// The passwords that `masked` would hide.
    package static func found(in text: String) -> [String] {
        let bytes = Array(text.utf8)
        return places(bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// What stands before a secret: parameters of addresses, and headers that say who asks.
    private static let words = ["password=", "passwd=", "pwd=", "token=", "authorization=", "authorization_header=", "secret=", "apikey=", "api_key="]

    private static func places(_ bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var at = 0
        // The end of the address in which `at` stands.
        var addressEnd = 0
        while at < bytes.count {
            if starts(bytes, at, with: "://") {
                let end = end(ofAddress: at, in: bytes)
                addressEnd = end
                let authority = at + 3..<(bytes[at + 3..<end].firstIndex { $0 == 0x2F || $0 == 0x3F } ?? end)
                // A password may hold an `@` of its own: the last one ends it. What has no `/` before it may hold any letter.
                if let sign = bytes[at + 3..<end].lastIndex(of: 0x40), let colon = bytes[authority.lowerBound..<sign].firstIndex(of: 0x3A), colon + 1 < sign {
                    found.append(colon + 1..<sign)
                }
                at += 3
            } else if words.contains(where: { starts(bytes, at, with: $0) }) {
                let start = (bytes[at...].firstIndex(of: 0x3D) ?? at) + 1
                let rest = at < addressEnd ? bytes[start..<max(start, addressEnd)] : bytes[start...]
                let end =
                    rest.firstIndex { $0 == 0x26 || $0 == 0x3B || (at >= addressEnd && isEnd($0)) } ?? rest.endIndex
                if start < end, !isVariable(bytes, start) { found.append(start..<end) }
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

    /// Where an address ends whose `://` stands at a place: at the mark in which it stands, or else with the word. One that is all
    /// of the text may hold a blank.
    private static func end(ofAddress at: Int, in bytes: [UInt8]) -> Int {
        let scheme = bytes[..<at].reversed().prefix { isLetter($0) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
        let start = at - scheme.count
        let rest = bytes[(at + 3)...]
        guard start > 0 else { return rest.firstIndex { $0 == 0x22 || $0 == 0x27 || $0 < 0x20 } ?? bytes.count }
        let mark = bytes[start - 1]
        guard mark == 0x22 || mark == 0x27 || mark == 0x60 else { return rest.firstIndex(where: isEnd) ?? bytes.count }
        return rest.firstIndex { $0 == mark || $0 < 0x20 } ?? bytes.count
    }

    /// Whether all of a secret is the name of a variable, `${NAME}`.
    private static func isVariable(_ bytes: [UInt8], _ start: Int) -> Bool {
        guard starts(bytes, start, with: "${"), let close = bytes[start...].firstIndex(of: 0x7D) else { return false }
        guard bytes[start..<close].dropFirst(2).allSatisfy({ isLetter($0) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F }) else { return false }
        return close + 1 == bytes.count || isEnd(bytes[close + 1]) || [0x26, 0x3B, 0x60].contains(bytes[close + 1])
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }

    /// The end of a string, or of a word.
    private static func isEnd(_ byte: UInt8) -> Bool { byte == 0x22 || byte == 0x27 || byte <= 0x20 }

    private static func starts(_ bytes: [UInt8], _ at: Int, with word: String) -> Bool {
        bytes.count - at >= word.utf8.count && zip(bytes[at...], word.utf8).allSatisfy { ($0 >= 0x41 && $0 <= 0x5A ? $0 + 32 : $0) == $1 }
    }
}
