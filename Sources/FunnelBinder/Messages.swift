package import FunnelModel
package import FunnelPlan
package import FunnelText

/// What names, types and quantities have to say.
extension Diagnostic {
    // MARK: - Tables and names

    package static func tableNotLoaded(_ table: TableRole) -> Diagnostic {
        Diagnostic(.error, "no \(table.rawValue) are loaded", cause: .tableNotLoaded, mends: ["load \(table.rawValue) from \"\(table.rawValue).csv\""])
    }

    package static func unknownTable(_ name: String) -> Diagnostic {
        Diagnostic(
            .error, "there is no table `\(name)`",
            mends: [
                Suggestion.mend(for: name, among: TableRole.allCases.map(\.rawValue)) ?? "the tables are leads, deals, stages and costs"
            ])
    }

    package static func unknownName(_ name: String, in table: TableRole, known: [String]) -> Diagnostic {
        let diagnostic = Diagnostic(.error, "a \(table.singular) has no `\(name)`").with(mend: Suggestion.mend(for: name, among: known))
        if let role = ColumnRole(rawValue: Name.fold(name)), table.roles.contains(role) {
            let mend = "`load \(table.rawValue) … with \(name) = COLUMN` says which column it is"
            return Diagnostic(.error, "a \(table.singular) has no `\(name)`", mends: [mend])
        }
        return diagnostic.mends.isEmpty ? diagnostic.with(mend: "`describe \(table.rawValue)` lists the columns") : diagnostic
    }

    package static func unknownColumn(_ name: String, of table: TableRole, known: [String]) -> Diagnostic { unknownName(name, in: table, known: known) }

    package static func unknownMeasure(_ name: String, known: [String]) -> Diagnostic {
        let diagnostic = Diagnostic(.error, "there is no measure `\(name)`").with(mend: Suggestion.mend(for: name, among: known))
        return diagnostic.mends.isEmpty ? diagnostic.with(mend: "`kpis` lists the measures") : diagnostic
    }

    package static func unknownFunction(_ name: String, known: [String]) -> Diagnostic {
        Diagnostic(
            .error, "there is no function `\(name)`",
            mends: [
                Suggestion.mend(for: name, among: known) ?? "known are \(known.joined(separator: ", "))"
            ])
    }

    package static func unknownParameter(_ name: String, known: [String]) -> Diagnostic {
        Diagnostic(
            .error, "`$\(name)` has no value",
            mends: [
                Suggestion.mend(for: name, among: known) ?? "give it one with `param \(name) = …` or on the command line with `--param \(name)=…`"
            ])
    }

    package static func parameterCycle(_ name: String) -> Diagnostic {
        Diagnostic(.error, "the value of `$\(name)` leads back to itself", mends: ["`param \(name) = …` gives it a value that does not name it"])
    }

    package static func columnElsewhere(_ name: String, subject: String, table: TableRole, other: TableRole) -> Diagnostic {
        let mend =
            table == .leads && (other == .deals || other == .stages)
            ? "`any \(other.singular == "deal" ? "deal" : "stage").\(name) = …` asks whether some \(other.singular) of the lead has it"
            : "only measures over \(other.rawValue) can use it"
        return Diagnostic(
            .error, "`\(subject)` reads \(table.rawValue), and a \(table.singular) has no `\(name)`: it is a column of \(other.rawValue)", mends: [mend])
    }

    package static func otherTable(_ name: String, of other: TableRole, in table: TableRole) -> Diagnostic {
        let mend =
            table == .leads && (other == .deals || other == .stages)
            ? "`any \(other == .deals ? "deal" : "stage").\(name) …` asks whether some \(other.singular) of the lead has it" : nil
        return Diagnostic(.error, "this is about \(table.rawValue); `\(other.rawValue).\(name)` can't be reached from a \(table.singular)").with(mend: mend)
    }

    package static func noLink(_ table: TableRole) -> Diagnostic {
        Diagnostic(
            .error, "\(table.rawValue) and leads are not linked", cause: .tableNotLoaded,
            mends: [
                "load both, and say which column of \(table.rawValue) names the lead: `load \(table.rawValue) from … with lead = COLUMN`"
            ])
    }

    package static let dealsHaveNoState = Diagnostic(
        .error, "deals have neither a status nor a closing date, so none is won, lost or open",
        mends: [
            "load deals with `status = COLUMN`, `closed = COLUMN`, or `status = \"won\"` if all are"
        ])
    package static let dealsHaveNoDate = Diagnostic(.error, "deals have no closing date", mends: ["load deals with `closed = COLUMN`"])

