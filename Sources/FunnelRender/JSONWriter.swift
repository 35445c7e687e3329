import FunnelModel

/// JSON and NDJSON by hand: the order of names is the order of columns, and numbers keep all their digits.
enum JSONWriter {
    /// An answer as an object: `columns` with what is known of them, `rows`, `total` where there is one, `remarks`.
    static func object(of answer: Answer) -> String {
        let names = uniqueNames(of: answer.columns, reserved: []).map(string)
        let columns = zip(answer.columns, names).map { "    " + column($0, named: $1) }
        var parts = ["  \"columns\": " + array(columns)]
        parts.append("  \"rows\": " + array(answer.rows.map { "    " + record(names, $0) }))
        if let total = answer.total { parts.append("  \"total\": " + record(names, total)) }
        let remarks = Foot.ordered(answer.remarks).map {
            "    {\"kind\": \(string($0.kind.rawValue)), \"text\": \(string($0.text))}"
        }
        parts.append("  \"remarks\": " + array(remarks))
        return "{\n" + parts.joined(separator: ",\n") + "\n}"
    }

    /// An answer's rows, one a line; a total is the last, marked `"total":true`.
    static func rows(of answer: Answer, query: Int) -> String {
        let names = uniqueNames(of: answer.columns, reserved: ["query", "total"]).map(string)
        var text = ""
        for row in answer.rows { text += record(names, row, first: ["\"query\": \(query)"]) + "\n" }
        if let total = answer.total {
            text += record(names, total, first: ["\"query\": \(query)", "\"total\": true"]) + "\n"
        }
        return text
    }

    private static func array(_ items: [String]) -> String {
        items.isEmpty ? "[]" : "[\n" + items.joined(separator: ",\n") + "\n  ]"
    }

    private static func record(_ names: [String], _ values: [Value], first: [String] = []) -> String {
        "{" + (first + zip(names, values).map { "\($0): \(json($1))" }).joined(separator: ", ") + "}"
    }

    private static func column(_ column: AnswerColumn, named name: String) -> String {
        let facts: [(String, String)] =
            switch column.kind {
            case .key(nil): [("kind", "key")]
            case .key(let grain?): [("kind", "key"), ("grain", grain.rawValue)]
            case .measure(let quantity): [("kind", "measure"), ("quantity", quantity.name)]
            case .field(let type): [("kind", "field"), ("type", type.name)]
            }
        return "{\"name\": \(name)" + facts.map { ", \"\($0)\": \(string($1))" }.joined() + "}"
    }

    /// Each column's name, with a number behind it where the name is taken: an object has each name once.
    private static func uniqueNames(of columns: [AnswerColumn], reserved: Set<String>) -> [String] {
        var taken = reserved
        return columns.map { column in
            var name = column.name
            var number = 1
            while !taken.insert(name).inserted {
                number += 1
                name = "\(column.name)_\(number)"
            }
            return name
        }
    }

    private static func json(_ value: Value) -> String {
        guard let text = value.dataText else { return "null" }
        switch value {
        case .missing: return "null"
        case .exact, .real, .yesNo: return text
        case .text, .date, .timestamp, .period: return string(text)
        }
    }

    static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            // U+2028 and U+2029 end a line in JavaScript; C1 controls can drive a terminal.
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
