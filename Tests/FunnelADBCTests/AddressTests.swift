import FunnelADBC
import FunnelTesting
import FunnelText
import Glibc
import Testing

/// Connect strings, and where drivers are looked for.
struct AddressTests {
    private func address(_ text: String, _ environment: [String: String] = [:]) throws -> EngineAddress {
        try EngineAddress(text, resolve: { $0.hasPrefix("/") ? $0 : "/home/" + $0 }, environment: { environment[$0] })
    }

    @Test(
        "an address says engine, dialect and file",
        arguments: [
            ("postgres://ann@host/crm", EngineKind.postgresql, "postgres", String?.none), ("postgresql:///crm", .postgresql, "postgres", nil),
            ("duckdb:crm.duckdb", .duckdb, "duckdb", "/home/crm.duckdb"), ("duckdb:", .duckdb, "duckdb", nil), ("duckdb::memory:", .duckdb, "duckdb", nil),
            ("sqlite:///data/crm.sqlite", .sqlite, "sqlite", "/data/crm.sqlite"), ("SPARK://host:15002", .spark, "spark", nil),
            ("flightsql://host:1?dialect=spark", .flightsql, "spark", nil), ("mydb:x?driver=./libmy.so&dialect=postgres", .other("mydb"), "postgres", nil),
        ])
    func kinds(text: String, kind: EngineKind, dialect: String, file: String?) throws {
        let address = try address(text)
        #expect(address.kind == kind)
        #expect(address.dialect == dialect)
        #expect(address.file == file)
    }

    @Test("a driver's path is that of a file, its name is left")
    func drivers() throws {
        #expect(try address("duckdb:x?driver=libs/libduckdb.so").driver == "/home/libs/libduckdb.so")
        #expect(try address("postgres://h/d?driver=redshift").driver == "redshift")
    }

    @Test(
        "what is no address is refused with a reason",
        arguments: [
            ("crm.duckdb", "is no address of an engine"), (":x", "is no address of an engine"), ("oracle://h/d", "`oracle` is no engine that is known"),
            ("flightsql://h:1", "does not say which SQL"), ("mydb:x?driver=y", "does not say which SQL"), ("postgres://${NOBODY}@h/d", "no variable `NOBODY`"),
        ])
    func refused(text: String, message: String) {
        let error = #expect(throws: ADBCError.self) { _ = try address(text) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test(
        "passwords stand behind stars, names of variables do not",
        arguments: [
            ("postgres://ann:secret@host/crm", "postgres://ann:******@host/crm"), ("postgres://ann@host/crm", "postgres://ann@host/crm"),
            ("postgres://ann:p@ss/w?d@host/crm", "postgres://ann:********@host/crm"), ("postgres://ann:${PASS}@host/crm", "postgres://ann:${PASS}@host/crm"),
            ("flightsql://h:1?password=x&b=1", "flightsql://h:1?password=*&b=1"),
            ("connect \"postgres://a:b@h\"; save to \"mysql://c:dd@h\"", "connect \"postgres://a:*@h\"; save to \"mysql://c:**@h\""),
            ("host=h Password=abc user=x", "host=h Password=*** user=x"), ("postgres://ann:سر@host", "postgres://ann:****@host"),
            ("no secret: a://b", "no secret: a://b"),
            ("`flightsql://h:1?password=***` is", "`flightsql://h:1?password=***` is"),
            ("postgres://ann:se cret@host/crm", "postgres://ann:*******@host/crm"),
            ("connect \"postgres://ann:se cret@host\" x@y", "connect \"postgres://ann:*******@host\" x@y"),
            ("`spark://h:1/;token=${TOKEN}`: no", "`spark://h:1/;token=${TOKEN}`: no"),
            ("`spark://h:1/;token=a b;x=y`: no", "`spark://h:1/;token=***;x=y`: no"),
            ("flightsql://h:1?adbc.flight.sql.authorization_header=Bearer%20x&a=b", "flightsql://h:1?adbc.flight.sql.authorization_header=**********&a=b"),
            ("leads where secret = 5 and token=\"x\"", "leads where secret = 5 and token=\"x\""),
        ])
    func masked(text: String, shown: String) {
        #expect(Secrets.masked(text) == shown)
        #expect(Secrets.masked(text).utf8.count == text.utf8.count)
    }

