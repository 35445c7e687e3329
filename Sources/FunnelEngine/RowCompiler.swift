import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// From row values and conditions to nodes over the columns of a store: everything that can be decided before the loop
/// over the rows is decided here.
struct RowCompiler {
    let store: Store
    /// The table whose rows are scanned.
    let table: TableRole
    let threads: Int
    let interrupt: Interrupt?

    /// The column of a reference, and whether it is the lead's.
    func column(_ reference: ColumnReference) throws(Diagnostic) -> (column: Column, fromLead: Bool) {
        guard let column = store.column(reference.index, of: reference.table) else { throw .columnIsGone(reference.name) }
        return (column, reference.table != table)
    }

    /// The same for a text, which deals have of their leads beside them where it is short.
    func textColumn(_ reference: ColumnReference) throws(Diagnostic) -> (column: Column, fromLead: Bool) {
        if table == .deals, reference.table == .leads, case .file(let position) = reference.index, let column = store.links.besideDeals(position) {
            return (column, false)
        }
        return try column(reference)
    }

    /// What a value is in this store; the plan may not have known.
    func type(_ value: RowValue) throws(Diagnostic) -> RowType {
        try value.type { reference throws(Diagnostic) in RowType(try column(reference).column.type) }
    }

    // MARK: - Numbers and instants

    /// Whole multiples of 10^-scale; of times and lengths of time, microseconds.
    func exact(_ value: RowValue, scale: Int = 0) throws(Diagnostic) -> any NumberNode<Int64> {
        switch value {
        case .column(let reference): return try storedExact(reference, scale: scale)
        case .exact(let exact):
            guard let scaled = exact.scaled(to: max(scale, exact.scale)), let units = Int64(exactly: scaled.units) else { throw .numberTooLarge }
            return ConstantExact(value: units)
        case .instant(let instant): return ConstantExact(value: instant.total)
        case .duration(let microseconds): return ConstantExact(value: microseconds)
        case .missing: return ConstantExact(value: nil)
        case .elapsed(let from, let to):
            if let cycles = cycles(from, to) { return StoredCycles(cycles: cycles) }
            return Elapsed(from: try exact(from), to: try exact(to))
        case .between(let from, let to, let order): return try between(from, to, order)
        case .length(let text): return try rescaled(TextLength(try self.text(text)), from: 0, to: scale)
        case .datePart(let part, let date): return try rescaled(PartOfDate(part: part, instant: try exact(date)), from: 0, to: scale)
        case .coalesce(let values):
            var nodes: [any NumberNode<Int64>] = []
            for value in values { nodes.append(try exact(value, scale: scale)) }
            return Coalesce<Int64>(values: nodes)
        case .cases(let branches, let otherwise):
            var nodes: [(condition: any BitsNode, value: any NumberNode<Int64>)] = []
            for branch in branches { nodes.append((try bits(branch.condition), try exact(branch.value, scale: scale))) }
            return Cases<Int64>(
                branches: nodes, otherwise: try otherwise.map { value throws(Diagnostic) in try exact(value, scale: scale) } ?? ConstantExact(value: nil))
        case .arithmetic(let operation, let a, let b):
            let own: Int
            let node: any NumberNode<Int64>
            switch operation {
            case .add, .subtract:
                own = scale
                node = ExactArithmetic(operation: operation == .add ? .add : .subtract, left: try exact(a, scale: scale), right: try exact(b, scale: scale))
            case .multiply:
                let scales = (try digits(a), try digits(b))
                own = scales.0 + scales.1
                node = ExactArithmetic(operation: .multiply, left: try exact(a, scale: scales.0), right: try exact(b, scale: scales.1))
            case .divide: throw .numberTooLarge
            }
            return try rescaled(node, from: own, to: scale)
        case .condition, .text, .textFunction: throw .notANumber
        }
    }

    private func digits(_ value: RowValue) throws(Diagnostic) -> Int {
        if case .exact(let scale) = try type(value) { scale } else { 0 }
    }

    private func rescaled(_ node: any NumberNode<Int64>, from: Int, to: Int) throws(Diagnostic) -> any NumberNode<Int64> {
        guard to > from else { return node }
        guard to - from <= 18 else { throw .numberTooLarge }
        return Rescaled(inner: node, factor: Int64(Exact.power(to - from)))
    }

