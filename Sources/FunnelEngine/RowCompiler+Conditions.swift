import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// Conditions. The narrowest reading of each is chosen: a stored column is tested in its own width, a text by its code.
extension RowCompiler {
    func bits(_ condition: RowCondition) throws(Diagnostic) -> any BitsNode {
        switch condition {
        case .always(let truth): return ConstantBits(truth: truth)
        case .column(let reference):
            let (column, fromLead) = try column(reference)
            guard case .yesNo(let bitmap) = column.values else { throw .columnHasType(reference.name, column.type, wanted: "yes or no") }
            return StoredBits(bitmap: bitmap, validity: column.validity, fromLead: fromLead)
        case .isMissing(let value): return NotBits(inner: try presence(of: value))
        case .compare(let comparison, let a, let b): return try compare(comparison, a, b)
        case .during(let value, let from, let until): return try during(value, from: from, until: until)
        case .text(let value, let test): return try textTest(value, test)
        case .sameText(let a, let b): return SameTexts(try text(a), try text(b))
        case .not(let inner): return NotBits(inner: try bits(inner))
        case .and(let parts): return parts.isEmpty ? ConstantBits(truth: true) : JoinedBits(join: .all, parts: try all(parts))
        case .or(let parts): return parts.isEmpty ? ConstantBits(truth: false) : JoinedBits(join: .any, parts: try all(parts))
        case .any(let other, let inner):
            let bitmap = try leads(withAny: inner, in: other)
            return StoredBits(bitmap: bitmap, validity: nil, fromLead: table != .leads)
        case .wonWithin(let span): return try wonWithin(span)
        case .agedAtLeast(let span, let now):
            return try bits(.isPast(.column(leadReference(.file(leadCreated()))), by: span, at: now))
        }
    }

    private func all(_ conditions: [RowCondition]) throws(Diagnostic) -> [any BitsNode] {
        var nodes: [any BitsNode] = []
        for condition in conditions { nodes.append(try bits(condition)) }
        return nodes
    }

    // MARK: - Windows

    private func leadCreated() throws(Diagnostic) -> Int {
        guard let index = store.tables[.leads]?.roles[.created] else { throw .columnIsGone("created") }
        return index
    }

    private func leadReference(_ index: ColumnIndex) -> ColumnReference {
        ColumnReference(path: table == .leads ? .own : .lead, table: .leads, index: index, type: .timestamp, name: "created")
    }

    /// Whether the first win came no later than so long after creation. Most leads have none, and are asked no more.
    private func wonWithin(_ span: TimeSpan) throws(Diagnostic) -> any BitsNode {
        let won = RowValue.column(leadReference(.derived(.leadWonAt)))
        let created = RowValue.column(leadReference(.file(try leadCreated())))
        if case .microseconds(let most) = span, let cycles = cycles(created, won) { return CycleWithin(cycles: cycles, most: most) }
        let (from, to) = (try exact(created), try exact(won))
        let inTime: any BitsNode =
            switch span {
            case .microseconds(let microseconds): ExactRange(value: Elapsed(from: from, to: to), low: .min, high: microseconds)
            case .months(let months): WithinMonths(start: from, end: to, months: months)
            }
        return JoinedBits(join: .all, parts: [try presence(of: won), inTime])
    }

    // MARK: - Presence

    func presence(of value: RowValue) throws(Diagnostic) -> any BitsNode {
        switch value {
        case .column(let reference):
            let (column, fromLead) = try column(reference)
            return Presence(validity: column.validity, fromLead: fromLead)
        case .condition: return ConstantBits(truth: true)
        default: break
        }
        switch try type(value) {
        case .text, .yesNo: return TextPresence(text: try text(value))
        case .real: return NumberPresence<Double>(value: try real(value))
        case .exact(let scale): return NumberPresence<Int64>(value: try exact(value, scale: scale))
        case .duration, .date, .timestamp, .unknown: return NumberPresence<Int64>(value: try exact(value))
        }
    }

    // MARK: - Comparisons

    private func compare(_ comparison: Comparison, _ a: RowValue, _ b: RowValue) throws(Diagnostic) -> any BitsNode {
        switch (try type(a), try type(b)) {
        case (.text, _), (_, .text), (.yesNo, _), (_, .yesNo):
            throw .notComparable(PlanText.text(a), PlanText.text(b))
        case (.exact(let x), .exact(let y)):
            let scale = max(x, y)
            if let bound = constant(b, scale: scale) { return try range(a, scale: scale, comparison, bound) }
            if let bound = constant(a, scale: scale) { return try range(b, scale: scale, comparison.mirrored, bound) }
            return ordered(comparison, try exact(a, scale: scale), try exact(b, scale: scale))
        case (.real, _), (_, .real), (.duration, .exact), (.exact, .duration):
            return ordered(comparison, try real(a), try real(b))
        default: return ordered(comparison, try exact(a), try exact(b))
        }
    }

    private func constant(_ value: RowValue, scale: Int) -> Int64? {
        guard case .exact(let exact) = value, let scaled = exact.scaled(to: scale) else { return nil }
        return Int64(clamping: scaled.units)
    }

