import FunnelText

/// A connect string, read: which engine it means, where that is, and what its driver is told.
package struct EngineAddress: Sendable, Hashable {
    package let kind: EngineKind
    /// The SQL that it speaks.
    package let dialect: String
    /// The driver's path or name, where the string says one.
    package let driver: String?
    /// The file that the engine is, if it is one.
    package let file: String?
    /// As it may be shown: the password behind stars.
    package let shown: String
    /// What the driver is told; a secret may be among it.
    let options: [Option]

    struct Option: Sendable, Hashable {
        var key: String
        var value: String
    }

    /// - Parameters:
    ///   - resolve: a path as written, to where it is.
    ///   - environment: variables, for `${NAME}`.
    package init(_ text: String, resolve: (String) -> String, environment: (String) -> String?) throws(ADBCError) {
        shown = Secrets.masked(text)
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex,
            text[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        else { throw .noAddress(shown) }
        let kind = EngineKind(scheme: text[..<colon].lowercased())
        self.kind = kind
        var parts = Parameters(text, own: ["driver", "dialect"])
        driver = try parts.own["driver"].map { value throws(ADBCError) in try Self.filled(value, environment) }.map { $0.contains("/") ? resolve($0) : $0 }
        if case .other = kind, driver == nil { throw .unknownEngine(kind.name) }
        guard let dialect = parts.own["dialect"] ?? kind.dialect else { throw .noDialect(shown) }
        self.dialect = dialect
        switch kind {
        case .duckdb, .sqlite:
            var path = String(parts.base[parts.base.index(after: colon)...])
            path = try Self.filled(path.hasPrefix("//") ? String(path.dropFirst(2)) : path, environment)
            let isMemory = path.isEmpty || path == ":memory:"
            file = isMemory ? nil : resolve(path)
            let others = try Self.options(parts.others, environment)
            options = [Option(key: Self.fileKey(kind), value: file ?? ":memory:")] + others
        case .postgresql:
            file = nil
            // A server that does not answer is not waited for without end.
            if !parts.others.contains(where: { $0.key == "connect_timeout" }) { parts.others.append(("connect_timeout", "10")) }
            options = [Option(key: "uri", value: try Self.filled(parts.whole, environment))]
        case .spark:
            file = nil
            options = [Option(key: "uri", value: "sc" + (try Self.filled(String(parts.whole[colon...]), environment)))]
        case .flightsql:
            file = nil
            let scheme = parts.others.contains { $0.key == "tls" } ? "grpc+tls" : "grpc"
            parts.others.removeAll { $0.key == "tls" }
            options =
                [Option(key: "uri", value: scheme + (try Self.filled(String(parts.base[colon...]), environment)))]
                + (try Self.options(parts.others, environment))
        case .other:
            file = nil
            options = [Option(key: "uri", value: try Self.filled(parts.whole, environment))]
        }
    }

    /// What the driver is told for a connection of this kind. What the address says of it stands above that.
    func options(for access: EngineAccess) -> [Option] {
        guard let file, access == .reading else { return options }
        switch kind {
        case .duckdb:
            let isOpen = options.contains { $0.key == "access_mode" } || !FileStart.isDatabase(file)
            return isOpen ? options : options + [Option(key: "access_mode", value: "READ_ONLY")]
        case .sqlite: return options.map { $0.key == Self.fileKey(kind) ? Option(key: $0.key, value: Self.readOnlySQLite(file)) : $0 }
        case .postgresql, .spark, .flightsql, .other: return options
        }
    }

    /// Whether the other address means the same to a driver, in whatever way a file is written.
    func isPlace(of other: EngineAddress) -> Bool {
        guard file != nil, other.file != nil else { return self == other }
        func rest(_ address: EngineAddress) -> [Option] { address.options.filter { $0.key != Self.fileKey(kind) } }
        return kind == other.kind && dialect == other.dialect && driver == other.driver && rest(self) == rest(other)
    }

    private static func fileKey(_ kind: EngineKind) -> String { kind == .duckdb ? "path" : "uri" }

    /// SQLite's way to say that a file is only read.
    static func readOnlySQLite(_ path: String) -> String { "file:\(Percent.encoded(path, keeping: "/-._~"))?mode=ro" }

    /// The same with a password, for a server that has asked for one.
    func with(password: String) -> EngineAddress {
        guard kind == .postgresql else { return EngineAddress(self, options + [Option(key: "password", value: password)]) }
        return EngineAddress(
            self,
            options.map { option in
                option.key == "uri"
                    ? Option(key: "uri", value: option.value + (option.value.contains("?") ? "&" : "?") + "password=" + Percent.encoded(password)) : option
            })
    }

    private init(_ other: EngineAddress, _ options: [Option]) {
        (kind, dialect, driver, file, shown) = (other.kind, other.dialect, other.driver, other.file, other.shown)
        self.options = options
    }

    private static func options(_ pairs: [(key: String, value: String)], _ environment: (String) -> String?) throws(ADBCError) -> [Option] {
        var options: [Option] = []
        for pair in pairs { options.append(Option(key: pair.key, value: try filled(pair.value, environment))) }
        return options
    }

    /// `${NAME}` is the variable's value; before the `@` of an address it is written so that none of its letters means something.
    private static func filled(_ text: String, _ environment: (String) -> String?) throws(ADBCError) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            let name = String(rest[start.upperBound..<end])
            guard let value = environment(name) else { throw .noVariable(name) }
            let isUser = text.contains("://") && rest[end...].contains("@")
            result += rest[..<start.lowerBound] + (isUser ? Percent.encoded(value) : value)
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}

/// The parameters behind the `?` of an address.
private struct Parameters {
    let base: String
    private(set) var own: [String: String] = [:]
    var others: [(key: String, value: String)] = []

    init(_ text: String, own names: Set<String>) {
        guard let mark = text.firstIndex(of: "?") else {
            base = text
            return
        }
        base = String(text[..<mark])
        for pair in text[text.index(after: mark)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let value = parts.count > 1 ? parts[1] : ""
            if names.contains(parts[0]) { own[parts[0]] = Percent.decoded(value) } else { others.append((parts[0], value)) }
        }
    }

    /// The address without the parameters that are ours.
    var whole: String { others.isEmpty ? base : base + "?" + others.map { "\($0.key)=\($0.value)" }.joined(separator: "&") }
}

/// Letters of an address as `%20`.
enum Percent {
    static func encoded(_ text: String, keeping kept: String = "-._~") -> String {
        text.utf8.map { byte in
            let isPlain = byte >= 0x30 && byte <= 0x39 || byte >= 0x41 && byte <= 0x5A || byte >= 0x61 && byte <= 0x7A || kept.utf8.contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
