/// A text as it is spelled, byte for byte.
///
/// Texts of data are the same where their bytes are, as in every engine. Swift takes two texts for equal that only look alike, such as `é` as
/// one letter and as an `e` with an accent behind it.
package struct Spelling: Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (a: Spelling, b: Spelling) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    /// -1, 0 or 1, by bytes, which is by code points.
    package static func compare(_ a: String, _ b: String) -> Int {
        a.utf8.elementsEqual(b.utf8) ? 0 : a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
