import FunnelText
import Glibc

/// The rows of an Arrow file that a load left out, as CSV.
enum ArrowRejects {
    static func write(_ rows: [Int], of reading: ArrowReading, to path: String) throws {
        var input = stat()
        var output = stat()
        if stat(reading.request.path, &input) == 0, stat(path, &output) == 0, input.st_dev == output.st_dev, input.st_ino == output.st_ino {
            throw Diagnostic.rejectsUnwritable(path, "it is the file that is being loaded", reading.request)
        }
        guard let file = fopen(path, "wbe") else { throw Diagnostic.rejectsUnwritable(path, String(cString: strerror(errno)), reading.request) }
        var isWritten = put(reading.header.names, file)
        for row in rows where isWritten {
            isWritten = put(reading.header.names.indices.map { reading.text($0, row: row) }, file)
        }
        let isClosed = fclose(file) == 0
        guard isWritten, isClosed else { throw Diagnostic.rejectsUnwritable(path, String(cString: strerror(errno)), reading.request) }
    }

    private static func put(_ fields: [String], _ file: UnsafeMutablePointer<FILE>) -> Bool {
        let line = fields.map(quoted).joined(separator: ",") + "\n"
        return fwrite(line, 1, line.utf8.count, file) == line.utf8.count
    }

    private static func quoted(_ field: String) -> String {
        let marks: [Unicode.Scalar] = [",", "\"", "\n", "\r"]
        guard field.unicodeScalars.contains(where: marks.contains) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
