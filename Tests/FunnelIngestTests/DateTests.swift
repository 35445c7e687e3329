import FunnelModel
import FunnelStore
import FunnelText
import Testing

@testable import FunnelIngest

/// The creation dates of leads with these.
private func dates(_ values: [String], _ change: (inout LoadRequest) -> Void = { _ in }) throws -> Loaded {
    try load(columnText(values, name: "created").replacing("n,", with: "id,"), as: .leads, change)
}

private func read(_ values: [String], _ pattern: String? = nil, zone: Int = 0) throws -> [String] {
    try dates(values) {
        $0.dates = pattern
        $0.timezoneMinutes = zone
    }.values("created")
}

@Suite("dates") struct DateTests {
    @Test(
        "dates and times are read as people write them",
        arguments: [
            ("2021-04-15", "2021-04-15"), ("2021/4/5", "2021-04-05"), ("2021.04.15", "2021-04-15"), ("15.04.2021", "2021-04-15"),
            ("15/4/2021", "2021-04-15"), ("4/15/2021", "2021-04-15"), ("15-04-21", "2021-04-15"),
            ("15 Apr, 2021 00:03:00", "2021-04-15 00:03:00"),
            ("15-Apr-2021", "2021-04-15"), ("15-Apr-21", "2021-04-15"), ("April 15, 2021", "2021-04-15"),
            ("Apr 15 2021 3:05 PM", "2021-04-15 15:05:00"), ("Thursday, April 15, 2021", "2021-04-15"),
            ("Thu, 15 Apr 2021 00:03:00 +0000", "2021-04-15 00:03:00"), ("20210415", "2021-04-15"),
            ("20210415103000", "2021-04-15 10:30:00"),
            ("20210415T103000Z", "2021-04-15 10:30:00"), ("2021-04-15T10:30", "2021-04-15 10:30:00"),
            ("2021-04-15 10:30:05.25", "2021-04-15 10:30:05.250"), ("2021-04-15T10:30:05.123456Z", "2021-04-15 10:30:05.123456"),
            ("4/15/2021, 12:03 AM", "2021-04-15 00:03:00"), ("2021-04-15 12:00 pm", "2021-04-15 12:00:00"),
            ("1400/01/26", "2021-04-15"),
            ("۱۴۰۰/۰۱/۲۶", "2021-04-15"), ("26/01/1400", "2021-04-15"), ("۲۶ فروردین ۱۴۰۰", "2021-04-15"),
            ("1399-12-30", "2021-03-20"),
            ("Thu Apr 15 2021 10:30:00 GMT+0000 (UTC)", "2021-04-15 10:30:00"), ("15th April 2021", "2021-04-15"),
            ("2021-Apr-15", "2021-04-15"), ("2020-02-29", "2020-02-29"), ("15. April 2021", "2021-04-15"),
            ("Sept 1, 2021", "2021-09-01"),
            ("4/15/2021 3:05\u{202F}PM", "2021-04-15 15:05:00"), ("2021-04-15 at 3 PM", "2021-04-15 15:00:00"),
            ("31.12.99", "1999-12-31"),
        ])
    func written(_ text: String, _ value: String) throws {
        #expect(try read([text]) == [value])
    }

    @Test("a zone brings a time to the zone of the request") func zones() throws {
        #expect(try read(["2021-04-15 00:03:00 UTC"], zone: 210) == ["2021-04-15 03:33:00"])
        #expect(try read(["2021-04-15T00:03:00+03:30"]) == ["2021-04-14 20:33:00"])
        #expect(try read(["2021-04-15T00:03:00+0330"], zone: 210) == ["2021-04-15 00:03:00"])
        #expect(try read(["2021-04-15T23:30:00-05"]) == ["2021-04-16 04:30:00"])
        #expect(try read(["2021-04-15T23:30:00"], zone: 210) == ["2021-04-15 23:30:00"])
    }

    @Test(
        "what is no date is a bad cell",
        arguments: [
            "2021-02-30", "2021-13-01", "2021-00-10", "2021-04-15 24:00", "2021-04-15 12:60", "44301", "44301.5", "1-5", "abc",
            "2021-04",
            "0001-01-01", "1400-12-30", "2021-02-29", "2021-04-15 10:30 x", "15/04-2021", "2021-04-15T", "2021-04-15 13:00 PM",
            "1e5",
            "2021-04-1510:30", "31/04/2021",
        ])
    func refused(_ text: String) {
        let found = problems { _ = try read(["2021-01-01", text]) }
        #expect(found.count == 1 && found[0].message.contains("is not a date"), "\(text): \(found.map(\.message))")
        #expect(found.first?.marked == text)
    }

