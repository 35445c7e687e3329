/// How lines of SQL are laid out.
enum Layout {
    /// Lines that stand further in; a line break within a name or a text is no end of a line.
    static func indented(_ text: String, _ rules: any DialectRules) -> String {
        var result = ""
        var quote: Unicode.Scalar?
        var isEscaped = false
        var isStart = true
        for scalar in text.unicodeScalars {
            if quote == nil, scalar == "\n" {
                isStart = true
                result.unicodeScalars.append(scalar)
                continue
            }
            if isStart { result += "    " }
            isStart = false
            result.unicodeScalars.append(scalar)
            if let open = quote {
                if isEscaped {
                    isEscaped = false
                } else if scalar == "\\", rules.escapingMarks.contains(open) {
                    isEscaped = true
                } else if scalar == open {
                    quote = nil
                }
            } else if marks.contains(scalar) {
                quote = scalar
            }
        }
        return result
    }

    /// What stands around names and texts.
    private static let marks: Set<Unicode.Scalar> = ["'", "\"", "`"]

    /// A clause whose items stand in a line or, where they are long, each in its own.
    static func clause(_ word: String, _ items: [String], separator: String = ",", leading: Bool = false) -> String {
        let line = word + " " + items.joined(separator: leading ? " \(separator) " : "\(separator) ")
        if items.count == 1 || line.utf8.count <= 100 { return line }
        if leading { return word + " " + items.joined(separator: "\n    \(separator) ") }
        return word + "\n" + items.map { "    " + $0 }.joined(separator: "\(separator)\n")
    }

    /// Without the brackets around all of it; with a backslash in it, which may hide the end of a text, as it is.
    static func bare(_ text: String) -> String {
        guard text.first == "(", text.last == ")", !text.contains("\\") else { return text }
        var depth = 0
        var quote: Unicode.Scalar?
        let scalars = text.unicodeScalars
        for index in scalars.indices {
            let scalar = scalars[index]
            if let open = quote {
                if scalar == open { quote = nil }
            } else if marks.contains(scalar) {
                quote = scalar
            } else if scalar == "(" {
                depth += 1
            } else if scalar == ")" {
                depth -= 1
                if depth == 0, scalars.index(after: index) != scalars.endIndex { return text }
            }
        }
        return String(text.dropFirst().dropLast())
    }

    /// A name of our own for a part or a column: small letters, digits and `_`.
    static func name(_ text: String) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            if scalar.isASCII, scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) {
                name += String(scalar).lowercased()
            } else if !name.isEmpty, name.last != "_" {
                name += "_"
            }
        }
        while name.last == "_" { name.removeLast() }
        return name.isEmpty || ("0"..."9").contains(name.first!) ? "part_\(name)" : String(name.prefix(40))
    }
}