    @Test("a manifest, a package and a system's library are found, in this order, and the places looked at are told")
    func search() throws {
        let folder = TemporaryFolder()
        let home = folder.path
        func make(_ path: String, _ text: String = "x") {
            _ = Command.status("mkdir -p '\(home)/\(path.split(separator: "/").dropLast().joined(separator: "/"))'")
            TemporaryFolder.write(Array(text.utf8), home + "/" + path)
        }
        let search = DriverSearch { name in
            ["HOME": home, "VIRTUAL_ENV": home + "/venv", "ADBC_DRIVER_PATH": home + "/a:" + home + "/b", "LD_LIBRARY_PATH": home + "/lib"][name]
        }
        let missing = #expect(throws: ADBCError.self) { _ = try search.find(.sqlite) }
        #expect(missing?.message == "there is no driver for SQLite on this machine")
        #expect(missing?.mends.first?.contains("`pip install adbc-driver-sqlite`") == true)
        for place in ["/a/sqlite.toml", "/venv/etc/adbc/drivers/sqlite.toml", "/.config/adbc/drivers/sqlite.toml", "/lib/libadbc_driver_sqlite.so"] {
            #expect(missing?.mends.last?.contains(home + place) == true, "\(place)")
        }
        #expect(missing?.mends.last?.contains("/etc/adbc/drivers/sqlite.toml") == true)

        make("lib/libadbc_driver_sqlite.so")
        #expect(try search.find(.sqlite).path == home + "/lib/libadbc_driver_sqlite.so")
        make("venv/lib/python3.11/site-packages/adbc_driver_sqlite/libadbc_driver_sqlite.so")
        #expect(try search.find(.sqlite).path == home + "/venv/lib/python3.11/site-packages/adbc_driver_sqlite/libadbc_driver_sqlite.so")
        make("venv/etc/adbc/drivers/sqlite.toml", "[Driver]\nshared = \"/opt/libvenv.so\"")
        make(
            "b/sqlite.toml",
            """
            manifest_version = 1  # the first
            name = 'a "name" # no comment'
            [Driver]
            entrypoint = "MyInit"
            [Driver.shared]
            linux_amd64 = "/opt/lib \\"x\\".so"
            linux_arm64 = "/opt/lib \\"x\\".so"
            macos_arm64 = "/opt/other.so"
            """)
        let found = try search.find(.sqlite)
        #expect(found.path == "/opt/lib \"x\".so")
        #expect(found.entries.first == "MyInit")
        make("a/sqlite.toml", "[Driver]\nshared = { linux_amd64 = \"./here.so\", linux_arm64 = './here.so' }")
        #expect(try search.find(.sqlite).path == home + "/a/./here.so")
        #expect(try search.find(.sqlite, given: home + "/venv/etc/adbc/drivers/sqlite.toml").path == "/opt/libvenv.so")
        #expect(throws: ADBCError.self) { _ = try search.find(.sqlite, given: home + "/nothing.so") }
        #expect(throws: ADBCError.self) { _ = try search.find(.sqlite, given: "other") }
    }

    @Test("a wheel of DuckDB without the library of its Python says what to install")
    func wheel() throws {
        let folder = TemporaryFolder()
        _ = Command.status("mkdir -p '\(folder.path)/lib/python3.99/site-packages'")
        TemporaryFolder.write([0], folder.path + "/lib/python3.99/site-packages/_duckdb.cpython-399-x86_64-linux-gnu.so")
        let path = folder.path
        let error = #expect(throws: ADBCError.self) { _ = try DriverSearch { $0 == "VIRTUAL_ENV" ? path : nil }.find(.duckdb) }
        #expect(error?.message.contains("libpython3.99.so.1.0") == true, "\(error?.message ?? "")")
        #expect(error?.mends == ["install it: `apt install libpython3.99`"])
    }
}
