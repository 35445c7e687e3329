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
    /// The cost of each scan of a plan, and behind them that of each pass that only counts.
    package func costs(_ plan: Plan) throws(Diagnostic) -> [ScanCost] {
        if let asOf = plan.asOf {
            var now = plan
            now.asOf = nil
            return try Engine(store: store.asOf(asOf.total, reading: plan.tables, threads: threads), threads: threads, interrupt: interrupt).costs(now)
        }
        let (compilers, spaces) = try prepare(plan)
        let combinations = try ScanRunner.combinations(spaces)
        var costs: [ScanCost] = []
        let passes = plan.countPasses
        for (index, (scan, compiler)) in zip(plan.scans, compilers).enumerated() {
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
            for pass in passes where pass.scan == index { for count in pass.counts { ledger.add(plan.counts[count].condition) } }
            let isDense = ScanRunner.isDense(combinations, rows: store.rowCount(scan.table))
            let groups = spaces.isEmpty ? nil : isDense ? "\(combinations) groups in arrays" : "groups found by hashing, of \(combinations) combinations"
            costs.append(ScanCost(rows: store.rowCount(scan.table), parts: ledger.parts, groups: groups))
        }
        for pass in passes where pass.scan == nil {
            var ledger = CostLedger(compiler: RowCompiler(store: store, table: pass.table, threads: threads, interrupt: interrupt))
            if let scope = pass.scope { ledger.add(scope) }
            for count in pass.counts { ledger.add(plan.counts[count].condition) }
            costs.append(ScanCost(rows: store.rowCount(pass.table), parts: ledger.parts, groups: nil))
        }
        return costs
    }
}

