import FunnelText

/// Which columns of a table are shown and how wide they are, so that it fits into a terminal.
///
/// Long texts are shortened first. If that is not enough, columns in the middle are left out: those that are no keys
/// first, never the first column, the last one late. Numbers are never shortened.
struct TableLayout {
    /// A column of the drawn table.
    enum Slot: Equatable {
        case column(Int, width: Int)
        /// Where columns were left out.
        case gap
    }

    let slots: [Slot]
    /// The columns left out.
    let hidden: [Int]

    /// A text is not shortened below this while columns can be left out.
    private static let comfortable = 16
    private static let narrowest = 4

    init(natural: [Int], canShorten: [Bool], isKey: [Bool], limit: Int?, gapWidth: Int) {
        var widths = natural
        var kept = Array(natural.indices)
        if let limit {
            func excess() -> Int { Self.width(of: kept, widths, gapWidth) - limit }
            Self.shorten(&widths, of: kept, canShorten, to: Self.comfortable, by: excess())
            while excess() > 0, let place = Self.dispensable(kept, isKey) { kept.remove(at: place) }
            Self.shorten(&widths, of: kept, canShorten, to: Self.narrowest, by: excess())
            Self.lengthen(&widths, of: kept, natural: natural, by: -excess())
        }
        var slots: [Slot] = []
        for (place, column) in kept.enumerated() {
            if column > (place == 0 ? 0 : kept[place - 1] + 1) { slots.append(.gap) }
            slots.append(.column(column, width: widths[column]))
        }
        if let last = kept.last, last < natural.count - 1 { slots.append(.gap) }
        self.slots = slots
        let shown = Set(kept)
        hidden = natural.indices.filter { !shown.contains($0) }
    }

    /// Columns of the terminal that a framed table takes: a space at both sides of each cell, a line at its left, one more
    /// at the right end.
    private static func width(of kept: [Int], _ widths: [Int], _ gapWidth: Int) -> Int {
        var gaps = kept.last == widths.count - 1 ? 0 : 1
        for (a, b) in zip(kept, kept.dropFirst()) where b > a + 1 { gaps += 1 }
        return kept.reduce(1) { $0 + widths[$1] + 3 } + gaps * (gapWidth + 3)
    }

    /// Takes from the widest text, again and again.
    private static func shorten(
        _ widths: inout [Int], of kept: [Int], _ canShorten: [Bool], to floor: Int, by excess: Int
    ) {
        var excess = excess
        while excess > 0 {
            let candidates = kept.filter { canShorten[$0] && widths[$0] > floor }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
            widths[widest] -= 1
            excess -= 1
        }
    }

    /// Gives room that leaving out has freed back to shortened texts.
    private static func lengthen(_ widths: inout [Int], of kept: [Int], natural: [Int], by room: Int) {
        var room = room
        while room > 0 {
            let candidates = kept.filter { widths[$0] < natural[$0] }
            guard let narrowest = candidates.min(by: { widths[$0] < widths[$1] }) else { return }
            widths[narrowest] += 1
            room -= 1
        }
    }

    /// The place in `kept` of the column to leave out next.
    private static func dispensable(_ kept: [Int], _ isKey: [Bool]) -> Int? {
        let places = kept.indices.filter { $0 > 0 && !isKey[kept[$0]] }
        let middle = places.filter { $0 < kept.count - 1 && (isKey[kept[0]] ? $0 > places[0] : true) }
        if !middle.isEmpty { return middle[middle.count / 2] }
        if places.count > 1 { return places[0] }
        let keys = kept.indices.filter { $0 > 0 && isKey[kept[$0]] }
        if !keys.isEmpty { return keys[keys.count / 2] }
        return nil
    }
}
