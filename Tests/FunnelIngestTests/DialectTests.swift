import CZlib
import FunnelModel
import FunnelStore
import FunnelText
import Testing

@testable import FunnelIngest

@Suite("how files are written") struct DialectTests {
    @Test("a quote in the middle of an unquoted field is text") func strayQuote() throws {
        let loaded = try load("n,size\n1,5\" screen\n2,6\" wide, flat\n".replacing("6\" wide, flat", with: "6\" wide"))
        #expect(loaded.values("size") == ["5\" screen", "6\" wide"])
    }

    @Test("quoted fields hold delimiters, doubled quotes and line ends") func quoted() throws {
        let loaded = try load("n,t\n1,\"a,b\"\n2,\"say \"\"hi\"\"\"\n3,\"two\nlines\"\n4,\"two\r\nlines\"\n")
        #expect(loaded.values("t") == ["a,b", "say \"hi\"", "two\nlines", "two\r\nlines"])
    }

    @Test("text behind a closing quote belongs to the field, blanks do not") func behindQuote() throws {
        let loaded = try load("n,t\n1,\"a\"b\n2,\"a\" \n3,\"a\"\n")
        #expect(loaded.values("t") == ["ab", "a", "a"])
    }

    @Test("lines end with LF, CRLF or CR alone", arguments: ["\n", "\r\n", "\r"]) func lineEnds(_ end: String) throws {
        let loaded = try load(["n,t", "1,a", "2,b"].joined(separator: end) + end)
        #expect(loaded.values("t") == ["a", "b"])
        #expect(try load(["n,t", "1,a", "2,b"].joined(separator: end)).values("t") == ["a", "b"])
    }

    @Test("the delimiter is found by what the first records agree on", arguments: [",", ";", "\t", "|"])
    func delimiter(_ mark: String) throws {
        let lines = ["n,note,amount", "1,\"a,b;c|d\te\",2.5", "2,plain,3.5"]
        let text = lines.map { line in
            line.hasPrefix("1") ? "1,\"a,b;c|d\te\",2.5".replacingOuterCommas(mark) : line.replacingOuterCommas(mark)
        }.joined(separator: "\n")
        let loaded = try load(text)
        #expect(loaded.values("note") == ["a,b;c|d\te", "plain"])
        #expect(loaded.values("amount") == ["2.5", "3.5"])
    }

    @Test("a comma in texts does not hide the semicolon") func semicolon() throws {
        let loaded = try load("n;price;t\n1;1,5;a, b, c\n2;2,25;d\n")
        #expect(loaded.values("price") == ["1.50", "2.25"])
        #expect(loaded.values("t") == ["a, b, c", "d"])
    }

    @Test("the first line of a spreadsheet may name the separator") func excelLine() throws {
        #expect(try load("sep=;\nn;t\n1;a\n").values("t") == ["a"])
        #expect(try load("sep=\n\nx\n").table.columns.map(\.name) == ["sep="])
        #expect(try load("\u{FEFF}SEP=|\r\nn|t\r\n1|a\r\n").values("t") == ["a"])
    }

    @Test("a byte order mark is no part of the first header") func byteOrderMark() throws {
        #expect(try load("\u{FEFF}n,t\n1,a\n").table.columns.map(\.name) == ["n", "t"])
    }

    @Test("UTF-16 is decoded, either end first") func utf16() throws {
        for isBig in [false, true] {
            let units = Array("\u{FEFF}n\tt\r\n1\tسلام 😀\r\n".utf16)
            let bytes = units.flatMap { unit in
                isBig ? [UInt8(unit >> 8), UInt8(unit & 255)] : [UInt8(unit & 255), UInt8(unit >> 8)]
            }
            let loaded = try load(bytes: bytes)
            #expect(loaded.values("t") == ["سلام 😀"])
            #expect(loaded.report.notes.contains { $0.contains("UTF-16") })
            #expect(try load(bytes: Array(bytes.dropFirst(2))).table.rowCount == 1)
        }
    }

    @Test("what is not UTF-8 is read as Windows-1252, with a note") func windows1252() throws {
        let loaded = try load(bytes: Array("n,t\n1,caf".utf8) + [0xE9, 0x80] + Array("\n".utf8))
        #expect(loaded.values("t") == ["café€"])
        #expect(loaded.report.notes.contains { $0.contains("Windows-1252") })
    }

    @Test("a broken letter among many whole ones is replaced, with a note") func brokenLetter() throws {
        let loaded = try load(bytes: Array("n,t\n1,سلام\n2,".utf8) + [0xD8] + Array("\n".utf8), chunkSize: 3)
        #expect(loaded.values("t") == ["سلام", "\u{FFFD}"])
        #expect(loaded.report.notes.contains { $0.contains("line 3") })
    }

    @Test("NUL bytes are letters like others") func nul() throws {
        #expect(try load("n,t\n1,a\0b\n").values("t") == ["a\0b"])
    }

    @Test("empty lines are no rows") func emptyLines() throws {
        let loaded = try load("\n\nn,t\n1,a\n\n2,b\n,\n   \n3,c\n\n\n")
        #expect(loaded.values("t") == ["a", "b", "c"])
        #expect(loaded.report.read == 3)
        #expect(loaded.report.notes.contains("3 lines without any value left out"))
    }

