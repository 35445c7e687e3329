import FunnelModel
import FunnelRender
import FunnelSyntax

/// A thing that can be asked about.
struct HelpTopic {
    var name: String
    /// One line, as completion shows it.
    var summary: String
    var usage: [String] = []
    var text: [String] = []
    var examples: [String] = []
}

/// What there is to say about statements and clauses, a row each.
enum HelpTopics {
    static func topic(_ statement: StatementWord) -> HelpTopic {
        switch statement {
        case .connect:
            HelpTopic(
                name: "connect", summary: "connects to a database, whose tables can then be asked where they are", usage: ["connect \"ADDRESS\""],
                text: [
                    "Addresses are `postgres://user@host/database`, `duckdb:crm.duckdb`, `sqlite:crm.sqlite`, `spark://host:15002`, or of any engine that has",
                    "an ADBC driver: `NAME:…?driver=PATH&dialect=NAME`. `funnel doctor` says which drivers are here and how to install them.",
                    "`${NAME}` is a variable of the environment: for passwords, which are shown nowhere. PostgreSQL's own files and variables hold, too.",
                    "A file is opened to be read: it is neither made nor changed.",
                ],
                examples: ["connect \"postgres://ann:${CRM_PASSWORD}@db.example.com/crm\"", "load leads from table crm.leads with created = created_at"])
        case .load:
            HelpTopic(
                name: "load", summary: "reads a file into a table, or takes a table of a database for one",
                usage: [
                    "load TABLE from \"FILE\" [table \"NAME\"] [with ROLE = COLUMN, …] [where CONDITION] [dates \"dd-MM-yyyy\"] [states won = \"…\", lost = (\"…\", …)]",
                    "     [on error null | skip [into \"FILE\"]] [on duplicate keep first | last] [append]",
                    "load TABLE from table NAME [with ROLE = COLUMN, …] [states …] [into memory …]",
                ],
                text: [
                    "The tables are leads, deals, stages and costs. CSV and TSV files are read, plain or gzipped, and Arrow (Feather) files; with DuckDB's",
                    "driver Parquet, JSON and .xlsx workbooks, with SQLite's its databases: `table` names the table or the sheet. Well-known headers are recognised.",
                    "A table of the engine that is connected stays where it is, and queries run there; `into memory` copies it.",
                    "`with` says which column plays which role, or sets a constant: `status = \"won\"`.",
                ],
                examples: ["load leads from \"leads.csv\"", "load deals from \"deals.csv\" with closed = won_date, status = \"won\""])
        case .save:
            HelpTopic(
                name: "save", summary: "saves all tables into a folder, from which `open` has them back at once",
                usage: ["save \"FOLDER\"", "save to \"ADDRESS\" [replace]"],
                text: [
                    "`save to` writes the tables into a database, under their names, all or none; one that is there already is replaced only if the",
                    "statement says so.",
                    "The folder holds an Arrow file for each table, which other programs can read (`polars.read_ipc(\"crm.store/leads.arrow\")`).",
                    "A save that is cut short leaves what was saved before.",
                ],
                examples: ["save \"crm.store\""])
        case .open:
            HelpTopic(
                name: "open", summary: "opens a saved store, in place of all tables", usage: ["open \"FOLDER\""],
                text: ["Nothing is read before a query asks for it, and what is damaged is said then."], examples: ["open \"crm.store\""])
        case .define:
            HelpTopic(
                name: "define", summary: "gives a name to a measure, a condition or a column",
                usage: ["define NAME = EXPRESSION [as UNIT] [\"what it means\" …]"],
                text: ["Units: percent, money, days, count, number. A definition may have the name of a built-in KPI; it is then used in its place."],
                examples: ["define roas = revenue / cost \"Return on ad spend\"", "define paid = source in (\"ads\", \"paid_search\")"])
        case .param:
            HelpTopic(
                name: "param", summary: "gives a parameter its default value", usage: ["param NAME = VALUE"],
                text: ["`$NAME` stands for the value. `--param NAME=VALUE` on the command line comes before it."],
                examples: ["param since = 2018-01", "leads where created >= $since"])
        case .include:
            HelpTopic(
                name: "include", summary: "runs another file of definitions in this place", usage: ["include \"FILE\""],
                text: ["The path is relative to the including file."], examples: ["include \"company-kpis.funnel\""])
        case .check:
            HelpTopic(
                name: "check", summary: "fails, with exit status 1, where a condition on measures does not hold",
                usage: ["check CONDITION [clauses]", "check MEASURE [clauses] >= VALUE"],
                text: ["With `by`, every group must satisfy it. A missing value satisfies nothing, unless `or missing` is added; no groups at all fail."],
                examples: ["check conversion >= 3% by source", "check revenue during 2018 between 1M and 2M"])
        case .target:
            HelpTopic(
                name: "target", summary: "sets what a measure should reach; `with target` shows how far it does",
                usage: ["target MEASURE >= VALUE [where CONDITION]"],
                examples: ["target conversion >= 5% where source = \"ads\"", "conversion by month with target"])
        case .funnel:
            HelpTopic(
                name: "funnel", summary: "follows leads from step to step",
                usage: ["funnel [STEP -> STEP …] [strict | any order] [open] [where …] [during …] [by …] [within DURATION, …] [as of DATE]"],
                text: [
                    "A step is a stage, lead, qualified, deal, won, or a condition in parentheses; `[demo]` may be skipped.",
                    "A lead counts once: of all its chains the longest, of equally long ones the earliest. The window runs from the first step, ends included.",
                    "Without steps: the stages that the store knows, in their order; without a stages table lead, qualified, deal, won.",
                ],
                examples: ["funnel by source", "funnel visit -> trial -> won within 14 days by month"])
        case .leaks:
            HelpTopic(
                name: "leaks", summary: "shows where leads are lost: the biggest drop-offs, and what they would be worth",
                usage: ["leaks [STEP -> STEP …] [clauses of funnel]"], examples: ["leaks by source, owner limit 5"])
        case .transitions:
            HelpTopic(
                name: "transitions", summary: "shows which stage leads move from and to, moves back and skips included",
                usage: ["transitions [where …] [during …] [by …]"], examples: ["transitions where source = \"ads\""])
        case .why:
            HelpTopic(
                name: "why", summary: "takes a change apart: how much is mix, how much is rate, by group",
                usage: ["why MEASURE during PERIOD vs PERIOD by KEY, …"],
                text: [
                    "mix = Δshare·(rate₀ − total₀), rate = share₀·Δrate, cross = Δshare·Δrate; they add up to the change.",
                    "Revenue is taken apart into volume × rate × size.",
                ],
                examples: ["why conversion during 2018-Q2 vs 2018-Q1 by source"])
        case .compare:
            HelpTopic(
                name: "compare", summary: "puts the definitions that answer the same question side by side",
                usage: ["compare definitions of KPI [where …] [during …] [by …]"], examples: ["compare definitions of conversion"])
        case .test:
            HelpTopic(
                name: "test", summary: "a KPI's own test: a tiny store, and what must come out; `funnel test FILE` runs it",
                usage: ["test \"NAME\" {", "    leads id, created: (1, 2024-01-02) (2, 2024-01-03)", "    expect leads = 2", "}"])
        case .set:
            HelpTopic(
                name: "set", summary: "changes a setting", usage: ["set NAME VALUE"], text: ["`settings` lists the names and their values."],
                examples: ["set format csv", "set now 2018-06-01", "set currency \"USD\""])
        case .describe:
            HelpTopic(
                name: "describe", summary: "shows the tables, or the columns of one", usage: ["describe [TABLE]"], examples: ["describe leads"])
        case .list:
            HelpTopic(
                name: "list", summary: "shows the rows of a table",
                usage: ["list TABLE [COLUMN, …] [where CONDITION] [order by …] [limit N] [as FORMAT] [into \"FILE\"]"],
                examples: ["list leads where source is missing limit 20", "list deals id, amount, lead.source order by amount desc limit 10"])
        case .explain:
            HelpTopic(
                name: "explain", summary: "says what a KPI means: definition, formula, unit, date, choices", usage: ["explain KPI"],
                examples: ["explain conversion"])
        case .plan:
            HelpTopic(
                name: "plan", summary: "shows how a query will be answered and what is read for it; with `run` how long that took",
                usage: ["plan QUERY [run]", "plan funnel … [run]"],
                examples: ["plan conversion by month", "plan revenue by product run", "plan funnel lead -> won by source"])
        case .sql:
            HelpTopic(
                name: "sql", summary: "shows a query, a funnel, transitions or a list as SQL, for the tables that are loaded", usage: ["sql QUERY for DIALECT"],
                text: ["The dialects are duckdb, postgres, sqlite, spark and clickhouse. The tables bear the names of their roles, the columns their own."],
                examples: ["sql conversion by month for duckdb", "sql funnel visit -> trial -> won for postgres"])
        case .time: HelpTopic(name: "time", summary: "runs a query and says how long it took", usage: ["time QUERY"], examples: ["time cac by source"])
        case .help: HelpTopic(name: "help", summary: "helps: `help where`, `help conversion`", usage: ["help [TOPIC]"])
        case .tables: HelpTopic(name: "tables", summary: "lists what is loaded", usage: ["tables"])
        case .kpis: HelpTopic(name: "kpis", summary: "lists the measures, by group", usage: ["kpis"])
        case .settings: HelpTopic(name: "settings", summary: "lists the settings and their values", usage: ["settings"])
        case .history: HelpTopic(name: "history", summary: "lists the lines typed so far", usage: ["history"])
        case .quit: HelpTopic(name: "quit", summary: "leaves the shell; Ctrl-D does too", usage: ["quit"])
        }
    }

