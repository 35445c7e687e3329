import FunnelModel
import FunnelStore
import Testing

@testable import FunnelIngest

/// Everything that a table holds, as text: two tables with the same are the same.
func fingerprint(_ table: Table) -> String {
    var text = "\(table.rowCount) \(table.roles.sorted { $0.key.rawValue < $1.key.rawValue }) \(table.states)\n"
    for column in table.columns {
        text += "\(column.name) \(column.type) \(column.byteCount)\n"
        if case .text(let codes, let dictionary) = column.values {
            text += "\(dictionary.texts)\n"
            text += (0..<column.count).map { column.isMissing($0) ? "∅" : "\(codes[$0])" }.joined(separator: " ") + "\n"
        } else {
            text += (0..<column.count).map { shown(column.value($0)) }.joined(separator: "|") + "\n"
        }
    }
    return text
}

/// Rows and fields, read the slow way, by the rules of RFC 4180 and those of a lenient reader.
func naiveRecords(_ text: String, delimiter: UInt8 = Byte.comma) -> [[String]] {
    let bytes = Array(text.utf8)
    var records: [[String]] = []
    var record: [String] = []
    var field: [UInt8] = []
    var wasQuoted = false
    var state = 0  // 0 at the start of a field, 1 in an unquoted one, 2 in quotes, 3 behind the closing quote
    var hasContent = false
    func finishField() {
        var kept = field[...]
        if !wasQuoted {
            while let first = kept.first, first == 32 || first == 9 { kept.removeFirst() }
            while let last = kept.last, last == 32 || last == 9 { kept.removeLast() }
        }
        record.append(String(decoding: kept, as: UTF8.self))
        field = []
        wasQuoted = false
        state = 0
    }
    func finishRecord() {
        finishField()
        if hasContent { records.append(record) }
        record = []
        hasContent = false
    }
    var at = 0
    while at < bytes.count {
        let byte = bytes[at]
        if state == 2 {
            if byte == Byte.quote {
                if at + 1 < bytes.count, bytes[at + 1] == Byte.quote {
                    field.append(byte)
                    at += 1
                } else {
                    state = 3
                }
            } else {
                field.append(byte)
            }
        } else if byte == delimiter {
            finishField()
        } else if byte == 10 || byte == 13 {
            finishRecord()
            if byte == 13, at + 1 < bytes.count, bytes[at + 1] == 10 { at += 1 }
        } else if byte == Byte.quote, state == 0 {
            state = 2
            wasQuoted = true
            hasContent = true
        } else {
            if byte != 32 || state != 3 { field.append(byte) }
            if state == 0 { state = 1 }
            hasContent = true
        }
        at += 1
    }
    if hasContent || !record.isEmpty { finishRecord() }
    return records
}

@Suite("pieces of a file") struct ChunkTests {
    static let nasty: [String] = [
        "id,a,b\n1,\"x,y\",2\n2,\"line\nbreak\",3\n3,\"a \"\"quoted\"\" word\",4\n",
        "id,a,b\r\n1,\"x\r\ny\",2\r\n2,z,3\r\n",
        "id,a,b\r1,x,2\r2,\"y\rz\",3\r",
        "id,a,b\n1,5\" screen,2\n2,6\" screen,3\n3,\"7\"\" screen\",4\n4,plain,5\n",
        "id,a,b\n1,\"\",\"\"\n2,\"\"\"\",\"\"\"\"\"\"\n3,,\n4,\",\",\"\n\"\n",
        "id,a,b\n\n1,x,2\n\n\n2,y,3\n\n",
        "id,a,b\n1,x,2024-01-02\n2,y,2024-02-03 10:00:00\n3,z,\n",
        "id,a,b\n1,ä,1.5\n2,سلام,2.25\n3,日本語,3\n4,\"é\"\"é\",10\n",
        "id,a,b\n1,yes,\"1,234\"\n2,no,\"1,234,567.5\"\n3,NULL,-\n",
        "id,a,b\n1,\"a\nb\nc\nd\ne\nf\",1\n2,\"\n\n\n\",2\n3,\"\"\"\n\"\"\",3\n",
        "id,a,b\n1,a\"b\"c,1\n2,\"a\"b\"c,2\n3,\"x\" ,3\n4, \"y\",4\n",
        "id,a,b\n1,x,007\n2,y,8\n3,z,1e5",
        "id;a;b\n1;\"x;y\";2,5\n2;z;3,25\n",
        "id\ta\tb\n1\tx y\t2\n2\t \t3\n",
    ]

