package import FunnelModel
package import FunnelPlan
package import FunnelRender
import FunnelSyntax
import FunnelText

/// What `set` can change.
package struct Settings: Sendable {
    package enum Color: String, CaseIterable, Sendable { case auto, always, never }

    package var format = OutputFormat.table
    package var rules = CalendarRules()
    /// Minutes east of UTC.
    package var timezoneMinutes = 0
    package var currency = ""
    /// Digits behind the point in tables; nil to let each column decide.
    package var digits: Int?
    /// nil is the machine's clock.
    package var now: Instant?
    package var threads = 1
    package var timing = false
    /// Rows of a table that are shown; nil is all.
    package var maxRows: Int?
    package var color = Color.auto
    /// The order of the stages, where it was set.
    package var stages: [String]?

    package init() {}
}

/// The settings, a row each: `set`, `settings`, help and completion read this list.
package enum SettingName: String, CaseIterable, Sendable {
    case format, timezone, currency, digits, now, threads, timing, color, stages
    case weekStart = "week_start"
    case fiscalYear = "fiscal_year"
    case maxRows = "max_rows"

    package var summary: String {
        switch self {
        case .format: "how answers are written: \(OutputFormat.allCases.map(\.rawValue).joined(separator: ", "))"
        case .timezone: "the zone of dates and of `now`: utc, or an offset such as \"+03:30\""
        case .currency: "what stands beside money in tables: \"USD\", \"€\""
        case .digits: "how many digits stand behind the point in tables, 0 … 12, or auto"
        case .now: "the time that `now` and `today` mean, or auto for the machine's clock"
        case .threads: "how many threads a query or a load may use, 1 … 256"
        case .timing: "whether the time that each statement takes, printing left out, is shown: on or off"
        case .color: "whether to colour: auto, always or never"
        case .stages: "the stages of a funnel in their order, or auto to tell it from the data"
        case .weekStart: "the day on which weeks begin: monday … sunday"
        case .fiscalYear: "the month in which years begin: 1 … 12"
        case .maxRows: "how many rows of a table are shown, or all"
        }
    }

    /// The values that can be completed.
    package var choices: [String] {
        switch self {
        case .format: OutputFormat.allCases.map(\.rawValue)
        case .timezone: ["utc"]
        case .timing: ["on", "off"]
        case .color: Settings.Color.allCases.map(\.rawValue)
        case .weekStart: Period.weekdays.map { $0.lowercased() }
        case .digits, .now, .stages: ["auto"]
        case .maxRows: ["all"]
        case .currency, .threads, .fiscalYear: []
        }
    }
}

extension Settings {
    package func text(of name: SettingName) -> String {
        switch name {
        case .format: format.rawValue
        case .timezone: timezoneMinutes == 0 ? "utc" : Self.offset(timezoneMinutes)
        case .currency: currency.isEmpty ? "none" : currency
        case .digits: digits.map(String.init) ?? "auto"
        case .now: now.map(PlanText.text) ?? "auto"
        case .threads: String(threads)
        case .timing: timing ? "on" : "off"
        case .color: color.rawValue
        case .stages: stages?.joined(separator: ", ") ?? "auto"
        case .weekStart: Period.weekdays[rules.weekStart - 1].lowercased()
        case .fiscalYear: String(rules.fiscalStart)
        case .maxRows: maxRows.map(String.init) ?? "all"
        }
    }

    private static func offset(_ minutes: Int) -> String {
        (minutes < 0 ? "-" : "+") + Calendar.padded(abs(minutes) / 60, 2) + ":" + Calendar.padded(abs(minutes) % 60, 2)
    }

    /// Changes a setting; a value that does not fit is an error that says what fits. `instant` reads a date.
    mutating func set(_ name: SettingName, to value: SettingValue, instant: (Expression) throws(Diagnostic) -> Instant) throws(Diagnostic) {
        func fail() -> Diagnostic { .badSetting(name.rawValue, name.summary) }
        guard value.others.isEmpty || name == .stages else { throw fail() }
        switch name {
        case .format:
            guard let format = OutputFormat(rawValue: value.word) else { throw .unknownFormat(value.word) }
            self.format = format
        case .timezone:
            guard let minutes = Self.minutes(value.word) else { throw fail() }
            timezoneMinutes = minutes
        case .currency: currency = value.word == "none" ? "" : value.written
        case .digits:
            guard value.word == "auto" || value.whole.map({ (0...12).contains($0) }) == true else { throw fail() }
            digits = value.whole
        case .now: now = value.word == "auto" ? nil : try instant(value.expression)
        case .threads:
            guard let count = value.whole, (1...256).contains(count) else { throw fail() }
            threads = count
        case .timing:
            guard value.word == "on" || value.word == "off" else { throw fail() }
            timing = value.word == "on"
        case .color:
            guard let color = Color(rawValue: value.word) else { throw fail() }
            self.color = color
        case .stages: stages = value.word == "auto" ? nil : try value.names { fail() }
        case .weekStart:
            guard let day = Period.weekdays.firstIndex(where: { $0.lowercased() == value.word || $0.lowercased().prefix(3) == value.word }) else {
                throw fail()
            }
            rules.weekStart = day + 1
        case .fiscalYear:
            guard let month = value.whole, (1...12).contains(month) else { throw fail() }
            rules.fiscalStart = month
        case .maxRows:
            guard value.word == "all" || value.whole.map({ $0 > 0 }) == true else { throw fail() }
            maxRows = value.whole
        }
    }

    /// `utc`, `+03:30`, `-5`.
    private static func minutes(_ text: String) -> Int? {
        if text == "utc" || text == "z" || text == "gmt" { return 0 }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard let number = Int(digits), digits.count <= 4 else { return nil }
        let minutes = digits.count <= 2 ? number * 60 : number / 100 * 60 + number % 100
        guard minutes <= 14 * 60 else { return nil }
        return sign == "-" ? -minutes : minutes
    }
}

/// The value of a setting as written: a word, a number, a text, a date; of `stages` several.
struct SettingValue {
    let expression: Expression
    var others: ArraySlice<Expression> = []

    /// All values, each a name or a text.
    func names(_ fail: () -> Diagnostic) throws(Diagnostic) -> [String] {
        var names: [String] = []
        for value in [expression] + others {
            switch value {
            case .name(let name) where name.qualifier == nil: names.append(name.name.text)
            case .string(let text, _): names.append(text)
            default: throw fail()
            }
        }
        return names
    }

    /// The text as written, without quotes.
    var written: String {
        switch expression {
        case .string(let text, _): text
        case .name(let name): name.text
        default: Printer.text(expression)
        }
    }

    var word: String { written.lowercased() }

    var whole: Int? {
        if case .number(let number, _) = expression { return number.whole }
        return Int(word)
    }
}
