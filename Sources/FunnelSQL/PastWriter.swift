import FunnelModel
import FunnelPlan
import FunnelText

/// A table as it was known just before a moment: later rows do not exist, later dates are not known, and what closed later
/// was open.
struct PastWriter {
    let draft: Draft
    let moment: Instant

    private var rules: any DialectRules { draft.rules }

    private func isKnown(_ column: TableSchema.Column, _ alias: String) -> String {
        let name = "\(alias).\(rules.quoted(column.name))"
        return rules.isDuring(column: name, RowType(column.type), from: nil, until: moment)
    }

    /// Where a row has no date, the other one says whether it existed, and without both it did.
    private func existed(_ column: TableSchema.Column?, orElse other: TableSchema.Column? = nil, _ alias: String) -> String? {
        column.map { column in
            let missing = "\(alias).\(rules.quoted(column.name)) is null"
            return "(\(isKnown(column, alias)) or \(missing)\(existed(other, alias).map { " and \($0)" } ?? ""))"
        }
    }

    func select(_ table: SQLTable, _ path: String) throws(Diagnostic) -> String {
        let schema = table.schema
        let alias = RowWriter.alias(schema.role)
        var hidden: [String: TableSchema.Column] = [:]
        var conditions: [String?] = []
        var join = ""
        switch schema.role {
        case .leads:
            conditions = [existed(schema.column(.created), alias)]
            if let qualified = schema.column(.qualified), RowType(qualified.type).isTime { hidden[qualified.name] = qualified }
        case .stages: conditions = [existed(schema.column(.entered), alias)]
        case .costs: conditions = [existed(schema.column(.date), alias)]
        case .deals:
            let created = schema.column(.created)
            conditions = [existed(created ?? schema.column(.closed), orElse: created == nil ? nil : schema.column(.closed), alias)]
            if let closed = schema.column(.closed) {
                hidden[closed.name] = closed
                if let status = schema.column(.status) { hidden[status.name] = closed }
            }
            if let leads = draft.catalog.tables[.leads], let id = leads.schema.column(.id), let created = leads.schema.column(.created),
                let key = schema.column(.lead)
            {
                let rows = RowWriter(draft, .deals)
                let on = rows.matching(("l.\(rules.quoted(id.name))", RowType(id.type)), ("d.\(rules.quoted(key.name))", RowType(key.type)))
                join = "\nleft join \(leads.path.map(rules.quoted).joined(separator: ".")) as l on \(on)"
                conditions.append(existed(created, "l"))
            }
        }
        let columns = schema.columns.map { column -> String in
            let name = rules.quoted(column.name)
            guard let date = hidden[column.name] else { return "\(alias).\(name) as \(name)" }
            // A deal without a closing date keeps its status.
            let shown = date.name == column.name ? isKnown(date, alias) : "\(alias).\(rules.quoted(date.name)) is null or \(isKnown(date, alias))"
            return "case when \(shown) then \(alias).\(name) end as \(name)"
        }
        let filter = conditions.compactMap { $0 }
        return Layout.clause("select", columns) + "\nfrom \(path) as \(alias)\(join)"
            + (filter.isEmpty ? "" : "\n" + Layout.clause("where", filter, separator: "and", leading: true))
    }
}
