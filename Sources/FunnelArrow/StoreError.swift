/// What is wrong with a saved store, or keeps one from being saved, and what can be done about it.
package struct StoreError: Error, Sendable, Hashable {
    /// As the end of a sentence that begins with the store's name: `is no saved store`.
    package let message: String
    package let mends: [String]

    init(_ message: String, mends: [String] = []) {
        self.message = message
        self.mends = mends
    }

    private static let again = ["restore the folder from a copy, or load the tables again and save them"]

    static let damagedManifest = StoreError("is damaged: its manifest is not the one that was saved", mends: again)
    static let notAStore = StoreError("is no saved store: it has no manifest", mends: ["`save \"crm.store\"` makes one"])
    static let noFolder = StoreError("does not exist", mends: ["`save` makes one"])
    static let isFile = StoreError("is a file, and a saved store is a folder", mends: ["`load` reads files"])
    static let inUse = StoreError("is being saved by another program", mends: ["wait until it has ended"])
    /// The program ended in the middle: of a test that stops a save at a step, and cleans up nothing.
    package static let halted = StoreError("was not saved: the program ended")
    package static let interrupted = StoreError("was not saved: stopped")
    static let empty = StoreError("was not saved: nothing is loaded", mends: ["load leads from \"leads.csv\""])

    static func otherVersion(_ version: String) -> StoreError {
        StoreError(
            "was saved by another version of funnel (format \(version); this one reads \(Manifest.format))", mends: ["load the tables again and save them"])
    }

    static func missing(_ file: String) -> StoreError { StoreError("is damaged: `\(file)` is missing", mends: again) }

    static func damaged(_ file: String, _ why: String) -> StoreError { StoreError("is damaged: `\(file)` \(why)", mends: again) }

    static func unreadable(_ path: String, _ reason: String) -> StoreError { StoreError("can't be opened: `\(name(path))`: \(reason)") }

    static func unwritable(_ path: String, _ reason: String) -> StoreError { StoreError("was not saved: `\(name(path))`: \(reason)") }

    static let noParent = StoreError("was not saved: there is no folder to put it into")

    private static func name(_ path: String) -> Substring { path.split(separator: "/").last ?? "/" }

    static func otherFolder(_ name: String) -> StoreError {
        StoreError("is a folder with other things in it (`\(name)`); nothing was written", mends: ["save into a folder that does not exist yet"])
    }

    static let overFile = StoreError("is a file; nothing was written", mends: ["save into a folder that does not exist yet"])

    static func damagedSource(_ parts: [String]) -> StoreError { StoreError("was not saved: \(parts.joined(separator: " and ")) can't be read", mends: again) }
}
