package import FunnelSyntax
package import FunnelText

/// A name and what it stands for: a measure, a condition or a column, built in or a user's.
package struct DefinitionEntry: Sendable {
    package var definition: Definition
    package var source: Source
    package var isBuiltIn: Bool
    /// The heading under which it stands in `kpis.funnel`.
    package var group: String?

    package init(definition: Definition, source: Source, isBuiltIn: Bool, group: String? = nil) {
        self.definition = definition
        self.source = source
        self.isBuiltIn = isBuiltIn
        self.group = group
    }

    package var name: String { definition.name.text }
    /// What it means, in a sentence.
    package var summary: String { definition.texts.first ?? "" }
    package var notes: ArraySlice<String> { definition.texts.dropFirst() }
}

/// All definitions, by folded name, in the order in which they were made.
package struct Definitions: Sendable {
    private var entries: [String: DefinitionEntry] = [:]
    private var order: [String] = []

    package init() {}

    package subscript(_ name: String) -> DefinitionEntry? { entries[name] }

    package mutating func define(_ entry: DefinitionEntry) {
        let name = entry.definition.name.folded
        if entries.updateValue(entry, forKey: name) == nil { order.append(name) }
    }

    package var all: [DefinitionEntry] { order.compactMap { entries[$0] } }
    package var names: [String] { all.map(\.name) }

    /// The definitions of a source that is nothing but definitions, under their `##` headings.
    package static func builtIn(
        _ source: Source
    ) -> (definitions: Definitions, parameters: [String: (value: Expression, source: Source)], diagnostics: [Diagnostic]) {
        let (script, diagnostics) = Parser.parse(source)
        let headings = script.comments.map { ($0.start, source.text(in: $0)) }.filter { $0.1.hasPrefix("## ") }
        var definitions = Definitions()
        for case .define(let definition) in script.statements {
            let heading = headings.last { $0.0 < definition.place.range.start }
            definitions.define(
                DefinitionEntry(definition: definition, source: source, isBuiltIn: true, group: heading.map { String($0.1.dropFirst(3)) }))
        }
        var parameters: [String: (value: Expression, source: Source)] = [:]
        for case .parameter(let parameter) in script.statements { parameters[parameter.name.folded] = (parameter.value, source) }
        return (definitions, parameters, diagnostics)
    }
}
