import FunnelBinder
import FunnelModel
import FunnelPlan
import FunnelRender
import FunnelSyntax
import FunnelText

/// `help`, `help TOPIC`, `kpis`.
struct Help {
    private let definitions: Definitions

    init(_ definitions: Definitions) { self.definitions = definitions }

    func lines(_ topic: String?) throws(Diagnostic) -> [StyledLine] {
        guard let topic else { return overview() }
        let wanted = topic.lowercased()
        if let found = Self.topics.first(where: { $0.name == wanted || $0.name == wanted.split(separator: " ").first.map(String.init) ?? "" }) {
            return lines(found)
        }
        if wanted == "order" { return lines(HelpTopics.topic(.order)) }
        if let entry = definitions[Name.fold(topic)] { return Self.explain(entry, definitions) }
        if let function = ScalarFunction(rawValue: wanted) {
            return lines(HelpTopic(name: wanted, summary: function.summary, usage: [function.signature]))
        }
        if let function = AggregateFunction.catalogue.first(where: { $0.name == wanted }) {
            return lines(HelpTopic(name: wanted, summary: function.summary, usage: ["\(wanted)(…)"]))
        }
        if let function = GroupFunction(rawValue: wanted) {
            return lines(HelpTopic(name: wanted, summary: function.summary, usage: [function.signature]))
        }
        if let setting = SettingName(rawValue: wanted) {
            return lines(HelpTopic(name: wanted, summary: setting.summary, usage: ["set \(wanted) VALUE"]))
        }
        if wanted == "formats" || wanted == "format" { return lines(HelpTopics.topic(.format)) }
        if wanted == "functions" { return functions() }
        throw .noHelp(
            topic,
            known: Self.topics.map(\.name) + definitions.names + ["functions", "formats"] + ScalarFunction.allCases.map(\.rawValue)
                + SettingName.allCases.map(\.rawValue))
    }

    private static func explain(_ entry: DefinitionEntry, _ definitions: Definitions) -> [StyledLine] {
        let context = BindingContext(schemas: [:], definitions: definitions, now: .init(day: 0))
        return Explanation(context).lines(entry)
    }

    static let topics = StatementWord.allCases.map(HelpTopics.topic) + QueryClause.allCases.map(HelpTopics.topic)

    private func lines(_ topic: HelpTopic) -> [StyledLine] {
        var lines = [StyledLine([.init(topic.name, .keyword), .init("  " + topic.summary)])]
        lines += topic.usage.map { StyledLine("  " + $0) }
        if !topic.text.isEmpty { lines.append(StyledLine()) }
        lines += topic.text.map { StyledLine("  " + $0) }
        if !topic.examples.isEmpty { lines.append(StyledLine()) }
        lines += topic.examples.map { StyledLine("  " + $0, .string) }
        return lines
    }

    private func overview() -> [StyledLine] {
        func rows(_ heading: String, _ topics: [HelpTopic]) -> [StyledLine] {
            let width = topics.map(\.name.count).max() ?? 0
            return [StyledLine(heading, .heading)]
                + topics.map { topic in
                    StyledLine([.init("  " + topic.name, .keyword), .init(String(repeating: " ", count: width - topic.name.count + 2) + topic.summary)])
                } + [StyledLine()]
        }
        let example = ["load leads from \"leads.csv\"", "load deals from \"deals.csv\"", "conversion where source = \"ads\" by month"]
        return [StyledLine("A query is one or more measures, then clauses: it reads like a sentence.", .heading)]
            + example.map { StyledLine("  " + $0, .string) } + [StyledLine()]
            + rows("Clauses", QueryClause.allCases.map(HelpTopics.topic)) + rows("Statements", StatementWord.allCases.map(HelpTopics.topic))
            + [StyledLine("`help TOPIC` says more; `kpis` lists the measures; `help functions` the functions.", .foot)]
    }

    private func functions() -> [StyledLine] {
        func row(_ name: String, _ summary: String) -> StyledLine {
            StyledLine([.init("  " + name, .name), .init(String(repeating: " ", count: max(1, 22 - name.count)) + summary)])
        }
        return [StyledLine("Over many rows", .heading)] + AggregateFunction.catalogue.map { row($0.name, $0.summary) } + [StyledLine()]
            + [StyledLine("Over the groups", .heading)] + GroupFunction.allCases.map { row($0.signature, $0.summary) } + [StyledLine()]
            + [StyledLine("Over one row", .heading)] + ScalarFunction.allCases.map { row($0.signature, $0.summary) }
    }

    /// The measures, under their headings.
    func kpis() -> [StyledLine] {
        let all = definitions.all
        let width = all.map(\.name.count).max() ?? 0
        var lines: [StyledLine] = []
        var groups: [String] = []
        for entry in all { if let group = entry.group ?? "Your definitions" as String?, !groups.contains(group) { groups.append(group) } }
        for group in groups {
            if !lines.isEmpty { lines.append(StyledLine()) }
            lines.append(StyledLine(group, .heading))
            for entry in all where (entry.group ?? "Your definitions") == group {
                let padding = String(repeating: " ", count: width - entry.name.count + 2)
                lines.append(StyledLine([.init("  " + entry.name, .kpi), .init(padding + entry.summary)]))
            }
        }
        return lines
    }
}