    static func topic(_ clause: QueryClause) -> HelpTopic {
        switch clause {
        case .filter:
            HelpTopic(
                name: "where", summary: "takes only the rows for which a condition holds", usage: ["where CONDITION"],
                text: [
                    "= != < <= > >=, in (…), not in (…), between … and …, contains, starts with, ends with, like, matches /…/, is missing, and, or, not.",
                    "A date means its whole period: `created = 2018-03` is in March. `!=` and `not in` keep missing values, `=` does not.",
                    "Of a lead: won, lost, open, qualified, and `any deal.product = \"…\"`. Of a deal: won, lost, open.",
                ],
                examples: ["conversion where source = \"ads\"", "leads where created >= 2018-Q2 and not won"])
        case .during:
            HelpTopic(
                name: "during", summary: "takes a period, each table by its own date", usage: ["during PERIOD", "during PERIOD to PERIOD"],
                text: ["Periods: 2018, 2018-Q1, 2018-03, 2018-W07, 2018-03-01, this month, last quarter, last 90 days (whole days before today)."],
                examples: ["revenue during 2018-Q1", "leads during 2018-01 to 2018-06 by month"])
        case .comparison:
            HelpTopic(
                name: "vs", summary: "compares with an earlier period: its value, the change, the change in percent",
                usage: ["during PERIOD vs PERIOD", "vs previous [full]", "vs year ago [full]"],
                text: [
                    "A period that is not over yet is compared with the same part of the earlier one; `full` takes all of it.",
                    "Without `during`, each period of a time key is compared with the one before, or a year before.",
                ],
                examples: ["revenue during 2018 vs 2017 by source", "leads by month vs year ago"])
        case .asOf:
            HelpTopic(
                name: "as of", summary: "answers with what was known at the end of a date", usage: ["as of DATE"],
                text: ["Later leads, wins, stages and costs do not exist, and `now` is that date."], examples: ["conversion by month as of 2018-03-31"])
        case .keys:
            HelpTopic(
                name: "by", summary: "groups by columns or by time", usage: ["by KEY, …"],
                text: [
                    "A key is a column, a condition, an expression, or a grain: day, week, month, quarter, year, weekday, hour.",
                    "A grain goes by each table's own date; `month of created` names a column.",
                ],
                examples: ["conversion by source", "revenue by quarter", "leads by month of created"])
        case .window:
            HelpTopic(
                name: "within", summary: "asks which leads were won so soon after their creation", usage: ["within DURATION, …"],
                text: ["Elapsed time, to the second, ends included. Leads younger than that are left out, so that all have had the same time."],
                examples: ["conversion within 90 days by month"])
        case .having:
            HelpTopic(
                name: "having", summary: "keeps the groups for which a condition on measures holds", usage: ["having CONDITION"],
                examples: ["conversion by owner having leads >= 100"])
        case .order:
            HelpTopic(
                name: "order by", summary: "sorts the groups", usage: ["order by MEASURE or KEY [asc | desc], …"],
                text: ["Measures are sorted descending and keys ascending unless said otherwise."], examples: ["conversion by source order by source"])
        case .top:
            HelpTopic(
                name: "top", summary: "keeps the first groups by a measure", usage: ["top N [by MEASURE] [with other]"],
                text: ["`with other` adds a line for the rest, computed from its rows. With a time key, the others are ranked over all time."],
                examples: ["revenue by product top 5 with other"])
        case .limit: HelpTopic(name: "limit", summary: "keeps so many lines", usage: ["limit N"], examples: ["leads by owner limit 10"])
        case .extras:
            HelpTopic(
                name: "with", summary: "adds a total, shares, intervals or targets", usage: ["with total", "with share", "with interval [95%]", "with target"],
                text: [
                    "A total is computed from all rows of the query, never from the lines above.",
                    "An interval of a share is Wilson's; of a difference (`vs`), Newcombe's.",
                ], examples: ["leads, conversion by source with total"])
        case .format:
            HelpTopic(
                name: "as", summary: "chooses the format", usage: ["as " + OutputFormat.allCases.map(\.rawValue).joined(separator: " | ")],
                examples: ["conversion by month as csv"])
        case .into:
            HelpTopic(
                name: "into", summary: "writes the answer into a file", usage: ["into \"FILE\""],
                text: ["The name's ending says the format, unless `as` does: `.csv`, `.tsv`, `.json`, `.ndjson`, `.md`, and `.arrow` or `.feather`."],
                examples: ["conversion by month into \"conversion.csv\""])
        }
    }

    static let keywordSummaries: [(String, String)] = [
        ("and", "both conditions"), ("or", "either condition"), ("not", "the opposite of a condition"), ("in", "one of a list"),
        ("between", "from one value to another, both included"), ("contains", "a text within a text"), ("like", "a pattern with % and _"),
        ("matches", "a regular expression between slashes"), ("is missing", "no value is there"), ("is not missing", "a value is there"),
        ("starts with", "the beginning of a text"), ("ends with", "the end of a text"),
    ]
}
