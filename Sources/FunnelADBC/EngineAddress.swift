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
        var parts = Parameters(kind == .postgresql ? Self.spelled(text) : text, own: ["driver", "dialect"])
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
            // A server that does not answer is not waited for without end. A service may say something else, and so may PostgreSQL's
            // variable for it.
            let saysItself = parts.others.contains { $0.key == "connect_timeout" || $0.key == "service" } || environment("PGCONNECT_TIMEOUT") != nil
            if !saysItself { parts.others.append(("connect_timeout", "10")) }
            let base = try Self.filled(parts.base, environment)
            let others = try Self.options(parts.others, environment, encodes: true)
            options = [
                Option(
                    key: "uri", value: ([base] + (others.isEmpty ? [] : [others.map { "\($0.key)=\($0.value)" }.joined(separator: "&")])).joined(separator: "?")
                )
            ]
        case .spark:
            file = nil
            // Spark has its parameters behind `/;`, and takes no notice of others.
            var uri = "sc" + (try Self.filled(String(parts.base[colon...]), environment))
            for option in try Self.options(parts.others, environment) {
                if !uri.contains(";") { uri += uri.dropFirst("sc://".count).contains("/") ? "" : "/" }
                uri += ";\(option.key)=\(option.value)"
            }
            options = [Option(key: "uri", value: uri)]
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

    /// `encodes`: the values of variables are written so that none of their letters means something, and so are wrong escapes.
    private static func options(
        _ pairs: [(key: String, value: String)], _ environment: (String) -> String?, encodes: Bool = false
    ) throws(ADBCError) -> [Option] {
        var options: [Option] = []
        for pair in pairs {
            let value = try filled(encodes ? Percent.completed(pair.value, " ") : pair.value, environment, encodes: encodes)
            options.append(Option(key: pair.key, value: value))
        }
        return options
    }

    /// An address in whose password no letter means something else: PostgreSQL's library would call a part of it a mistake, and
    /// show that part.
    private static func spelled(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        let rest = text[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        // Without an `@` before them, `/` and `?` are letters of the password, if no port stands there; so they are where no name of
        // a parameter follows.
        let query = rest.firstIndex(of: "?").map { rest[rest.index(after: $0)...] }
        let isWhole = query.map { ($0.firstIndex(of: "=") ?? $0.endIndex) < ($0.firstIndex(of: "@") ?? $0.endIndex) || !$0.contains("@") } ?? true
        let upTo = authority.contains("@") && isWhole ? authority : rest
        guard let sign = upTo.lastIndex(of: "@"), let colon = authority.firstIndex(of: ":"), colon < sign else { return text }
        let password = text[text.index(after: colon)..<sign]
        if upTo.endIndex != authority.endIndex, authority[authority.index(after: colon)...].allSatisfy(\.isNumber) { return text }
        return text[...colon] + Percent.completed(String(password), " /?@") + text[sign...]
    }

    /// What the address holds that nobody may see, as it is and as it is written: for what drivers say.
    var secrets: [String] {
        let found = options.flatMap { Secrets.found(in: $0.key + "=" + $0.value) }
        // A shorter one would hide the words of the message.
        return Set(found.flatMap { [$0, Percent.decoded($0)] }).filter { $0.utf8.count > 3 }.sorted { $0.utf8.count > $1.utf8.count }
    }

    /// `${NAME}` is the variable's value; before the `@` of an address it is written so that none of its letters means something.
    private static func filled(_ text: String, _ environment: (String) -> String?, encodes: Bool = false) throws(ADBCError) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            let name = String(rest[start.upperBound..<end])
            guard let value = environment(name) else { throw .noVariable(name) }
            let isUser = text.contains("://") && rest[end...].contains("@")
            result += rest[..<start.lowerBound] + (encodes || isUser ? Percent.encoded(value) : value)
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
