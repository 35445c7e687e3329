import FunnelADBC
import FunnelArrow
package import FunnelModel
import FunnelRender
import FunnelSQL
package import FunnelText

/// What a session has to say.
extension Diagnostic {
    package static func badSetting(_ name: String, _ summary: String) -> Diagnostic {
        Diagnostic(.error, "this is no value for `\(name)`", mends: ["`\(name)` is \(summary)"])
    }

    package static func unknownSetting(_ name: String) -> Diagnostic {
        Diagnostic(
            .error, "there is no setting `\(name)`",
            mends: [
                Suggestion.mend(for: name, among: SettingName.allCases.map(\.rawValue)) ?? "`settings` lists them"
            ])
    }

    package static func unknownDialect(_ name: String) -> Diagnostic {
        let dialects = SQLDialect.all.map(\.name)
        return Diagnostic(
            .error, "there is no dialect `\(name)`",
            mends: [Suggestion.mend(for: name, among: dialects) ?? "the dialects are \(dialects.joined(separator: ", "))"])
    }

    package static func unknownEnding(_ ending: String) -> Diagnostic {
        Diagnostic(
            .error, "an answer is not written as `.\(ending)`",
            mends: [
                "the name's ending says the format: `.csv`, `.tsv`, `.json`, `.ndjson`, `.md`, `.arrow`, `.feather`; or `.txt`, as it is shown",
                "`as FORMAT` before `into` writes that format under any name",
            ])
    }

    package static func unknownFormat(_ name: String) -> Diagnostic {
        let formats = OutputFormat.allCases.map(\.rawValue)
        return Diagnostic(
            .error, "there is no format `\(name)`",
            mends: [
                Suggestion.mend(for: name, among: formats) ?? "the formats are \(formats.joined(separator: ", "))"
            ])
    }

    package static func cannotRead(_ path: String, _ why: String, near: String?) -> Diagnostic {
        Diagnostic(.error, "can't read `\(path)`: \(why)", cause: .data).with(mend: near.map { "`\($0)` may be meant" })
    }

    package static func cannotWrite(_ path: String, _ why: String) -> Diagnostic {
        Diagnostic(.error, "can't write `\(path)`: \(why)", cause: .data)
    }

    package static func notUTF8(_ path: String) -> Diagnostic {
        Diagnostic(.error, "`\(path)` is not UTF-8 text", cause: .data, mends: ["save it as UTF-8"])
    }

    package static func includeCycle(_ path: String) -> Diagnostic { Diagnostic(.error, "`\(path)` includes itself") }

    package static func includeHoldsOnlyDefinitions(_ path: String) -> Diagnostic { Diagnostic(.error, "`\(path)` can't be included") }

    package static func noHelp(_ topic: String, known: [String]) -> Diagnostic {
        Diagnostic(.error, "there is no help on `\(topic)`", mends: [Suggestion.mend(for: topic, among: known) ?? "`help` lists the topics"])
    }

    package static func notAKPI(_ name: String, known: [String]) -> Diagnostic {
        Diagnostic(.error, "`\(name)` is not defined", mends: [Suggestion.mend(for: name, among: known) ?? "`kpis` lists what is"])
    }

    package static func unknownRole(_ state: String) -> Diagnostic {
        Diagnostic(.error, "a deal has no state `\(state)`", mends: ["the states are open, won and lost"])
    }

    package static let mappingNeedsColumn = Diagnostic(
        .error, "a column or a constant is needed here", mends: ["`created = first_contact_date`, `status = \"won\"`"])

    package static func cannotAppend(_ column: String, _ mine: ColumnType, _ theirs: ColumnType) -> Diagnostic {
        Diagnostic(
            .error, "`\(column)` is \(mine.name) in the store and \(theirs.name) in this file", cause: .data,
            mends: ["nothing was added; load the file without `append`, or give its column another name with `with`"])
    }

    package static func idsInStore(_ column: String, _ example: String, _ table: TableRole, count: Int) -> Diagnostic {
        let others = count == 1 ? "it is the only such row" : "there are \(Grouped.text(count)) such rows"
        return Diagnostic(
            .error, "`\(column)` holds `\(example)`, which a \(table.singular) of the store has already; \(others)", cause: .data,
            mends: [
                "nothing was added; `on duplicate keep first` leaves such rows out, `on duplicate keep last` puts them in place of those of the store"
            ])
    }

