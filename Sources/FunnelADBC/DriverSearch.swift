import Glibc

/// Looks for the driver of an engine, in the places where installers put drivers, and in no others.
package struct DriverSearch: Sendable {
    private let environment: @Sendable (String) -> String?

    package init(environment: @escaping @Sendable (String) -> String?) {
        self.environment = { name in environment(name).flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// What was found, and the places that were looked at before.
    package struct Found: Sendable {
        package var location: DriverLocation?
        package var looked: [String] = []
        /// Something that stands in the way of a driver that is there.
        package var obstacle: String?
        package var obstacleMend: String?
    }

    /// The driver of an engine. `given`: the path or the name that the user has said.
    package func find(_ kind: EngineKind, given: String? = nil) throws(ADBCError) -> DriverLocation {
        if let given, given.contains("/") {
            guard Self.exists(given) else { throw .noSuchDriver(given) }
            if given.hasSuffix(".toml") {
                guard let location = manifest(given, kind) else { throw .emptyManifest(given) }
                return location
            }
            return location(given, kind, origin: "named by the connect string")
        }
        let kind = given.map { EngineKind(scheme: $0) } ?? kind
        let found = look(for: kind)
        if let location = found.location { return location }
        throw .noDriver(kind, found)
    }

    /// The same without an error, for `doctor`.
    package func look(for kind: EngineKind) -> Found {
        var found = Found()
        for folder in manifestFolders {
            let path = "\(folder)/\(kind.name).toml"
            found.looked.append(path)
            if Self.exists(path), let location = manifest(path, kind) {
                found.location = location
                return found
            }
        }
        for place in pythonPlaces {
            wheels(kind, in: place, &found)
            if found.location != nil { return found }
        }
        let name = kind == .duckdb ? "libduckdb.so" : "libadbc_driver_\(kind.name).so"
        for folder in libraryFolders {
            let path = "\(folder)/\(name)"
            found.looked.append(path)
            guard Self.exists(path) else { continue }
            found.location = location(path, kind, origin: "a library of the system")
            return found
        }
        return found
    }

    // MARK: - Manifests

    private var manifestFolders: [String] {
        var folders = (environment("ADBC_DRIVER_PATH") ?? "").split(separator: ":").map(String.init)
        for prefix in [environment("VIRTUAL_ENV"), environment("CONDA_PREFIX"), pathEnvironment].compactMap({ $0 }) {
            folders.append(prefix + "/etc/adbc/drivers")
        }
        if let base = environment("XDG_CONFIG_HOME") ?? environment("HOME").map({ $0 + "/.config" }) { folders.append(base + "/adbc/drivers") }
        folders.append("/etc/adbc/drivers")
        var seen: Set<String> = []
        return folders.filter { seen.insert($0).inserted }
    }

    private func manifest(_ path: String, _ kind: EngineKind) -> DriverLocation? {
        guard let text = SmallFile.read(path) else { return nil }
        let manifest = DriverManifest(text, folder: SmallFile.folder(of: path))
        guard let library = manifest.library else { return nil }
        var location = location(library, kind, origin: "manifest \(path)")
        if let entry = manifest.entry { location.entries.insert(entry, at: 0) }
        return location
    }

    // MARK: - Python

    /// Where Python keeps packages: `lib` folders of the environments at hand.
    private var pythonPlaces: [String] {
        var places = [environment("VIRTUAL_ENV"), environment("CONDA_PREFIX"), pathEnvironment].compactMap { $0 }
        if let home = environment("HOME") { places.append(home + "/.local") }
        var seen: Set<String> = []
        return places.filter { seen.insert($0).inserted }
    }

    /// The virtual environment of the `python3` that a command would start, if it is one.
    private var pathEnvironment: String? {
        for folder in (environment("PATH") ?? "").split(separator: ":") where Self.exists(folder + "/python3") {
            let prefix = SmallFile.folder(of: String(folder))
            return Self.exists(prefix + "/pyvenv.cfg") ? prefix : nil
        }
        return nil
    }

    private func wheels(_ kind: EngineKind, in prefix: String, _ found: inout Found) {
        let folders = SmallFile.names(prefix + "/lib").filter { $0.hasPrefix("python3") }.map { "\(prefix)/lib/\($0)/site-packages" }
        if folders.isEmpty { found.looked.append("\(prefix)/lib/python3.*/site-packages") }
        for folder in folders {
            guard kind == .duckdb else {
                let path = "\(folder)/adbc_driver_\(kind.name)/libadbc_driver_\(kind.name).so"
                found.looked.append(path)
                if Self.exists(path) { return found.location = location(path, kind, origin: "a package of Python") }
                continue
            }
            found.looked.append("\(folder)/_duckdb*.so")
            for name in SmallFile.names(folder).sorted() where name.hasPrefix("_duckdb.") && name.hasSuffix(".so") {
                let path = "\(folder)/\(name)"
                guard let version = Self.pythonVersion(ofWheel: name) else { continue }
                guard let python = pythonLibrary(version, prefix) else {
                    found.obstacle = "`\(path)` needs the shared library of its Python, libpython\(version).so.1.0, which is not here"
                    found.obstacleMend = "install it: `apt install libpython\(version)`"
                    continue
                }
                var location = location(path, kind, origin: "a package of Python")
                location.needsFirst = python
                return found.location = location
            }
        }
    }

    /// `3.11` of `_duckdb.cpython-311-x86_64-linux-gnu.so`
    private static func pythonVersion(ofWheel name: String) -> String? {
        guard let mark = name.firstRange(of: "cpython-3") else { return nil }
        let minor = name[mark.upperBound...].prefix { $0.isNumber }
        return minor.isEmpty ? nil : "3.\(minor)"
    }

    private func pythonLibrary(_ version: String, _ prefix: String) -> String? {
        let name = "libpython\(version).so.1.0"
        var folders = [prefix + "/lib"]
        // A virtual environment says where the Python is that it was made of.
        for line in (SmallFile.read(prefix + "/pyvenv.cfg") ?? "").split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.drop { $0 == " " } }
            guard parts.count == 2, parts[0].hasPrefix("home") else { continue }
            folders.append(SmallFile.folder(of: String(parts[1])) + "/lib")
        }
        return (folders + libraryFolders).map { $0 + "/" + name }.first(where: Self.exists)
    }

    // MARK: - The system

    private var libraryFolders: [String] {
        #if arch(arm64)
            let processor = "aarch64"
        #else
            let processor = "x86_64"
        #endif
        return (environment("LD_LIBRARY_PATH") ?? "").split(separator: ":").map(String.init)
            + ["/usr/local/lib", "/usr/lib/\(processor)-linux-gnu", "/usr/lib64", "/usr/lib"]
    }

    private func location(_ path: String, _ kind: EngineKind, origin: String) -> DriverLocation {
        DriverLocation(path: path, entries: kind.entries, origin: origin)
    }

    private static func exists(_ path: some StringProtocol) -> Bool { access(String(path), R_OK) == 0 }
}
