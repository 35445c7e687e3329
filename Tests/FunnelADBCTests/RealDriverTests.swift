import Dispatch
import FunnelADBC
import FunnelArrow
import FunnelStore
import Testing

/// Queries through the drivers that people use.
@Suite(.enabled(if: RealDrivers.arePresent, "FUNNEL_PYTHON names no Python with drivers"))
struct RealDriverTests {
    @Test(
        "DuckDB's values come as they are",
        arguments: [
            ("1::tinyint, -2::smallint, 3::integer, -4::bigint", "1 -2 3 -4"),
            ("1::utinyint, 2::usmallint, 3::uinteger, 18446744073709551615::ubigint", "1 2 3 18446744073709551615"),
            ("0.1::float, 1e300::double", "0.1 1e+300"),
            ("1.50::decimal(4,2), -0.01::decimal(18,2), 123456789012345678901234.5::decimal(38,1)", "1.50 -0.01 123456789012345678901234.5"),
            ("170141183460469231731687303715884105727::hugeint", "170141183460469231731687303715884105727"), ("true, false, null::boolean", "yes no -"),
            ("'a', '', 'سلام', null::varchar, repeat('x', 20)", "'a' '' 'سلام' - 'xxxxxxxxxxxxxxxxxxxx'"),
            ("date '2018-03-01', date '1969-12-31'", "2018-03-01 1969-12-31"),
            ("timestamp '2018-03-01 12:30:00.25', timestamp_s '2018-03-01 00:00:01'", "2018-03-01T12:30:00.250 2018-03-01T00:00:01"),
            ("timestamptz '2018-03-01 12:30:00+02'", "2018-03-01T10:30:00"), ("time '12:30:00'", "'12:30:00'"), ("'b'::enum ('a', 'b')", "'b'"),
            ("sum(x) from (values (1), (2)) t(x)", "3"), ("null", "-"),
        ])
    func duckdb(sql: String, expected: String) throws {
        #expect(try RealDrivers.rows(try RealDrivers.duckdb(), "select " + sql) == [expected])
    }

    @Test("SQLite's values come as they are")
    func sqlite() throws {
        let connection = try RealDrivers.sqlite()
        try connection.execute("create table t (a integer, b real, c text, d date)")
        try connection.execute("insert into t values (1, 0.5, 'x', '2018-03-01'), (null, null, null, null), (-3, 2, 'y', '2018-04-01')")
        #expect(try RealDrivers.rows(connection, "select * from t order by rowid") == ["1 0.5 'x' '2018-03-01'", "- - - -", "-3 2.0 'y' '2018-04-01'"])
    }

    @Test("many batches, empty ones and results without a row")
    func batches() throws {
        let connection = try RealDrivers.duckdb()
        let rows = try connection.query("select i, case when i % 7 = 0 then null else 'n' || i % 1000 end, i % 3 = 0 from range(200000) t(i)").rows()
        #expect(rows.count == 200_000)
        for (index, row) in rows.enumerated() {
            let expected = "\(index) \(index % 7 == 0 ? "-" : "'n\(index % 1000)'") \(index % 3 == 0 ? "yes" : "no")"
            guard row.map(RealDrivers.text).joined(separator: " ") != expected else { continue }
            Issue.record("row \(index): \(row)")
            break
        }
        let none = try connection.query("select 1 as a, 'x' as b where false")
        #expect(none.fields.map(\.name) == ["a", "b"])
        #expect(try none.rows().isEmpty)
    }

    @Test("nested columns are refused by name")
    func nested() throws {
        let error = #expect(throws: ADBCError.self) { _ = try RealDrivers.duckdb().query("select 1 as a, [1, 2] as tags") }
        #expect(error?.message.contains("`tags` is a list") == true)
    }

