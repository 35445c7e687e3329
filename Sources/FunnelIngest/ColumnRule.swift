import FunnelModel

/// How the cells of a column are read.
enum ColumnRule: Sendable, Equatable {
    case text
    /// Whole numbers just as a program writes them, or all of them with `.0` behind; a column with any other value is text.
    case key(isPointed: Bool)
    case number(NumberRule)
    /// `digits` lets 1 and 0 stand for yes and no.
    case yesNo(digits: Bool)
    case date(DateRule)
}

/// What the cells of a column could be, counted: so that the whole column decides, not its first rows.
struct Evidence: Sendable {
    /// Cells with a value; spellings of "no value" are not counted.
    var values = 0
    var keys = 0
    /// Whole numbers written as `1.0`.
    var pointedKeys = 0
    var yesNo = 0
    var yesNoDigits = 0
    var pointNumbers = 0
    var commaNumbers = 0
    /// Numbers with either mark, the same one or not.
    var eitherNumbers = 0
    /// Numbers that are another one with the other mark.
    var ambiguousNumbers = 0
    var ambiguousNumber = ""
    var dayFirst = 0
    var monthFirst = 0
    /// Dates in either order, the same day or not.
    var eitherOrder = 0
    /// Dates that are another day when their first two numbers change places.
    var ambiguous = 0
    var ambiguousExample = ""
    var pattern = 0
    /// Dates with a year of the Solar Hijri calendar.
    var jalali = 0

    /// Whether any reading but text is left for a column that no role makes demands on.
    var isOpen: Bool {
        values == 0 || yesNo == values || pointNumbers == values || commaNumbers == values || dayFirst == values
            || monthFirst == values || pattern == values
    }

    mutating func add(_ other: Evidence) {
        values += other.values
        keys += other.keys
        pointedKeys += other.pointedKeys
        yesNo += other.yesNo
        yesNoDigits += other.yesNoDigits
        pointNumbers += other.pointNumbers
        commaNumbers += other.commaNumbers
        eitherNumbers += other.eitherNumbers
        ambiguousNumbers += other.ambiguousNumbers
        if ambiguousNumber.isEmpty { ambiguousNumber = other.ambiguousNumber }
        dayFirst += other.dayFirst
        monthFirst += other.monthFirst
        eitherOrder += other.eitherOrder
        ambiguous += other.ambiguous
        if ambiguousExample.isEmpty { ambiguousExample = other.ambiguousExample }
        pattern += other.pattern
        jalali += other.jalali
    }
}

/// What is asked of a column before its values are known.
struct ColumnWish: Sendable {
    /// What its roles demand; nil where it plays none.
    var demand: TypeDemand?
    var pattern: DatePattern?
    var zoneMinutes = 0

    private func dateRule(_ order: DateRule.Order) -> DateRule {
        DateRule(order: order, allowsCompact: demand != nil, zoneMinutes: zoneMinutes)
    }

    /// Dates of which it is known otherwise whether the day stands first.
    func rule(inOrder order: DateRule.Order) -> ColumnRule { .date(dateRule(order)) }

    private var patternRule: DateRule {
        DateRule(allowsCompact: demand != nil, pattern: pattern, zoneMinutes: zoneMinutes)
    }

    /// What one cell speaks for.
    func weigh(_ cell: Cell, into evidence: inout Evidence) {
        let cell = cell.trimmed
        guard cell.count > 0, !cell.isBlank, MissingText.index(cell) == nil else { return }
        evidence.values += 1
        switch demand {
        case .text: return
        case .key:
            if NumberText.canonicalInteger(cell) != nil { evidence.keys += 1 }
            if NumberText.pointedInteger(cell) != nil { evidence.pointedKeys += 1 }
        case .number: weighNumber(cell, into: &evidence)
        case .date: weighDate(cell, into: &evidence)
        case .dateOrYesNo:
            if YesNoText.parse(cell, digits: true) != nil { evidence.yesNoDigits += 1 }
            weighDate(cell, into: &evidence)
        case nil:
            if YesNoText.parse(cell, digits: false) != nil {
                evidence.yesNo += 1
            } else {
                weighNumber(cell, into: &evidence)
                weighDate(cell, into: &evidence)
            }
        }
    }