extension Engine {
    /// What a funnel reads.
    package func cost(_ plan: FunnelPlan) throws(Diagnostic) -> ScanCost {
        if let asOf = plan.asOf {
            var now = plan
            now.asOf = nil
            return try Engine(store: store.asOf(asOf.total, reading: plan.tables, threads: threads), threads: threads, interrupt: interrupt).cost(now)
        }
        func ledger(_ table: TableRole) -> CostLedger {
            CostLedger(compiler: RowCompiler(store: store, table: table, threads: threads, interrupt: interrupt))
        }
        var (leads, stages, deals) = (ledger(.leads), ledger(.stages), ledger(.deals))
        if let filter = plan.leadFilter { leads.add(filter) }
        if let filter = plan.stageFilter { stages.add(filter) }
        for step in plan.steps {
            switch step.events {
            case .stage: leads.addHistory("events")
            case .stages(let condition):
                leads.addHistory("events")
                stages.add(condition)
            case .created: leads.add(.created, as: "events")
            case .leads(let condition):
                leads.add(.created, as: "events")
                leads.add(condition)
            case .qualified(let reference): leads.add(.column(reference), as: "events")
            case .dealCreated: deals.addEvents(.created)
            case .won: deals.addEvents(.closed)
            }
        }
        for key in plan.keys {
            switch key {
            case .lead(_, .value(let value)): leads.add(value, as: "groups by it")
            case .stage(_, .value(let value)): stages.add(value, as: "groups by it")
            case .lead(_, .period(let grain, let value, _)): leads.add(value, as: "\(grain.rawValue) by a table")
            case .stage(_, .period(let grain, let value, _)): stages.add(value, as: "\(grain.rawValue) by a table")
            case .period: break
            }
        }
        return ScanCost(rows: store.rowCount(.leads), parts: leads.parts + stages.parts + deals.parts, groups: nil)
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
    private mutating func note(_ reference: ColumnReference, _ part: String, bits: Int, _ way: String, isBeside: Bool = false) {
        guard known.insert("\(reference.name) \(part)").inserted else { return }
        parts.append(ScanCost.Part(name: reference.name, way: "\(part), \(way)", bytes: (rows * bits + 7) / 8))
        if !isBeside, reference.table != compiler.table, compiler.store.leads(of: compiler.table) != nil, known.insert("links").inserted {
            parts.append(ScanCost.Part(name: "links", way: "the row of each one's lead", bytes: rows * 4))
        }
    }

    private func column(_ reference: ColumnReference) -> Column? { try? compiler.column(reference).column }

    private mutating func noteValidity(_ reference: ColumnReference, _ column: Column, isBeside: Bool = false) {
        if column.validity != nil { note(reference, "bits", bits: 1, "whether it is there", isBeside: isBeside) }
    }

    private mutating func note(_ cycles: Cycles, as way: String) {
        guard known.insert("cycles").inserted else { return }
        parts.append(ScanCost.Part(name: "cycles", way: "\(cycles.lengths.width)-bit lengths of won leads, \(way)", bytes: cycles.byteCount))
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
        if column.type == .text { return addText(reference, as: way) }
        switch column.values {
        case .integer(let values), .decimal(let values, _): note(reference, "\(values.width)-bit numbers", bits: values.width, way)
        case .date(let days): note(reference, "\(days.width)-bit days", bits: days.width, way)
        case .timestamp(let days, let time, _):
            note(reference, "\(days.width)-bit days", bits: days.width, way)
            note(reference, "\(time.width)-bit times", bits: time.width, way)
        case .yesNo: note(reference, "bits", bits: 1, way)
        case .text: break
        }
        if case .yesNo = column.values, column.validity == nil { return }
        noteValidity(reference, column)
    }

    private mutating func addText(_ reference: ColumnReference, as way: String, withPresence asksPresence: Bool = true) {
        guard let (column, fromLead) = try? compiler.textColumn(reference), case .text(let codes, _) = column.values else { return }
        note(reference, "\(codes.width)-bit codes", bits: codes.width, way, isBeside: !fromLead)
        if asksPresence { noteValidity(reference, column, isBeside: !fromLead) }
    }

    private mutating func add(_ value: RowValue, _ test: TextTest) {
        let way = "tested by the dictionary"
        guard case .column(let reference) = value, let (column, fromLead) = try? compiler.textColumn(reference), !fromLead,
            case .text(_, let dictionary) = column.values, let matches = try? TextMatch(test)
        else { return add(value, as: way) }
        addText(reference, as: way, withPresence: matches.asksPresence(dictionary))
    }

    mutating func add(_ value: RowValue, as way: String) {
        switch value {
        case .column(let reference): add(reference, as: way)
        case .exact, .text, .instant, .duration, .missing: break
        case .condition(let condition): add(condition)
        case .elapsed(let a, let b):
            if let cycles = compiler.cycles(a, b) { return note(cycles, as: way) }
            add(a, as: way)
            add(b, as: way)
        case .arithmetic(_, let a, let b):
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
    mutating func addHistory(_ way: String) {
        guard known.insert("history").inserted, let stages = compiler.store.tables[.stages], let runs = compiler.store.links.stageRuns else { return }
        let columns = [stages.column(.stage), stages.column(.entered)].compactMap { $0 }
        let bytes = columns.reduce(0) { $0 + $1.rowBytes } * stages.rowCount + runs.starts.byteCount
        parts.append(ScanCost.Part(name: "stages", way: "the rows of each lead, \(way)", bytes: bytes))
    }

    /// The dates of an event, by their role in the ledger's own table.
    mutating func add(_ role: ColumnRole, as way: String) {
        guard let index = compiler.store.tables[compiler.table]?.roles[role], let type = compiler.store.tables[compiler.table]?.column(role)?.type else {
            return
        }
        add(
            .column(
                ColumnReference(
                    path: .own, table: compiler.table, index: .file(index), type: RowType(type), name: "\(compiler.table.rawValue).\(role.rawValue)")), as: way)
    }

    /// The events of deals: a date, and whose each deal is.
    mutating func addEvents(_ role: ColumnRole) {
        add(role, as: "events")
        if compiler.store.leads(of: .deals) != nil, known.insert("links").inserted {
            parts.append(ScanCost.Part(name: "links", way: "the deals of each lead", bytes: rows * 4))
        }
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
        case .text(let value, let test): add(value, test)
        case .not(let inner): add(inner)
        case .and(let parts), .or(let parts): for part in parts { add(part) }
        case .any(let table, let inner):
            let compiler = RowCompiler(store: compiler.store, table: table, threads: compiler.threads, interrupt: compiler.interrupt)
            var other = CostLedger(compiler: compiler)
            other.add(inner)
            parts += other.parts
        case .wonWithin(let span):
            let won = ColumnReference(path: leadPath, table: .leads, index: .derived(.leadWonAt), type: .timestamp, name: "won_at")
            if case .microseconds = span, let created, let cycles = compiler.cycles(.column(created), .column(won)) { return note(cycles, as: "compared") }
            if let created { add(created, as: "compared") }
            add(won, as: "compared")
        case .agedAtLeast: if let created { addDays(created, as: "compared") }
        }
    }
}