    /// A comparison with a constant, as a range; a stored column at its own scale is tested in its own width.
    private func range(_ value: RowValue, scale: Int, _ comparison: Comparison, _ bound: Int64) throws(Diagnostic) -> any BitsNode {
        let limits: (low: Int64, high: Int64)
        switch comparison {
        case .equal: limits = (bound, bound)
        case .notEqual: return NotBits(inner: try range(value, scale: scale, .equal, bound))
        case .less:
            guard bound > .min else { return ConstantBits(truth: false) }
            limits = (.min, bound - 1)
        case .lessOrEqual: limits = (.min, bound)
        case .greater:
            guard bound < .max else { return ConstantBits(truth: false) }
            limits = (bound + 1, .max)
        case .greaterOrEqual: limits = (bound, .max)
        }
        if case .column(let reference) = value {
            let (column, fromLead) = try column(reference)
            switch column.values {
            case .integer(let values) where scale == 0 && !fromLead:
                return StoredRange(values: values, validity: column.validity, low: limits.low, high: limits.high, zones: nil)
            case .decimal(let values, let own) where own == scale && !fromLead:
                return StoredRange(values: values, validity: column.validity, low: limits.low, high: limits.high, zones: nil)
            default: break
            }
        }
        return ExactRange(value: try exact(value, scale: scale), low: limits.low, high: limits.high)
    }

    private func ordered<Element: KernelNumber>(
        _ comparison: Comparison, _ a: any NumberNode<Element>, _ b: any NumberNode<Element>
    ) -> any BitsNode {
        switch comparison {
        case .equal: NumberComparison(comparison: .equal, left: a, right: b)
        case .notEqual: NotBits(inner: NumberComparison(comparison: .equal, left: a, right: b))
        case .less: NumberComparison(comparison: .less, left: a, right: b)
        case .lessOrEqual: NumberComparison(comparison: .lessOrEqual, left: a, right: b)
        case .greater: NumberComparison(comparison: .less, left: b, right: a)
        case .greaterOrEqual: NumberComparison(comparison: .lessOrEqual, left: b, right: a)
        }
    }

    // MARK: - Time

    /// A range of time. The days decide but for the first and the last, and only there the time of day is read.
    private func during(_ value: RowValue, from: Instant?, until: Instant?) throws(Diagnostic) -> any BitsNode {
        guard case .column(let reference) = value else {
            return ExactRange(value: try exact(value), low: from?.total ?? .min, high: until.map { $0.total - 1 } ?? .max)
        }
        let (column, fromLead) = try column(reference)
        let days: Integers
        switch column.values {
        case .date(let values), .timestamp(let values, _, _): days = values
        case .text, .integer, .decimal, .yesNo: throw .columnHasType(reference.name, column.type, wanted: "a date")
        }
        func range(_ low: Int64, _ high: Int64) -> any BitsNode {
            if !fromLead { return StoredRange(values: days, validity: column.validity, low: low, high: high, zones: column.zones) }
            return ExactRange(value: StoredExact(values: days, validity: column.validity, fromLead: true), low: low, high: high)
        }
        let first = from.map { Int64($0.day) } ?? .min
        let last = until.map { $0.microseconds == 0 ? Int64($0.day) - 1 : Int64($0.day) } ?? .max
        let whole = range(first, last)
        guard case .timestamp = column.values, from?.microseconds ?? 0 != 0 || until?.microseconds ?? 0 != 0 else {
            // A date is its midnight.
            return range(from.map { $0.microseconds == 0 ? first : first + 1 } ?? .min, last)
        }
        let exact = ExactRange(value: try exact(value), low: from?.total ?? .min, high: until.map { $0.total - 1 } ?? .max)
        let edges = [from?.day, until?.day].compactMap { $0 }.map { range(Int64($0), Int64($0)) }
        let inside = NotBits(inner: JoinedBits(join: .any, parts: edges))
        let atEdge = JoinedBits(join: .all, parts: [JoinedBits(join: .any, parts: edges), exact])
        return JoinedBits(join: .any, parts: [JoinedBits(join: .all, parts: [whole, inside]), atEdge])
    }

    // MARK: - Texts

    private func textTest(_ value: RowValue, _ test: TextTest) throws(Diagnostic) -> any BitsNode {
        let matches = try TextMatch(test)
        if case .column(let reference) = value {
            let (column, fromLead) = try textColumn(reference)
            if case .text(let codes, let dictionary) = column.values, !fromLead {
                let (table, single) = mark(dictionary.texts, matches)
                return StoredTextTest(codes: codes, validity: matches.asksPresence(dictionary) ? column.validity : nil, table: table, single: single)
            }
        }
        let node = try text(value)
        return TextTableTest(text: node, table: mark(node.dictionary, matches).table)
    }

    private func mark(_ texts: [String], _ matches: TextMatch) -> (table: Buffer<UInt8>, single: Int?) {
        let table = Buffer<UInt8>(zeros: max(1, texts.count))
        var found: [Int] = []
        for (code, text) in texts.enumerated() where matches.holds(text) {
            table.base[code] = .max
            if found.count < 2 { found.append(code) }
        }
        return (table, found.count == 1 ? found[0] : nil)
    }
}
