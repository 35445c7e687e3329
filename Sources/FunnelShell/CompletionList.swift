import FunnelRender
import FunnelSession
import FunnelText

/// What Tab does with the choices, and how they are shown.
enum CompletionList {
    /// Choices with their summaries are shown a line each up to so many; more of them in columns, without.
    private static let summariesUpTo = 16
    private static let linesUpTo = 40

    /// What replaces the text in the range: the one choice, or what all of them begin with if that says more; else nil.
    static func insertion(for typed: String, among choices: [Completion]) -> String? {
        if choices.count == 1 { return choices[0].replacement }
        let prefix = commonPrefix(of: choices.map(\.replacement))
        guard prefix.count > typed.count, prefix.lowercased().hasPrefix(typed.lowercased()) else { return nil }
        return prefix
    }

    /// What all texts begin with.
    static func commonPrefix(of texts: [String]) -> String {
        guard var prefix = texts.first else { return "" }
        for text in texts.dropFirst() {
            while !text.hasPrefix(prefix) { prefix.removeLast() }
        }
        return prefix
    }

    /// The choices below one another with their summaries, or in columns where they are many.
    static func lines(of choices: [Completion], width: Int, unicode: Bool = true) -> [StyledLine] {
        let mark = unicode ? "…" : "..."
        let labels = choices.map { DisplayWidth.cut(DisplayWidth.visible($0.label), to: max(8, width - 2), mark: mark) }
        let column = labels.map(DisplayWidth.of).max() ?? 0
        if choices.count <= summariesUpTo && choices.contains(where: { !$0.summary.isEmpty }) {
            return zip(choices, labels).map { choice, label in
                let room = width - 1 - column - 4
                if room < 12 || choice.summary.isEmpty { return StyledLine("  " + label) }
                let summary = DisplayWidth.cut(DisplayWidth.visible(choice.summary), to: room, mark: mark)
                return StyledLine([.init("  " + DisplayWidth.pad(label, to: column)), .init("  " + summary, .foot)])
            }
        }
        return columns(of: labels, column: column + 2, width: width, unicode: unicode)
    }

    /// Labels read downwards, column after column.
    private static func columns(of labels: [String], column: Int, width: Int, unicode: Bool) -> [StyledLine] {
        let perLine = max(1, (width - 1) / column)
        let count = (labels.count + perLine - 1) / perLine
        let shown = min(count, linesUpTo)
        var lines = (0..<shown).map { line in
            let cells = stride(from: line, to: labels.count, by: count).map { labels[$0] }
            let padded = cells.dropLast().map { DisplayWidth.pad($0, to: column) } + cells.suffix(1)
            return StyledLine("  " + padded.joined())
        }
        if shown < count { lines.append(StyledLine("  \(unicode ? "…" : "...") \(labels.count) choices", .foot)) }
        return lines
    }
}
