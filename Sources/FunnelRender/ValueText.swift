package import FunnelModel

/// One value in a sentence, as a table would write it.
package enum ValueText {
    /// `10.5 %`, `1,234.50`, `14.7 days`; `missing` where there is none.
    package static func text(_ value: Value, _ quantity: Quantity, _ options: TableOptions = TableOptions()) -> String {
        if value.isMissing { return "missing" }
        let format = ColumnFormat(AnswerColumn("", .measure(quantity)), values: [value], options: options)
        let unit = format.unit
        return format.cell(value).text + (unit.isEmpty ? "" : " " + unit)
    }
}
