import FunnelText

/// Turns lines whose parts have styles into the text that goes to a terminal or a file.
package enum ANSI {
    /// The lines, each with its line end. Whatever a line holds, no control character but a colour's own gets through.
    package static func text(of lines: [StyledLine], coloured: Bool) -> String {
        var text = ""
        for line in lines {
            text += self.text(of: line, coloured: coloured)
            text += "\n"
        }
        return text
    }

    /// One line, without its end.
    package static func text(of line: StyledLine, coloured: Bool) -> String {
        var text = ""
        for span in line.spans {
            let shown = DisplayWidth.visible(span.text)
            if coloured, let code = code(of: span.style), !shown.isEmpty {
                text += "\u{1B}[\(code)m\(shown)\u{1B}[0m"
            } else {
                text += shown
            }
        }
        return text
    }

    /// The colour of a style, as the parameter of `ESC [ … m`; nil for the terminal's own.
    ///
    /// Of the sixteen colours only those that can be read on dark and on light backgrounds alike; what stands back is faint
    /// rather than grey, for "bright black" is the background in some palettes.
    package static func code(of style: TextStyle) -> String? {
        switch style {
        case .plain, .key, .number, .name: nil
        case .heading, .total: "1"
        case .missing, .frame, .foot, .gutter, .comment: "2"
        case .error, .caret: "1;31"
        case .warning: "33"
        case .note, .kpi: "36"
        case .mend, .string: "32"
        case .keyword: "35"
        }
    }
}