    package static func noAxis(_ table: TableRole) -> Diagnostic {
        Diagnostic(
            .error, "\(table.rawValue) have no date that places them in time",
            mends: [
                table == .deals ? "load deals with `closed = COLUMN` or `created = COLUMN`" : "name a column: `by month of COLUMN`"
            ])
    }

    package static func ambiguousColumn(_ name: String, _ tables: [TableRole]) -> Diagnostic {
        Diagnostic(
            .error, "`\(name)` is a column of \(tables.map(\.rawValue).joined(separator: " and of "))",
            mends: [
                "write " + tables.map { "`\($0.rawValue).\(name)`" }.joined(separator: " or ")
            ])
    }

    package static func noTableHas(_ name: String, known: [String]) -> Diagnostic {
        Diagnostic(.error, "no table that is loaded has a column `\(name)`").with(
            mend: Suggestion.mend(for: name, among: known) ?? "`describe` lists the columns")
    }

    // MARK: - Measures and rows

    package static let tooManyDefinitions = Diagnostic(
        .error, "this stands on too many definitions or operators, one inside the other", mends: ["define it by fewer steps"])

    package static func measureTwice(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` stands twice among the measures", mends: ["leave one out, or give it another name: `other = …`"])
    }

    package static func measureNamedAsKey(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` is the name of a measure and of a key", mends: ["give the measure another name: `other = …`"])
    }

    package static func measureInRow(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` is a measure over many rows; here one row is asked", mends: ["`having \(name) …` filters groups by a measure"])
    }

    package static func aggregateInRow(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` runs over many rows; here one row is asked", mends: ["`having` filters groups by a measure"])
    }

    package static func rowFunctionInMeasure(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` is about one row; a measure runs over many", mends: ["put it into an aggregate: `mean(\(name)(…))`"])
    }

    package static func columnIsNoMeasure(_ name: String, example: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` is a column; a measure runs over many rows", mends: ["`\(example)` is a measure; `by \(name)` groups by it"])
    }

    package static func rowDefinitionIsNoMeasure(_ name: String) -> Diagnostic {
        Diagnostic(
            .error, "`\(name)` is defined for one row; a measure runs over many",
            mends: ["`count(leads where \(name))` counts, `where \(name)` filters, `by \(name)` groups"])
    }

    package static let notAMeasure = Diagnostic(
        .error, "this is no measure", mends: ["a measure is a KPI, an aggregate such as `count(leads)`, or arithmetic over them"])
    package static let notAMeasureCondition = Diagnostic(.error, "a comparison of measures is needed here", mends: ["for example `conversion >= 5%`"])

    package static func aggregateNeedsOne(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` takes one argument", mends: [name == "count" ? "`count(leads)`, `count(deals where won)`" : "`\(name)(deals.amount)`"])
    }

    package static func onlyCountOfRows(_ name: String, _ table: TableRole) -> Diagnostic {
        Diagnostic(.error, "`\(name)` needs a column, and `\(table.rawValue)` is a table", mends: ["`count(\(table.rawValue))` counts its rows"])
    }

    package static let aggregateOfNothing = Diagnostic(.error, "this names no column", mends: ["an aggregate runs over a column: `sum(deals.amount)`"])

    package static func notADistribution(_ function: String, _ name: String) -> Diagnostic {
        Diagnostic(
            .error, "`\(function)` needs the values of single rows, and `\(name)` is already one number",
            mends: [
                "KPIs that are a median, such as `cycle`, have a mean and percentiles"
            ])
    }

    package static func conditionOnDistribution(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` has a condition of its own", mends: ["put yours into the query's `where`"])
    }

    package static func noShare(_ name: String) -> Diagnostic {
        Diagnostic(
            .error, "`\(name)` has no shares: its total is not the sum of its groups", mends: ["counts and sums have shares: `share(leads)`, `share(revenue)`"])
    }

    package static func columnIsNoCondition(_ name: String, _ type: RowType) -> Diagnostic {
        Diagnostic(.error, "`\(name)` is \(type.name), no condition", mends: ["compare it: `\(name) = …`, or ask `\(name) is not missing`"])
    }

    package static func needsCondition(_ type: RowType) -> Diagnostic {
        Diagnostic(.error, "a condition is needed here, and this is \(type.name)", mends: ["compare it with something: `… = …`"])
    }

