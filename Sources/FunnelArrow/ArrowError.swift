/// What is wrong with an Arrow file, and what can be done about it.
package struct ArrowError: Error, Sendable, Hashable {
    /// What is wrong, as the end of a sentence that begins with the file's name: `is damaged: …`.
    package let message: String
    package let mends: [String]

    init(_ message: String, mends: [String] = []) {
        self.message = message
        self.mends = mends
    }
}
