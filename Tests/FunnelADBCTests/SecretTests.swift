import FunnelADBC
import FunnelTesting
import Glibc
import Testing

/// Where PostgreSQL's password comes from, and that it is shown nowhere.
@Suite(.enabled(if: RealDrivers.arePresent && RealDrivers.postgres != nil, "FUNNEL_POSTGRES names no server"))
struct SecretTests {
    /// `127.0.0.1:5432/postgres`
    private static let place = (RealDrivers.postgres ?? "").split(separator: "@").last.map(String.init) ?? ""
    private static let host = place.split(separator: "/")[0].split(separator: ":").map(String.init)
    private static let service = "[crm]\nhost=\(host[0])\nport=\(host[1])\ndbname=postgres\nuser=funnel\n"

    @Test("a password comes from the environment or a prompt, and is shown nowhere")
    func asked() {
        let folder = TemporaryFolder()
        let session = EngineSessionTests.transcript(folder.path) { _ in "funnel secret" }
        let filled = session.run("connect \"postgres://funnel:${FUNNEL_TEST_PASSWORD}@\(Self.place)\"")
        #expect(session.status == 0, "\(filled)")
        let parameter = session.run("connect \"postgres://funnel@\(Self.place)?password=${FUNNEL_TEST_PASSWORD}\"")
        #expect(session.status == 0, "\(parameter)")
        let asked = session.run("connect \"postgres://funnel@\(Self.place)\"")
        #expect(session.status == 0, "\(asked)")
        let wrong = session.run("connect \"postgres://funnel:mistaken@\(Self.place)\"")
        #expect(session.status == 3 && wrong.contains("password authentication failed"), "\(wrong)")
        #expect(!(filled + parameter + asked + wrong).contains("secret") && !wrong.contains("mistaken"))
    }

    @Test("a password is what it is, whatever letters are in it, as it is written or escaped")
    func letters() throws {
        let role = "odd\(UInt32.random(in: 0 ... .max))"
        let passwords = ["a#b@c/d?e", "50%off", "100% sure", "x:y&z=1", "سلام", "[::1", "what?=@"]
        let server = try RealDrivers.connect(.postgresql, [("uri", RealDrivers.postgres ?? "")])
        for password in passwords {
            try server.execute("drop role if exists \(role)")
            try server.execute("create role \(role) login password '\(password)'")
            let session = EngineSessionTests.transcript("/tmp")
            let said = session.run("connect \"postgres://\(role):\(password)@\(Self.place)\"")
            #expect(session.status == 0 && !said.contains(password), "\(said)")
            let escaped = password.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            let again = session.run("connect \"postgres://\(role):\(escaped)@\(Self.place)\"")
            #expect(session.status == 0, "\(again)")
        }
        try server.execute("drop role \(role)")
    }

    @Test(
        "what libpq can't read of an address shows no password",
        arguments: [
            "postgres://funnel:hidden@HOST:port/x", "postgres://funnel:hid den@HOST:1/x?bogus=1", "postgres://funnel:hidden%zz@[::1",
            "postgres://funnel@HOST?password=hidden&bogus=1",
            "postgres://funnel:x/hidden?hidden@HOST:1/x", "postgres://funnel@HOST/x?sslpassword=hidden%zz&bogus=hidden2",
        ])
    func unreadable(address: String) {
        let session = EngineSessionTests.transcript("/tmp")
        let said = session.run("connect \"\(address.replacing("HOST", with: "127.0.0.1"))\"")
        #expect(session.status == 3 && said.contains("can't connect"), "\(said)")
        #expect(!said.replacing("hidden2", with: "").contains("hid"), "\(said)")
    }

    /// The files of PostgreSQL's library, and how an address leads to them.
    struct Source: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var environment: String
        var address: String
    }

    static let sources = [
        Source(testDescription: "PGPASSFILE", environment: "PGPASSFILE=pass", address: "postgres://funnel@HOST"),
        Source(testDescription: "~/.pgpass", environment: "HOME=$PWD/home", address: "postgres://funnel@HOST"),
        Source(testDescription: "passfile=", environment: "", address: "postgres://funnel@HOST?passfile=pass"),
        Source(testDescription: "PGPASSWORD", environment: "PGPASSWORD='funnel secret'", address: "postgres://funnel@HOST"),
        Source(testDescription: "a service with its password", environment: "PGSERVICEFILE=whole", address: "postgres:///?service=crm"),
        Source(testDescription: "a service, and PGPASSFILE", environment: "PGSERVICEFILE=service PGPASSFILE=pass", address: "postgres:///?service=crm"),
        Source(testDescription: "~/.pg_service.conf", environment: "HOME=$PWD/home", address: "postgres:///?service=crm"),
        Source(testDescription: "PGSERVICE", environment: "PGSERVICEFILE=whole PGSERVICE=crm", address: "postgres://"),
    ]

    @Test("PostgreSQL's own files of passwords and services lead to it, and show nothing", arguments: sources)
    func files(source: Source) throws {
        let folder = TemporaryFolder()
        func make(_ name: String, _ text: String) {
            TemporaryFolder.write(Array(text.utf8), folder.path + "/" + name)
            chmod(folder.path + "/" + name, 0o600)
        }
        mkdir(folder.path + "/home", 0o700)
        let passwords = "\(Self.host[0]):\(Self.host[1]):*:funnel:funnel secret\n"
        for name in ["pass", "home/.pgpass"] { make(name, passwords) }
        make("service", Self.service)
        for name in ["whole", "home/.pg_service.conf"] { make(name, Self.service + "password=funnel secret\n") }
        make("leads.csv", "id,created,source\n1,2024-01-02,ads\n")
        let schema = "f\(UInt32.random(in: 0 ... .max))"
        try RealDrivers.connect(.postgresql, [("uri", RealDrivers.postgres ?? "")]).execute("create schema \(schema)")
        let address = source.address.replacing("HOST", with: Self.place)
        let whole = address + (address.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(schema)"
        make(
            "script.funnel",
            """
            load leads from "leads.csv"
            save to "\(whole)" replace
            connect "\(whole)"
            load leads from table leads
            leads by source as csv
            plan leads by source
            sql leads by source for postgres
            describe leads
            settings
            leads where source like "%x%" and created > 2024-01-01 by week
            """)
        let program = try #require(Self.program)
        let environment = "env -u PGPASSWORD VIRTUAL_ENV='\(Self.prefix)' \(source.environment)"
        let told = Self.output("cd '\(folder.path)' && \(environment) '\(program)' --no-init script.funnel")
        #expect(told.contains("connected ") && told.contains("source,leads\nads,1"), "\(told)")
        #expect(!told.contains("secret"), "\(told)")
        let refused = Self.output("cd '\(folder.path)' && \(environment) '\(program)' -c 'connect \"\(whole)\"; load leads from table nowhere; leads'")
        #expect(refused.contains("has no table `nowhere`") && !refused.contains("secret"), "\(refused)")
    }

    private static let prefix = RealDrivers.python.map { $0.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } } ?? ""

    /// The program itself, which is built beside the tests: PostgreSQL's library reads the variables of a process.
    private static let program: String? = {
        var path = [CChar](repeating: 0, count: 4096)
        guard readlink("/proc/self/exe", &path, path.count - 1) > 0 else { return nil }
        let tests = path.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let program = tests.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/funnel"
        return access(program, X_OK) == 0 ? program : nil
    }()

    private static func output(_ command: String) -> String {
        guard let pipe = popen("{ \(command); } 2>&1", "r") else { return "" }
        defer { pclose(pipe) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