    @Test("a file with a header only has no rows") func headerOnly() throws {
        for text in ["n,t", "n,t\n", "n,t\r\n\r\n"] {
            let loaded = try load(text)
            #expect(loaded.table.rowCount == 0)
            #expect(loaded.table.columns.count == 2)
        }
    }

    @Test("an empty file is an error", arguments: ["", "\n\n", "\u{FEFF}"]) func empty(_ text: String) {
        #expect(problems { _ = try load(text) }.first?.message == "`data.csv` is empty: there is no header")
    }

    @Test("doubled and empty headers get names of their own") func headers() throws {
        let loaded = try load("name,Name,,\"two\nlines\"\na,b,c,d\n")
        #expect(loaded.table.columns.map(\.name) == ["name", "Name_2", "column_3", "two lines"])
        #expect(loaded.report.notes.count == 2)
    }

    @Test("an unterminated quote is an error with the line on which it was opened") func openQuote() throws {
        for size in [3, 1 << 20] {
            let found = problems { _ = try load("n,t\n1,a\n2,\"b\n3,c\n4,d\n", chunkSize: size) }
            #expect(found.count == 1)
            #expect(found[0].source?.firstLine == 3)
            #expect(found[0].marked == "\"")
        }
    }

    @Test("blanks around unquoted texts are left out, those in quotes kept") func blanks() throws {
        let loaded = try load("n,t\n1,  a b \n2,\" c \"\n3,\t\n4,\"  \"\n")
        #expect(loaded.values("t") == ["a b", " c ", "∅", "∅"])
    }

    @Test("a column in one file alone has no delimiter") func single() throws {
        #expect(try load("t\na\nb\n\"\"\n").values("t") == ["a", "b", "∅"])
    }

    @Test("a missing file is an error that offers the nearest name") func noFile() {
        let bench = Workbench()
        bench.write(Array("n\n1\n".utf8), as: "leads.csv")
        let found = problems { _ = try Loader.peek(bench.request(.leads, "leeds.csv")) }
        #expect(found.first?.message == "there is no file `leeds.csv`")
        #expect(found.first?.mends == ["`leads.csv` may be meant"])
        #expect(found.first?.cause == .data)
    }

    @Test("a folder is no file") func folder() {
        let bench = Workbench()
        let found = problems { _ = try Loader.peek(LoadRequest(role: .leads, path: bench.folder, displayName: "here")) }
        #expect(found.first?.message == "`here` is a folder, not a file")
    }

    @Test("a workbook is named as such") func workbook() {
        let found = problems { _ = try load(bytes: [0x50, 0x4B, 3, 4, 0, 0, 0, 0]) }
        #expect(found.first?.message.contains("workbook") == true)
    }
}

extension String {
    func replacingOuterCommas(_ mark: String) -> String {
        var isInside = false
        return map { letter in
            if letter == "\"" { isInside.toggle() }
            return letter == "," && !isInside ? mark : String(letter)
        }.joined()
    }

    func replacing(_ old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return String(self[..<range.lowerBound]) + new + self[range.upperBound...]
    }
}

@Suite("gzip") struct GzipTests {
    private func packed(_ text: String) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        var input = Array(text.utf8)
        var output = [UInt8](repeating: 0, count: input.count + 100)
        let size = output.count
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(size)
                deflate(&stream, Z_FINISH)
                return size - Int(stream.avail_out)
            }
        }
        deflateEnd(&stream)
        return Array(output[..<count])
    }

    @Test("gzip is unpacked, whatever the file is called") func plain() throws {
        #expect(try load(bytes: packed("n,t\n1,a\n2,b\n")).values("t") == ["a", "b"])
    }

    @Test("members one after the other are one text") func members() throws {
        let bytes = packed("n,t\n1,a\n2,") + packed("b\n3,c\n") + [0, 0, 0]
        #expect(try load(bytes: bytes).values("t") == ["a", "b", "c"])
    }

    @Test("a file that breaks off is an error") func truncated() {
        var text = "n,t\n"
        for row in 0..<1000 { text += "\(row),\(row * 7919 % 1000)\n" }
        let bytes = packed(text)
        for count in [bytes.count - 1, bytes.count - 8, bytes.count / 2, 12] {
            let found = problems { _ = try load(bytes: Array(bytes[..<count])) }
            #expect(found.first?.message.contains("breaks off") == true, "\(count) of \(bytes.count)")
        }
    }

    @Test("the schema of a large packed file is told from its beginning") func peek() throws {
        let bench = Workbench()
        var random = Random(state: 1)
        var text = "id,created,x\n"
        while text.utf8.count < 10 << 20 {
            text += "\(random.next()),2021-01-01,\(random.next())\(random.next())\(random.next())\(random.next())\n"
        }
        let bytes = packed(text)
        #expect(bytes.count > 4 << 20)
        bench.write(bytes)
        #expect(try Loader.peek(bench.request(.leads)).columns.map(\.type) == [.text, .date, .unknown])
    }

    @Test("a damaged file is an error") func damaged() {
        var bytes = packed("n,t\n" + String(repeating: "1,a\n", count: 100))
        bytes[bytes.count - 6] ^= 0xFF
        #expect(problems { _ = try load(bytes: bytes) }.first?.message.contains("damaged") == true)
    }
}
