import CEditLine
import FunnelRender
import FunnelSession
import FunnelText
import Glibc

/// Reads with libedit: keys, history, completion, colours while typing. Closes the terminal's editor when it goes.
final class EditLineReader: LineReader {
    private let conversation: any Conversation
    private let isColoured: () -> Bool
    private let list: ([Completion]) -> [StyledLine]
    private var editor: OpaquePointer?

    /// nil where the terminal can't be used. `list` lays out the choices of a completion.
    init?(
        conversation: any Conversation, isColoured: @escaping () -> Bool, list: @escaping ([Completion]) -> [StyledLine]
    ) {
        self.conversation = conversation
        self.isColoured = isColoured
        self.list = list
        var callbacks = ce_callbacks(
            context: nil,
            is_complete: { context, text in
                guard let text else { return 1 }
                return EditLineReader.of(context).conversation.isComplete(String(cString: text)) ? 1 : 0
            },
            highlight: { context, text, length, styles in
                guard let text, let styles else { return }
                let bytes = UnsafeMutableBufferPointer(start: styles, count: length)
                EditLineReader.of(context).highlight(String(cString: text), bytes)
            },
            complete: { context, text, cursor, again in
                guard let text else { return }
                EditLineReader.of(context).complete(String(cString: text), at: cursor, again: again != 0)
            })
        callbacks.context = Unmanaged.passUnretained(self).toOpaque()
        editor = ce_open("funnel", &callbacks, Self.codes.pointers, TextStyle.allCases.count)
        guard editor != nil else { return nil }
    }

    deinit {
        if let editor { ce_close(editor) }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> EditLineReader {
        guard let context else { preconditionFailure("the editor has no reader") }
        return Unmanaged<EditLineReader>.fromOpaque(context).takeUnretainedValue()
    }

    func read() -> LineResult {
        var text: UnsafeMutablePointer<CChar>?
        let colour = isColoured() ? ANSI.code(of: .kpi) : nil
        switch ce_read(editor, "funnel", colour, "> ", &text) {
        case Int32(CE_LINE):
            defer { free(text) }
            return .text(text.map { String(cString: $0) } ?? "")
        case Int32(CE_ABORTED): return .aborted
        case Int32(CE_TERMINATED): return .terminated
        default: return .end
        }
    }

    func remember(_ text: String) { ce_history_add(editor, text) }

    // MARK: - While typing

    /// The parameters of the styles' colours, for C: they live as long as the program.
    private struct Codes: @unchecked Sendable {
        let pointers: UnsafePointer<UnsafePointer<CChar>?>

        init() {
            let codes = TextStyle.allCases.map { style in ANSI.code(of: style).flatMap { UnsafePointer(strdup($0)) } }
            let memory = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: codes.count)
            memory.initialize(from: codes, count: codes.count)
            pointers = UnsafePointer(memory)
        }
    }

    private static let codes = Codes()

    private func highlight(_ text: String, _ styles: UnsafeMutableBufferPointer<UInt8>) {
        guard isColoured() else { return }
        for (range, style) in conversation.highlights(of: text) {
            guard let index = TextStyle.allCases.firstIndex(of: style) else { continue }
            let start = max(0, range.start)
            for offset in start..<max(start, min(range.end, styles.count)) { styles[offset] = UInt8(index) }
        }
    }

    private func complete(_ text: String, at cursor: Int, again: Bool) {
        let (range, choices) = conversation.completions(in: text, at: cursor)
        guard !choices.isEmpty else { return }
        let typed = Source(name: "", text: text).text(in: range)
        if let insertion = CompletionList.insertion(for: typed, among: choices), insertion != typed {
            ce_replace(editor, range.start, range.end, insertion)
        } else if again {
            ce_list(editor, ANSI.text(of: list(choices), coloured: isColoured()))
        }
    }
}