    package static func anyHasNoPlace(_ table: TableRole) -> Diagnostic {
        Diagnostic(.error, "`any` asks about a lead; here a \(table.singular) is asked")
    }

    package static let anyOfWhat = Diagnostic(
        .error, "`any` asks about the rows of one table", mends: ["`any deal.product = \"…\"` or `any stage.stage = \"…\"`"])

    package static func notAColumn(_ name: String) -> Diagnostic { Diagnostic(.error, "`\(name)` is no column that can be listed") }

    // MARK: - Types and quantities

    package static func needs(_ wanted: String, found: RowType) -> Diagnostic { Diagnostic(.error, "\(wanted) is needed here, and this is \(found.name)") }

    package static func needsText(_ operation: String) -> Diagnostic {
        Diagnostic(.error, "`\(operation)` needs a text in quotes on its right", mends: ["for example `\(operation) \"ads\"`"])
    }

    package static func textAgainst(_ type: RowType, text: String?) -> Diagnostic {
        let mend: String?
        switch type {
        case .date, .timestamp:
            mend = text.map { text in
                text.first?.isNumber == true ? "a date stands without quotes: `\(text)`" : "a date is written `2018-03-01`, without quotes"
            }
        case .exact, .real: mend = text == nil ? "a text stands in quotes" : "a number stands without quotes"
        case .yesNo: mend = "compare it with `yes` or `no`, or write the name alone"
        case .text, .duration, .unknown: mend = nil
        }
        return Diagnostic(.error, "text can't be compared with \(type.name)").with(mend: mend)
    }

    package static let textOrder = Diagnostic(.error, "two texts of a row can be compared for being equal only")

    package static func notComparable(_ a: RowType, _ b: RowType) -> Diagnostic { Diagnostic(.error, "\(a.name) can't be compared with \(b.name)") }

    package static func mixedTypes(_ a: RowType, _ b: RowType) -> Diagnostic {
        Diagnostic(.error, "this is \(b.name), and the value before it is \(a.name)", mends: ["all values of a `case` or a `coalesce` are of one type"])
    }

    package static func cannotAdd(_ a: Quantity, _ b: Quantity, _ sign: String) -> Diagnostic {
        Diagnostic(.error, "\(a.name) \(sign) \(b.name) has no meaning", mends: ["only like can be added to like"])
    }

    package static func cannotCompare(_ a: Quantity, _ b: Quantity) -> Diagnostic { Diagnostic(.error, "\(a.name) can't be compared with \(b.name)") }

    package static func unknownUnit(_ name: String) -> Diagnostic {
        Diagnostic(
            .error, "there is no unit `\(name)`",
            mends: [
                Suggestion.mend(for: name, among: Quantity.units) ?? "the units are \(Quantity.units.joined(separator: ", "))"
            ])
    }

    package static func wrongUnit(_ wanted: Quantity, found: Quantity) -> Diagnostic {
        Diagnostic(.error, "this is \(found.name), which can't be \(wanted.name)")
    }

    package static func unitOfRow(_ name: String) -> Diagnostic { Diagnostic(.error, "`\(name)` is defined for one row; units are of measures") }

    package static func badPattern(_ pattern: String) -> Diagnostic {
        Diagnostic(.error, "`/\(pattern)/` is not a regular expression", mends: ["a bracket may be open, or a `*` may stand at the beginning"])
    }

    package static func wrongArguments(_ signature: String) -> Diagnostic { Diagnostic(.error, "`\(signature)` is how it is called") }

    package static func whereInFunction(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` takes no `where`", mends: ["a condition stands in an aggregate: `count(deals where won)`"])
    }

    // MARK: - Time

    package static let noPeriod = Diagnostic(
        .error, "this names no period",
        mends: ["a period is `2018`, `2018-Q1`, `2018-03`, `2018-W07`, `2018-03-01`, `this month`, `last quarter`, `last 90 days`"])

    package static func noSuchDate(_ why: String) -> Diagnostic { Diagnostic(.error, "there is no such date: \(why)") }

    package static let monthsVary = Diagnostic(
        .error, "months, quarters and years differ in length; here a fixed length of time is needed", mends: ["count in days or weeks: `90 days`"])
    package static let dateArithmetic = Diagnostic(
        .error, "a date can be moved by a length of time, or taken from another date", mends: ["`created + 30 days`, `closed - created`"])
    package static let periodIsBackwards = Diagnostic(.error, "this period ends before it begins")
    package static let emptyPeriod = Diagnostic(.error, "this period is empty", mends: ["for example `last 30 days`"])
    package static let tooLongATime = Diagnostic(.error, "this time is too long", mends: ["at most 1,000,000 of a unit can be asked for"])

    package static func noTimeOfDay(_ name: String) -> Diagnostic { Diagnostic(.error, "`\(name)` has no time of day, so there are no hours to group by") }

    package static func windowHasNoEffect(_ window: String, _ measures: [String]) -> Diagnostic {
        Diagnostic(
            .warning, "`within \(window)` asks which leads were won in time; \(measures.joined(separator: ", ")) does not ask that, and is as without it")
    }

    // MARK: - Clauses and definitions

    package static func noInterval(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` has no interval", mends: ["shares of counts have one: `conversion`, `win_rate`, `qualification_rate`"])
    }

