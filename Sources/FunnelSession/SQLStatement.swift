import FunnelBinder
import FunnelModel
import FunnelPlan
import FunnelRender
import FunnelSQL
import FunnelStore
import FunnelSyntax
import FunnelText

/// `sql`: what is asked, in the SQL of a dialect.
extension Session {
    static func dialect(_ name: Identifier, in source: Source) throws(Diagnostic) -> SQLDialect {
        guard let dialect = SQLDialect.named(name.folded) else { throw Diagnostic.unknownDialect(name.text).placed(in: source, at: name.range) }
        return dialect
    }

    func sql(_ asked: Statement, _ dialect: SQLDialect, in source: Source) throws(Diagnostic) {
        let title = Printer.text(asked)
        // Tables of an engine stand where they do; those in memory are called by their roles.
        let catalog = SQLCatalog(tables: SQLCatalog(store).tables.merging(bound.mapValues(\.table)) { _, there in there })
        let query: SQLQuery
        switch asked {
        case .query(let asked): query = try SQLWriter.query(try Binder.bind(asked, in: source, context).plan, catalog, dialect, title: title)
        case .funnel(let asked): query = try SQLWriter.query(try Binder.bind(asked, in: source, funnelContext).plan, catalog, dialect, title: title)
        case .transitions(let asked, _):
            query = try SQLWriter.transitions(try transitionsPlan(asked, in: source), catalog, dialect, title: title)
        case .list(let asked): query = try SQLWriter.query(try plan(asked, in: source).plan, catalog, dialect, title: title)
        // Nothing else is asked for its SQL (`isAsked`).
        default: return
        }
        emit(.text((query.text + ";").split(separator: "\n", omittingEmptySubsequences: false).map { StyledLine(String($0)) }))
    }
}

extension Statement {
    /// Whether it is a query, a funnel, transitions or a list.
    var isAsked: Bool {
        switch self {
        case .query, .funnel, .transitions, .list: true
        default: false
        }
    }
}

extension SQLCatalog {
    /// The tables of a store under the names of their roles.
    init(_ store: Store) {
        self.init(
            tables: store.tables.mapValues { table in
                var states: [DealState: [String]] = [:]
                if let status = table.column(.status), case .text(_, let dictionary) = status.values {
                    for (code, state) in table.states.enumerated() where code < dictionary.count {
                        if let state { states[state, default: []].append(dictionary[code]) }
                    }
                }
                var stages: [String] = []
                if let stage = table.column(.stage), case .text(_, let dictionary) = stage.values { stages = dictionary.texts }
                return SQLTable(path: [table.role.rawValue], schema: table.schema, states: states, stages: stages)
            })
    }
}
