import FunnelModel
import FunnelText

/// How the values of one column are written for a reader; decided once, from all of them, so that a column shows the same
/// number of decimals throughout.
struct ColumnFormat {
    /// How a number is written.
    private enum Numbers {
        /// Rounded, with marks between thousands.
        case measured(decimals: Int, percent: Bool)
        /// In full: a number that names something, or a cell of listed rows.
        case asStored(decimals: Int)
    }

    private let numbers: Numbers
    private let isKey: Bool
    private let missing: String
    /// Whether its cells stand at the right.
    let isNumeric: Bool
    /// What its numbers count, where the cells do not say it: `days`, `EUR`, `EUR per day`; else empty.
    let unit: String
    /// Days are shown as hours or minutes where all of a column are short.
    private let factor: Double

    init(_ column: AnswerColumn, values: some Sequence<Value>, options: TableOptions) {
        missing = options.missing
        isKey = column.isKey
        let time = column.kind == .measure(.days) ? TimeScale(values) : .days
        factor = time.factor
        let decimals = values.lazy.compactMap { time == .days ? DecimalText($0) : $0.double.flatMap { DecimalText($0 * time.factor) } }
        switch column.kind {
        case .measure(let quantity):
            let places = Self.decimals(of: decimals.map { $0 }, scales: values.lazy.compactMap(\.scale), quantity, options)
            numbers = .measured(decimals: places, percent: quantity == .percent)
            isNumeric = true
            unit = time == .days ? Self.unit(of: quantity, currency: options.currency) : time.rawValue
        case .key(let grain):
            numbers = .asStored(decimals: decimals.reduce(0) { max($0, $1.decimals) })
            isNumeric = grain == nil && values.contains { $0.double != nil }
            unit = ""
        case .field(let type):
            switch type {
            case .decimal(let scale):
                numbers = .asStored(decimals: scale)
                isNumeric = true
            case .integer:
                numbers = .asStored(decimals: 0)
                isNumeric = true
            case .text, .date, .timestamp, .yesNo, .unknown:
                numbers = .asStored(decimals: decimals.reduce(0) { max($0, $1.decimals) })
                isNumeric = false
            }
            unit = ""
        }
    }

    /// The text of a value, without its unit, and the part it plays.
    func cell(_ value: Value) -> TableCell {
        guard let text = text(of: value) else {
            return TableCell(isKey ? "(none)" : missing, .missing)
        }
        return TableCell(text, isKey ? .key : isNumeric ? .number : .plain)
    }

    private func text(of value: Value) -> String? {
        switch value {
        case .missing: return nil
        case .exact, .real:
            if factor != 1 { return value.double.flatMap { DecimalText($0 * factor) }.map(written) }
            return DecimalText(value).map(written)
        case .text(let text): return DisplayWidth.visible(text)
        case .yesNo(let answer): return answer ? "yes" : "no"
        case .date(let day): return Calendar.text(day)
        case .timestamp(let day, let microseconds):
            return Calendar.text(day) + " " + Calendar.text(timeOfDay: microseconds)
        case .period(let period): return period.label
        }
    }

    private func written(_ number: DecimalText) -> String {
        switch numbers {
        case .measured(let decimals, percent: true): number.shifted(by: 2).fixed(decimals, grouped: true) + " %"
        case .measured(let decimals, percent: false): number.fixed(decimals, grouped: true)
        case .asStored(let decimals): number.full(atLeast: decimals)
        }
    }

    // MARK: - Deciding

    /// Digits behind the point: none for counts; what the `digits` setting says for all else; without it by the quantity.
    private static func decimals(
        of numbers: [DecimalText], scales: some Sequence<Int>, _ quantity: Quantity, _ options: TableOptions
    ) -> Int {
        let needed = numbers.reduce(0) { max($0, $1.decimals) }
        let magnitude = numbers.compactMap(\.magnitude).max()
        if quantity == .count && needed == 0 { return 0 }
        if let digits = options.digits { return digits }
        if quantity == .percent {
            // 12.5 %, 0.52 %, 0.052 %: small shares keep two digits that say something.
            guard let magnitude, magnitude < -2 else { return 1 }
            return min(6, -1 - magnitude)
        }
        if quantity == .days { return magnitude ?? 0 < 0 ? 2 : 1 }
        if quantity.money > 0 {
            guard needed > 0 else { return 0 }
            return scales.contains { $0 != 1 } ? 2 : 1
        }
        switch magnitude ?? 0 {
        case 2...: return min(needed, 2)
        case 0...1: return min(needed, 4)
        case let small: return min(needed, 3 - small)
        }
    }

    private static func unit(of quantity: Quantity, currency: String) -> String {
        if quantity.isPlain { return "" }
        if quantity == .money { return DisplayWidth.visible(currency) }
        guard !currency.isEmpty, quantity.money == 1, quantity.name.hasPrefix("money") else { return quantity.name }
        return DisplayWidth.visible(currency) + quantity.name.dropFirst("money".count)
    }
}

/// The unit that lengths of time are shown in.
private enum TimeScale: String {
    case days, hours, minutes

    /// The largest unit of which the longest of the times has one.
    init(_ values: some Sequence<Value>) {
        let longest = values.lazy.compactMap(\.double).map(abs).max() ?? 0
        self = longest >= 1 || longest == 0 ? .days : longest >= 1 / 24 ? .hours : .minutes
    }

    var factor: Double {
        switch self {
        case .days: 1
        case .hours: 24
        case .minutes: 1440
        }
    }
}

extension Value {
    /// Digits behind the point as the data has them; binary numbers have any, said as 2.
    fileprivate var scale: Int? {
        switch self {
        case .exact(let exact): exact.scale
        case .real: 2
        case .missing, .text, .yesNo, .date, .timestamp, .period: nil
        }
    }
}