    @Test("errors of the engine are told")
    func errors() throws {
        let duckdb = #expect(throws: ADBCError.self) { _ = try RealDrivers.duckdb().query("select * from nowhere") }
        #expect(duckdb?.message.contains("nowhere") == true)
        // The first rows are sound: the error comes with a later batch. On one thread, for of several another may be told that it
        // was stopped before the first has said why.
        let connection = try RealDrivers.duckdb()
        try connection.execute("set threads = 1")
        let broken = #expect(throws: ADBCError.self) {
            _ = try connection.query("select case when i = 1500000 then error('row ' || i) else 'x' end from range(2000000) t(i)").rows()
        }
        #expect(broken?.message.contains("row 1500000") == true, "\(broken?.message ?? "")")
        let sqlite = #expect(throws: ADBCError.self) { _ = try RealDrivers.sqlite().query("select * from nowhere").rows() }
        #expect(sqlite?.message.contains("nowhere") == true)
    }

    @Test("a long query stops within a tenth of a second", arguments: [EngineKind.duckdb, .postgresql, .sqlite])
    func cancel(kind: EngineKind) throws {
        if kind == .postgresql, RealDrivers.postgres == nil { return }
        let connection =
            switch kind {
            case .duckdb: try RealDrivers.duckdb()
            case .sqlite: try RealDrivers.sqlite()
            default: try RealDrivers.connect(kind, [("uri", RealDrivers.postgres ?? "")])
            }
        // SQLite's driver can't stop: it is left behind, and what is asked next waits for it.
        let sql =
            switch kind {
            case .duckdb: "select sum(a.i * b.i % 7) from range(10000000) a(i), range(1000000) b(i)"
            case .sqlite: "with recursive n(i) as (select 1 union all select i + 1 from n where i < 4000000) select max(i) from n"
            default: "select pg_sleep(20)"
            }
        // A machine may be busy with something else just then: once in three times is enough.
        let quickest = (0..<3).map { _ in
            let interrupt = Interrupt()
            let clock = ContinuousClock()
            nonisolated(unsafe) var raised = clock.now
            DispatchQueue(label: "user").asyncAfter(deadline: .now() + .milliseconds(150)) {
                raised = clock.now
                interrupt.raise()
            }
            let error = #expect(throws: ADBCError.self) { _ = try connection.query(sql, interrupt: interrupt).rows() }
            #expect(error?.reason == .interrupted)
            return clock.now - raised
        }.min()
        #expect(try #require(quickest) < .milliseconds(100))
        // The connection goes on.
        #expect(try RealDrivers.rows(connection, "select 1") == ["1"])
    }

    @Test("engine and driver tell their versions")
    func versions() throws {
        #expect(try RealDrivers.duckdb().version().engine == "duckdb")
        #expect(try RealDrivers.sqlite().version().version?.hasPrefix("3.") == true)
    }
}

/// PostgreSQL, where scripts/with-servers has started one.
@Suite(.enabled(if: RealDrivers.arePresent && RealDrivers.postgres != nil, "FUNNEL_POSTGRES names no server"))
struct PostgresTests {
    private func connect() throws -> Connection { try RealDrivers.connect(.postgresql, [("uri", RealDrivers.postgres ?? "")]) }

    @Test(
        "values come as they are",
        arguments: [
            ("1::smallint, -2::integer, 3::bigint", "1 -2 3"), ("0.1::real, 0.25::double precision", "0.1 0.25"), ("true, null::boolean", "yes -"),
            ("'a'::text, 'b'::varchar(5), null::text", "'a' 'b' -"), ("date '2018-03-01'", "2018-03-01"),
            ("timestamp '2018-03-01 12:30:00.25'", "2018-03-01T12:30:00.250"),
            ("timestamptz '2018-03-01 12:30:00+02'", "2018-03-01T10:30:00"),
            ("1.50::numeric, -12::numeric, null::numeric, sum(x) from (values (1::bigint)) t(x)", "1.50 -12 - 1"), ("count(*) from generate_series(1, 5)", "5"),
        ])
    func values(sql: String, expected: String) throws { #expect(try RealDrivers.rows(try connect(), "select " + sql) == [expected]) }

    @Test("an error has its state and its place in the text")
    func errors() throws {
        let error = #expect(throws: ADBCError.self) { _ = try connect().query("select a from nowhere").rows() }
        #expect(error?.sqlState == "42P01")
        #expect(error?.position == 15)
        #expect(error?.message == "relation \"nowhere\" does not exist")
        let late = #expect(throws: ADBCError.self) { _ = try connect().query("select 1 / (200000 - i) from generate_series(1, 300000) t(i)").rows() }
        #expect(late?.message.contains("division by zero") == true)
    }

    @Test("a wrong password is refused")
    func password() throws {
        let wrong = (RealDrivers.postgres ?? "").replacing("secret", with: "guess")
        let error = #expect(throws: ADBCError.self) { _ = try RealDrivers.connect(.postgresql, [("uri", wrong)]) }
        #expect(error?.message.contains("password authentication failed") == true)
    }
}
