import FunnelIngest
import FunnelModel
import FunnelRender
import FunnelSession
import Testing

@testable import FunnelShell

@Suite struct CompletionListTests {
    private func choices(_ names: [String], _ summary: String = "") -> [Completion] {
        names.map { Completion(replacement: $0, label: $0, summary: summary) }
    }

    private func shown(_ choices: [Completion], width: Int) -> String {
        CompletionList.lines(of: choices, width: width).map(\.text).joined(separator: "\n")
    }

    @Test func `One choice is inserted, of several what they have in common`() {
        #expect(CompletionList.insertion(for: "conv", among: choices(["conversion"])) == "conversion")
        #expect(CompletionList.insertion(for: "co", among: choices(["cost", "cost_per_lead"])) == "cost")
        #expect(CompletionList.insertion(for: "cost", among: choices(["cost", "cost_per_lead"])) == nil)
        #expect(CompletionList.insertion(for: "CO", among: choices(["cost", "cost_per_lead"])) == "cost")
        #expect(CompletionList.insertion(for: "x", among: choices(["cost", "cac"])) == nil)
        #expect(CompletionList.insertion(for: "", among: choices(["تبلیغات", "تبلیغ"])) == "تبلیغ")
    }

    @Test func `What they have in common ends at whole letters`() {
        #expect(CompletionList.commonPrefix(of: ["cafe\u{301}s", "cafe"]) == "caf")
        #expect(CompletionList.commonPrefix(of: ["a", "b"]) == "")
        #expect(CompletionList.commonPrefix(of: []) == "")
    }

    @Test func `Few choices have a line each, with a summary cut to the width`() {
        let items = [
            Completion(replacement: "conversion", label: "conversion", summary: "won leads as a share of all leads"),
            Completion(replacement: "日本", label: "日本", summary: "two\nlines"),
        ]
        #expect(
            shown(items, width: 36) == """
                  conversion  won leads as a share…
                  日本        two↵lines
                """)
        #expect(shown(items, width: 20) == "  conversion\n  日本")
    }

    @Test func `Choices without summaries stand in columns, read downwards`() {
        #expect(
            shown(choices(["a", "bb", "ccc", "d", "e"]), width: 17) == """
                  a    ccc  e
                  bb   d
                """)
    }

    @Test func `Very many choices are counted rather than listed`() {
        let lines = shown(choices((0..<1000).map { "value_\($0)" }), width: 30).split(separator: "\n")
        #expect(lines.count == 41)
        #expect(lines.last == "  … 1000 choices")
        #expect(lines.allSatisfy { $0.count < 30 })
    }
}

@Suite struct ProgressTextTests {
    @Test func `Progress has a bar, rows, bytes, speed and the time left`() {
        let progress = LoadProgress(rows: 1_150_000, bytes: 250_000_000, totalBytes: 1_000_000_000)
        #expect(
            ProgressText.line(progress, seconds: 2, width: 80, unicode: true)
                == "▕██████▌                   ▏ 25 %  1,150,000 rows  250 MB  125 MB/s  6.0 s left")
        #expect(
            ProgressText.line(progress, seconds: 2, width: 80, unicode: false)
                == "[######....................] 25 %  1,150,000 rows  250 MB  125 MB/s  6.0 s left")
    }

    @Test func `Without a size there is no bar, and in a narrow terminal neither`() {
        let unknown = LoadProgress(rows: 10, bytes: 999, totalBytes: 0)
        #expect(ProgressText.line(unknown, seconds: 1, width: 80, unicode: true) == "10 rows  999 B  999 B/s")
        let known = LoadProgress(rows: 1_150_000, bytes: 250_000_000, totalBytes: 1_000_000_000)
        #expect(ProgressText.line(known, seconds: 2, width: 30, unicode: true) == " 25 %  1,150,000 rows  250 MB")
        #expect(ProgressText.line(known, seconds: 0, width: 200, unicode: true).hasSuffix("1,150,000 rows  250 MB"))
    }

    @Test(arguments: [
        (0, "0.0 ms"), (0.0004, "0.4 ms"), (0.0123, "12 ms"), (0.9996, "1.0 s"), (3.21, "3.2 s"), (12.3, "12 s"),
        (125, "2:05 min"), (7325, "122:05 min"),
    ])
    func `Durations are as exact as they need to be`(seconds: Double, text: String) {
        #expect(ProgressText.duration(seconds) == text)
    }

    @Test(arguments: [
        (0, "0.00 ms"), (0.000_624, "0.62 ms"), (0.009_994, "9.99 ms"), (0.009_996, "10.0 ms"), (0.0123, "12.3 ms"), (0.099_96, "100 ms"),
        (0.1564, "156 ms"), (0.9994, "999 ms"), (0.9996, "1.00 s"), (3.214, "3.21 s"), (99.94, "99.9 s"), (99.96, "1:40 min"),
    ])
    func `What was measured has three digits`(seconds: Double, text: String) {
        #expect(ProgressText.time(seconds) == text)
    }

    @Test(arguments: [(0, "0 B"), (999, "999 B"), (1234, "1.2 kB"), (999_600, "1.0 MB"), (45_600_000, "46 MB"), (2e15, "2000 TB")])
    func `Bytes go in steps of a thousand`(count: Double, text: String) {
        #expect(ProgressText.bytes(count) == text)
    }

    @Test func `A bar waits, and is not drawn more than ten times a second`() {
        var bar = ProgressBar()
        let start = ContinuousClock.now
        #expect(bar.due(at: start) == nil)
        #expect(bar.due(at: start + .milliseconds(100)) == nil)
        #expect(bar.due(at: start + .milliseconds(200)) == 0.2)
        #expect(bar.due(at: start + .milliseconds(250)) == nil)
        #expect(bar.due(at: start + .milliseconds(300)) == 0.3)
        #expect(bar.isDrawn)
        bar.end()
        #expect(bar.due(at: start + .seconds(1)) == nil)
    }
}

@Suite struct LoadReportRendererTests {
    @Test func `A load says how many rows, which columns were recognised or mapped, and what was decided`() {
        var report = LoadReport(role: .leads, name: "olist/leads.csv")
        report.kept = 8000
        report.refused = 1
        report.roles = [(.id, "mql_id", false), (.created, "Create Date", true), (.source, "source", true)]
        report.notes = ["dates are day first, as `13/01/2018` in line 12 shows; no value says otherwise"]
        #expect(
            LoadReportRenderer(width: 60).lines(of: report).map(\.text).joined(separator: "\n") == """
                leads   8,000 rows from olist/leads.csv, 1 row refused
                        recognised: created = Create Date, source
                        mapped: id = mql_id
                        dates are day first, as `13/01/2018` in line 12
                        shows; no value says otherwise
                """)
    }

    @Test func `A hostile header is shown, not sent`() {
        var report = LoadReport(role: .costs, name: "a\u{1B}[2J.csv")
        report.kept = 1
        report.roles = [(.amount, "x\ny", true)]
        #expect(
            LoadReportRenderer().lines(of: report).map(\.text)
                == ["costs   1 row from a␛[2J.csv", "        recognised: amount = x↵y"])
    }
}