    package static let badLevel = Diagnostic(.error, "the level of an interval is a percentage between 0 and 100", mends: ["`with interval 95%`"])

    package static func levelOfWhat(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` takes no percentage", mends: ["only an interval has a level: `with interval 95%`"])
    }

    package static func noTarget(_ names: [String]) -> Diagnostic {
        Diagnostic(.error, "\(names.map { "`\($0)`" }.joined(separator: ", ")) has no target", mends: ["set one before: `target conversion >= 5%`"])
    }

    package static let nothingToCompare = Diagnostic(
        .error, "there is nothing to compare with",
        mends: [
            "name a period, `during 2018 vs 2017` or `during 2018 vs previous`, or group by time: `by month vs previous`"
        ])

    package static func needsTimeKey(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` looks back in time, and this query is not grouped by time", mends: ["add `by month`, or another grain"])
    }

    package static func nestedGroupFunction(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` runs over the groups, and so does what is in it", mends: ["put a plain measure into it"])
    }

    package static func noWholePeriods(_ grain: String) -> Diagnostic {
        Diagnostic(.error, "this is no whole number of periods of a \(grain)", mends: ["by month, a rolling window is so many months, quarters or years"])
    }

    package static func unknownStep(_ name: String, known: [String], hasStages: Bool) -> Diagnostic {
        var seen: Set<String> = []
        let list = known.filter { seen.insert($0).inserted }.prefix(12).map { "`\($0)`" }.joined(separator: ", ")
        return Diagnostic(
            .error, hasStages ? "no stage is called `\(name)`" : "there is no step `\(name)`, and no stages are loaded",
            mends: [
                Suggestion.mend(for: name, among: known) ?? "the steps are \(list)"
            ])
    }

    package static let funnelOfOneStep = Diagnostic(.error, "a funnel has two steps or more", mends: ["`funnel lead -> qualified -> won`"])
    package static let noDealCreation = Diagnostic(.error, "deals have no date of creation", mends: ["load deals with `created = COLUMN`"])
    package static let cycleOfLeads = Diagnostic(.error, "`cycle` is a time of leads; here another table is read")
    package static let cycleOfSteps = Diagnostic(.error, "`cycle` takes two steps", mends: ["`cycle(qualified, won)`, or the names of two stages"])
    package static let dateMeasure = Diagnostic(
        .error, "the earliest and the latest date can be shown, but not reckoned with",
        mends: [
            "`span(leads.created)` is the time between them; a condition on dates stands in `where`"
        ])
    package static let badTarget = Diagnostic(.error, "a target compares a measure with a number", mends: ["for example `target conversion >= 5%`"])

    package static func keyTwice(_ name: String) -> Diagnostic { Diagnostic(.error, "`\(name)` stands twice among the keys") }

    package static func keyTypesDiffer(_ name: String) -> Diagnostic {
        Diagnostic(
            .error, "`\(name)` is not of the same type in the tables of this query",
            mends: ["ask for the measures in separate queries, or name one table's column"])
    }

    package static let topWithoutKeys = Diagnostic(.error, "`top` ranks groups, and this query has none", mends: ["add `by …`"])

    package static func unknownExtra(_ name: String) -> Diagnostic {
        Diagnostic(
            .error, "a table has no extra `\(name)`", mends: [Suggestion.mend(for: name, among: ["total", "share"]) ?? "the extras are total and share"])
    }

    package static let checkOfNothing = Diagnostic(.error, "a check compares a measure with something", mends: ["for example `check conversion >= 3%`"])

    package static func cycle(_ names: [String]) -> Diagnostic {
        Diagnostic(.error, "this definition leads back to itself: " + names.map { "`\($0)`" }.joined(separator: " → "))
    }
}
