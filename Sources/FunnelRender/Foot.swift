import FunnelModel
import FunnelText

/// What stands below an answer: how many rows, which axis, what was left out, what to beware of.
enum Foot {
    /// Its sentences, in the order in which they are read.
    static func sentences(of answer: Answer, shown: Int? = nil) -> [String] {
        let remarks = ordered(answer.remarks).map { DisplayWidth.visible($0.text) }
        return [count(of: answer, shown: shown ?? answer.rows.count)].compactMap { $0 } + remarks
    }

    /// Remarks in the order axis, scope, left out, kept, caution.
    static func ordered(_ remarks: [Remark]) -> [Remark] {
        let order: [Remark.Kind] = [.axis, .scope, .leftOut, .kept, .caution]
        return order.flatMap { kind in remarks.filter { $0.kind == kind } }
    }

    /// The sentences as dim lines below a table, at its text's left edge.
    static func lines(_ sentences: [String], options: TableOptions) -> [StyledLine] {
        sentences.flatMap { sentence in
            let wrapped = options.width.map { DisplayWidth.wrap(sentence, to: max(12, $0 - 4)) } ?? [sentence]
            return wrapped.enumerated().map { index, line in
                StyledLine((index == 0 ? "  " : "    ") + line, .foot)
            }
        }
    }

    private static func count(of answer: Answer, shown: Int) -> String? {
        let rows = answer.rows.count
        let number = DecimalText(Exact(rows)).fixed(0, grouped: true)
        if rows == 0 { return "no rows" }
        if shown < rows {
            let first = DecimalText(Exact(shown)).fixed(0, grouped: true)
            return "\(number) rows, the first \(first) shown; `set max_rows \(rows)` shows all"
        }
        return rows > 1 ? "\(number) rows" : nil
    }
}
