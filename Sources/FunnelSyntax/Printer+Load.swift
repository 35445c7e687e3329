/// The clauses of `load`.
extension Printer {
    static func head(_ load: LoadStatement) -> String {
        let origin =
            switch load.origin {
            case .file(let file): quoted(file.path)
            case .table(let path, _): "table " + path.map { name($0) }.joined(separator: ".")
            }
        return "load \(name(load.table)) from \(origin)"
    }

    static func clauses(_ load: LoadStatement) -> [String] {
        var parts: [String] = []
        if let part = load.part { parts.append("table " + quoted(part)) }
        if !load.mappings.isEmpty {
            parts.append("with " + load.mappings.map { name($0.target) + " = " + text($0.value, in: .sum) }.joined(separator: ", "))
        }
        if let filter = load.filter { parts.append("where " + text(filter)) }
        if let dates = load.dates { parts.append("dates " + quoted(dates)) }
        if !load.states.isEmpty {
            let states = load.states.map { mapping in
                let texts = mapping.texts.map(quoted).joined(separator: ", ")
                return name(mapping.state) + " = " + (mapping.texts.count == 1 ? texts : "(\(texts))")
            }
            parts.append("states " + states.joined(separator: ", "))
        }
        switch load.onError {
        case .null: parts.append("on error null")
        case .skip(let file): parts.append("on error skip" + (file.map { " into " + quoted($0) } ?? ""))
        case nil: break
        }
        if let policy = load.onDuplicate { parts.append("on duplicate keep \(policy.rawValue)") }
        if load.appends { parts.append("append") }
        if load.intoMemory { parts.append("into memory") }
        return parts
    }
}
