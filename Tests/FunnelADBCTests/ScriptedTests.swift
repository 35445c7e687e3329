import Dispatch
import FunnelADBC
import FunnelArrow
import FunnelModel
import FunnelStore
import FunnelTesting
import Glibc
import Testing

/// What any driver may do, done by one that follows a script.
@Suite(.serialized)
struct ScriptedTests {
    /// The rows that `scripted.c` makes: batches of 1000 to 1005 rows from multiples of 5000 on, of which the third is empty.
    private static let numbers: [Int] = [0, 1, 3, 4, 5].flatMap { batch in (0..<(1000 + batch)).map { batch * 5000 + $0 } }

    @Test("slices, missing values, an empty batch and wide offsets come out as the values that they are")
    func sliced() throws {
        let rows = try ScriptedDriver.connect().query("plain").rows()
        #expect(rows.count == Self.numbers.count)
        for (row, number) in zip(rows, Self.numbers) {
            let expected: [Value] = [number % 3 == 0 ? .missing : .exact(Exact(number)), .yesNo(number % 2 == 0), .text("t\(number)"), .text("t\(number)")]
            guard row != expected else { continue }
            Issue.record("\(number): \(row)")
            break
        }
        #expect(ScriptedDriver.live == 0)
    }

    @Test("views name the buffers of their own batch")
    func views() throws {
        let rows = try ScriptedDriver.connect().query("views").rows()
        let letters = [("a", 1000), ("b", 1001), ("d", 1003), ("e", 1004), ("f", 1005)]
        // The fifth batch begins two rows behind its columns.
        let expected = letters.flatMap { letter, count in
            (0..<count).map { [Value.text(String(repeating: letter, count: $0 % 2 == 0 ? 1 : 20))] }
        }
        #expect(rows == expected)
        #expect(ScriptedDriver.live == 0)
    }

    @Test("a dictionary that changes between batches means the texts of its batch")
    func dictionaries() throws {
        let rows = try ScriptedDriver.connect().query("coded").rows()
        let expected = [(1000, "green"), (1001, "green"), (1003, "blue"), (1004, "blue"), (1005, "blue")].flatMap { count, other in
            (0..<count).map { [Value.text($0 % 2 == 0 ? "red" : other)] }
        }
        #expect(rows == expected)
        #expect(ScriptedDriver.live == 0)
    }

    @Test("a nested column is refused by its name")
    func nested() throws {
        let error = #expect(throws: ADBCError.self) { _ = try ScriptedDriver.connect().query("nested") }
        #expect(error?.message.contains("`tags` is a list") == true)
        #expect(ScriptedDriver.live == 0)
    }

    @Test("an error of the query has the engine's state, one in the middle of a stream its text")
    func errors() throws {
        let connection = try ScriptedDriver.connect()
        let refused = #expect(throws: ADBCError.self) { _ = try connection.query("fails") }
        #expect(refused?.message == "no such table")
        #expect(refused?.sqlState == "42P01")
        let broken = #expect(throws: ADBCError.self) { _ = try connection.query("breaks").rows() }
        #expect(broken?.message == "the disk is full")
        #expect(ScriptedDriver.live == 0)
    }

    @Test("a query that was stopped by nobody is asked again for what went wrong")
    func echoes() throws {
        let engine = try RemoteEngine.open(
            try EngineAddress("scripted:x?driver=/\(ScriptedDriver.library ?? "")&dialect=duckdb", resolve: { $0 }, environment: { _ in nil }),
            DriverSearch { _ in nil }, secret: nil)
        let error = #expect(throws: ADBCError.self) { _ = try engine.rows("echoes") }
        #expect(error?.message == "the disk is full")
        #expect(ScriptedDriver.live == 0)
    }

    @Test("a stream that is let go early gives everything back")
    func early() throws {
        do { _ = try ScriptedDriver.connect().query("plain") }
        #expect(ScriptedDriver.live == 0)
    }

    @Test("what is asked to stop stops within a tenth of a second")
    func cancel() throws {
        let interrupt = Interrupt()
        let clock = ContinuousClock()
        nonisolated(unsafe) var raised = clock.now
        DispatchQueue(label: "user").asyncAfter(deadline: .now() + .milliseconds(100)) {
            raised = clock.now
            interrupt.raise()
        }
        let error = #expect(throws: ADBCError.self) { _ = try ScriptedDriver.connect().query("block", interrupt: interrupt).rows() }
        #expect(error?.reason == .interrupted)
        #expect(clock.now - raised < .milliseconds(100))
        #expect(ScriptedDriver.live == 0)
    }

