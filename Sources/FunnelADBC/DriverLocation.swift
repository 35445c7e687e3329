/// Where a driver is, and how it is to be loaded.
package struct DriverLocation: Sendable, Hashable {
    /// The library, or a name that the system's linker finds.
    package var path: String
    /// The function that hands the driver over, under the names that it may have.
    package var entries: [String]
    /// A library that must be there before.
    package var needsFirst: String?
    /// How it was found, for `doctor`.
    package var origin: String

    package init(path: String, entries: [String], needsFirst: String? = nil, origin: String) {
        self.path = path
        self.entries = entries
        self.needsFirst = needsFirst
        self.origin = origin
    }
}
