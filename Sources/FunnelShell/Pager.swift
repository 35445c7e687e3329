import CEditLine
import Glibc

/// The program that shows what is longer than the screen.
struct Pager {
    /// A command for the shell.
    let command: String

    /// `$PAGER`, else `less` where there is one; an empty `$PAGER` or `cat` means none.
    init?(_ environment: Terminal.Environment) {
        if let chosen = environment("PAGER") {
            guard !chosen.isEmpty, chosen != "cat" else { return nil }
            command = chosen
            return
        }
        let folders = (environment("PATH") ?? "").split(separator: ":")
        guard folders.contains(where: { access("\($0)/less", X_OK) == 0 }) else { return nil }
        command = "less -RFX"
    }

    /// Shows a text and waits. Returns whether the pager could be run.
    func show(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { ce_page(command, $0.baseAddress, $0.count) == 0 }
        }
    }
}
