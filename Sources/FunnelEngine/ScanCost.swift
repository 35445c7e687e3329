import FunnelModel
package import FunnelPlan
import FunnelStore
package import FunnelText

/// What a scan reads and how: known before it is carried out.
package struct ScanCost: Sendable {
    package struct Part: Sendable {
        /// The column, and what of it: `created`.
        package let name: String
        /// How it is stored and what is done with it: `16-bit days, by a table of 90 days`.
        package let way: String
        /// At most so many: of rows that a filter leaves out less is read.
        package let bytes: Int
    }

    package let rows: Int
    package let parts: [Part]
    /// How groups are found; nil where all rows are one.
    package let groups: String?

    package var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }
}

extension Engine {
    /// The cost of each scan of a plan.
    package func costs(_ plan: Plan) throws(Diagnostic) -> [ScanCost] {
        if let asOf = plan.asOf {
            var now = plan
            now.asOf = nil
            return try Engine(store: store.asOf(asOf.total, threads: threads), threads: threads, interrupt: interrupt).costs(now)
        }
        let (compilers, spaces) = try prepare(plan)
        let combinations = try ScanRunner.combinations(spaces)
        var costs: [ScanCost] = []
        for (scan, compiler) in zip(plan.scans, compilers) {
            var ledger = CostLedger(compiler: compiler)
            if let filter = scan.filter { ledger.add(filter) }
            for key in scan.keys {
                switch key {
                case .value(let value): ledger.add(value, as: "groups by it")
                case .period(let grain, let value, _):
                    if case .column(let reference) = value, grain != .hour {
                        ledger.addDays(reference, as: "\(grain.rawValue) by a table")
                    } else {
                        ledger.add(value, as: "\(grain.rawValue) by a table")
                    }
                }
            }
            for aggregate in scan.aggregates {
                if let filter = aggregate.filter { ledger.add(filter) }
                if let argument = aggregate.argument { ledger.add(argument, as: aggregate.function.name) }
            }
            let isDense = ScanRunner.isDense(combinations, rows: store.rowCount(scan.table))
            let groups = spaces.isEmpty ? nil : isDense ? "\(combinations) groups in arrays" : "groups found by hashing, of \(combinations) combinations"
            costs.append(ScanCost(rows: store.rowCount(scan.table), parts: ledger.parts, groups: groups))
        }
        return costs
    }
}

/// Adds up what the conditions and values of a scan read, each part of a column once.
private struct CostLedger {
    let compiler: RowCompiler
    private(set) var parts: [ScanCost.Part] = []
    private var known: Set<String> = []

    init(compiler: RowCompiler) { self.compiler = compiler }

    private var rows: Int { compiler.store.rowCount(compiler.table) }

    /// `bits` of each row are read of a column.
    private mutating func note(_ reference: ColumnReference, _ part: String, bits: Int, _ way: String) {
        guard known.insert("\(reference.name) \(part)").inserted else { return }
        parts.append(ScanCost.Part(name: reference.name, way: "\(part), \(way)", bytes: (rows * bits + 7) / 8))
        if reference.table != compiler.table, compiler.store.leads(of: compiler.table) != nil, known.insert("links").inserted {
            parts.append(ScanCost.Part(name: "links", way: "the row of each one's lead", bytes: rows * 4))
        }
    }

    private func column(_ reference: ColumnReference) -> Column? { try? compiler.column(reference).column }

    private mutating func noteValidity(_ reference: ColumnReference, _ column: Column) {
        if column.validity != nil { note(reference, "bits", bits: 1, "whether it is there") }
    }

    mutating func addDays(_ reference: ColumnReference, as way: String) {
        guard let column = column(reference) else { return }
        switch column.values {
        case .date(let days), .timestamp(let days, _, _): note(reference, "\(days.width)-bit days", bits: days.width, way)
        case .text, .integer, .decimal, .yesNo: break
        }
        noteValidity(reference, column)
    }

    private mutating func add(_ reference: ColumnReference, as way: String) {
        guard let column = column(reference) else { return }
        switch column.values {
        case .text(let codes, _): note(reference, "\(codes.width)-bit codes", bits: codes.width, way)
        case .integer(let values), .decimal(let values, _): note(reference, "\(values.width)-bit numbers", bits: values.width, way)
        case .date(let days): note(reference, "\(days.width)-bit days", bits: days.width, way)
        case .timestamp(let days, let time, _):
            note(reference, "\(days.width)-bit days", bits: days.width, way)
            note(reference, "\(time.width)-bit times", bits: time.width, way)
        case .yesNo: note(reference, "bits", bits: 1, way)
        }
        if case .yesNo = column.values, column.validity == nil { return }
        noteValidity(reference, column)
    }

    mutating func add(_ value: RowValue, as way: String) {
        switch value {
        case .column(let reference): add(reference, as: way)
        case .exact, .text, .instant, .duration, .missing: break
        case .condition(let condition): add(condition)
        case .arithmetic(_, let a, let b), .elapsed(let a, let b):
            add(a, as: way)
            add(b, as: way)
        case .between: addHistory(way)
        case .textFunction(_, let inner), .length(let inner), .datePart(_, let inner): add(inner, as: way)
        case .coalesce(let values): for value in values { add(value, as: way) }
        case .cases(let branches, let otherwise):
            for branch in branches {
                add(branch.condition)
                add(branch.value, as: way)
            }
            if let otherwise { add(otherwise, as: way) }
        }
    }

    /// The whole of the stages table, lead by lead.
    private mutating func addHistory(_ way: String) {
        guard known.insert("history").inserted, let stages = compiler.store.tables[.stages], let runs = compiler.store.links.stageRuns else { return }
        let columns = [stages.column(.stage), stages.column(.entered)].compactMap { $0 }
        let bytes = columns.reduce(0) { $0 + $1.rowBytes } * stages.rowCount + runs.starts.byteCount
        parts.append(ScanCost.Part(name: "stages", way: "the rows of each lead, \(way)", bytes: bytes))
    }

    private var leadPath: ColumnReference.Path { compiler.table == .leads ? .own : .lead }

    private var created: ColumnReference? {
        compiler.store.tables[.leads]?.roles[.created].map { index in
            ColumnReference(path: leadPath, table: .leads, index: .file(index), type: .timestamp, name: "created")
        }
    }

    mutating func add(_ condition: RowCondition) {
        switch condition {
        case .always: break
        case .column(let reference): add(reference, as: "tested")
        case .isMissing(.column(let reference)): if let column = column(reference) { noteValidity(reference, column) }
        case .isMissing(let value): add(value, as: "tested")
        case .compare(_, let a, let b), .sameText(let a, let b):
            add(a, as: "compared")
            add(b, as: "compared")
        case .during(.column(let reference), _, _): addDays(reference, as: "compared")
        case .during(let value, _, _): add(value, as: "compared")
        case .text(let value, _): add(value, as: "tested by the dictionary")
        case .not(let inner): add(inner)
        case .and(let parts), .or(let parts): for part in parts { add(part) }
        case .any(let table, let inner):
            let compiler = RowCompiler(store: compiler.store, table: table, threads: compiler.threads, interrupt: compiler.interrupt)
            var other = CostLedger(compiler: compiler)
            other.add(inner)
            parts += other.parts
        case .wonWithin:
            if let created { add(created, as: "compared") }
            add(ColumnReference(path: leadPath, table: .leads, index: .derived(.leadWonAt), type: .timestamp, name: "won_at"), as: "compared")
        case .agedAtLeast: if let created { addDays(created, as: "compared") }
        }
    }
}