    private func weighNumber(_ cell: Cell, into evidence: inout Evidence) {
        guard cell.count <= 64, let tokens = NumberTokens(cell) else { return }
        let point = tokens.value(NumberRule(mark: .point, isDemanded: demand != nil))
        let comma = tokens.value(NumberRule(mark: .comma, isDemanded: demand != nil))
        if point != nil { evidence.pointNumbers += 1 }
        if comma != nil { evidence.commaNumbers += 1 }
        guard let point, let comma else { return }
        evidence.eitherNumbers += 1
        if point != comma {
            evidence.ambiguousNumbers += 1
            if evidence.ambiguousNumber.isEmpty { evidence.ambiguousNumber = cell.text }
        }
    }

    private func weighDate(_ cell: Cell, into evidence: inout Evidence) {
        if pattern != nil, DateText.parse(cell, patternRule) != nil { evidence.pattern += 1 }
        let first = DateText.parse(cell, dateRule(.dayFirst))
        let second = DateText.parse(cell, dateRule(.monthFirst))
        if first != nil { evidence.dayFirst += 1 }
        if first != nil || second != nil, DateScanner(cell).holdsJalaliYear { evidence.jalali += 1 }
        if second != nil { evidence.monthFirst += 1 }
        guard let first, let second else { return }
        evidence.eitherOrder += 1
        if first != second {
            evidence.ambiguous += 1
            if evidence.ambiguousExample.isEmpty { evidence.ambiguousExample = cell.text }
        }
    }

    /// The rule that the evidence speaks for; nil where the order of day and month is open, or a sample had no value.
    func rule(for evidence: Evidence, isWhole: Bool) -> ColumnRule? {
        let values = evidence.values
        switch demand {
        case .text: return .text
        case .key:
            if values > 0, evidence.keys == values { return .key(isPointed: false) }
            return values > 0 && evidence.pointedKeys == values ? .key(isPointed: true) : .text
        case .number:
            return .number(NumberRule(mark: evidence.commaNumbers > evidence.pointNumbers ? .comma : .point, isDemanded: true))
        case .date: return demandedDate(evidence)
        case .dateOrYesNo:
            return evidence.yesNoDigits > max(evidence.dayFirst, evidence.monthFirst, evidence.pattern)
                ? .yesNo(digits: true) : demandedDate(evidence)
        case nil:
            if values == 0 { return isWhole ? .text : nil }
            if evidence.yesNo == values { return .yesNo(digits: false) }
            if evidence.pointNumbers == values { return .number(NumberRule(mark: .point)) }
            if evidence.commaNumbers == values { return .number(NumberRule(mark: .comma)) }
            if evidence.pattern == values { return .date(patternRule) }
            if evidence.dayFirst == values, evidence.monthFirst == values {
                return evidence.ambiguous == 0 ? .date(dateRule(.either)) : nil
            }
            if evidence.dayFirst == values { return .date(dateRule(.dayFirst)) }
            return evidence.monthFirst == values ? .date(dateRule(.monthFirst)) : .text
        }
    }

    private func demandedDate(_ evidence: Evidence) -> ColumnRule? {
        if pattern != nil {
            // Columns that need no pattern, such as ISO dates, stand beside those that do.
            let isPlain = evidence.pattern == 0 && evidence.values > 0 && evidence.dayFirst == evidence.values
            return .date(isPlain && evidence.ambiguous == 0 ? dateRule(.either) : patternRule)
        }
        if evidence.dayFirst > evidence.monthFirst { return .date(dateRule(.dayFirst)) }
        if evidence.monthFirst > evidence.dayFirst { return .date(dateRule(.monthFirst)) }
        if evidence.ambiguous > 0 { return nil }
        return .date(dateRule(evidence.dayFirst == evidence.eitherOrder ? .either : .dayFirst))
    }
}
