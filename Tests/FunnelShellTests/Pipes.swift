import FunnelShell
import Glibc

/// What a console wrote to its two descriptors.
struct Written {
    var output: String
    var errors: String
}

/// Lets a console write into pipes and returns what came out. It has to fit into the pipes.
func written(
    _ options: ConsoleOptions = ConsoleOptions(), environment: [String: String] = ["LANG": "C.UTF-8"],
    _ body: (Console) -> Void
) -> Written {
    let output = Pipe()
    let errors = Pipe()
    let console = Console(options: options, output: output.end, errors: errors.end, environment: { environment[$0] })
    body(console)
    return Written(output: output.text(), errors: errors.text())
}

struct Pipe {
    private let start: Int32
    let end: Int32

    init() {
        var ends: [Int32] = [0, 0]
        precondition(pipe(&ends) == 0)
        (start, end) = (ends[0], ends[1])
    }

    /// Nobody reads any more.
    func breakOff() { close(start) }

    /// Everything that was written; the pipe is closed.
    func text() -> String {
        close(end)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = read(start, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        close(start)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A folder that is there for one test.
func withFolder(_ body: (String) -> Void) {
    var template = Array(("/tmp/funnel-test-" + String(repeating: "X", count: 6)).utf8CString)
    guard mkdtemp(&template) != nil else { return }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    body(path)
    remove(path)

    func remove(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { remove(path + "/" + name) }
            }
            closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
