import FunnelModel
import FunnelRender

/// Answers as they come from queries, for the tests of the renderers.
enum Samples {
    static let foot = [Remark(.leftOut, "12 leads are younger than 30 days"), Remark(.axis, "cohort view, by `leads.created`")]

    /// `leads, conversion, revenue, cycle by source with total`.
    static let bySource = Answer(
        columns: [
            AnswerColumn("source", .key(nil)), AnswerColumn("leads", .measure(.count)),
            AnswerColumn("conversion", .measure(.percent)), AnswerColumn("revenue", .measure(.money)),
            AnswerColumn("cycle", .measure(.days)),
        ],
        rows: [
            [.text("paid_search"), .exact(Exact(1586)), .real(0.123), .exact(Exact(6_178_400_650, scale: 2)), .real(14.68)],
            [.text("تبلیغات"), .exact(Exact(60)), .real(0.05), .exact(Exact(-1250, scale: 2)), .real(0.5)],
            [.text("日本"), .exact(Exact(7)), .real(0), .exact(Exact(0, scale: 2)), .missing],
            [.missing, .exact(Exact(0)), .missing, .exact(Exact(0, scale: 2)), .missing],
        ],
        total: [.missing, .exact(Exact(1653)), .real(0.12), .exact(Exact(6_178_399_400, scale: 2)), .real(14.2)],
        remarks: foot)

    static func one(_ value: Value, _ quantity: Quantity, name: String = "x") -> Answer {
        Answer(columns: [AnswerColumn(name, .measure(quantity))], rows: [[value]])
    }

    static func column(_ quantity: Quantity, _ values: [Double]) -> Answer {
        Answer(columns: [AnswerColumn("x", .measure(quantity))], rows: values.map { [.real($0)] })
    }

    /// A listing with text that would drive a terminal, break a table or a format.
    static let hostile = Answer(
        columns: [AnswerColumn("name", .field(.text)), AnswerColumn("note", .field(.text))],
        rows: [
            [.text("\u{1B}]0;gotcha\u{7}"), .text("a|b")],
            [.text("say \"hi\", twice"), .text("two\nlines\tand \\ <b>")],
            [.text(""), .missing],
        ])

    static let empty = Answer(
        columns: [AnswerColumn("source", .key(nil)), AnswerColumn("leads", .measure(.count))], rows: [], remarks: foot)
}

/// The lines of a drawing as one text.
func text(_ lines: [StyledLine]) -> String { lines.map(\.text).joined(separator: "\n") }
