import FunnelModel
import FunnelRender
import Testing

@Suite struct DataTests {
    @Test func `CSV quotes what needs it and alters nothing`() {
        #expect(
            DataRenderer.text(of: [Samples.bySource, Samples.hostile], as: .csv) == """
                source,leads,conversion,revenue,cycle
                paid_search,1586,0.123,61784006.50,14.68
                تبلیغات,60,0.05,-12.50,0.5
                日本,7,0.0,0.00,
                ,0,,0.00,
                ,1653,0.12,61783994.00,14.2

                name,note
                \u{1B}]0;gotcha\u{7},a|b
                "say ""hi"", twice","two
                lines\tand \\ <b>"
                "",

                """)
    }

    @Test func `TSV escapes tabs, line ends and backslashes`() {
        #expect(
            DataRenderer.text(of: [Samples.hostile], as: .tsv)
                == "name\tnote\n\u{1B}]0;gotcha\u{7}\ta|b\nsay \"hi\", twice\ttwo\\nlines\\tand \\\\ <b>\n\t\n")
    }

    @Test func `A missing value that is alone in its line is two quotes`() {
        let answer = Samples.one(.missing, .percent, name: "conversion")
        #expect(DataRenderer.text(of: [answer], as: .csv) == "conversion\n\"\"\n")
        #expect(DataRenderer.text(of: [answer], as: .tsv) == "conversion\n\"\"\n")
    }

    @Test func `Dates, times, periods and yes or no`() {
        let answer = Answer(
            columns: ["d", "t", "m", "q", "w", "y"].map { AnswerColumn($0, .field(.unknown)) },
            rows: [
                [
                    .date(17_591), .timestamp(day: 17_591, microseconds: 52_200_000_000), .period(Period(.month, holding: 17_591)),
                    .period(Period(.quarter, holding: 17_591)), .period(Period(.week, holding: 17_591)), .yesNo(false),
                ]
            ])
        #expect(
            DataRenderer.text(of: [answer], as: .csv)
                == "d,t,m,q,w,y\n2018-03-01,2018-03-01T14:30:00,2018-03,2018-Q1,2018-W09,false\n")
    }

    @Test func `JSON is an array with an element a query`() {
        var month = Samples.bySource
        month.columns = [AnswerColumn("month", .key(.month)), AnswerColumn("leads", .measure(.count))]
        month.rows = [[.period(Period(.month, holding: 17_591)), .exact(Exact(8))], [.missing, .exact(Exact(1))]]
        month.total = [.missing, .exact(Exact(9))]
        #expect(
            DataRenderer.text(of: [month, Samples.hostile], as: .json) == #"""
                [
                {
                  "columns": [
                    {"name": "month", "kind": "key", "grain": "month"},
                    {"name": "leads", "kind": "measure", "quantity": "count"}
                  ],
                  "rows": [
                    {"month": "2018-03", "leads": 8},
                    {"month": null, "leads": 1}
                  ],
                  "total": {"month": null, "leads": 9},
                  "remarks": [
                    {"kind": "axis", "text": "cohort view, by `leads.created`"},
                    {"kind": "leftOut", "text": "12 leads are younger than 30 days"}
                  ]
                },
                {
                  "columns": [
                    {"name": "name", "kind": "field", "type": "text"},
                    {"name": "note", "kind": "field", "type": "text"}
                  ],
                  "rows": [
                    {"name": "\u001b]0;gotcha\u0007", "note": "a|b"},
                    {"name": "say \"hi\", twice", "note": "two\nlines\tand \\ <b>"},
                    {"name": "", "note": null}
                  ],
                  "remarks": []
                }
                ]

                """#)
    }

    @Test func `JSON without results is an empty array, an answer without rows an empty list`() {
        #expect(DataRenderer.text(of: [], as: .json) == "[]\n")
        #expect(DataRenderer.text(of: [Samples.empty], as: .json).contains("\"rows\": [],"))
    }

    @Test func `NDJSON numbers its queries and marks a total`() {
        var total = Samples.one(.real(0.5), .percent)
        total.total = [.real(0.5)]
        #expect(
            DataRenderer.text(of: [total, Samples.empty, Samples.one(.missing, .count)], as: .ndjson) == """
                {"query": 1, "x": 0.5}
                {"query": 1, "total": true, "x": 0.5}
                {"query": 3, "x": null}

                """)
    }

    @Test func `An object has each name once`() {
        let columns = ["query", "x", "x"].map { AnswerColumn($0, .measure(.count)) }
        let answer = Answer(columns: columns, rows: [[.missing, .missing, .missing]])
        #expect(DataRenderer.text(of: [answer], as: .ndjson) == "{\"query\": 1, \"query_2\": null, \"x\": null, \"x_2\": null}\n")
    }
}
