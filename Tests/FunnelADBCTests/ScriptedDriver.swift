import FunnelADBC
import FunnelTesting
import Glibc

/// The driver of `scripted.c`: a library whose queries say what comes back.
enum ScriptedDriver {
    private static let here = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    nonisolated(unsafe) private static let folder = TemporaryFolder()

    /// The compiled library; nil where no compiler is.
    static let library: String? = {
        let path = folder.path + "/libscripted.so"
        let headers = TextFile.root() + "/Sources/CADBC"
        let compiler = ["clang", "cc", "gcc"].first { Command.status("command -v \($0) >/dev/null") == 0 }
        guard let compiler, Command.status("\(compiler) -shared -fPIC -O1 -Wall -I'\(headers)' -o '\(path)' '\(here)/scripted.c'") == 0 else { return nil }
        return path
    }()

    static func location(entry: String = "AdbcDriverInit") -> DriverLocation {
        DriverLocation(path: library ?? "no compiler", entries: [entry], origin: "a test")
    }

    static func connect() throws -> Connection { try Connection.open(try Driver.load(location()), options: []) }

    /// The table that was last taken in, as a text.
    static var bound: String {
        guard let library, let handle = dlopen(library, RTLD_LAZY), let symbol = dlsym(handle, "scripted_bound") else { return "" }
        return String(cString: unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<CChar>).self)())
    }

    /// How many arrays, schemas, streams and statements are out.
    static var live: Int32 {
        guard let library, let handle = dlopen(library, RTLD_LAZY), let symbol = dlsym(handle, "scripted_live") else { return -1 }
        return unsafeBitCast(symbol, to: (@convention(c) () -> Int32).self)()
    }
}
