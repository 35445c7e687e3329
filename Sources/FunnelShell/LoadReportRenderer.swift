import FunnelIngest
import FunnelModel
import FunnelRender
import FunnelSession
import FunnelText

/// Says what a load did.
///
///     leads  8,000 rows from leads.csv
///            recognised: id = mql_id, created = first_contact_date
///            mapped: source = origin
struct LoadReportRenderer {
    private let width: Int

    init(width: Int? = nil) { self.width = max(40, width ?? 120) }

    func lines(of report: LoadReport) -> [StyledLine] {
        let name = DisplayWidth.pad(report.role.rawValue, to: 6)
        var head = "  \(Self.count(report.kept, "row")) from \(DisplayWidth.visible(report.name))"
        if report.refused > 0 { head += ", \(Self.count(report.refused, "row")) refused" }
        var lines = [StyledLine([.init(name, .heading), .init(head)])]
        lines += roles("recognised", report.roles.filter(\.recognised))
        lines += roles("mapped", report.roles.filter { !$0.recognised })
        for note in report.notes { lines += wrapped(note, .note) }
        return lines
    }

    /// Of a table that stays in its engine.
    func lines(of role: TableRole, origin: String, _ roles: [BoundRole], _ notes: [String]) -> [StyledLine] {
        var lines = [StyledLine([.init(DisplayWidth.pad(role.rawValue, to: 6), .heading), .init("  in place: \(DisplayWidth.visible(origin))")])]
        let told = roles.map { (role: $0.role, column: $0.column, recognised: $0.recognised) }
        lines += self.roles("recognised", told.filter(\.recognised))
        lines += self.roles("mapped", told.filter { !$0.recognised })
        for note in notes { lines += wrapped(note, .note) }
        return lines
    }

    private func roles(_ title: String, _ roles: [(role: ColumnRole, column: String, recognised: Bool)]) -> [StyledLine] {
        guard !roles.isEmpty else { return [] }
        let pairs = roles.map { item in
            let name = DisplayWidth.visible(item.column)
            return item.role.rawValue == name ? name : "\(item.role.rawValue) = \(name)"
        }
        return wrapped("\(title): " + pairs.joined(separator: ", "), .foot)
    }

    private func wrapped(_ text: String, _ style: TextStyle) -> [StyledLine] {
        DisplayWidth.wrap(DisplayWidth.visible(text), to: width - 8).map { StyledLine([.init("        "), .init($0, style)]) }
    }

    static func count(_ number: Int, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// `1,234,567`.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (place, digit) in String(number.magnitude).reversed().enumerated() {
            if place > 0 && place % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }
}