    @Test("a table is handed over in batches, with what is missing, and freed")
    func written() throws {
        let count = 70_000
        func integers(_ value: (Int) -> Int64) -> Integers { Integers(packing: Buffer((0..<count).map(value))) }
        let some = Bitmap((0..<count).map { $0 % 2 == 0 })
        let columns = [
            Column(
                name: "name", values: .text(Codes(packing: Buffer((0..<count).map { UInt32($0 % 2) }), size: 2), TextDictionary(["", "سلام"])), validity: nil),
            Column(name: "n", values: .integer(integers { Int64($0) - 1 }.asSequence), validity: nil),
            Column(name: "money", values: .decimal(integers { $0 % 2 == 0 ? Int64($0) * -125 : 0 }, scale: 2), validity: some),
            Column(name: "day", values: .date(integers { Int64($0) - 1 }), validity: nil),
            Column(name: "at", values: .timestamp(days: integers { Int64($0) }, time: integers { _ in 1 }, unit: .second), validity: nil),
            Column(name: "won", values: .yesNo(Bitmap((0..<count).map { $0 % 6 == 0 })), validity: some),
        ]
        let engine = try RemoteEngine.open(
            try EngineAddress("scripted:x?driver=/\(ScriptedDriver.library ?? "")&dialect=duckdb", resolve: { $0 }, environment: { _ in nil }),
            DriverSearch { _ in nil }, secret: nil)
        try engine.write(Table(role: .leads, rowCount: count, columns: columns, roles: [:]), named: "leads", replacing: false, interrupt: nil)
        #expect(
            ScriptedDriver.bound == """
                name:u n:l money:d:18,2 day:tdD at:tsu: won:b\u{20}
                65536 rows
                 -1 0 -1 1000000 1\u{20}
                سلام 0 - 0 86401000000 -\u{20}
                 1 -250 1 172801000000 0\u{20}
                4464 rows
                 65535 -8192000 65535 5662310401000000 0\u{20}
                سلام 65536 - 65536 5662396801000000 -\u{20}
                 65537 -8192250 65537 5662483201000000 1\u{20}

                """)
        let interrupt = Interrupt()
        interrupt.raise()
        let error = #expect(throws: ADBCError.self) {
            try engine.write(Table(role: .leads, rowCount: count, columns: columns, roles: [:]), named: "leads", replacing: false, interrupt: interrupt)
        }
        #expect(error?.reason == .interrupted)
        #expect(ScriptedDriver.live == 0)
    }

    @Test("a driver of version 1.0 is spoken to as one")
    func old() throws {
        let path = try #require(ScriptedDriver.library)
        let copy = path + ".old.so"
        TemporaryFolder.write(TemporaryFolder.read(path), copy)
        let driver = try Driver.load(DriverLocation(path: copy, entries: ["OldDriverInit"], origin: "a test"))
        #expect(!driver.hasDetails)
        #expect(try Connection.open(driver, options: []).query("plain").rows().count == Self.numbers.count)
    }

    @Test("what is no driver is refused with the reason")
    func noDriver() throws {
        let folder = TemporaryFolder()
        TemporaryFolder.write(Array("no library".utf8), folder.path + "/libtext.so")
        func message(_ path: String, _ entry: String) -> String? {
            let error = #expect(throws: ADBCError.self) { _ = try Driver.load(DriverLocation(path: path, entries: [entry], origin: "a test")) }
            return error?.message
        }
        #expect(message(folder.path + "/libtext.so", "AdbcDriverInit")?.contains("can't be loaded as a library") == true)
        #expect(message("/nowhere/lib.so", "AdbcDriverInit")?.contains("can't be loaded as a library") == true)
        let library = try #require(ScriptedDriver.library)
        TemporaryFolder.write(TemporaryFolder.read(library), folder.path + "/libcopy.so")
        #expect(message(folder.path + "/libcopy.so", "SomeInit")?.contains("is no ADBC driver: it has no function `SomeInit`") == true)
        #expect(message(folder.path + "/libcopy.so", "EmptyDriverInit")?.contains("does not start") == true)
    }

    @Test("options are handed on, and what the driver says of them comes back")
    func options() throws {
        let driver = try Driver.load(ScriptedDriver.location())
        _ = try Connection.open(driver, options: [("password", "right")])
        let error = #expect(throws: ADBCError.self) { _ = try Connection.open(driver, options: [("password", "wrong")]) }
        #expect(error?.reason == .unauthenticated)
        #expect(ScriptedDriver.live == 0)
    }
}
