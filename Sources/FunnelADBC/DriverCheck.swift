/// What there is to say of an engine's driver on this machine.
package struct DriverCheck: Sendable {
    package let kind: EngineKind
    /// Where it was found; nil where it was not.
    package private(set) var location: DriverLocation?
    /// The versions that it tells, in words.
    package private(set) var versions: [String] = []
    /// What is wrong with it, or missing.
    package private(set) var problem: String?
    /// The command that mends that.
    package private(set) var mend: String?
    package private(set) var looked: [String] = []

    /// Looks for the driver, loads it and, where that takes no server, opens the engine.
    package init(_ kind: EngineKind, _ search: DriverSearch) {
        self.kind = kind
        let found = search.look(for: kind)
        looked = found.looked
        guard let location = found.location else {
            problem = found.obstacle ?? "no driver"
            mend = found.obstacleMend ?? "`\(kind.installation)`"
            return
        }
        self.location = location
        if let version = Self.package(location, kind) { versions.append("package \(version)") }
        do throws(ADBCError) {
            let driver = try Driver.load(location)
            guard kind == .duckdb || kind == .sqlite else { return }
            let connection = try Connection.open(driver, options: [(kind == .duckdb ? "path" : "uri", ":memory:")])
            let told = connection.version()
            if let version = told.version { versions.insert("\(kind.title) \(version.hasPrefix("v") ? String(version.dropFirst()) : version)", at: 0) }
            if kind == .duckdb, !FileReader.canLoad("excel", connection) {
                problem = "its extension for workbooks (.xlsx) is not here"
                mend = FileReader.installation("excel", connection.version().version)
            }
        } catch {
            problem = error.message
            mend = error.mends.first
        }
    }

    /// The version of the Python package in which a driver came, from the folder that installers leave beside it.
    private static func package(_ location: DriverLocation, _ kind: EngineKind) -> String? {
        let own = SmallFile.folder(of: location.path)
        let name = kind == .duckdb ? "duckdb" : "adbc_driver_\(kind.name)"
        let packages = kind == .duckdb ? own : SmallFile.folder(of: own)
        return SmallFile.names(packages).first { $0.hasPrefix(name + "-") && $0.hasSuffix(".dist-info") }
            .map { String($0.dropFirst(name.count + 1).dropLast(".dist-info".count)) }
    }
}
