import FunnelIngest
import FunnelModel
import FunnelRender
import FunnelSession
import FunnelShell
import FunnelText
import Glibc
import Testing

@Suite struct ConsoleTests {
    private let answer = Answer(
        columns: [AnswerColumn("leads", .measure(.count))], rows: [[.exact(Exact(8000))]],
        remarks: [Remark(.axis, "by `leads.created`")])

    @Test func `CSV results are set off by an empty line, their remarks go to standard error`() {
        let result = written { console in
            console.show(.answer(answer, format: .csv))
            console.show(.answer(answer, format: .csv))
            console.finish()
        }
        #expect(result.output == "leads\n8000\n\nleads\n8000\n")
        #expect(result.errors == "  by `leads.created`\n  by `leads.created`\n")
    }

    @Test func `What standard output could not take is told, but not that nobody reads any more`() {
        let full = open("/dev/full", O_WRONLY)
        let console = Console(output: full, errors: full)
        console.show(.answer(answer, format: .csv))
        #expect(console.loss?.message == "can't write to standard output: no space left on device")
        close(full)
        let pipe = Pipe()
        pipe.breakOff()
        let unread = Console(output: pipe.end, errors: pipe.end)
        unread.show(.answer(answer, format: .csv))
        #expect(unread.isClosed && unread.loss == nil)
    }

    @Test func `The JSON of a stream is one array`() {
        let result = written { console in
            console.show(.answer(answer, format: .json))
            console.show(.answer(answer, format: .json))
            console.finish()
        }
        let object = """
            {
              "columns": [
                {"name": "leads", "kind": "measure", "quantity": "count"}
              ],
              "rows": [
                {"leads": 8000}
              ],
              "remarks": [
                {"kind": "axis", "text": "by `leads.created`"}
              ]
            }
            """
        #expect(result.output == "[\n\(object),\n\(object)\n]\n")
        #expect(result.errors.isEmpty)
    }

    @Test func `NDJSON counts its queries through the stream`() {
        let result = written { console in
            for _ in 0..<2 { console.show(.answer(answer, format: .ndjson)) }
        }
        #expect(result.output == "{\"query\": 1, \"leads\": 8000}\n{\"query\": 2, \"leads\": 8000}\n")
    }

    @Test func `A change of format closes what is open`() {
        let result = written { console in
            console.show(.answer(Answer(columns: [], rows: []), format: .json))
            console.show(.answer(answer, format: .table))
            console.show(.answer(answer, format: .csv))
            console.finish()
        }
        #expect(
            result.output == """
                [
                {
                  "columns": [],
                  "rows": [],
                  "remarks": []
                }
                ]

                leads  8,000
                  by `leads.created`

                leads
                8000

                """)
    }

    @Test func `With a data format standard output holds data and nothing else`() {
        var options = ConsoleOptions()
        options.format = .csv
        var report = LoadReport(role: .leads, name: "leads.csv")
        report.kept = 2
        let result = written(options) { console in
            console.show(.text([StyledLine("help", .heading)]))
            console.show(.loaded(report))
            console.show(.timing(0.0123))
            console.show(.wrote(path: "out.csv", rows: 1))
            console.show(.saved(path: "crm.store", tables: [(.leads, 8000), (.costs, 1)]))
            console.show(.opened(path: "crm.store", tables: [(.leads, 8000)]))
            console.show(.diagnostic(Diagnostic(.warning, "odd")))
            console.show(.answer(answer, format: .csv))
        }
        #expect(result.output == "leads\n8000\n")
        #expect(
            result.errors == """
                help
                leads   2 rows from leads.csv
                time: 12.3 ms
                wrote 1 row to out.csv
                saved crm.store: leads 8,000 rows, costs 1 row
                opened crm.store: leads 8,000 rows
                warning: odd
                  by `leads.created`

                """)
    }

    @Test func `Quiet leaves answers, errors and warnings`() {
        var options = ConsoleOptions()
        options.quiet = true
        let result = written(options) { console in
            console.show(.loaded(LoadReport(role: .leads, name: "leads.csv")))
            console.show(.diagnostic(Diagnostic(.error, "no")))
            console.show(.answer(answer, format: .csv))
        }
        #expect(result.output == "leads\n8000\n")
        #expect(result.errors == "error: no\n")
    }

    @Test func `A pipe gets no colours unless they are asked for`() {
        var options = ConsoleOptions()
        #expect(!written(options) { $0.show(.answer(answer, format: .table)) }.output.contains("\u{1B}"))
        options.color = .always
        #expect(written(options) { $0.show(.answer(answer, format: .table)) }.output.hasPrefix("\u{1B}[1mleads\u{1B}[0m"))
        #expect(!written(options) { $0.show(.answer(answer, format: .csv)) }.output.contains("\u{1B}"))
    }

    @Test func `Frames are Unicode where the locale is`() {
        var table = answer
        table.rows.append([.missing])
        let show: (Console) -> Void = { $0.show(.answer(table, format: .table)) }
        #expect(written(environment: ["LC_ALL": "fa_IR.UTF-8", "LANG": "C"], show).output.hasPrefix("╭"))
        #expect(written(environment: ["LC_ALL": "C", "LANG": "C.UTF-8"], show).output.hasPrefix("+"))
        #expect(written(environment: ["LC_ALL": "", "LANG": "en_US.utf8"], show).output.hasPrefix("╭"))
        #expect(written(environment: [:], show).output.hasPrefix("+"))
        var options = ConsoleOptions()
        options.unicode = false
        #expect(written(options, show).output.hasPrefix("+"))
    }

    @Test func `No progress is drawn where there is no terminal`() {
        let result = written { console in
            for step in 0..<100 { console.progress(LoadProgress(rows: step, bytes: step, totalBytes: 100)) }
            console.progress(nil)
        }
        #expect(result.output.isEmpty && result.errors.isEmpty)
    }

    @Test func `A reader who went away is noticed, quietly`() {
        let output = Pipe()
        let console = Console(output: output.end, errors: output.end, environment: { _ in nil })
        #expect(!console.isClosed)
        output.breakOff()
        console.show(.answer(answer, format: .table))
        #expect(console.isClosed)
        console.show(.answer(answer, format: .json))
        console.finish()
    }

    @Test func `Leaving is remembered`() {
        _ = written { console in
            #expect(!console.isLeaving)
            console.show(.leave)
            #expect(console.isLeaving)
        }
    }

    @Test func `Options may change while it is in use`() {
        let ratio = Answer(columns: [AnswerColumn("x", .measure(.percent))], rows: [[.real(0.10525)]])
        let result = written { console in
            console.show(.answer(ratio, format: .table))
            console.options.digits = 2
            console.show(.answer(ratio, format: .table))
        }
        #expect(result.output == "x  10.5 %\n\nx  10.53 %\n")
    }
}