    package static func valueNotThere(_ text: String, column: String, table: TableRole, nearest: [(text: String, rows: Int)], all: Bool) -> Diagnostic {
        let shown = nearest.map { "`\($0.text)` (\(Grouped.text($0.rows)))" }.joined(separator: all ? ", " : " or ")
        let mend = nearest.isEmpty ? "the column holds no text at all" : all ? "the most frequent are \(shown)" : "\(shown) may be meant"
        return Diagnostic(.warning, "no \(table.singular) has the \(column) `\(text)`", mends: [mend])
    }

    package static func moreValuesNotThere(_ count: Int) -> Diagnostic {
        Diagnostic(.warning, "of \(Grouped.text(count)) more texts in this query the same holds: no row has them")
    }

    package static func redefined(_ name: String) -> Diagnostic {
        Diagnostic(.note, "`\(name)` now means your definition, not the built-in one")
    }

    package static func checkFailed(_ text: String) -> Diagnostic { Diagnostic(.error, "the check `\(text)` failed") }
    package static func checkOfNothing(_ text: String) -> Diagnostic { Diagnostic(.error, "the check `\(text)` has no group to look at") }

    package static func overwritesData(_ path: String) -> Diagnostic {
        Diagnostic(.error, "`\(path)` was loaded; an answer is not written over it", cause: .data, mends: ["give the answer another file"])
    }

    static func foreignFile(_ error: ADBCError, _ name: String) -> Diagnostic {
        guard error.reason != .interrupted else { return .interrupted }
        return Diagnostic(.error, "`\(name)` can't be read: \(error.message)", cause: .data, mends: error.mends)
    }

    static func savedStore(_ error: StoreError, _ path: String) -> Diagnostic {
        Diagnostic(.error, "`\(path)` \(error.message)", cause: error == .interrupted ? .interrupted : .data, mends: error.mends)
    }

    static func damagedStore(_ parts: [String]) -> Diagnostic {
        Diagnostic(
            .error, "\(parts.joined(separator: " and ")) \(parts.count == 1 ? "is" : "are") damaged: the bytes are not those that were saved", cause: .data,
            mends: ["restore the store from a copy, or load the tables again and save them; other columns can be read"])
    }

    package static let notInTest = Diagnostic(
        .error, "this has no place in a test", mends: ["a test holds rows, `define`, `param`, `set`, `target` and `expect`"])
    package static let onlyLeadsAreLost = Diagnostic(.error, "only leads go through a funnel", mends: ["`list leads lost after proposal`"])

    package static func noStepOfTheFunnel(_ name: String, _ steps: [String]) -> Diagnostic {
        let mend = steps.isEmpty ? "no stages are known; `set stages …` names them" : "those are \(steps.joined(separator: ", ")); `set stages …` changes them"
        return Diagnostic(.error, "`\(name)` is no step of the funnel that others follow", mends: [mend])
    }

    package static let whyOfOneMeasure = Diagnostic(.error, "`why` explains one measure", mends: ["`why conversion during 2018-Q2 vs 2018-Q1 by source`"])
    package static let whyOfWhat = Diagnostic(.error, "`why` needs two periods and a key", mends: ["`why conversion during 2018-Q2 vs 2018-Q1 by source`"])

    package static func whyNot(_ name: String) -> Diagnostic {
        Diagnostic(.error, "`\(name)` can't be taken apart", mends: ["counts, sums and ratios of them can: leads, revenue, conversion, cac, deal_size"])
    }

    package static let nothingLoaded = Diagnostic(.error, "nothing is loaded", cause: .tableNotLoaded, mends: ["load leads from \"leads.csv\""])
    package static let safeMode = Diagnostic(
        .error, "`--safe` does not allow this", mends: ["a script run with --safe may read the files that it is given, and nothing else"])
}

/// Numbers with thousands marks.
enum Grouped {
    static func text(_ number: Int) -> String {
        var digits = String(number.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits = String(digits.dropLast(3))
        }
        groups.insert(digits, at: 0)
        return (number < 0 ? "-" : "") + groups.joined(separator: ",")
    }
}

/// How many there are of something, in words.
enum Counted {
    static func text(_ number: Int, _ singular: String, _ plural: String) -> String { "\(Grouped.text(number)) \(number == 1 ? singular : plural)" }
}
