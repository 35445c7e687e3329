package import FunnelText

/// A whole script.
package struct Script: Sendable {
    package var statements: [Statement]
    package var comments: [TextRange]
}

/// One thing to do.
package indirect enum Statement: Sendable, Hashable {
    case query(Query)
    case load(LoadStatement)
    case connect(EngineName, Place)
    case save(FileName, Place)
    case saveTo(SaveToStatement)
    case open(FileName, Place)
    case define(Definition)
    case parameter(ParameterStatement)
    case include(FileName)
    case check(CheckStatement)
    case set(SetStatement)
    case describe(Identifier?, Place)
    case list(ListStatement)
    case funnel(FunnelStatement)
    case leaks(FunnelStatement)
    case transitions(Query, Place)
    case why(WhyStatement)
    case compare(Identifier, Query, Place)
    case target(TargetStatement)
    case test(TestStatement)
    case explain(Query, Place)
    /// `runs`: it is answered as well, and timed.
    case plan(Query, runs: Bool, Place)
    /// A query, a funnel, transitions or a list in the SQL of a dialect.
    case sql(Statement, dialect: Identifier, Place)
    case time(Query, Place)
    case help(String?, Place)
    case show(Listing, Place)

    package var range: TextRange {
        switch self {
        case .query(let query): query.place.range
        case .load(let load): load.place.range
        case .define(let definition): definition.place.range
        case .parameter(let parameter): parameter.place.range
        case .include(let file): file.place.range
        case .check(let check): check.place.range
        case .set(let set): set.place.range
        case .list(let list): list.place.range
        case .funnel(let funnel), .leaks(let funnel): funnel.place.range
        case .why(let why): why.place.range
        case .target(let target): target.place.range
        case .test(let test): test.place.range
        case .saveTo(let save): save.place.range
        case .connect(_, let place), .save(_, let place), .open(_, let place), .transitions(_, let place), .compare(_, _, let place), .describe(_, let place),
            .explain(_, let place),
            .plan(_, _, let place), .sql(_, _, let place), .time(_, let place),
            .help(_, let place),
            .show(_, let place):
            place.range
        }
    }
}

/// Statements of one word.
package enum Listing: String, CaseIterable, Sendable, Hashable {
    case tables, kpis, settings, history, quit
}

/// The address of an engine, as it is written: `postgres://user@host/database`.
package struct EngineName: Sendable, Hashable {
    package var text: String
    package var place: Place

    package init(text: String, place: Place) {
        self.text = text
        self.place = place
    }
}

/// `save to "postgres://host/database" replace`
package struct SaveToStatement: Sendable, Hashable {
    package var engine: EngineName
    /// Tables of the same names are replaced.
    package var replaces: Bool
    package var place: Place
}

/// `load leads from "leads.csv" with id = mql_id …`
package struct LoadStatement: Sendable, Hashable {
    package struct Mapping: Sendable, Hashable {
        package var target: Identifier
        package var value: Expression
    }

    package enum ErrorPolicy: Sendable, Hashable {
        case null
        case skip(into: String?)
    }

    package enum DuplicatePolicy: String, CaseIterable, Sendable, Hashable { case first, last }

    package struct StateMapping: Sendable, Hashable {
        package var state: Identifier
        package var texts: [String]
    }

    /// What is loaded.
    package enum Origin: Sendable, Hashable {
        case file(FileName)
        /// A table of the engine that is connected: `crm.leads`.
        case table([Identifier], Place)

        package var place: Place {
            switch self {
            case .file(let file): file.place
            case .table(_, let place): place
            }
        }
    }

    package var table: Identifier
    package var origin: Origin
    /// A table of an engine is copied, and not only named.
    package var intoMemory = false
    /// The table of a database, or the sheet of a workbook.
    package var part: String?
    package var partPlace: Place?
    package var mappings: [Mapping] = []
    package var dates: String?
    package var datesPlace: Place?
    package var states: [StateMapping] = []
    package var onError: ErrorPolicy?
    package var onDuplicate: DuplicatePolicy?
    package var filter: Expression?
    package var appends = false
    package var place: Place
}

/// The clauses of `load`, a row each.
package enum LoadClause: String, CaseIterable, Sendable {
    case from, table, with, `where`, dates, states, on, append, into
}

/// `define roas = revenue / cost as number "Return on ad spend"`
package struct Definition: Sendable, Hashable {
    package var name: Identifier
    package var expression: Expression
    package var unit: Identifier?
    /// What it means, in one sentence; then notes: the choices made, and what the name means elsewhere.
    package var texts: [String]
    package var place: Place
}

/// `param since = 2018-01`
package struct ParameterStatement: Sendable, Hashable {
    package var name: Identifier
    package var value: Expression
    package var place: Place
}

/// `check conversion >= 3% by source during last month`: a condition on the measures of each group, with the query that
/// makes them.
package struct CheckStatement: Sendable, Hashable {
    package var condition: Expression
    /// The clauses; it has no measures of its own.
    package var query: Query
    /// `or missing`: a missing value satisfies it.
    package var orMissing = false
    package var place: Place
}

/// `set format csv`, `set stages lead, mql, won`
package struct SetStatement: Sendable, Hashable {
    package var name: Identifier
    package var values: [Expression]
    package var place: Place
}

/// `why conversion during 2018-Q2 vs 2018-Q1 by source`
package struct WhyStatement: Sendable, Hashable {
    package var query: Query
    package var place: Place
}

/// `target conversion >= 5% where paid`
package struct TargetStatement: Sendable, Hashable {
    package var condition: Expression
    package var filter: Expression?
    package var place: Place
}

/// A KPI's own test: a tiny store, and what must come out.
package struct TestStatement: Sendable, Hashable {
    package struct Rows: Sendable, Hashable {
        package var table: Identifier
        package var columns: [Identifier]
        package var rows: [[Cell]]
    }

    /// A cell as written: `2024-01-02`, `"ads"`, `won`, or nothing.
    package struct Cell: Sendable, Hashable {
        package var text: String
        package var isQuoted: Bool
    }

    package enum Item: Sendable, Hashable {
        case rows(Rows)
        /// `expect conversion where source = "mail" is missing`
        case expect(CheckStatement)
        case statement(Statement)
    }

    package var name: String
    package var items: [Item]
    package var place: Place
}

/// `list leads where source = "ads" order by created desc limit 20`
package struct ListStatement: Sendable, Hashable {
    package var table: Identifier
    package var columns: [QualifiedName] = []
    package var filter: Expression?
    /// `lost after proposal`: only leads whose furthest step this is, and who were not won.
    package var lostAfter: FunnelStep?
    package var order: [OrderTerm] = []
    package var limit: LimitClause?
    package var format: Identifier?
    package var into: FileName?
    package var place: Place
}

/// The words that begin a statement, a row each: parser, help and completion read this list.
package enum StatementWord: String, CaseIterable, Sendable {
    case connect, load, save, open, define, param, include, check, target, set, describe, list, funnel, leaks, transitions
    case explain, why, compare, plan, sql, time, test, help
    case tables, kpis, settings, history, quit
}
