import FunnelModel
import FunnelPlan
import FunnelStore
import FunnelText

/// Lists the rows of a table.
struct RowLister {
    let plan: ListPlan
    let compiler: RowCompiler

    func answer(only: Set<Int>?) throws(Diagnostic) -> Answer {
        var rows = try Self.rows(where: plan.filter ?? .always(true), compiler)
        if let only { rows.removeAll { !only.contains($0) } }
        if !plan.order.isEmpty { rows = try sorted(rows) }
        if let limit = plan.limit { rows = Array(rows.prefix(limit)) }
        var columns: [(column: Column, fromLead: Bool)] = []
        for reference in plan.columns { columns.append(try compiler.column(reference)) }
        let links = compiler.store.leads(of: plan.table)
        let values = rows.map { row in
            columns.map { column, fromLead -> Value in
                guard fromLead else { return column.value(row) }
                let lead = links?[row] ?? -1
                return lead < 0 ? .missing : column.value(lead)
            }
        }
        return Answer(columns: zip(plan.columns, columns).map { AnswerColumn($0.name, .field($1.column.type)) }, rows: values)
    }

    static func rows(where condition: RowCondition, _ compiler: RowCompiler) throws(Diagnostic) -> [Int] {
        let bits = try compiler.bitmap(condition)
        return (0..<bits.count).filter { bits[$0] }
    }

    /// By the terms, what is missing last; rows that are equal stay in the order of the table.
    private func sorted(_ rows: [Int]) throws(Diagnostic) -> [Int] {
        var terms: [(values: [Int: Value], descending: Bool)] = []
        for order in plan.order { terms.append((try values(order.value, of: rows), order.descending)) }
        return rows.sorted { a, b in
            for term in terms {
                let (x, y) = (term.values[a] ?? .missing, term.values[b] ?? .missing)
                let comparison = Value.compare(x, y)
                if comparison != 0 { return term.descending && !x.isMissing && !y.isMissing ? comparison > 0 : comparison < 0 }
            }
            return a < b
        }
    }

    /// The value of an expression for each of some rows.
    private func values(_ value: RowValue, of rows: [Int]) throws(Diagnostic) -> [Int: Value] {
        let read = try reader(value)
        let scratch = Scratch()
        let count = compiler.store.rowCount(plan.table)
        let links = compiler.store.leads(of: plan.table)
        var result: [Int: Value] = [:]
        var next = 0
        for number in 0..<Workers.morsels(in: count) {
            let range = Workers.rows(of: number, in: count)
            let start = next
            while next < rows.count, rows[next] < range.upperBound { next += 1 }
            guard next > start else { continue }
            let morsel = scratch.morsel(range, links)
            let inside = rows[start..<next].map { $0 - range.lowerBound }
            for (row, value) in zip(inside, read(morsel, scratch, inside)) { result[range.lowerBound + row] = value }
        }
        if scratch.overflowed { throw .numberTooLarge }
        return result
    }

    private func reader(_ value: RowValue) throws(Diagnostic) -> (Morsel, Scratch, [Int]) -> [Value] {
        switch try compiler.type(value) {
        case .text, .yesNo, .unknown:
            let node = try compiler.text(value)
            return { morsel, scratch, rows in
                let codes = node.evaluate(morsel, scratch)
                defer { scratch.give(codes) }
                return rows.map { codes[$0] == Kernels.missingCode ? .missing : .text(node.dictionary[Int(codes[$0])]) }
            }
        case .real:
            let node = try compiler.real(value)
            return { morsel, scratch, rows in
                let vector = node.evaluate(morsel, scratch)
                defer { vector.release(to: scratch) }
                return rows.map { vector.valid[$0 >> 6] >> UInt64($0 & 63) & 1 == 1 ? .real(vector.values[$0]) : .missing }
            }
        case .exact, .duration, .date, .timestamp:
            var scale = 0
            if case .exact(let digits) = try compiler.type(value) { scale = digits }
            let node = try compiler.exact(value, scale: scale)
            return { morsel, scratch, rows in
                let vector = node.evaluate(morsel, scratch)
                defer { vector.release(to: scratch) }
                return rows.map { row in
                    vector.valid[row >> 6] >> UInt64(row & 63) & 1 == 1 ? .exact(Exact(Int128(vector.values[row]), scale: scale)) : .missing
                }
            }
        }
    }
}