    @Test("a spreadsheet's serial number is named as such") func serial() {
        #expect(problems { _ = try read(["2021-01-01", "44301"]) }.first?.message.contains("serial number") == true)
    }

    @Test("the values decide whether the day or the month comes first") func order() throws {
        #expect(try read(["03/04/2021", "25/12/2021"]) == ["2021-04-03", "2021-12-25"])
        #expect(try read(["03/04/2021", "12/25/2021"]) == ["2021-03-04", "2021-12-25"])
        #expect(try read(["05/05/2021", "2021-04-06"]) == ["2021-05-05", "2021-04-06"])
        #expect(try dates(["03/04/2021", "25/12/2021"]).report.notes.contains("`created` is read day first"))
    }

    @Test("where no value decides, loading stops and shows the clause") func ambiguous() {
        let found = problems { _ = try read(["03-04-2021", "05-06-2021"]) }
        #expect(found.first?.message == "no value of `created` tells day from month: `03-04-2021` may be either")
        #expect(found.first?.mends == ["day first: `dates \"dd-MM-yyyy\"`", "month first: `dates \"MM-dd-yyyy\"`"])
        #expect(problems { _ = try read(["3/4/21"]) }.first?.mends.first == "day first: `dates \"dd/MM/yy\"`")
    }

    @Test("another date column of the file tells the order, if none contradicts it") func otherColumn() throws {
        let month = try load("id,created,qualified\n1,3/4/2021,4/15/2021\n", as: .leads)
        #expect(month.values("created") == ["2021-03-04"])
        #expect(month.report.notes.contains("`created` is read month first, as `qualified` is: its own values leave it open"))
        let day = try load("id,seen,created\n1,3/4/2021,15/4/2021\n", as: .leads)
        #expect(day.values("seen") == ["2021-04-03"])
        let late = "id,created,seen\n" + String(repeating: "1,3/4/2021,2/3/2021\n", count: 3000) + "2,3/4/2021,2/13/2021\n"
        #expect(try load(late, as: .leads) { $0.onDuplicate = .keepFirst }.values("created") == ["2021-03-04", "2021-03-04"])
        let torn = problems { _ = try load("id,created,qualified,seen\n1,3/4/2021,4/15/2021,15/4/2021\n", as: .leads) }
        #expect(
            torn.first?.mends == [
                "day first (as in `seen`): `dates \"dd/MM/yyyy\"`", "month first (as in `qualified`): `dates \"MM/dd/yyyy\"`",
            ])
        #expect(problems { _ = try load("id,created,qualified\n1,3/4/2021,2021-04-15\n", as: .leads) }.count == 1)
    }

    @Test("an order that only a later row leaves open is seen too") func lateOrder() throws {
        let many = [String](repeating: "2021-01-02", count: 2000) + ["05/05/2021"]
        #expect(problems { _ = try read(many + ["03/04/2021"]) }.first?.message.contains("`03/04/2021` may be either") == true)
        #expect(try read(many + ["03/04/2021", "13/04/2021"]).suffix(3) == ["2021-05-05", "2021-04-03", "2021-04-13"])
        #expect(try read(many + ["04/13/2021"]).suffix(2) == ["2021-05-05", "2021-04-13"])
        let found = problems { _ = try read(many + ["04/13/2021", "13/04/2021", "14/04/2021"]) }
        #expect(found.map(\.marked) == ["04/13/2021"])
    }

    @Test("the schema of dates whose order is open is known all the same") func peekOpen() throws {
        let bench = Workbench()
        bench.write(Array("id,created\n1,03/04/2021\n".utf8))
        #expect(try Loader.peek(bench.request(.leads)).column(.created)?.type == .date)
    }

    @Test("dates of the Solar Hijri calendar are told") func jalali() throws {
        #expect(try dates(["1402/05/12", "1402/06/01"]).report.notes == [Note.jalali("created")])
        #expect(try dates(["2023-08-03 14:02:00"]).report.notes.isEmpty)
    }

    @Test("a pattern decides") func pattern() throws {
        #expect(try read(["03-04-2021"], "dd-MM-yyyy") == ["2021-04-03"])
        #expect(try read(["03-04-2021"], "MM-dd-yyyy") == ["2021-03-04"])
        #expect(try read(["3/4/21 10:30"], "d/M/yy") == ["2021-04-03 10:30:00"])
        #expect(try read(["2021-15-04"], "yyyy-dd-MM") == ["2021-04-15"])
        #expect(try read(["15 Apr 2021 kl. 3:05 PM"], "dd MMM yyyy 'kl.' h:mm a") == ["2021-04-15 15:05:00"])
        #expect(try read(["15042021"], "ddMMyyyy") == ["2021-04-15"])
        #expect(try read(["15.04.2021 10:30:05,250"], "dd.MM.yyyy HH:mm:ss,SSS") == ["2021-04-15 10:30:05.250"])
        #expect(try read(["15.04.2021 10:30 +03:30"], "dd.MM.yyyy HH:mm Z") == ["2021-04-15 07:00:00"])
        #expect(try read(["26-01-1400"], "dd-MM-yyyy") == ["2021-04-15"])
    }

    @Test("a pattern binds the columns of roles; ISO columns beside them are still known") func binding() throws {
        let text = "id,created,qualified,other\n1,03-04-2021,2021-05-06,07-08-2021\n2,04-05-2021,2021-05-07,08-08-2021\n"
        let loaded = try load(text, as: .leads) { $0.dates = "dd-MM-yyyy" }
        #expect(loaded.values("created") == ["2021-04-03", "2021-05-04"])
        #expect(loaded.values("qualified") == ["2021-05-06", "2021-05-07"])
        #expect(loaded.values("other") == ["2021-08-07", "2021-08-08"])
        let found = problems { _ = try read(["03-04-2021", "2021/04/05", "13.13.2021"], "dd-MM-yyyy") }
        #expect(found.first?.message.contains("of the pattern given; there are 2 such cells") == true)
    }

    @Test("a pattern that says nothing is an error of the script", arguments: ["dd-MM", "yyyy-QQ-dd", "hello", "'x"])
    func badPattern(_ pattern: String) {
        let found = problems { _ = try read(["03-04-2021"], pattern) }
        #expect(found.first?.cause == .text)
        #expect(found.first?.message.contains("no date pattern") == true)
    }

    @Test("times are counted in the finest unit met") func unit() throws {
        func unit(_ values: [String]) throws -> TimeUnit? {
            guard case .timestamp(_, _, let unit) = try dates(values).column("created")?.values else { return nil }
            return unit
        }
        #expect(try unit(["2021-04-15 10:00", "2021-04-16"]) == .second)
        #expect(try unit(["2021-04-15 10:00:00.5", "2021-04-16"]) == .millisecond)
        #expect(try unit(["2021-04-15 10:00:00.1234", "2021-04-16"]) == .microsecond)
        #expect(try unit(["2021-04-15", "2021-04-16"]) == nil)
        let cut = try dates(["2021-04-15 10:00:00.123456789"])
        #expect(cut.values("created") == ["2021-04-15 10:00:00.123456"])
        #expect(cut.report.notes.contains("1 time in `created` cut to the microsecond"))
    }

    @Test("the short way reads each day as the long way does") func plain() throws {
        let first = Calendar.day(year: 1890, month: 1, day: 1)
        for day in stride(from: first, to: first + 120_000, by: 97) {
            for text in [Calendar.text(day), Calendar.text(day) + " 23:59:58"] {
                let file = FileText(Array(text.utf8))
                let cell = Cell(start: file.base, count: file.count)
                let plain = try #require(PlainDate.parse(cell, DateRule(), MonthBases.table))
                #expect(plain == DateText.parse(cell, DateRule()))
                #expect(plain.day == day)
            }
        }
        for text in [
            "2021-04-1x", "2021-04-31", "2021:04:15", "2021-04-15 10-00-00", "2021-04-15 1a:00:00", "/021-04-15",
            "2021-04-15_10:00:00",
        ] {
            let file = FileText(Array(text.utf8))
            #expect(PlainDate.parse(Cell(start: file.base, count: file.count), DateRule(), MonthBases.table) == nil)
        }
    }

    @Test("where the short way reads a date, the long way reads the same") func agree() throws {
        var random = Random(state: 5)
        let pieces = [
            "2021-04-15", "15/04/2021", "04.05.2021", "13-13-2021", "1402/05/12", "1402-05-12", "12/05/1402", "T", " ", "10:30",
            ":05", ".25",
            ".1234567", "Z", "+03:30", "-05:00", "+19:00", "24:00", "x", "2021-02-30", "99", "/", "9999-12-31", "31/12/9999",
        ]
        var found = 0
        for _ in 0..<30_000 {
            var text = pieces.randomElement(using: &random)!
            for _ in 0..<Int.random(in: 0...5, using: &random) { text += pieces.randomElement(using: &random)! }
            let order: DateRule.Order = [.dayFirst, .monthFirst, .either].randomElement(using: &random)!
            let rule = DateRule(order: order, zoneMinutes: 210)
            let file = FileText(Array(text.utf8))
            let cell = Cell(start: file.base, count: file.count)
            guard let plain = PlainDate.parse(cell, rule, MonthBases.table) else { continue }
            found += 1
            #expect(DateText.parse(cell, rule) == plain, "\(text)")
        }
        #expect(found > 500)
    }
}
