import FunnelModel
import FunnelPlan
import FunnelText

/// A query while it is written: the named parts that stand before its last `select`.
final class Draft {
    let catalog: SQLCatalog
    let rules: any DialectRules
    let asOf: Instant?
    private(set) var parts: [Part] = []
    private var known: [String: String] = [:]
    /// What is asked of the deals of leads; all, where that is not known beforehand.
    let needs: DealNeeds?

    struct Part {
        var name: String
        var body: String
    }

    init(_ catalog: SQLCatalog, _ rules: any DialectRules, asOf: Instant?, needs: DealNeeds? = nil) {
        self.needs = needs
        self.catalog = catalog
        self.rules = rules
        self.asOf = asOf
    }

    /// Adds a part under this name or, where it is taken, a numbered one.
    func add(_ name: String, _ body: (String) throws(Diagnostic) -> String) throws(Diagnostic) -> String {
        let own = free(name)
        let text = try body(own)
        parts.append(Part(name: own, body: text))
        return own
    }

    func add(_ name: String, _ body: String) -> String {
        let own = free(name)
        parts.append(Part(name: own, body: body))
        return own
    }

    /// The part that was made for `key`; it is made where there is none.
    func shared(_ key: String, _ make: () throws(Diagnostic) -> String) throws(Diagnostic) -> String {
        if let part = known[key] { return part }
        let part = try make()
        known[key] = part
        return part
    }

    /// Tables keep their names for themselves.
    private func free(_ name: String) -> String {
        let taken = Set(parts.map(\.name) + catalog.tables.values.compactMap { $0.path.last?.lowercased() })
        guard taken.contains(name) else { return name }
        var number = 2
        while taken.contains("\(name)_\(number)") { number += 1 }
        return "\(name)_\(number)"
    }

    func table(_ role: TableRole) throws(Diagnostic) -> SQLTable {
        guard let table = catalog.tables[role] else { throw .noTable(role.rawValue) }
        return table
    }

    /// What stands behind `from` for a table: itself or, `as of` a moment, what was known of it.
    func relation(_ role: TableRole) throws(Diagnostic) -> String {
        let table = try table(role)
        var path = table.path.map(rules.quoted).joined(separator: ".")
        if !table.constants.isEmpty {
            let constants = table.constants.map { "\($0.written(rules)) as \(rules.quoted($0.name))" }
            path = "(select t.*, \(constants.joined(separator: ", ")) from \(path) as t)"
        }
        guard let asOf else { return path }
        let stored = path
        return try shared("past \(role.rawValue)") { () throws(Diagnostic) in
            try add("past_\(role.rawValue)") { _ throws(Diagnostic) in try PastWriter(draft: self, moment: asOf).select(table, stored) }
        }
    }

    func noSQL(_ construct: String, others: [SQLDialect]) -> Diagnostic {
        .noSQL(construct, in: rules.name, others: others.map(\.name).filter { $0 != rules.name })
    }

    /// The whole text.
    func text(_ title: String?, _ last: String) -> String {
        var text = title.map { "-- " + $0.split(whereSeparator: \.isNewline).joined(separator: " ") + "\n" } ?? ""
        for (number, part) in parts.enumerated() {
            text += (number == 0 ? (rules.countsInUnits ? "with recursive\n" : "with\n") : "") + "\(part.name) as (\n\(Layout.indented(part.body, rules))\n)"
            text += number == parts.count - 1 ? "\n" : ",\n"
        }
        return text + last + (rules.settings.map { "\n" + $0 } ?? "")
    }
}
