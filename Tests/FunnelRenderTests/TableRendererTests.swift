import FunnelModel
import FunnelRender
import FunnelText
import Testing

@Suite struct TableRendererTests {
    private func table(_ answer: Answer, _ options: TableOptions = TableOptions()) -> String {
        text(TableRenderer(options).lines(of: answer))
    }

    @Test func `A table has headings, units, aligned numbers, a total and a foot`() {
        #expect(
            table(Samples.bySource, TableOptions(currency: "EUR")) == """
                ╭─────────────┬───────┬────────────┬───────────────┬───────╮
                │ source      │ leads │ conversion │       revenue │ cycle │
                │             │       │            │           EUR │  days │
                ├─────────────┼───────┼────────────┼───────────────┼───────┤
                │ paid_search │ 1,586 │     12.3 % │ 61,784,006.50 │  14.7 │
                │ تبلیغات\u{200E}     │    60 │      5.0 % │        -12.50 │   0.5 │
                │ 日本        │     7 │      0.0 % │          0.00 │     — │
                │ (none)      │     0 │          — │          0.00 │     — │
                ├─────────────┼───────┼────────────┼───────────────┼───────┤
                │ total       │ 1,653 │     12.0 % │ 61,783,994.00 │  14.2 │
                ╰─────────────┴───────┴────────────┴───────────────┴───────╯
                  4 rows
                  cohort view, by `leads.created`
                  12 leads are younger than 30 days
                """)
    }

    @Test func `Without Unicode the frame and what is missing are ASCII`() {
        #expect(
            table(Samples.bySource, TableOptions(unicode: false)) == """
                +-------------+-------+------------+---------------+-------+
                | source      | leads | conversion |       revenue | cycle |
                |             |       |            |               |  days |
                +-------------+-------+------------+---------------+-------+
                | paid_search | 1,586 |     12.3 % | 61,784,006.50 |  14.7 |
                | تبلیغات     |    60 |      5.0 % |        -12.50 |   0.5 |
                | 日本        |     7 |      0.0 % |          0.00 |     - |
                | (none)      |     0 |          - |          0.00 |     - |
                +-------------+-------+------------+---------------+-------+
                | total       | 1,653 |     12.0 % | 61,783,994.00 |  14.2 |
                +-------------+-------+------------+---------------+-------+
                  4 rows
                  cohort view, by `leads.created`
                  12 leads are younger than 30 days
                """)
    }

    @Test func `Control characters in data are shown, not sent`() {
        #expect(
            table(Samples.hostile) == """
                ╭─────────────────┬─────────────────────╮
                │ name            │ note                │
                ├─────────────────┼─────────────────────┤
                │ ␛]0;gotcha\\u{7} │ a|b                 │
                │ say "hi", twice │ two↵lines⇥and \\ <b> │
                │                 │ —                   │
                ╰─────────────────┴─────────────────────╯
                  3 rows
                """)
    }

    @Test func `An answer without rows keeps its headings and its remarks`() {
        #expect(
            table(Samples.empty) == """
                ╭────────┬───────╮
                │ source │ leads │
                ├────────┼───────┤
                ╰────────┴───────╯
                  no rows
                  cohort view, by `leads.created`
                  12 leads are younger than 30 days
                """)
    }

    @Test func `One number alone is one line with its unit, and keeps its foot`() {
        var answer = Samples.one(.real(0.10525), .percent, name: "conversion")
        answer.remarks = [Remark(.axis, "cohort view, by `leads.created`")]
        #expect(table(answer) == "conversion  10.5 %\n  cohort view, by `leads.created`")
        #expect(table(Samples.one(.real(14.68), .days, name: "cycle")) == "cycle  14.7 days")
        #expect(table(Samples.one(.exact(Exact(8000)), .count, name: "leads")) == "leads  8,000")
        let revenue = Samples.one(.exact(Exact(617_840_060, scale: 1)), .money, name: "revenue")
        #expect(table(revenue, TableOptions(currency: "BRL")) == "revenue  61,784,006 BRL")
        #expect(table(Samples.one(.missing, .days, name: "cycle")) == "cycle  —")
        let perDay = Samples.one(.real(1250.5), Quantity(money: 1, time: -1), name: "velocity")
        #expect(table(perDay) == "velocity  1,250.50 money per day")
        #expect(table(perDay, TableOptions(currency: "EUR")) == "velocity  1,250.50 EUR per day")
    }

    @Test func `In a narrow terminal columns in the middle are left out, and the foot names them`() {
        #expect(
            table(Samples.bySource, TableOptions(width: 40)) == """
                ╭─────────────┬───────┬───┬───────╮
                │ source      │ leads │ … │ cycle │
                │             │       │ … │  days │
                ├─────────────┼───────┼───┼───────┤
                │ paid_search │ 1,586 │ … │  14.7 │
                │ تبلیغات\u{200E}     │    60 │ … │   0.5 │
                │ 日本        │     7 │ … │     — │
                │ (none)      │     0 │ … │     — │
                ├─────────────┼───────┼───┼───────┤
                │ total       │ 1,653 │ … │  14.2 │
                ╰─────────────┴───────┴───┴───────╯
                  4 rows
                  cohort view, by `leads.created`
                  12 leads are younger than 30 days
                  too narrow for 2 of 5 columns:
                    conversion, revenue
                """)
    }

    @Test func `Long texts are shortened before a column is left out`() {
        let answer = Answer(
            columns: [AnswerColumn("company", .key(nil)), AnswerColumn("leads", .measure(.count))],
            rows: [[.text("A company with a very long name indeed"), .exact(Exact(1))], [.text("日本日本日本日本日本日本"), .exact(Exact(2))]])
        #expect(
            table(answer, TableOptions(width: 32)) == """
                ╭──────────────────────┬───────╮
                │ company              │ leads │
                ├──────────────────────┼───────┤
                │ A company with a ve… │     1 │
                │ 日本日本日本日本日…  │     2 │
                ╰──────────────────────┴───────╯
                  2 rows
                """)
    }

    @Test(arguments: [20, 30, 33, 40, 47, 55, 60, 80])
    func `No line of a table is wider than the terminal`(width: Int) {
        for answer in [Samples.bySource, Samples.hostile, Samples.empty] {
            for line in TableRenderer(TableOptions(width: width)).lines(of: answer) {
                #expect(DisplayWidth.of(line.text) <= width, "\(line.text)")
            }
        }
    }

    @Test func `When rows are cut the foot says how many there are and how to see them`() {
        let rows = (1...5000).map { [Value.exact(Exact($0))] }
        let answer = Answer(columns: [AnswerColumn("n", .measure(.count))], rows: rows)
        #expect(
            table(answer, TableOptions(maxRows: 2)) == """
                ╭───╮
                │ n │
                ├───┤
                │ 1 │
                │ 2 │
                ╰───╯
                  5,000 rows, the first 2 shown; `set max_rows 5000` shows all
                """)
    }

    @Test func `Listed cells are shown as the data has them`() {
        let answer = Answer(
            columns: [
                AnswerColumn("id", .field(.integer)), AnswerColumn("at", .field(.timestamp)),
                AnswerColumn("on", .field(.date)), AnswerColumn("fee", .field(.decimal(scale: 2))),
                AnswerColumn("vip", .field(.yesNo)),
            ],
            rows: [
                [
                    .exact(Exact(1_234_567)), .timestamp(day: 17_591, microseconds: 52_200_000_000), .date(17_591),
                    .exact(Exact(1_200_050, scale: 2)), .yesNo(true),
                ],
                [.missing, .missing, .missing, .missing, .missing],
            ])
        #expect(
            table(answer) == """
                ╭─────────┬─────────────────────┬────────────┬──────────┬─────╮
                │      id │ at                  │ on         │      fee │ vip │
                ├─────────┼─────────────────────┼────────────┼──────────┼─────┤
                │ 1234567 │ 2018-03-01 14:30:00 │ 2018-03-01 │ 12000.50 │ yes │
                │       — │ —                   │ —          │        — │ —   │
                ╰─────────┴─────────────────────┴────────────┴──────────┴─────╯
                  2 rows
                """)
    }
}