    private func storedExact(_ reference: ColumnReference, scale: Int) throws(Diagnostic) -> any NumberNode<Int64> {
        let (column, fromLead) = try column(reference)
        func stored(_ values: Integers) -> StoredExact {
            StoredExact(values: values, validity: column.validity, fromLead: fromLead, column: fromLead ? nil : column)
        }
        switch column.values {
        case .integer(let values): return try rescaled(stored(values), from: 0, to: scale)
        case .decimal(let values, let own): return try rescaled(stored(values), from: own, to: scale)
        case .date(let days): return StoredInstant(days: days, time: nil, unit: .second, validity: column.validity, fromLead: fromLead)
        case .timestamp(let days, let time, let unit): return StoredInstant(days: days, time: time, unit: unit, validity: column.validity, fromLead: fromLead)
        case .text, .yesNo: throw .columnHasType(reference.name, column.type, wanted: "a number or a date")
        }
    }

    func real(_ value: RowValue) throws(Diagnostic) -> any NumberNode<Double> {
        let type = try type(value)
        switch value {
        case .arithmetic(let operation, let a, let b) where type == .real:
            let named: Kernels.RealOperation =
                switch operation {
                case .add: .add
                case .subtract: .subtract
                case .multiply: .multiply
                case .divide: .divide
                }
            return RealArithmetic(operation: named, left: try real(a), right: try real(b))
        case .cases(let branches, let otherwise) where type == .real:
            var nodes: [(condition: any BitsNode, value: any NumberNode<Double>)] = []
            for branch in branches { nodes.append((try bits(branch.condition), try real(branch.value))) }
            return Cases<Double>(branches: nodes, otherwise: try real(otherwise ?? .missing(.real)))
        case .coalesce(let values) where type == .real:
            var nodes: [any NumberNode<Double>] = []
            for value in values { nodes.append(try real(value)) }
            return Coalesce<Double>(values: nodes)
        default: break
        }
        switch type {
        case .exact(let scale): return RealFromExact(inner: try exact(value, scale: scale), divisor: Double(Exact.power(scale)))
        case .duration: return RealFromExact(inner: try exact(value), divisor: Double(microsecondsPerDay))
        case .real: return RealFromExact(inner: ConstantExact(value: nil), divisor: 1)
        case .text, .date, .timestamp, .yesNo, .unknown: throw .notANumber
        }
    }

    // MARK: - Texts

    func text(_ value: RowValue) throws(Diagnostic) -> any TextNode {
        switch value {
        case .column(let reference):
            let (column, fromLead) = try textColumn(reference)
            switch column.values {
            case .text(let codes, let dictionary):
                return StoredText(codes: codes, dictionary: dictionary.texts, validity: column.validity, fromLead: fromLead)
            case .yesNo(let bitmap):
                return TextFromBits(
                    bits: StoredBits(bitmap: bitmap, validity: nil, fromLead: fromLead), present: Presence(validity: column.validity, fromLead: fromLead))
            case .integer, .decimal, .date, .timestamp: throw .columnHasType(reference.name, column.type, wanted: "text")
            }
        case .text(let text): return ConstantText(text)
        case .missing: return ConstantText(nil)
        case .textFunction(let function, let inner):
            let node = try text(inner)
            switch function {
            case .lower: return TranslatedText(node) { $0.lowercased() }
            case .upper: return TranslatedText(node) { $0.uppercased() }
            case .trim: return TranslatedText(node) { TextMatch.trimmed($0) }
            }
        case .coalesce(let values):
            var nodes: [any TextNode] = []
            for value in values { nodes.append(try text(value)) }
            return TextCoalesce(nodes)
        case .cases(let branches, let otherwise):
            var nodes: [(condition: any BitsNode, value: any TextNode)] = []
            for branch in branches { nodes.append((try bits(branch.condition), try text(branch.value))) }
            return TextCases(nodes, otherwise: try text(otherwise ?? .missing(.text)))
        case .condition(let condition): return TextFromBits(bits: try bits(condition), present: nil)
        case .exact, .instant, .duration, .arithmetic, .elapsed, .between, .length, .datePart: throw .notText
        }
    }
}
