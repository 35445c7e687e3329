import Glibc

/// Commands of the system's shell, for tests.
package enum Command {
    /// Runs a command to its end, and returns its status; what it prints is thrown away.
    ///
    /// Not by `system`, which keeps Ctrl-C from the whole process meanwhile, and so from other tests.
    package static func status(_ command: String) -> Int32 {
        guard let pipe = popen("{ \(command); } 2>&1", "r") else { return -1 }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while fread(&buffer, 1, buffer.count, pipe) > 0 {}
        return pclose(pipe)
    }
}
