/// A manifest of a driver: a small TOML file that says where its library is.
/// https://arrow.apache.org/adbc/current/format/driver_manifests.html
struct DriverManifest {
    private(set) var library: String?
    private(set) var entry: String?
    private(set) var version: String?

    /// As manifests call systems and processors.
    static let platform: String = {
        #if arch(x86_64)
            let processor = "amd64"
        #elseif arch(arm64)
            let processor = "arm64"
        #else
            let processor = "unknown"
        #endif
        #if os(macOS)
            return "macos_" + processor
        #else
            return "linux_" + processor
        #endif
    }()

    /// The keys that matter, of a file that may hold others. `folder`: where relative paths begin.
    init(_ text: String, folder: String) {
        var table = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let words = Self.trimmed(Substring(Self.withoutComment(line)))
            if words.hasPrefix("["), words.hasSuffix("]") {
                table = words.dropFirst().dropLast().split(separator: ".").map { Self.unquoted(Self.trimmed($0)) }.joined(separator: ".")
            } else if let equal = words.firstIndex(of: "=") {
                let key = words[..<equal].split(separator: ".").map { Self.unquoted(Self.trimmed($0)) }
                take((table.isEmpty ? key : [table] + key).joined(separator: "."), Self.trimmed(words[words.index(after: equal)...]), folder)
            }
        }
    }

    private mutating func take(_ key: String, _ value: Substring, _ folder: String) {
        if value.hasPrefix("{"), value.hasSuffix("}") {
            for pair in value.dropFirst().dropLast().split(separator: ",") {
                guard let equal = pair.firstIndex(of: "=") else { continue }
                take(key + "." + Self.unquoted(Self.trimmed(pair[..<equal])), Self.trimmed(pair[pair.index(after: equal)...]), folder)
            }
            return
        }
        let text = Self.unquoted(value)
        switch key {
        case "version": version = text
        case "Driver.entrypoint": entry = text
        case "Driver.shared", "Driver.shared." + Self.platform: library = text.hasPrefix("/") || !text.contains("/") ? text : folder + "/" + text
        default: break
        }
    }

    private static func withoutComment(_ line: Substring) -> String {
        var quote: Character?
        var result = ""
        for letter in line {
            if let open = quote { if letter == open { quote = nil } } else if letter == "\"" || letter == "'" { quote = letter } else if letter == "#" { break }
            result.append(letter)
        }
        return result
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    /// A string without its quotes; backslashes of a basic string stand for the letter behind them.
    private static func unquoted(_ text: Substring) -> String {
        guard let quote = text.first, quote == "\"" || quote == "'", text.count >= 2, text.last == quote else { return String(text) }
        let inner = text.dropFirst().dropLast()
        guard quote == "\"" else { return String(inner) }
        var result = ""
        var isEscaped = false
        for letter in inner {
            if letter == "\\", !isEscaped {
                isEscaped = true
            } else {
                result.append(letter)
                isEscaped = false
            }
        }
        return result
    }
}