    @Test("the table is the same at every size of pieces and number of threads", arguments: nasty)
    func invariance(_ text: String) throws {
        let whole = fingerprint(try load(text).table)
        for size in 1...64 {
            for threads in 1...(size % 9 == 0 ? 5 : 1) {
                #expect(fingerprint(try load(text, chunkSize: size, threads: threads).table) == whole, "pieces of \(size)")
            }
        }
    }

    @Test("cells are those of a slow reading of the same text") func reference() throws {
        var random = Random(state: 7)
        let atoms = [
            "a", "bc", "é", "\"\"", " ", ",", "\n", "\r\n", "x y", "سلام", "1", "0", "-", ".", "\t", "''", "zzzzzzzzzzzz",
        ]
        for _ in 0..<400 {
            let columns = Int.random(in: 2...5, using: &random)
            var text = (0..<columns).map { "h\($0)" }.joined(separator: ",") + "\n"
            let lineEnd = ["\n", "\r\n", "\r"].randomElement(using: &random)!
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let fields = (0..<columns).map { _ -> String in
                    let atomCount = Int.random(in: 0...5, using: &random)
                    let body = (0..<atomCount).map { _ in atoms.randomElement(using: &random)! }.joined()
                    if Bool.random(using: &random) { return "\"" + body + "\"" }
                    return String(body.unicodeScalars.filter { !",\"\r\n".unicodeScalars.contains($0) })
                }
                text += fields.joined(separator: ",") + lineEnd
            }
            if Bool.random(using: &random) { while text.last?.isNewline == true { text.removeLast() } }
            let expected = naiveRecords(text).dropFirst()
            let size = Int.random(in: 1...40, using: &random)
            let threads = Int.random(in: 1...3, using: &random)
            let loaded = try load(text, chunkSize: size, threads: threads) { request in
                // A role that wants text keeps what is written.
                request.mappings = []
                request.onError = .null
            }
            let blank = { (row: [String]) in row.allSatisfy { $0.allSatisfy { $0.isWhitespace } } }
            let rows = expected.filter { !blank($0) }.count
            // Rows of quoted blanks count as rows for the loader.
            #expect(loaded.table.rowCount >= rows && loaded.table.rowCount <= expected.count)
            for (at, column) in loaded.table.columns.enumerated()
            where column.type == .text && loaded.table.rowCount == expected.count {
                let wanted = expected.map { at < $0.count ? $0[at] : "" }.map { $0.allSatisfy(\.isWhitespace) ? "∅" : $0 }
                #expect(loaded.values(column.name) == wanted, "\(text.debugDescription)")
            }
        }
    }

    @Test("long pieces without quotes are read as they stand, up to the first field that has some", arguments: ["\n", "\r\n", "\r"], 0..<6)
    func plainPieces(_ lineEnd: String, _ seed: Int) throws {
        var random = Random(state: UInt64(seed) + 40)
        let words = ["a", "bc", "x y", "zzzzzzzzzzzz", "é", "", "longer than sixteen bytes", "12:30"]
        var lines = ["h0,h1,h2,h3"]
        for _ in 0..<3000 {
            let fields = (0..<4).map { _ in words.randomElement(using: &random)! }
            lines.append((["row"] + fields.dropFirst()).joined(separator: ","))
        }
        // Half of the texts hold something else in the middle or near the end.
        let odd = ["\"quoted, and more\",1,2,3", " row ,b ,c,d", "row,\"\",c,"]
        if seed % 2 == 1 { lines[seed < 3 ? 1500 : 2990] = odd[seed / 2] }
        let text = lines.joined(separator: lineEnd) + (seed % 3 == 0 ? "" : lineEnd)
        let expected = naiveRecords(text).dropFirst()
        for size in [1 << 20, 5000, 700] {
            let loaded = try load(text, chunkSize: size, threads: 2) { $0.mappings = [] }
            #expect(loaded.table.rowCount == expected.count)
            for (at, column) in loaded.table.columns.enumerated() where column.type == .text {
                let wanted = expected.map { at < $0.count ? $0[at] : "" }.map { $0.allSatisfy(\.isWhitespace) ? "∅" : $0 }
                #expect(loaded.values(column.name) == wanted, "pieces of \(size)")
            }
        }
    }
}
